"""Tensors of all ranks, with gradients: the loss of a training is the sum of what its ranks make of them."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.distributed import all_reduce


def added_up(tensor: Tensor) -> Tensor:
    """Return the sum of a tensor over the ranks."""
    made: Any = _Sum.apply(tensor)
    return made


def gathered(mine: Tensor, places: Tensor, count: int) -> Tensor:
    """Return rows (N, ...) of all ranks: those of this one, (M, ...), stand at ``places`` (M,), no other's do."""
    rows = mine.new_zeros((count, *mine.shape[1:]))
    return added_up(rows.index_copy(0, places, mine))


class _Sum(Function):
    """The sum over the ranks; its gradient is the sum of the gradients that each rank's part of the loss has."""

    @staticmethod
    def forward(ctx: Any, tensor: Tensor) -> Tensor:
        return _reduced(tensor)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return _reduced(gradients[0])


def _reduced(tensor: Tensor) -> Tensor:
    whole = tensor.clone(memory_format=torch.contiguous_format)
    all_reduce(whole)
    return whole
