"""Two steps of each model's training on the present device, from which the cost of a whole run is estimated."""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.contracts import Context
from bench.data.splits import Fold
from bench.errors import in_one_line
from bench.planning.costs import Pace
from bench.planning.kept import keep_paces
from bench.planning.plan import Plan
from bench.specs import resolve
from bench.stages import train
from bench.stages.context import Surroundings, context_of, load_estimator
from bench.stages.contracts.contract import pictures
from bench.stages.environment import description
from bench.stages.fitting import described, train_estimator
from bench.stages.materials import Materials
from bench.stages.predict import predictions
from bench.stages.questions import Questions
from bench.store.cell import Cell, Stage
from bench.terminal.progress import TRAINING, NoProgress, Progress
from bench.training import heap
from bench.training.peak import Peak

_STEPS = 3
"""How many batches are trained on; the first one, a warm-up, is not timed."""


def probe(plan: Plan, progress: Progress) -> dict[tuple[str, str], Pace]:
    """Measure training and predicting of each model of a plan on a few pictures of its first cell.

    Only the paces are kept, in the cache. A model that fails is reported and left out.
    """
    questions = Questions(Materials(plan))
    questions.load()
    paces: dict[tuple[str, str], Pace] = {}
    first = {cell.model: cell for cell in reversed(plan.cells)}
    progress.start("probing", len(first))
    for number, cell in enumerate(reversed(first.values())):
        try:
            paces |= {(cell.model, stage): pace for stage, pace in _paces(plan, questions, cell)}
        except Exception as error:  # a plugin's model may fail in any way; the others are still to be probed
            progress.say(f"{cell.model} cannot be probed: {in_one_line(error)}")
        progress.advance(number + 1)
    keep_paces(plan, paces)
    return paces


def _paces(plan: Plan, questions: Questions, cell: Cell) -> Iterator[tuple[str, Pace]]:
    row, few = plan.rows[cell.model], _few(plan, cell)
    sides = train.sides(questions.materials, cell, few)
    with tempfile.TemporaryDirectory() as folder:

        def weights(_: Cell, stage: Stage) -> Path:
            return Path(folder) / stage.name

        for stage, path in ((cell.pretrain, row.pretrains), (cell.train, row.estimator)):
            if stage is None or path is None:
                continue
            heap.give_back()
            kind, watch = resolve(path), _Watch()
            context = context_of(plan, cell, stage, Surroundings(watch, Path(folder), weights))
            recipe = context.recipe.model_copy(
                update={"epochs": 1, "fewest_steps": 0, "budget": None, "tune": "nothing"}
            )
            context, peak = replace(context, recipe=recipe, unlabelled=sides.unlabelled), Peak(context.device)
            began = time.monotonic()
            estimator = train_estimator(kind, sides.train, sides.validation, context)
            ended, share = time.monotonic(), plan.config.validation_share
            seconds = watch.seconds(began, ended, few, share / (1 - share))
            pace = _pace(seconds, peak, context, bool(watch.stepping))
            weights(cell, stage).mkdir()
            estimator.save(weights(cell, stage))
            history = described(weights(cell, stage)) or {}
            yield stage.name, replace(pace, flops=history.get("training_flops", 0.0) / len(few.train) or None)

        context = context_of(plan, cell, cell.predict, Surroundings(NoProgress(), Path(folder), weights))
        estimator = load_estimator(resolve(row.estimator), weights(cell, cell.train), context)
        peak = Peak(context.device)
        tested = questions.tested(cell, few)
        if plan.transfer:  # another dataset's pictures may be many
            tested = tested.take(np.arange(min(len(tested), len(few.test))))
        posed = plan.task.pose(tested)
        began = time.monotonic()
        predictions(plan, cell, estimator, posed, NoProgress())
        yield "predict", _pace((time.monotonic() - began) / pictures(tested), peak, context)


def _pace(seconds: float, peak: Peak, context: Context, by_epochs: bool = True) -> Pace:
    machine = description(context.device)
    return Pace(seconds, peak.taken()["process"], machine["threads"], machine["device"], "probe", by_epochs)


def _few(plan: Plan, cell: Cell) -> Fold:
    """Return a few pictures of each side of a cell, drawn at random so that several categories occur."""
    random = np.random.default_rng(cell.random_state)
    batch = plan.rows[cell.model].recipe.batch_size
    tested = plan.contract.fewest or batch
    sides = zip(plan.partition.of(cell), (_STEPS * batch, batch, tested), strict=True)
    return Fold(*(np.sort(random.permutation(side)[:size]) for side, size in sides))


@dataclass
class _Section:
    """The steps of one training: how many it has, and when each was done."""

    total: int
    done: list[tuple[int, float]]

    @property
    def seconds(self) -> float:
        """The seconds of all its steps, the first counted like the others."""
        (first, began), (last, ended) = self.done[0], self.done[-1]
        return (ended - began) / (last - first) * self.total


class _Watch(NoProgress):
    """The progress of a probe: it notes when the steps of each training were done."""

    def __init__(self) -> None:
        self._sections: list[_Section] = []
        self._under_way = False

    def start(self, what: str, total: int, done: int = 0) -> None:
        self._under_way = what == TRAINING
        if self._under_way:
            self._sections.append(_Section(total, []))

    def advance(self, done: int, **figures: float) -> None:
        if self._under_way:
            self._sections[-1].done.append((done, time.monotonic()))

    @property
    def stepping(self) -> list[_Section]:
        """The trainings that reported two steps or more."""
        return [section for section in self._sections if len(section.done) > 1]

    def seconds(self, began: float, ended: float, few: Fold, share: float) -> float:
        """Return the seconds of training per picture and epoch, with ``share`` validation pictures to each.

        A model that reports no steps is assumed to take as long for every picture as for these few.
        """
        if not self.stepping:
            return (ended - began) / len(few.train)
        validating = (ended - self.stepping[-1].done[-1][1]) / len(few.validation)
        return sum(section.seconds for section in self.stepping) / len(few.train) + validating * share
