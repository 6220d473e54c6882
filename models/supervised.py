"""Supervised training of classifiers: epochs of shuffled pictures, cross-entropy, the validation side's loss."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from bench.contracts import Context
from bench.errors import BenchError
from bench.training.augmentation import Alterations, Augment, drawn
from bench.training.history import History
from bench.training.loop import train
from bench.training.memory import out_of_memory, release

_HALVES = {"bf16-mixed": torch.bfloat16, "16-mixed": torch.float16}
Loss = Callable[[nn.Module, Any, Tensor], Mapping[str, Tensor]]
"""From a network, its inputs and the labels (B,) to named losses, ``"loss"`` being the one to descend."""


@dataclass(frozen=True)
class Side:
    """One side of a split: ``inputs`` returns, on the device, the network's input for positions (B,).

    Of a training side it is also called with positions and the ``Alterations`` of their pictures, which
    ``bench.training.augmentation.altered`` takes.
    """

    inputs: Callable[..., Any]
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


class ShuffledBatches:
    """Positions of the pictures of each step: every picture once an epoch, a pure function of (seed, epoch, step).

    An epoch's pictures are spread evenly over its steps, so that none is left alone in a last batch.
    """

    def __init__(self, count: int, batch_size: int, seed: int) -> None:
        self.pictures, self._seed, self._steps = count, seed, -(-count // batch_size)
        if batch_size == 2 and count > 2:
            self._steps = count // batch_size  # a single picture left over joins the last pair
        self._order: tuple[int, np.ndarray] = (-1, np.arange(0))

    def __len__(self) -> int:
        """Return the number of steps in an epoch."""
        return self._steps

    def __call__(self, epoch: int, step: int) -> np.ndarray:
        """Return the positions (B,) of a step; epochs and steps count from 0."""
        if self._order[0] != epoch:  # the same for every step of an epoch
            self._order = epoch, np.random.default_rng([self._seed, epoch]).permutation(self.pictures)
        whole, more = divmod(self.pictures, self._steps)
        start = step * whole + min(step, more)
        return self._order[1][start : start + whole + (step < more)]


class PictureBatch(NamedTuple):
    """The pictures of a step: their ``positions`` (B,), and how they are altered, if they are."""

    positions: np.ndarray
    alterations: Alterations | None = None

    def inputs(self, side: Side) -> Any:
        """Return the network's input."""
        return side.inputs(self.positions, *filter(None, [self.alterations]))

    def pieces(self, parts: int) -> list[tuple[float, "PictureBatch"]]:
        """Return the batch in at most this many even pieces, each with its share of the B."""
        cut = pieces(np.arange(len(self.positions)), parts)
        whole = self.alterations
        return [(share, PictureBatch(self.positions[p], whole and whole[p])) for share, p in cut]


class PictureBatches:
    """The batches of ``ShuffledBatches``, each picture altered anew in every epoch, by (seed, epoch, step)."""

    def __init__(self, count: int, batch_size: int, seed: int, augment: Augment) -> None:
        self._batches, self._seed = ShuffledBatches(count, batch_size, seed), seed
        self._augment: Augment = augment
        self.pictures = count

    def __len__(self) -> int:
        """Return the number of steps in an epoch."""
        return len(self._batches)

    def __call__(self, epoch: int, step: int) -> PictureBatch:
        """Return the batch of a step; epochs and steps count from 0."""
        positions = self._batches(epoch, step)
        if self._augment == "nothing":
            return PictureBatch(positions)
        random = np.random.default_rng([self._seed, epoch, step])
        return PictureBatch(positions, drawn(self._augment, len(positions), random))


def pieces(positions: np.ndarray, parts: int) -> list[tuple[float, np.ndarray]]:
    """Return the positions (B,) in at most this many even pieces, each with its share of the B."""
    cut = np.array_split(positions, min(parts, len(positions)))
    return [(len(piece) / len(positions), piece) for piece in cut]


def classification_loss(network: nn.Module, inputs: Any, labels: Tensor) -> Mapping[str, Tensor]:
    """Return the cross-entropy of the network's scores (B, C)."""
    return {"loss": cross_entropy(network(inputs), labels)}


def fit_classifier(
    network: nn.Module, learning: Side, held_out: Side, context: Context, loss: Loss = classification_loss
) -> History:
    """Train a network by the context's recipe; the validation loss is the held-out side's cross-entropy."""
    labels = torch.from_numpy(learning.labels.astype(np.int64))

    def losses(module: nn.Module, batch: PictureBatch) -> Mapping[str, Tensor]:
        return loss(module, batch.inputs(learning), labels[batch.positions].to(context.device))

    def validate(module: nn.Module) -> float:
        scores = _outputs(module, held_out, context.recipe.batch_size)
        return cross_entropy(scores, torch.from_numpy(held_out.labels.astype(np.int64))).item()

    recipe = context.recipe
    batches = PictureBatches(len(learning), recipe.batch_size, context.seed, recipe.augment)
    return train(network, batches, losses, validate, context, PictureBatch.pieces)


def probabilities(network: nn.Module, side: Side, context: Context, precision: str = "32-true") -> np.ndarray:
    """Return the probabilities (N, C) of a side's pictures, computed in Lightning's ``precision``; rows sum to 1."""
    return computed(network, side, context, precision).double().softmax(1).numpy()


@torch.inference_mode()
def computed(network: nn.Module, side: Side, context: Context, precision: str = "32-true") -> Tensor:
    """Return a network's outputs for a side's pictures (N, ...), in Lightning's ``precision``, on the CPU."""
    number = _HALVES.get(precision)
    with torch.autocast(context.device.partition(":")[0], number, enabled=number is not None):
        return _outputs(network.eval(), side, context.recipe.batch_size, context)


def _outputs(network: nn.Module, side: Side, batch_size: int, context: Context | None = None) -> Tensor:
    """Return the outputs (N, ...) for a side's pictures, on the CPU; batches are halved if memory runs out."""
    outputs: list[Tensor] = []
    start = 0
    while start < len(side):
        positions = np.arange(start, min(start + batch_size, len(side)))
        output = _output_or_none(network, side.inputs, positions)
        if output is None:
            batch_size = len(positions) // 2
            release()
            continue
        outputs.append(output)
        start += len(positions)
        if context is not None:
            context.progress.advance(start)
    return torch.cat(outputs)


def _output_or_none(network: nn.Module, inputs: Callable[[np.ndarray], Any], positions: np.ndarray) -> Tensor | None:
    """Return the output (B, ...) for these positions, None if memory ran out; BenchError if B is 1 then."""
    try:
        return network(inputs(positions)).float().cpu()
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        if len(positions) == 1:
            raise BenchError(
                "memory does not hold one picture alone; make the model or image_size smaller, or take a device with "
                "more memory"
            ) from error
    return None
