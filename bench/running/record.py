"""The record of a finished cell, assembled from the products of its stages."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from itertools import chain
from math import prod
from typing import Any

from bench.contracts import Task
from bench.planning.plan import Plan
from bench.specs import StageName
from bench.specs.json_data import JSONObject
from bench.stages.code import code_mark
from bench.stages.fitting import described
from bench.stages.predict import USAGE
from bench.stages.row import Row
from bench.stages.score import SCORES
from bench.store.cell import Cell, Stage
from bench.store.record import RECORD_FORMAT, MetricValue, PeakMemory, Record, RecordedModel, StageTiming
from bench.store.sealed import read_json
from bench.store.store import Store
from bench.terminal.progress import Progress
from bench.terminal.quantities import duration
from bench.training.history import PARTS

_PRODUCTS: Mapping[StageName, str] = {
    "pretrain": "pretraining",
    "train": "training",
    "predict": "answers",
    "score": "scores",
}
"""The product of each stage, in a word."""


def write_record(plan: Plan, store: Store, cell: Cell, computed: Collection[Stage], progress: Progress) -> Record:
    """Write and return the record of a cell whose stages all have products; report its scores.

    ``computed`` are the stages that were computed just now.
    """
    products = {stage.name: _meta(store, stage) for stage in cell.stages}
    digests = {stage.name: store.stages.product_digest(stage.fingerprint) for stage in cell.stages}
    score = store.stages.product(cell.score.fingerprint)
    assert score is not None, "a record comes after its score"
    row = plan.rows[cell.model]
    scores = read_json(score / SCORES)
    record = Record(
        format=RECORD_FORMAT,
        cell=cell.identity,
        protocol=plan.protocol(cell.fraction),
        model=_model(row, plan.task, cell.train),
        config_recipe=plan.config.recipe.model_dump(),
        stages={stage.name: stage.fingerprint for stage in cell.stages},
        code=_code(cell),
        metrics={name: MetricValue(**score) for name, score in scores["metrics"].items()},
        n=scores["n"],
        timings=_timings(plan, products, scores["n"]),
        environment={name: meta["environment"] for name, meta in products.items() if meta},
        finished=datetime.now(UTC).isoformat(timespec="microseconds"),
        caveat=plan.caveat,
        sides={name: len(side) for name, side in plan.partition.of(cell)._asdict().items()},
        usage=_usage(store, cell),
        products={name: present for name, present in digests.items() if present},
        parameters=_parameters(store, cell),
        measured_by="",
        **{PARTS[stage.name]: _history(store, stage) for stage in cell.stages if stage.name in PARTS},
    )
    store.write_record(cell.id, record)
    whole = {name: score["value"] for name, score in scores["metrics"].items() if ":" not in name}
    figures = ", ".join(f"{name} {value:.3f}" for name, value in whole.items())
    progress.say(f"done in {_spent(cell, computed, products)}: {figures or 'no score is defined, the table says why'}")
    return record


def _code(cell: Cell) -> dict[str, str]:
    """Return a digest of each stage's code, and of the code of the judge if one marked the answers."""
    marks = {stage.name: code_mark(stage.inputs["code"]) for stage in cell.stages}
    for stage in cell.stages:
        if "judge_code" in stage.inputs:
            marks["judge"] = code_mark(stage.inputs["judge_code"])
    return marks


def _spent(cell: Cell, computed: Collection[Stage], products: Mapping[str, JSONObject | None]) -> str:
    """Say how long the stages computed just now took, and which products existed already."""
    names = {stage.name for stage in computed}
    seconds = sum(meta["seconds"] for name, meta in products.items() if meta and name in names)
    there = [_PRODUCTS[stage.name] for stage in cell.stages if stage.name not in names]
    verb = "was" if len(there) == 1 else "were"
    return duration(seconds) + (f", its {' and '.join(there)} {verb} there already" if there else "")


def _model(row: Row, task: Task, train: Stage) -> RecordedModel:
    untaught = "" if row.trains_on == "instructions" else task.untaught()
    digest = train.inputs["model"]["weights"]
    return RecordedModel(
        label=row.spec.label,
        family=row.family.name,
        family_label=row.family.label,
        order=row.family.order,
        control=row.control,
        variant_of=row.spec.variant_of,
        pretrains=row.pretrains,
        footnote="; ".join(filter(None, (row.spec.footnote, untaught and f"{row.spec.label}: {untaught}"))),
        settings=dict(row.settings),
        deviations=row.deviations,
        recipe=row.recipe.model_dump(),
        upper=row.spec.upper,
        deterministic=row.deterministic,
        origin={**row.origin.identity, **row.origin.notes} if row.origin else None,
        departures=list(row.spec.departures),
        weights=row.weights + (f" ({digest})" if isinstance(digest, str) else ""),
    )


def _timings(plan: Plan, products: Mapping[str, JSONObject | None], answers: int) -> dict[str, StageTiming]:
    answers_questions = plan.contract.about == "instructions"
    return {
        name: StageTiming(
            meta["seconds"],
            meta["units"],
            PeakMemory(**meta["memory"]) if meta.get("memory") else None,
            answers if answers_questions and name == "predict" else None,
        )
        for name, meta in products.items()
        if meta
    }


def _history(store: Store, stage: Stage) -> JSONObject | None:
    product = store.stages.product(stage.fingerprint)
    return described(product / "weights") if product else None


def _parameters(store: Store, cell: Cell) -> int | None:
    """Return how many numbers a cell's saved weights hold, those of its first step too; None if some are gone."""
    from safetensors import safe_open

    products = [store.stages.product(stage.fingerprint) for stage in (cell.pretrain, cell.train) if stage]
    files = [sorted((product / "weights").rglob("*.safetensors")) if product else [] for product in products]
    if not all(files):
        return None
    total = 0
    for file in chain.from_iterable(files):
        with safe_open(file, "numpy") as tensors:
            total += sum(prod(tensors.get_slice(name).get_shape()) for name in tensors.keys())  # noqa: SIM118 -- no mapping
    return total


def _usage(store: Store, cell: Cell) -> dict[str, Any] | None:
    """Return what a cell's answers cost, None if they cost only time."""
    product = store.stages.product(cell.predict.fingerprint)
    return read_json(product / USAGE) if product else None


def _meta(store: Store, stage: Stage) -> JSONObject | None:
    return store.stages.making(stage.fingerprint)
