"""The device that a training computes on, as Lightning Fabric has it; Fabric is imported from here alone."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from bench.config.loading import Precision


@contextmanager
def _absent(package: str) -> Iterator[None]:
    """Let a package that is not imported yet seem to be missing, and be as it was afterwards."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # pyright: ignore[reportArgumentType] -- what Python itself takes for missing
    try:
        yield
    finally:
        del sys.modules[package]


# For its version alone Fabric imports torchmetrics, which imports transformers, torchvision and SciPy: three seconds.
with _absent("torchmetrics"):
    from lightning_fabric import Fabric as Fabric
    from lightning_fabric.plugins.environments.lightning import LightningEnvironment


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
