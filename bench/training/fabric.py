"""The device that a training computes on, as a Lightning Fabric; only this module imports Fabric.

``_BatchNorm`` is a private name of torch: the base class of all its batch norms, and of timm's.
"""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from bench.config.loading import Precision
from bench.errors import BenchError
from bench.processes.ranks import ALONE, Ranks


@contextmanager
def _absent(package: str) -> Iterator[None]:
    """Let a package that is not imported yet seem to be missing, until the end."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # pyright: ignore[reportArgumentType] -- Python's own mark of a missing module
    try:
        yield
    finally:
        del sys.modules[package]


# Only for its version, Fabric imports torchmetrics, which imports transformers, torchvision and SciPy: three seconds.
with _absent("torchmetrics"):
    from lightning_fabric import Fabric as Fabric
    from lightning_fabric.plugins.environments.lightning import LightningEnvironment
    from lightning_fabric.strategies.ddp import DDPStrategy


class _Joined(LightningEnvironment):
    """One of several processes that have joined already; each counts as a node of one device."""

    def __init__(self, rank: int) -> None:
        super().__init__()
        self._rank = rank

    @property
    def creates_processes_externally(self) -> bool:
        """Return True, so that Fabric starts none."""
        return True

    def node_rank(self) -> int:
        """Return the rank among all."""
        return self._rank

    def local_rank(self) -> int:
        """Return 0: the device is the node's first."""
        return 0


def fabric_on(device: str, precision: Precision, ranks: Ranks = ALONE) -> Fabric:
    """Return Fabric on a device such as ``cpu``, ``cuda``, ``cuda:1`` or ``auto``, for one process or several ranks.

    Without an environment it would guess from a cluster's variables that it is one process of several. For ranks it
    sets up torch's DistributedDataParallel, which begins with the first rank's weights and averages gradients.
    """
    kind, _, index = device.partition(":")
    if kind == "cuda":  # without an index, the one set when the process joined others
        devices = [int(index) if index else torch.cuda.current_device()]
    else:
        devices = [int(index)] if index and kind != "cpu" else 1
    if ranks.size == 1:
        return Fabric(accelerator=kind, devices=devices, precision=precision, plugins=[LightningEnvironment()])
    # Its successor is not in all versions of torch that we support.
    warnings.filterwarnings("ignore", "`broadcast_buffers` is deprecated")
    fabric = Fabric(
        accelerator=kind,
        devices=devices,
        num_nodes=ranks.size,
        # A loss may not reach all of a network. Buffers stay local: each rank validates by itself.
        strategy=DDPStrategy(find_unused_parameters=True, broadcast_buffers=False),
        precision=precision,
        plugins=[_Joined(ranks.rank)],
    )
    fabric.launch()
    return fabric


def with_shared_norms(module: nn.Module, device: torch.device, ranks: Ranks) -> nn.Module:
    """Return a module whose batch norms, on several ranks, are over the batch of all ranks.

    BenchError on the CPU, where torch has no such norm.
    """
    if ranks.size == 1 or not any(isinstance(part, _BatchNorm) for part in module.modules()):
        return module
    if device.type != "cuda":
        raise BenchError(
            f"batch norm over {ranks.size} processes needs GPUs, and these compute on {device.type}; train in one "
            "process (nodes_per_cell=1, gpus_per_cell=1), or on GPUs"
        )
    from timm.layers.norm_act import convert_sync_batchnorm  # torch's own drops the activations of timm's norms

    return convert_sync_batchnorm(module)
