"""The device that a training computes on, as Lightning Fabric has it."""

import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins.environments.lightning import LightningEnvironment

from bench.config import Precision


def fabric_on(device: str, precision: Precision) -> Fabric:
    """Return Fabric for this process alone, on a device such as ``cpu``, ``cuda``, ``cuda:1`` or ``auto``.

    Left to itself it guesses from a cluster's variables that it is one process of several.
    """
    kind, _, index = device.partition(":")
    if kind == "cuda":  # which of them, the process was told when it joined others
        devices = [int(index) if index else torch.cuda.current_device()]
    else:
        devices = [int(index)] if index and kind != "cpu" else 1
    return Fabric(accelerator=kind, devices=devices, precision=precision, plugins=[LightningEnvironment()])
