"""The interface of a self-supervised method: its heads, its loss, and its inputs."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from lightly.models.utils import update_momentum
from torch import Tensor, nn


class Moment(NamedTuple):
    """The time in a pretraining: the epoch, counted from 0, the share of all steps done, and the pictures of the step.

    ``pictures`` (B,) are their positions in the training side.
    """

    epoch: int
    done: float
    pictures: Tensor


class Method(nn.Module, ABC):
    """Trains an encoder without labels; only the encoder is kept.

    ``views`` of a subclass say what each step is shown. Heads compute in the precision of the training, the loss always
    in float32.
    """

    views: Any = ()
    loss: Callable[..., Tensor]
    """From what ``outputs`` returns to the loss, a scalar; a method of every subclass."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, shown: Any, moment: Moment) -> Tensor:
        """Return the loss of a step from its inputs."""
        outputs = self.outputs(shown, moment)
        with torch.autocast(outputs[0].device.type, enabled=False):
            return self.loss(*(output.float() if output.is_floating_point() else output for output in outputs))

    @abstractmethod
    def outputs(self, shown: Any, moment: Moment) -> tuple[Tensor, ...]:
        """Return the arguments of the loss."""


class Follower(nn.Module):
    """A momentum encoder: its weights are the moving average of a leader's, and get no gradient.

    Its parameters are not frozen, since what is frozen is not stored in checkpoints: nothing computes a gradient for
    them.
    """

    def __init__(self, leader: nn.Module, twin: nn.Module) -> None:
        super().__init__()
        twin.load_state_dict(leader.state_dict())
        self.twin = twin

    def follow(self, leader: nn.Module, momentum: float) -> None:
        """Update the weights: ``momentum`` times the old ones, the rest from the leader."""
        update_momentum(leader, self.twin, momentum)

    @torch.no_grad()
    def forward(self, *inputs: Tensor) -> Tensor:
        """Return the outputs, without gradients."""
        return self.twin(*inputs)


def rising(momentum: float, done: float) -> float:
    """Return the momentum at a time: from its first value to 1 along a half cosine (Grill et al. 2020, section 3)."""
    return 1 - (1 - momentum) * (1 + math.cos(math.pi * done)) / 2
