"""The work of one training step on this machine's processor or card, counted during a small one.

The formulas for FLOPs are those of ``torch.utils.flop_counter``, whose own mode gives neither the numbers' type nor the
bytes moved by operations without a formula; small networks spend most of their time in these.
``_python_dispatch`` is a private name of torch: its modes see every operation.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_pre_hook
from torch.utils._python_dispatch import TorchDispatchMode

from bench.training.flops import FORMULAS
from bench.training.peak import Peak

_ATEN = torch.ops.aten
_NOTHING = {_ATEN.detach, _ATEN.empty, _ATEN.empty_like, _ATEN.empty_strided, _ATEN.new_empty, _ATEN.new_empty_strided}


@dataclass
class Workload:
    """What was computed: ``flops`` by kind, the bytes ``moved`` by all else, and how many operations were ``called``.

    A kind is "product" or "convolution" and torch's name for the numbers, such as "product float32".
    """

    flops: dict[str, int] = field(default_factory=dict)
    moved: int = 0
    called: int = 0


@dataclass
class Step(Workload):
    """The first step of one training.

    ``weights`` is the number of trained weights, ``saved`` the bytes kept for the backward pass, ``held`` those of the
    process when the step began.
    """

    weights: int = 0
    saved: int = 0
    held: int = 0


class Counter(TorchDispatchMode):
    """Adds this thread's operations, the backward pass included, to its ``work`` while it is entered.

    While ``work`` is None nothing is counted.
    """

    def __init__(self, work: Workload | None = None) -> None:
        super().__init__()
        self.work = work

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        options = kwargs or {}
        out = func(*args, **options)
        packet = func._overloadpacket
        if self.work is not None and packet not in _NOTHING:
            self._count(self.work, packet, func, args, options, out)
        return out

    def _count(self, work: Workload, packet: Any, func: Any, args: Any, given: Any, out: Any) -> None:
        outputs = [*_tensors(out)]
        work.called += 1
        if packet in FORMULAS:
            kind = "convolution" if "conv" in str(packet) else "product"
            name = f"{kind} {str(outputs[0].dtype).removeprefix('torch.')}"
            work.flops[name] = work.flops.get(name, 0) + FORMULAS[packet](*args, **given, out_val=out)
            return
        inputs = [*_tensors((*args, *given.values()))]
        places = {_place(tensor) for tensor in inputs}
        view = bool(outputs) and all(_place(tensor) in places for tensor in outputs)
        if func._schema.is_mutable or not view:
            work.moved += sum(tensor.nbytes for tensor in (*inputs, *outputs))


def _tensors(values: Any) -> Iterator[Tensor]:
    """Yield the tensors among an operation's arguments or results: alone, or in lists."""
    if isinstance(values, Tensor):
        yield values
    elif isinstance(values, list | tuple):
        for value in values:
            yield from _tensors(value)


def _place(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


class Steps:
    """Counts the first step of every training while ``counting``; call ``begin`` when one begins.

    A training without that call begins when the counting does.
    """

    def __init__(self, device: str) -> None:
        self._device = device
        self.done: list[Step] = []
        self._seen: set[int] = set()
        self._counter = Counter()
        self._step: Step | None = None
        self.begin()

    def begin(self) -> None:
        """Count the next step."""
        self._step = Step(held=Peak(self._device).taken()["process"])
        self._seen = set()
        self._counter.work = self._step

    @contextmanager
    def counting(self) -> Generator[None]:
        """Count what is computed within."""
        ended = register_optimizer_step_pre_hook(self._end)
        try:
            with self._counter, saved_tensors_hooks(self._save, lambda tensor: tensor):
                yield
        finally:
            ended.remove()

    def _end(self, optimiser: Optimizer, *_: Any) -> None:
        if self._step is not None and self._step.flops:
            learning = (tensor for group in optimiser.param_groups for tensor in group["params"])
            self._step.weights = sum(tensor.numel() for tensor in learning)
            self.done.append(self._step)
        self._step = self._counter.work = None

    def _save(self, tensor: Tensor) -> Tensor:
        place = _place(tensor)
        if self._step is not None and not tensor.is_leaf and place not in self._seen:
            self._seen.add(place)
            self._step.saved += tensor.untyped_storage().nbytes()
        return tensor.detach()
