"""The FLOPs of a training step, counted by torch's formulas.

``torch.utils.flop_counter`` has no formula for some operations of ours and of the CPU. Its own mode runs the
decompositions of operations, whose numbers are rounded otherwise: what it counts is not the training that it disturbs.
``_python_dispatch`` is a private name of torch: its modes see every operation.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry, sdpa_backward_flop, sdpa_flop

from bench.training.linear import OPERATION, operation_flops

_ATEN = torch.ops.aten


def _attention(query: Any, key: Any, value: Any, *_: Any, **__: Any) -> int:
    return sdpa_flop(query.shape, key.shape, value.shape)


def _attention_backward(grad: Any, query: Any, key: Any, value: Any, *_: Any, **__: Any) -> int:
    return sdpa_backward_flop(grad.shape, query.shape, key.shape, value.shape)


FORMULAS: dict[Any, Callable[..., int]] = {
    **flop_registry,
    _ATEN._scaled_dot_product_flash_attention_for_cpu: _attention,
    _ATEN._scaled_dot_product_flash_attention_for_cpu_backward: _attention_backward,
    OPERATION: operation_flops,
}
"""From an operation to its FLOPs, given its arguments and ``out_val``, its result."""


class FlopCounter(TorchDispatchMode):
    """Adds up the ``flops`` of this thread's operations, the backward pass included, while it is entered."""

    def __init__(self) -> None:
        super().__init__()
        self.flops = 0.0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        options = kwargs or {}
        out = func(*args, **options)
        if formula := FORMULAS.get(func._overloadpacket):
            self.flops += formula(*args, **options, out_val=out)
        return out
