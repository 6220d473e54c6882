"""Costs of models without a measurement: the work of a small step, divided by this machine's speed.

A model is fitted to a few pictures of noise and made-up records, without drawing a dataset or asking a teacher; the
work of its first step is counted and kept. A picture is assumed to be as much work in a larger batch, and a step to
call as many operations at any batch size.
"""

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.contracts import InstructionRecord, Instructions, Micrographs
from bench.errors import in_one_line
from bench.planning.costs import Pace
from bench.planning.kept import keep, look_up, machine, work_of
from bench.planning.plan import Plan
from bench.specs import resolve
from bench.stages.context import Surroundings, context_of
from bench.stages.environment import description
from bench.stages.fitting import train_estimator
from bench.stages.row import Row
from bench.store.cell import Cell, Stage
from bench.terminal.progress import TRAINING, NoProgress, Progress
from bench.terminal.quantities import count
from bench.training import heap

if TYPE_CHECKING:
    from bench.planning.speed import Speed
    from bench.planning.work import Step, Steps

PATIENCE = 12.0
"""Seconds of processor time after which a dry run counts no further model; the rest is reported as unknown."""
_PICTURES = 2
_WORDS, _QUESTION, _ANSWER = 300, 10, 18
"""Distinct words of the made-up records, and the words per question and answer: about as many as embedded ones have."""
_FORWARD, _ANSWERING = 1 / 3, 2.0
"""Shares of a step's work: the forward pass, which is all that classifying, validating and encoding take; and answering
the questions about a picture, word by word."""
_ADAM = 28
"""Bytes that Adam moves for each trained weight: four numbers are read, three written."""
_BESIDE = 16
"""Bytes held for each trained weight besides itself: its gradient, Adam's two moments, the best so far."""


def counted(
    plan: Plan, models: Sequence[str], progress: Progress, patience: float = PATIENCE
) -> dict[tuple[str, str], Pace]:
    """Estimate the stages of these models from the work of one small step each; earlier counts are reused.

    It leaves out models that learn in no steps or begin from pretrained weights; models that fail, with a message; and
    models not counted before, once ``patience`` seconds of processor time have elapsed.
    """
    first = {cell.model: cell for cell in reversed(plan.cells)}
    progress.start("counting the work of a step", len(models))
    until, paces, skipped = time.process_time() + patience, {}, []
    for number, model in enumerate(models):
        cell = first[model]
        stage = cell.pretrain or cell.train
        clear = {**work_of(cell, stage), "records": plan.rows[model].trains_on}
        steps = look_up("work", clear)
        if steps is None and time.process_time() >= until:
            skipped.append(model)
            continue
        try:
            if steps is None:
                steps = [asdict(step) for step in _counted(plan, cell, stage)]
                keep("work", clear, steps)
            paces |= _paces(plan, cell, steps)
        except Exception as error:  # a plugin's model may fail in any way; the others are still to be counted
            progress.say(f"the work of {model} cannot be counted: {in_one_line(error)}")
        progress.advance(number + 1)
    if skipped and patience:
        within = f"within {patience:.0f} s of the processor"
        progress.say(
            f"{count(len(skipped), 'model')} not looked at {within}: the same command again goes on with them, --probe "
            "tries all"
        )
    return paces


def _counted(plan: Plan, cell: Cell, stage: Stage) -> "list[Step]":
    """Fit a model to very few data and return the first step of each of its trainings."""
    row = plan.rows[cell.model]
    if row.origin or row.weights:  # they may be large, or absent
        return []
    kind = resolve(row.pretrains if stage is cell.pretrain and row.pretrains else row.estimator)
    if "torch" not in sys.modules:  # its code does without torch and learns in no steps
        return []
    from bench.planning.work import Steps

    heap.give_back()
    with tempfile.TemporaryDirectory() as folder:
        watch = _Beginnings()
        context = context_of(plan, cell, stage, Surroundings(watch, Path(folder), lambda _, stage: Path(folder)))
        watch.steps = Steps(context.device)
        batch = _PICTURES * _questions(row)
        recipe = context.recipe.model_copy(
            update={"epochs": 1, "fewest_steps": 0, "budget": None, "tune": "nothing", "batch_size": batch}
        )
        train, validation = _side(plan, row, 0), _side(plan, row, 1)
        context = replace(context, recipe=recipe, unlabelled=validation.micrographs.unlabelled())
        try:
            with watch.steps.counting():
                train_estimator(kind, train, validation, context)
        except Exception:  # later code may need more pictures than there are
            if not watch.steps.done:
                raise
        return watch.steps.done


class _Beginnings(NoProgress):
    """The progress of a small training: it marks when its steps begin."""

    steps: "Steps | None" = None

    def start(self, what: str, total: int, done: int = 0) -> None:
        if what == TRAINING and self.steps is not None:
            self.steps.begin()


def _paces(plan: Plan, cell: Cell, steps: Sequence[dict[str, Any]]) -> Iterator[tuple[tuple[str, str], Pace]]:
    """Turn the work of steps into the paces of the stages; only the work of training is known."""
    from bench.planning.work import Step
    from bench.stages.seeding import prepare

    if not steps:
        return
    row, device = plan.rows[cell.model], prepare(plan.config.machine, cell.random_state)
    several = [Step(**step) for step in steps]
    speed = _speed(plan, several, device)
    batch = max(1, row.recipe.batch_size // _questions(row))
    learning = sum(_seconds(step, speed, batch) for step in several)
    memory = max(step.held + _BESIDE * step.weights + step.saved * batch // _PICTURES for step in several)
    share = plan.config.validation_share
    validating = share / (1 - share) * _FORWARD * learning
    environment = description(device)
    flops = sum(sum(step.flops.values()) for step in several) / _PICTURES
    whole = Pace(
        learning + validating, memory, environment["threads"], environment["device"], "FLOPs", flops=flops or None
    )
    forward = replace(whole, seconds=_FORWARD * learning, by_epochs=False)
    if cell.pretrain:
        yield (cell.model, "pretrain"), whole
    if cell.pretrain and row.pretrain_share == 1:
        yield (cell.model, "train"), replace(forward, seconds=forward.seconds / (1 - share))
    else:
        yield (cell.model, "train"), whole
    asking = _ANSWERING if plan.contract.about == "instructions" else _FORWARD
    yield (cell.model, "predict"), replace(forward, seconds=asking * learning)


def _seconds(step: "Step", speed: "Speed", batch: int) -> float:
    """Return the seconds per picture in the steps of a training with batches of so many pictures."""
    of_a_step = step.called / speed.units["called"] + _ADAM * step.weights / speed.units["moved"]
    return speed.seconds(step, 1 / _PICTURES) + of_a_step / batch


def _speed(plan: Plan, steps: "Sequence[Step]", device: str) -> "Speed":
    """Return this machine's speed at these steps, measured for the kinds that have none yet."""
    from bench.planning.speed import Speed, measured

    clear = {"machine": machine(plan.config.machine)}
    rates = look_up("speed", clear) or {}
    lacking = {"moved", "called", *(kind for step in steps for kind in step.flops)} - rates.keys()
    if lacking:
        rates |= measured(sorted(lacking), device)
        keep("speed", clear, rates)
    return Speed(rates)


def _questions(row: Row) -> int:
    """Return how many records per picture a step holds."""
    return row.recipe.questions_per_picture if row.trains_on == "instructions" else 1


def _side(plan: Plan, row: Row, number: int) -> Any:
    """Return a few pictures of noise, or made-up records about them."""
    random, size = np.random.default_rng(number), plan.config.image_size
    categories = plan.dataset.categories
    labels = np.arange(_PICTURES) % len(categories)
    pixels = random.integers(0, 256, (_PICTURES, size, size), dtype=np.uint8)
    ids = tuple(f"{number}-{position}" for position in range(_PICTURES))
    pictures = Micrographs(pixels, np.arange(_PICTURES), ids, labels, categories)
    if row.trains_on == "micrographs":
        return pictures
    about = np.repeat(np.arange(_PICTURES), _questions(row))
    records = tuple(
        InstructionRecord(f"{ids[where]}#{question}", ids[where], 1, *_texts(random), (), "")
        for question, where in enumerate(about)
    )
    captions = tuple(plan.dataset.caption(int(label)) for label in labels)
    return Instructions(pictures, records, about, captions, categories)


def _texts(random: np.random.Generator) -> tuple[str, str]:
    question, answer = (
        " ".join(f"w{word}" for word in random.integers(_WORDS, size=count)) for count in (_QUESTION, _ANSWER)
    )
    return question, answer
