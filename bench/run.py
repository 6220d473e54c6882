"""One cell to its record, stage by stage: the only place where a model meets a task."""

import json
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np

from bench import claim, environment, heap
from bench.cell import Cell, Stage
from bench.contracts import Context, Instructions, Micrographs, Scores
from bench.errors import BenchError, in_one_line
from bench.fitting import described, fit
from bench.freshness import code_mark
from bench.history import PARTS
from bench.materials import Materials
from bench.peak import Peak
from bench.plan import Plan
from bench.progress import CellProgress, Progress
from bench.rows import Row
from bench.specs import resolve
from bench.store import RECORD_FORMAT, SMALL_WEIGHTS, Store, read_json, write_json

Outcome = Literal["done", "failed", "busy"]
USAGE = "usage.json"
"""Beside the answers of a model that is paid by the token: what they cost."""


class Runner:
    """Computes the cells of a plan in this process."""

    def __init__(self, plan: Plan, store: Store, progress: Progress) -> None:
        self.plan = plan
        self.store = store
        self.progress = progress
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
        part = "record"
        try:
            for stage in needed(self.store, cell):
                part = stage.name
                if not self._ensure(cell, stage, progress):
                    return "busy"
            self._record(cell, progress)
            self._trim(cell)
            return "done"
        except Exception as error:  # one failing model never stops another
            progress.note(traceback.format_exc())
            reason = str(error) if isinstance(error, BenchError) else in_one_line(error)
            self.failures[cell.id] = f"{part} failed: {reason}"
            progress.say(self.failures[cell.id])
            return "failed"
        finally:
            progress.close()

    def _ensure(self, cell: Cell, stage: Stage, progress: CellProgress) -> bool:
        """Compute a stage unless its product stands; False while another process is at it."""
        folder = self.store.stage(stage.fingerprint)
        if self.store.product(stage.fingerprint):
            return True
        held = claim.acquire(folder / "claim")
        if held is None:
            return False
        with held:
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
        estimator = resolve(row.pretrains if stage.name == "pretrain" and row.pretrains else row.estimator)
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
                "environment": environment.description(context.device),
            }
            write_json(folder / "product.json", meta)

        self.store.make_product(stage.fingerprint, stage.inputs, make)

    def _pretrain(self, cell: Cell, folder: Path, context: Context) -> int:
        return self._fit(cell, self._row(cell).pretrains, folder, context)

    def _train(self, cell: Cell, folder: Path, context: Context) -> int:
        return self._fit(cell, self._row(cell).estimator, folder, context)

    def _fit(self, cell: Cell, estimator: str | None, folder: Path, context: Context) -> int:
        assert estimator is not None, "a stage is that of an estimator"
        sides = self.materials.sides(cell)
        context = replace(context, unlabelled=sides.unlabelled)
        passes = fit(resolve(estimator), sides.train, sides.validation, context, folder / "weights")
        return passes * pictures(sides.train)

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

    def _record(self, cell: Cell, progress: CellProgress) -> None:
        products = {stage.name: self._product_meta(stage) for stage in cell.stages}
        score = self.store.product(cell.score.fingerprint)
        assert score is not None, "a record comes after its score"
        row = self._row(cell)
        scores = read_json(score / "scores.json")
        self.store.write_record(
            cell.id,
            {
                "format": RECORD_FORMAT,
                "cell": cell.identity,
                "protocol": self.plan.protocol(cell.fraction),
                "sides": {name: len(side) for name, side in self.plan.fold(cell)._asdict().items()},
                "model": {
                    "label": row.spec.label,
                    "family": row.family.name,
                    "family_label": row.family.label,
                    "order": row.family.order,
                    "control": row.family.control,
                    "variant_of": row.spec.variant_of,
                    "pretrains": row.pretrains,
                    "footnote": row.spec.footnote,
                    "settings": dict(row.settings),
                    "deviations": row.deviations,
                    "recipe": row.recipe.model_dump(),
                },
                "config_recipe": self.plan.config.recipe.model_dump(),
                "stages": {stage.name: stage.fingerprint for stage in cell.stages},
                "code": {stage.name: code_mark(stage.inputs["code"]) for stage in cell.stages},
                "metrics": scores["metrics"],
                "n": scores["n"],
                **{PARTS[stage.name]: self._told(stage) for stage in cell.stages if stage.name in PARTS},
                **({"usage": usage} if (usage := self._usage(cell)) else {}),
                "caveat": self.plan.caveat,
                "timings": self._timings(products, scores["n"]),
                "environment": {name: meta["environment"] for name, meta in products.items() if meta},
                "finished": datetime.now(UTC).isoformat(timespec="microseconds"),
            },
        )
        spent = sum(meta["seconds"] for meta in products.values() if meta)
        whole = {name: score["value"] for name, score in scores["metrics"].items() if ":" not in name}
        progress.say(f"done in {spent:.0f} s, " + ", ".join(f"{name} {value:.3f}" for name, value in whole.items()))

    def _timings(self, products: Mapping[str, dict[str, Any] | None], answers: int) -> dict[str, dict[str, Any]]:
        kept = ("seconds", "units", "memory")
        timings = {name: {key: meta.get(key) for key in kept} for name, meta in products.items() if meta}
        if self.plan.task.asks == "answerer" and "predict" in timings:
            timings["predict"]["answers"] = answers
        return timings

    def _told(self, stage: Stage) -> dict[str, Any] | None:
        product = self.store.product(stage.fingerprint)
        return described(product / "weights") if product else None

    def _usage(self, cell: Cell) -> dict[str, Any] | None:
        """Return what a cell's answers cost, None where they cost nothing but time."""
        product = self.store.product(cell.predict.fingerprint)
        return read_json(product / USAGE) if product else None

    def _product_meta(self, stage: Stage) -> dict[str, Any] | None:
        product = self.store.product(stage.fingerprint)
        return read_json(product / "product.json") if product else None

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
