"""What the ranks of a training add up: the gradients of a step, and its losses.

Not torch's DistributedDataParallel: that cannot be told that memory ran out on one rank, asks for one forward and one
backward a step, and averages where the pieces of a batch have shares. Gradients go when all of them are there.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.distributed import all_reduce, broadcast

from bench.errors import BenchError
from bench.ranks import Ranks

AT_ONCE = 2**24
"""The elements of gradients that go in one message, about."""


class Reduction:
    """Adds up, over the ranks, what each has of a step; one rank alone has all.

    ``meeting`` tells that ranks meet within a loss already, so that none may leave it before the others.
    """

    def __init__(self, ranks: Ranks, parameters: Sequence[nn.Parameter], meeting: bool) -> None:
        self._ranks, self._parameters, self._meeting = ranks, parameters, meeting

    def whole(self, figures: dict[str, float] | None) -> dict[str, float] | None:
        """Add up gradients and figures; None on every rank where one has None, for memory ran out.

        Raises BenchError where the others wait within the loss for the one whose memory ran out.
        """
        if self._ranks.size == 1:
            return figures
        if figures is None and self._meeting:
            raise BenchError(
                f"memory does not hold the part of a training step that falls to one of {self._ranks.size} processes, "
                "whose loss is of all their pictures; take a smaller recipe.batch_size or more processes"
            )
        has_gradient = [parameter.grad is not None for parameter in self._parameters]
        full, *learning = summed([figures is None, *has_gradient])
        if full or figures is None:
            return None
        self._add_gradients([parameter for parameter, many in zip(self._parameters, learning, strict=True) if many])
        return dict(zip(figures, summed(list(figures.values())), strict=True))

    def _add_gradients(self, learning: Sequence[nn.Parameter]) -> None:
        """Add up the gradients of these parameters, each of which has one on some rank."""
        gradients: list[Tensor] = []
        for parameter in learning:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            gradients.append(parameter.grad)
        for group in _messages(gradients):
            flat = torch.cat([gradient.reshape(-1) for gradient in group])
            all_reduce(flat)
            parts = flat.split([gradient.numel() for gradient in group])
            for gradient, part in zip(group, parts, strict=True):
                gradient.copy_(part.view(gradient.shape))


def summed(numbers: Sequence[float]) -> list[float]:
    """Return the sums over the ranks of numbers, of which each has as many."""
    sums = torch.tensor(numbers, dtype=torch.float64)
    all_reduce(sums)
    return sums.tolist()


def align(tensors: Sequence[Tensor]) -> None:
    """Give tensors the values that they have on the first rank."""
    for tensor in tensors:
        broadcast(tensor.data, src=0)


def _messages(gradients: Sequence[Tensor]) -> Iterator[list[Tensor]]:
    """Yield gradients of one number type, together no more than goes at once, or one alone."""
    message: list[Tensor] = []
    for gradient in gradients:
        size = sum(each.numel() for each in message) + gradient.numel()
        if message and (size > AT_ONCE or gradient.dtype != message[0].dtype):
            yield message
            message = []
        message.append(gradient)
    if message:
        yield message
