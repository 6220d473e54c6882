"""The FLOPs of a training step, counted by torch.

``torch.utils.flop_counter`` has no formula for some operations of ours and of the CPU; ``_scaled_dot_product`` and
``_get_raw`` are private names of torch.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode, sdpa_backward_flop, sdpa_flop

from bench.training.linear import OPERATION, operation_flops

_ATEN = torch.ops.aten
Formula = Callable[..., int]
"""From an operation's arguments and ``out_val``, its result, to FLOPs."""


def _attention(query: Any, key: Any, value: Any, *_: Any, **__: Any) -> int:
    return sdpa_flop(query.shape, key.shape, value.shape)


def _attention_backward(grad: Any, query: Any, key: Any, value: Any, *_: Any, **__: Any) -> int:
    return sdpa_backward_flop(grad.shape, query.shape, key.shape, value.shape)


FORMULAS: dict[Any, Formula] = {
    _ATEN._scaled_dot_product_flash_attention_for_cpu: _attention,
    _ATEN._scaled_dot_product_flash_attention_for_cpu_backward: _attention_backward,
    OPERATION: operation_flops,
}
"""The formulas that torch lacks; they are given tensors, not shapes."""


def flop_counter() -> FlopCounterMode:
    """Return torch's counter with our formulas; it counts this thread's operations while it is entered."""
    formulas = {operation: _of_tensors(formula) for operation, formula in FORMULAS.items() if operation is not None}
    return FlopCounterMode(display=False, custom_mapping=formulas)


def _of_tensors(formula: Formula) -> Formula:
    """Return a formula that torch's counter gives tensors."""

    def counted(*args: Any, **options: Any) -> int:
        return formula(*args, **options)

    setattr(counted, "_get_raw", True)  # noqa: B010 -- an attribute that functions do not declare
    return counted
