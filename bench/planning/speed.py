"""The speed of this machine at the operations of training steps, measured in a second or two and kept."""

import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from bench.planning.work import Counter, Workload
from bench.training.linear import Linear

_TRIALS, _SECONDS = (3, 15), 0.2
"""The fewest and the most trials of a kind, and the seconds after which the fewest are enough."""
_CALLS = 100


class Speed(NamedTuple):
    """Units per second of each kind of work: FLOPs by the names of ``Workload``, bytes "moved", operations "called"."""

    units: dict[str, float]

    def seconds(self, work: Workload, share: float = 1.0) -> float:
        """Return the seconds that a ``share`` of a work's FLOPs and moved bytes takes."""
        seconds = sum(flops / self.units[kind] for kind, flops in work.flops.items())
        return share * (seconds + work.moved / self.units["moved"])


def measured(kinds: Iterable[str], device: str) -> dict[str, float]:
    """Measure units per second of these kinds, the best of some trials each.

    A processor is measured on one thread, in that thread's own time, because others may use the machine: threads that
    wait for each other on a busy one take a hundred times as long. Work counts as shared evenly among all threads.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return {kind: _rate(kind, device, threads) for kind in kinds}
    finally:
        torch.set_num_threads(threads)


def _rate(kind: str, device: str, threads: int) -> float:
    name, _, number = kind.partition(" ")
    work = Workload()
    compute = {"product": _product, "convolution": _convolution, "moved": _moving, "called": _calling}[name](
        device, getattr(torch, number or "float32")
    )
    with Counter(work):
        compute()
    times: list[float] = []
    while len(times) < _TRIALS[0] or (len(times) < _TRIALS[1] and sum(times) < _SECONDS):
        times.append(_timed(compute, device))
    best = min(times)
    if name == "called":
        return work.called / best
    return (work.moved if name == "moved" else sum(work.flops.values())) / best * (1 if _on_card(device) else threads)


def _timed(compute: Callable[[], None], device: str) -> float:
    clock = time.monotonic if _on_card(device) else time.thread_time
    began = clock()
    compute()
    if _on_card(device):
        torch.cuda.synchronize(device)
    return clock() - began


def _on_card(device: str) -> bool:
    return device.startswith("cuda")


def _product(device: str, number: torch.dtype) -> Callable[[], None]:
    """Multiply forward and backward, as a narrow layer does on the patches of a batch."""
    return _there_and_back(Linear(64, 256), torch.randn(3136, 64), device, number)


def _convolution(device: str, number: torch.dtype) -> Callable[[], None]:
    """Convolve forward and backward, as the second stage of a residual network does on eight pictures."""
    layer = nn.Conv2d(64, 64, 3, padding=1).to(memory_format=torch.channels_last)
    return _there_and_back(layer, torch.randn(8, 64, 56, 56).to(memory_format=torch.channels_last), device, number)


def _there_and_back(layer: nn.Module, given: Tensor, device: str, number: torch.dtype) -> Callable[[], None]:
    layer, given = layer.to(device, number), given.to(device, number).requires_grad_()
    return lambda: layer(given).sum().backward()


def _moving(device: str, number: torch.dtype) -> Callable[[], None]:
    """Normalise and activate, forward and backward: a mere copy is several times as fast."""
    layers = nn.Sequential(nn.LayerNorm(256), nn.GELU())
    return _there_and_back(layers, torch.randn(3136, 256), device, number)


def _calling(device: str, number: torch.dtype) -> Callable[[], None]:
    values = torch.randn(64, device=device, dtype=number, requires_grad=True)

    def compute() -> None:
        product = values
        for _ in range(_CALLS):
            product = product * 1.01
        product.sum().backward()

    return compute
