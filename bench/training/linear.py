"""Linear layers on the CPU, multiplied by oneDNN.

torch takes MKL for them, which keeps its fastest kernels for Intel's processors: on an AMD EPYC oneDNN takes half the
time. Nothing public chooses it for float32; ``_linear_pointwise`` is torch's private name for what its compiler calls.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.flop_counter import mm_flop

_ENOUGH = 2**20
"""Multiplications from which on the call of oneDNN costs less than it saves."""
_FEW_ROWS, _WIDE = 128, 2**20
"""With fewer rows than these, weights of so many numbers take longer with oneDNN."""

OPERATION: Any = torch.ops.mkldnn._linear_pointwise if torch.backends.mkldnn.is_available() else None
"""The operation, None where torch was built without it."""


def operation_flops(inputs: Tensor, weight: Tensor, *_: Any, **__: Any) -> int:
    """Return the FLOPs of one call of the operation, as ``torch.utils.flop_counter`` counts them."""
    return mm_flop((inputs.shape[:-1].numel(), inputs.shape[-1]), weight.T.shape)


def linear(inputs: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return what ``torch.nn.functional.linear`` does, sooner for many float32 rows on a CPU."""
    if (
        inputs.numel() * weight.shape[0] < _ENOUGH
        or (inputs.numel() < _FEW_ROWS * inputs.shape[-1] and weight.numel() >= _WIDE)
        or OPERATION is None
        or inputs.device.type != "cpu"
        or not inputs.dtype == weight.dtype == torch.float32
        or torch.is_autocast_enabled("cpu")
    ):
        return functional.linear(inputs, weight, bias)
    inputs = inputs.contiguous()
    if torch.is_grad_enabled():
        return _Product.apply(inputs, weight, bias)  # pyright: ignore[reportReturnType] -- torch leaves it untyped
    return _product(inputs, weight, bias)


class Linear(nn.Linear):
    """``torch.nn.Linear`` by ``linear``."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the product (..., out_features)."""
        return linear(input, self.weight, self.bias)


def speed_up_linears(module: nn.Module) -> None:
    """Let a module's linear layers, as far as they are torch's own, compute by ``linear`` from now on."""
    for part in module.modules():
        if type(part) is nn.Linear and "forward" not in vars(part):
            part.__class__ = Linear


class _Product(torch.autograd.Function):
    """A linear layer whose gradients are products of oneDNN too."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.save_for_backward(inputs, weight)
        return _product(inputs, weight, bias)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        inputs, weight = ctx.saved_tensors
        # oneDNN takes a thousand times as long for repeated rows, such as the gradient of a sum or a mean.
        gradient = gradients[0].contiguous()
        rows, outputs = inputs.flatten(0, -2), gradient.flatten(0, -2)
        of_inputs, of_weight, of_bias = ctx.needs_input_grad
        return (
            _product(gradient, weight.T) if of_inputs else None,
            _weight_gradient(rows, outputs) if of_weight else None,
            outputs.sum(0) if of_bias else None,
        )


def _weight_gradient(rows: Tensor, outputs: Tensor) -> Tensor:
    """Return outputs.T @ rows; oneDNN is faster with the wider of the two as its weight."""
    if outputs.shape[1] < rows.shape[1]:
        return _product(outputs.T, rows.T)
    return _product(rows.T, outputs.T).T


def _product(inputs: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    return OPERATION(inputs, weight, bias, "none", [], "")
