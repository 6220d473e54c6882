"""What a training loops over: the batches of its epochs."""

from typing import Protocol, TypeVar, runtime_checkable

Batch = TypeVar("Batch", covariant=True)


class EpochBatches(Protocol[Batch]):
    """The batches of every epoch, each a pure function of (seed, epoch, step): resuming redraws them.

    An attribute ``pictures`` says how many pictures an epoch shows; only a budget in pictures needs it.
    """

    def __len__(self) -> int:
        """Return the number of steps in an epoch."""
        ...

    def __call__(self, epoch: int, step: int) -> Batch:
        """Return the batch of a step; epochs and steps count from 0."""
        ...


@runtime_checkable
class TimedBatches(Protocol):
    """Batches that depend on the number of ``steps`` of the whole training, which the loop sets after the first."""

    steps: int
