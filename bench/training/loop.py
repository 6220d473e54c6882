"""The training loop of every torch model, on Lightning Fabric.

Adam by the recipe, learning rate by its schedule, early stopping, best weights kept; without a validation loss, the
last weights are kept. A killed process resumes from its checkpoints bit for bit (on the CPU, at the same
thread count).

Several ranks train as one process does, by Fabric's DistributedDataParallel: the batch of a step is the same, each
computes its piece of it, and gradients and losses are added up. They differ from one process by rounding and by
dropout, which every rank draws by itself.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Adam
from torch.optim.lr_scheduler import ReduceLROnPlateau

from bench.config.loading import Recipe
from bench.contracts import Context
from bench.errors import BenchError
from bench.terminal.progress import TRAINING, EpochFigures, Progress, Stopped
from bench.terminal.quantities import count
from bench.training.batches import EpochBatches, TimedBatches
from bench.training.budget import steps_of
from bench.training.checkpoint import Checkpoints, random_states, restore_random_states, trained_state
from bench.training.convolution import keep_small_convolutions_exact
from bench.training.cutting import Cut, Split
from bench.training.fabric import fabric_on, with_shared_norms
from bench.training.flops import FlopCounter
from bench.training.history import Epoch, History, TrainingDiverged
from bench.training.linear import speed_up_linears
from bench.training.memory import out_of_memory, release
from bench.training.precision import precision
from bench.training.rates import paced
from bench.training.schedule import Schedule
from bench.training.standing import Standing


def train(
    module: nn.Module,
    batches: EpochBatches[Any],
    losses: Callable[[nn.Module, Any], Mapping[str, Tensor]],
    validate: Callable[[nn.Module], float] | None,
    context: Context,
    split: Split | None = None,
    spread: Split | None = None,
    chance: Mapping[str, float] | None = None,
) -> History:
    """Train a module by the context's recipe and leave it, on the context's device, with its best weights.

    ``losses`` maps the module (as Fabric wraps it: call it once, read its ``device``) and a batch to named
    scalars: training descends ``"loss"``, the others are only shown. ``validate`` returns the loss that decides
    halving, stopping and the choice of weights; it runs in eval mode without gradients. It is None if there is no such
    loss. Frozen parameters are neither updated nor stored. The caller seeds before it builds the module. ``chance`` is
    the level, by name, of the losses of a model that knows nothing; the history lists those that stayed there.

    If memory runs out in a step, ``split`` cuts the batches into twice as many pieces from then on, whose gradients
    add up to the whole batch's. BenchError if it cannot cut smaller, or if there is no ``split`` because a loss needs
    the whole batch.

    Each of several ranks computes its piece of every batch, cut by ``split``, or by ``spread`` if a loss combines the
    ranks into one of the whole batch; BenchError without either, and for batch norms on CPUs. ``validate`` runs in full
    on each rank, and the first one's loss decides. Only the first writes checkpoints, all read them. Raises Parted if
    memory runs out.

    Training resumes from a checkpoint in ``context.folder``; one is written there every
    ``context.checkpoint_seconds`` and when the progress raises Stopped. They stay until the stage has its product, but
    another training in this process does not read them. Raises TrainingDiverged if a loss is not finite.

    The FLOPs of the first step are counted, so that a budget in FLOPs decides the number of steps before the second.
    """
    cut = Cut(split, spread, context)
    training = _Training(module, batches, losses, validate, context, cut)
    return replace(training.run(), chance=chance or {})


class _Training:
    """One training under way.

    All its ``steps`` and their ``schedule`` are known when it begins, with a budget in FLOPs after the first of them;
    until then ``steps`` is infinite.
    """

    schedule: Schedule

    def __init__(
        self,
        module: nn.Module,
        batches: EpochBatches[Any],
        losses: Callable[[nn.Module, Any], Mapping[str, Tensor]],
        validate: Callable[[nn.Module], float] | None,
        context: Context,
        cut: Cut,
    ) -> None:
        self.recipe: Recipe = context.recipe
        self.progress: Progress = context.progress
        self.ranks, self.seed = context.ranks, context.seed
        self.batches, self.losses, self.validate, self.cut = batches, losses, validate, cut
        self.precision = precision(self.recipe.precision, context.model.large, context.device)
        self.fabric = fabric_on(context.device, self.precision, self.ranks)
        speed_up_linears(module)
        keep_small_convolutions_exact(module)
        module = with_shared_norms(module, self.fabric.device, self.ranks)
        optimiser = Adam(paced(module, self.recipe), betas=(0.9, self.recipe.beta2), fused=True)
        self.module = module
        self.wrapped, self.optimiser = self.fabric.setup(module, optimiser)
        self.steps = math.inf
        # Its patience is the epochs that it tolerates; halve_after is those after which it halves.
        self.plateau = ReduceLROnPlateau(
            self.optimiser, factor=0.5, patience=self.recipe.halve_after - 1, threshold=0.0
        )
        self.checkpoints = Checkpoints(context.folder, self.fabric, context.checkpoint_seconds)
        self.standing = Standing()
        self.best_weights: dict[str, Tensor] = {}
        self.waits_to_compile = context.compiles

    def run(self) -> History:
        self._resume()
        if not self.ranks.first:  # the first rank draws as one process does
            own = np.random.default_rng([self.seed, self.ranks.rank, self._steps_done()])
            torch.manual_seed(int(own.integers(2**63)))
        if self.standing.flops is not None or "FLOPs" not in (self.recipe.budget or ""):
            self._begin()
        try:
            while not self.standing.finished(self.recipe, self._epochs, len(self.batches)):
                self._epoch()
        except Stopped:  # raised between two steps by the progress
            self.checkpoints.write(self._state())
            raise
        self.module.load_state_dict(self.best_weights, strict=False)
        self.module.eval()
        self.checkpoints.end()
        epochs = tuple(Epoch(**figures) for figures in self.standing.epochs)
        return History(
            epochs,
            self.standing.best,
            self.standing.parts,
            self.precision,
            flops=(self.standing.flops or 0.0) * min(self._steps_done(), self.steps),
            passes=self._epochs,
        )

    @property
    def _epochs(self) -> float:
        """The passes through the batches until the end, infinite until that is planned."""
        return self.steps / len(self.batches)

    def _begin(self) -> None:
        """Plan all steps, by the recipe's epochs or its budget."""
        pictures = getattr(self.batches, "pictures", None)
        steps = steps_of(self.recipe, len(self.batches), pictures, self.standing.flops or 0.0)
        self.steps, self.schedule = steps, Schedule.of(self.recipe, steps, watched=self.validate is not None)
        if isinstance(self.batches, TimedBatches):
            self.batches.steps = steps
        if self.recipe.budget is None and steps > self.recipe.epochs * len(self.batches):
            self.progress.say(
                f"so few pictures are {count(len(self.batches), 'step')} an epoch: {steps} steps are taken, "
                f"{self._epochs:.0f} epochs instead of {self.recipe.epochs} (recipe.fewest_steps)"
            )
        if self.schedule.shortened:
            self.progress.say(self.schedule.shortened)
        self.progress.start(TRAINING, steps, self._steps_done())

    def _epoch(self) -> None:
        standing, began = self.standing, time.monotonic()
        before = standing.seconds
        self.wrapped.train()
        while standing.step < len(self.batches) and self._steps_done() < self.steps:
            self._step()
            standing.seconds = before + time.monotonic() - began
            self._keep()
        loss = self._validation()
        standing.seconds = before + time.monotonic() - began
        self._close_epoch(loss)
        self._keep()

    def _keep(self) -> None:
        if self.ranks.first:
            self.checkpoints.write_if_due(self._state)

    def _step(self) -> None:
        standing = self.standing
        if self.waits_to_compile and standing.flops is not None:  # in a compiled step no operation can be counted
            self.module.compile()
            self.waits_to_compile = False
        batch = self.batches(standing.epoch, standing.step)
        while (figures := self._descent(batch)) is None:
            self._cut_smaller(batch)
        if self.steps == math.inf:
            self._begin()
        self._set_rate()
        self.optimiser.step()
        for name, figure in figures.items():
            standing.sums[name] = standing.sums.get(name, 0.0) + figure
        standing.step += 1
        standing.share = self._steps_done() / self.steps
        self.progress.advance(self._steps_done(), **self._figures(figures))

    def _descent(self, batch: Any) -> dict[str, float] | None:
        """Set the gradients of a batch and return its losses; None if memory ran out."""
        own = self._gradients(batch) if self.standing.flops is not None else self._counted(batch)
        if own is None:
            return None
        figures = dict(zip(own, self.ranks.summed(list(own.values())), strict=True))
        self._check(figures, f"step {self.standing.step + 1}", self._steps_done() + 1)
        return figures

    def _counted(self, batch: Any) -> dict[str, float] | None:
        """Compute gradients as ``_gradients`` does, and count the FLOPs of the step, over all ranks."""
        with FlopCounter() as counter:
            own = self._gradients(batch)
        if own is not None:
            (self.standing.flops,) = self.ranks.summed([counter.flops])
        return own

    def _gradients(self, batch: Any) -> dict[str, float] | None:
        """Compute gradients, part by part, and return this rank's share of the losses; None if memory ran out."""
        try:
            self.optimiser.zero_grad()
            total: dict[str, float] = {}
            for share, piece in self.cut.pieces(batch, self.standing.parts):
                for name, figure in self._accumulate(share, piece).items():
                    total[name] = total.get(name, 0.0) + share * figure
            return total
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
        return None  # not within `except`: the error refers to what filled the memory

    def _accumulate(self, share: float, piece: Any) -> dict[str, float]:
        """Add a piece's share to the gradients, which ranks average, and return its losses."""
        with self.fabric.autocast():
            losses = self.losses(self.wrapped, piece)
        figures = {name: loss.item() for name, loss in losses.items()}
        self.fabric.backward(losses["loss"] * (share * self.ranks.size))
        return figures

    def _cut_smaller(self, batch: Any) -> None:
        standing = self.standing
        self.optimiser.zero_grad()
        release()
        self.cut.check_smaller(batch, standing.parts, f"epoch {standing.epoch + 1}, step {standing.step + 1}")
        standing.parts *= 2
        self.progress.say(
            f"out of memory in epoch {standing.epoch + 1}, step {standing.step + 1}: from here on each batch goes in "
            f"{standing.parts} pieces, whose gradients are added up"
        )

    def _set_rate(self) -> None:
        share = self.schedule.share(self._steps_done())
        if share is None:
            return
        for group in self.optimiser.param_groups:
            group["lr"] = share * group["initial_lr"]

    def _validation(self) -> float | None:
        if self.validate is None:
            return None
        self.wrapped.eval()
        with torch.no_grad(), self.fabric.autocast():
            loss = self.ranks.agreed(float(self.validate(self.wrapped)))
        self._check({"validation": loss}, "at its end", self._steps_done())
        return loss

    def _close_epoch(self, loss: float | None) -> None:
        standing = self.standing
        means = {name: total / standing.step for name, total in standing.sums.items()}
        figures: EpochFigures = {
            "losses": means,
            "validation": loss,
            "learning_rate": self._learning_rate(),
            "seconds": standing.seconds,
        }
        standing.epochs.append({**figures})
        if loss is None:
            standing.best = standing.epoch
        elif self.schedule.name == "plateau":
            self.plateau.step(loss)
        if loss is not None and loss < standing.best_loss:
            standing.best, standing.best_loss = standing.epoch, loss
            self.best_weights = {name: value.detach().clone() for name, value in trained_state(self.module).items()}
        standing.epoch, standing.step, standing.sums, standing.seconds = standing.epoch + 1, 0, {}, 0.0
        self.progress.end_epoch(standing.epoch, figures)

    def _check(self, figures: Mapping[str, float], place: str, steps: int) -> None:
        """Raise TrainingDiverged, after so many steps, unless all figures are finite."""
        if all(math.isfinite(figure) for figure in figures.values()):
            return
        values = ", ".join(f"{name}={figure:g}" for name, figure in figures.items())
        raise TrainingDiverged(
            f"training diverged in epoch {self.standing.epoch + 1}, {place}: {values}; "
            f"try a smaller recipe.learning_rate than {self.recipe.learning_rate:g}",
            (self.standing.flops or 0.0) * steps,
        )

    def _figures(self, losses: Mapping[str, float]) -> dict[str, float]:
        latest = self.standing.epochs[-1]["validation"] if self.standing.epochs else None
        validation = {} if latest is None else {"val": latest}
        return {"epoch": self.standing.epoch + 1, **losses, **validation, "lr": self._learning_rate()}

    def _learning_rate(self) -> float:
        return self.optimiser.param_groups[0]["lr"]

    def _steps_done(self) -> int:
        return self.standing.epoch * len(self.batches) + self.standing.step

    def _state(self) -> dict[str, Any]:
        return {
            "module": trained_state(self.module),
            "optimiser": self.optimiser.state_dict(),
            "plateau": self.plateau.state_dict(),
            "precision": self.fabric.strategy.precision.state_dict(),
            "random": random_states(),
            "standing": asdict(self.standing),
            "best_weights": self.best_weights,
        }

    def _resume(self) -> None:
        state = self.checkpoints.read(self.progress)
        place = None if state is None else (state["standing"]["epoch"], state["standing"]["step"])
        if place != self.ranks.agreed(place):
            raise BenchError(f"rank {self.ranks.rank} finds another checkpoint than the first; all must see one folder")
        if state is None:
            return
        self.module.load_state_dict(state["module"], strict=False)
        self.optimiser.load_state_dict(state["optimiser"])
        self.plateau.load_state_dict(state["plateau"])
        self.fabric.strategy.precision.load_state_dict(state["precision"])
        self.standing = Standing(**state["standing"])
        self.best_weights = state["best_weights"]
        restore_random_states(state["random"])
        self.progress.say(f"resumed at epoch {self.standing.epoch + 1}, step {self.standing.step + 1}")
