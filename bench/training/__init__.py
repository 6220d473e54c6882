"""How a torch model is trained: one loop on Lightning Fabric, its schedule, checkpoints and memory."""
