"""The start of a stage: seeds, determinism, threads and the device."""

import logging
import sys

from bench.config.loading import Machine
from bench.training import heap
from bench.training.seeding import seed_all


def prepare(machine: Machine, seed: int) -> str:
    """Seed all random sources, set the threads, and return the device.

    Call it after the model's code is imported: torch is configured only if that code uses it.
    """
    seed_all(seed)
    if "torch" not in sys.modules:
        return chosen_device(machine)
    import torch

    heap.keep()
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)  # it reports its precision at every start
    torch.use_deterministic_algorithms(True, warn_only=True)
    # Allocated memory is written before it is read: filling it first took 4 % of a step in the profiler.
    torch.utils.deterministic.fill_uninitialized_memory = False  # pyright: ignore[reportAttributeAccessIssue] -- torch makes it at run time
    if machine.threads:
        torch.set_num_threads(machine.threads)
    return chosen_device(machine)


def chosen_device(machine: Machine) -> str:
    """Return the device that a stage computes on; import the stage's code before."""
    torch = sys.modules.get("torch")
    if torch is None:
        return "cpu"
    if machine.device != "auto":
        return machine.device
    return "cuda" if torch.cuda.is_available() else "cpu"
