"""One cell to its record, stage by stage: the only place where a model meets a task."""

import json
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import numpy as np

from bench import claim, environment, heap
from bench.cell import Cell, Stage
from bench.contracts import Context, Instructions, Micrographs, Scores
from bench.errors import BenchError, in_one_line
from bench.fitting import fit
from bench.history import PARTS
from bench.materials import Materials, Sides
from bench.peak import Peak
from bench.plan import Plan
from bench.progress import CellProgress, Progress, Silence
from bench.ranks import ALONE, Parted, Ranks
from bench.record import USAGE, write_record
from bench.rows import Row
from bench.specs import StageName, resolve
from bench.store import SMALL_WEIGHTS, Store, read_json, write_json

Outcome = Literal["done", "failed", "busy"]


class Runner:
    """Computes the cells of a plan in this process, of which several train together where ``ranks`` says so.

    The first of these runs the cells, and the others ``follow`` it into each training; only it writes.
    """

    def __init__(self, plan: Plan, store: Store, progress: Progress, ranks: Ranks = ALONE) -> None:
        self.plan = plan
        self.store = store
        self.progress = progress
        self.ranks = ranks
        self.materials = Materials(plan)
        self.failures: dict[str, str] = {}

    def run(self, cell: Cell) -> Outcome:
        """Compute what the cell lacks and write its record.

        Returns "busy" where another process computes one of its stages; "failed" after writing the failure to
        the cell's log and its reason to ``failures``, by the cell's id, so that other cells go on.
        """
        if recorded(self.store, cell):
            return "done"
        progress = CellProgress(self.progress, str(cell), self.store.log(cell.id))
        part, lacking = "record", needed(self.store, cell)
        try:
            with ExitStack() as claims:  # held until the record is written: else another finds all made, and writes it
                for stage in lacking or [cell.score]:
                    part = stage.name
                    if not self._ensure(cell, stage, progress, claims):
                        return "busy"
                part = "record"
                if recorded(self.store, cell):
                    return "done"
                write_record(self.plan, self.store, cell, lacking, progress)
            self._trim(cell)
            return "done"
        except Parted as parted:
            progress.note(traceback.format_exc())
            progress.say(f"{part} ended: {parted}")
            raise
        except Exception as error:  # one failing model never stops another
            progress.note(traceback.format_exc())
            reason = str(error) if isinstance(error, BenchError) else in_one_line(error)
            self.failures[cell.id] = f"{part} failed: {reason}"
            progress.say(self.failures[cell.id])
            return "failed"
        finally:
            progress.close()

    def follow(self, cell: Cell, name: StageName) -> None:
        """Train along with the first rank in the stage of this name; an error that all ranks have is written by it."""
        stage = next(stage for stage in cell.stages if stage.name == name)
        work = self.store.stage(stage.fingerprint) / "work"
        with suppress(Exception), self.ranks.shared():
            resolve(_path(self._row(cell), stage))  # imported before anything is seeded
            context = context_of(self.plan, cell, stage, Silence(), work, self._weights)
            self._fit(cell, stage, self.materials.sides(cell), context, work / "weights")

    def _ensure(self, cell: Cell, stage: Stage, progress: CellProgress, claims: ExitStack) -> bool:
        """Claim a stage and compute it unless its product stands; False while another process is at it."""
        held = claim.acquire(self.store.stage(stage.fingerprint) / "claim")
        if held is None:
            return False
        claims.enter_context(held)
        if self.store.product(stage.fingerprint) is None:
            steps = {
                "pretrain": self._pretrain,
                "train": self._train,
                "predict": self._predict,
                "score": self._score,
            }
            self._make(cell, stage, steps[stage.name], progress)
        return True

    def _make(
        self, cell: Cell, stage: Stage, step: Callable[[Cell, Path, Context], int], progress: CellProgress
    ) -> None:
        work = self.store.stage(stage.fingerprint) / "work"
        work.mkdir(parents=True, exist_ok=True)
        row = self._row(cell)
        estimator = resolve(_path(row, stage))
        context = context_of(self.plan, cell, stage, progress, work, self._weights)
        progress.note(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {stage.name} {stage.fingerprint} by {estimator.__name__}")

        def make(folder: Path) -> None:
            if stage.name != "score":  # which is over sooner than this
                heap.give_back()
            began, peak = time.monotonic(), Peak(context.device)
            units = step(cell, folder, context)
            meta = {
                "seconds": time.monotonic() - began,
                "units": units,
                "memory": peak.taken(),
                "environment": environment.description(context.device, self.ranks.size if stage.name in PARTS else 1),
            }
            write_json(folder / "product.json", meta)

        self.store.make_product(stage.fingerprint, stage.inputs, make)

    def _pretrain(self, cell: Cell, folder: Path, context: Context) -> int:
        assert cell.pretrain is not None, "a stage is that of a cell that has it"
        return self._learn(cell, cell.pretrain, folder, context)

    def _train(self, cell: Cell, folder: Path, context: Context) -> int:
        return self._learn(cell, cell.train, folder, context)

    def _learn(self, cell: Cell, stage: Stage, folder: Path, context: Context) -> int:
        sides = self.materials.sides(cell)
        self.ranks.tell((cell.id, stage.name))  # those that follow
        with self.ranks.shared():
            return self._fit(cell, stage, sides, context, folder / "weights")

    def _fit(self, cell: Cell, stage: Stage, sides: Sides, context: Context, weights: Path) -> int:
        context = replace(context, unlabelled=sides.unlabelled, ranks=self.ranks)
        kind = resolve(_path(self._row(cell), stage))
        return fit(kind, sides.train, sides.validation, context, weights) * pictures(sides.train)

    def _weights(self, cell: Cell, stage: Stage) -> Path:
        product = self.store.product(stage.fingerprint)
        if product is None or not (product / "weights").is_dir():
            raise BenchError(f"the weights of {cell} are gone; run the same command with --force")
        return product / "weights"

    def _predict(self, cell: Cell, folder: Path, context: Context) -> int:
        posed = self.materials.sides(cell).posed
        estimator = resolve(self._row(cell).estimator).load(self._weights(cell, cell.train), context)
        if self.plan.task.asks == "answerer":
            context.progress.start(f"answering {len(posed)} questions", 1)
            write_json(folder / "answers.json", checked_answers(estimator.answer(posed.unanswered()), len(posed)))
            if usage := getattr(estimator, "usage", None):
                write_json(folder / USAGE, usage)
        else:
            context.progress.start("classifying", len(posed))
            found, transfer = estimator.predict_proba(posed.unlabelled()), self.plan.transfer
            kept = transfer.restricted(found) if transfer else found
            np.save(folder / "probabilities.npy", kept, allow_pickle=False)
        return pictures(posed)

    def _score(self, cell: Cell, folder: Path, context: Context) -> int:
        sides = self.materials.sides(cell)
        product = self.store.product(cell.predict.fingerprint)
        assert product is not None, "predict comes before score"
        if self.plan.task.asks == "answerer":
            given = read_json(product / "answers.json")
        else:
            given = np.load(product / "probabilities.npy", allow_pickle=False)
        context.progress.start(f"scoring {len(sides.posed)} answers", 1)
        scores: Scores = self.plan.scores.score(given, sides.posed, sides.reference, self.plan.task_settings)
        metrics = {name: {"value": value, "error": error} for name, (value, error) in scores.metrics.items()}
        write_json(folder / "scores.json", {"metrics": metrics, "counts": scores.counts, "n": len(scores.items)})
        lines = (json.dumps(item, ensure_ascii=False) for item in scores.items)
        (folder / "items.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return pictures(sides.posed)

    def _row(self, cell: Cell) -> Row:
        return self.plan.rows[cell.model]

    def _trim(self, cell: Cell) -> None:
        """Drop a finished cell's weights where the config keeps no such weights."""
        learned = [stage for stage in (cell.pretrain, cell.train) if stage]
        products = [product for stage in learned if (product := self.store.product(stage.fingerprint))]
        kept = [file for product in products for file in (product / "weights").rglob("*") if file.is_file()]
        size, keep = sum(file.stat().st_size for file in kept), self.plan.config.keep
        if kept and (keep == "scores" or (keep == "weights" and size > SMALL_WEIGHTS)):
            self.progress.say(f"{cell}: weights of {size / 2**20:.0f} MB dropped (keep={keep})")
            for stage in learned:
                self.store.drop(stage.fingerprint)


def _path(row: Row, stage: Stage) -> str:
    """Return the path of the estimator of a stage."""
    return row.pretrains if stage.name == "pretrain" and row.pretrains else row.estimator


def context_of(
    plan: Plan, cell: Cell, stage: Stage, progress: Progress, folder: Path, weights: Callable[[Cell, Stage], Path]
) -> Context:
    """Seed this process for a stage and return what its model is given; its code must be imported by then.

    ``weights`` tells in which folder an earlier stage of the cell left what it learned.
    """
    row, machine, first = plan.rows[cell.model], plan.config.machine, cell.pretrain
    before = resolve(row.pretrains) if row.pretrains and stage is not first else None
    device = environment.prepare(machine, cell.seed)
    settings = row.until(stage.name)  # what a later stage reads must not decide this one
    context = Context(row.spec, settings, row.recipe, cell.seed, device, progress, folder, machine.checkpoint_seconds)
    if first is None or before is None:
        return context
    return replace(context, pretrained=lambda: before.load(weights(cell, first), context))


def recorded(store: Store, cell: Cell) -> bool:
    """Tell whether the cell's record stands and refers to these very stages."""
    record = store.record(cell.id)
    return record is not None and record["stages"] == {stage.name: stage.fingerprint for stage in cell.stages}


def needed(store: Store, cell: Cell) -> list[Stage]:
    """Return the stages to compute: those without a product whose product a later missing stage asks for."""
    missing: list[Stage] = []
    for stage in reversed(cell.stages):
        if store.product(stage.fingerprint):
            break
        missing.insert(0, stage)
    return missing


def checked_answers(answers: list[str], asked: int) -> list[str]:
    """Return the answers if each question has exactly one; BenchError otherwise."""
    if len(answers) != asked:
        raise BenchError(f"the model gave {len(answers)} answers to {asked} questions; answer() must return one each")
    for number, answer in enumerate(answers):
        if not isinstance(answer, str):
            raise BenchError(f"answer {number} is {type(answer).__name__}, not str; answer() must return strings")
    return answers


def forget(store: Store, cells: tuple[Cell, ...]) -> None:
    """Drop the products of the cells' stages, so that all is computed again."""
    for cell in cells:
        for stage in cell.stages:
            store.drop(stage.fingerprint)
        (store.root / "cells" / f"{cell.id}.json").unlink(missing_ok=True)


def pictures(side: Micrographs | Instructions) -> int:
    """Return how many pictures a side is of."""
    return len(side.micrographs) if isinstance(side, Instructions) else len(side)
