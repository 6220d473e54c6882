"""Exports a cell's trained model as a self-contained folder, which can be asked and trained further elsewhere."""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Literal

from bench.data.teacher import open_teacher, teacher_name
from bench.errors import BenchError, unknown
from bench.exports.description import SAMPLES, config_of, dataset_of, described, inputs_of, meanings_of
from bench.exports.elsewhere import tests_elsewhere
from bench.exports.evaluation import Score, leaderboard_id, model_results, results_name
from bench.exports.exported import CARD, FILE, PRETRAINED, Elsewhere, Exported
from bench.exports.model_card import card
from bench.exports.outcomes import with_outcomes
from bench.exports.trained import Trained, loaded
from bench.registered.registry import Registry
from bench.specs import ModelSpec
from bench.store.fingerprint import file_digest
from bench.store.record import Record
from bench.store.sealed import write_text
from bench.store.store import Store
from bench.store.whole import whole
from bench.tables.items import items_of
from bench.tables.model_scores import columns_of
from bench.tables.selection import select
from bench.terminal.progress import NoProgress, Progress

_READABLE = 0o644
_MOST_QUESTIONS = 1000
"""How many questions an export lists: own records may ask another about each picture."""


def named(cell: str, store: Store, task: str | None, dataset: str | None, protocol: str | None) -> Record:
    """Return the record of a cell's id, or a model's first record of the latest run; BenchError if there is none."""
    record = store.record(cell) if "/" not in cell else None
    if record is not None:
        return record
    records = [record for record in store.records() if record.cell.model == cell]
    if not records:
        names = {record.cell.model for record in store.records()}
        raise unknown("cell", cell, names, "a cell is a model's name, or the name of a file in cells/ of the store")
    latest = max(records, key=lambda record: record.finished).cell.task
    by_model = select(store, task or latest, dataset, protocol).by_model
    if cell not in by_model:
        raise unknown("model of these records", cell, by_model)
    return min(by_model[cell], key=_place)


def export(
    record: Record,
    store: Store,
    registry: Registry,
    out: Path,
    sources: Mapping[str, str] | None = None,
    benchmark: str = "",
) -> Exported:
    """Write a record's trained model into a folder, which must not exist or be empty; return its description.

    ``sources`` say where the pictures of other datasets that it was tested on come from; ``benchmark`` is the id of a
    data set on the hub with leaderboards, on which its scores are to stand. BenchError if its weights were
    dropped, its data changed, or the folder cannot be written; nothing is left then.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BenchError(f"{str(out)!r} exists and is not an empty folder; name a new one")
    weights, about = weights_of(record, store), described(record, store, registry)
    with suppress(Exception):  # a model that cannot rank categories can still be asked other questions elsewhere
        about = calibrated(loaded_from(record, about, store, registry, NoProgress()), record, store, registry)
    with suppress(BenchError):  # a file of records may be gone since, and all that is lost then is a warning
        about = about.model_copy(update={"questions": _questions(record, store, registry)})
    about = about.model_copy(update={"elsewhere": _cited(tests_elsewhere(record, store, registry), sources or {})})
    try:
        with whole(out) as part:
            for name, folder in weights.items():
                # A model's own card knows nothing of the data and the protocol.
                shutil.copytree(folder, part / name, ignore=shutil.ignore_patterns(CARD), dirs_exist_ok=True)
            for path in filter(Path.is_file, part.rglob("*")):
                path.chmod(_READABLE)  # safetensors writes files that nobody else may read
            files = {
                path.relative_to(part).as_posix(): path.stat().st_size
                for path in sorted(part.rglob("*"))
                if path.is_file()
            }
            digests = {name: file_digest(part / name) for name in files}
            exported = about.model_copy(update={"files": files, "digests": digests})
            write_text(part / FILE, exported.model_dump_json(indent=1) + "\n")
            write_text(
                part / CARD, card(exported, record, items_of(store, record)[:SAMPLES], meanings_of(record, store))
            )
            if benchmark:
                place = part / results_name(benchmark)
                place.parent.mkdir()
                write_text(place, model_results(_scores(record, store, registry), benchmark, "Records and answers"))
        return exported
    except OSError as error:
        raise BenchError(f"{str(out)!r} cannot be written ({error.strerror}); name a folder that can be") from error


def weights_of(record: Record, store: Store) -> dict[str, Path]:
    """Return the folders of a cell's weights, by their place in an export; BenchError if one is gone."""
    own = {"": _weights(record, "train", store)}
    return {**own, PRETRAINED: _weights(record, "pretrain", store)} if "pretrain" in record.stages else own


def loaded_from(record: Record, about: Exported, store: Store, registry: Registry, progress: Progress) -> Trained:
    """Load a record's model, which ``about`` describes, from its weights in the store."""
    folders = weights_of(record, store)
    return loaded(about, folders[""], folders.get(PRETRAINED, folders[""]), registry, progress)


def calibrated(model: Trained, record: Record, store: Store, registry: Registry) -> Exported:
    """Return the description of a record's model with the outcomes on its validation pictures."""
    dataset, split = dataset_of(record, store, registry), inputs_of(record, store)["split"]
    return with_outcomes(model, dataset, config_of(record, store), split)


def _questions(record: Record, store: Store, registry: Registry) -> tuple[str, ...]:
    """Return the questions that a model was taught, without doubles, in the order of the records; at most so many.

    A model that learns from pictures alone was taught none.
    """
    spec: ModelSpec = registry.find("model", record.cell.model)[0]
    if (spec.trains_on or registry.family(spec).trains_on) != "instructions":
        return ()
    config = config_of(record, store)
    dataset = dataset_of(record, store, registry)
    teacher = open_teacher(registry, teacher_name(config.records, dataset), config.settings, config.seed)
    records = teacher.records(dataset)
    return tuple(islice(dict.fromkeys(each.question for each in records), _MOST_QUESTIONS))


def _scores(record: Record, store: Store, registry: Registry) -> list[Score]:
    """Return the scores by which models are ranked, of all records that share a record's training."""
    same = [other for other in store.records() if other.stages["train"] == record.stages["train"]]
    return [
        Score(
            leaderboard_id(other.cell, column.metric),
            other.metrics[column.metric].value,
            other.finished,
            f"fold {other.cell.fold} of {other.protocol['split']['k']}; dataset {other.cell.dataset}",
        )
        for other in same
        for column in columns_of(other.cell.task, registry.every("table").values())
        if column.higher_is_better is not None and column.metric in other.metrics
    ]


def _cited(tests: Sequence[Elsewhere], sources: Mapping[str, str]) -> tuple[Elsewhere, ...]:
    names = [test.dataset for test in tests]
    for name in sources:
        if name not in names:
            raise unknown("dataset that the model was tested on", name, names)
    return tuple(test.model_copy(update={"source": sources.get(test.dataset, "")}) for test in tests)


def _place(record: Record) -> tuple[float, int, int, int]:
    return -record.cell.fraction, record.cell.repeat, record.cell.fold, record.cell.seed


def _weights(record: Record, stage: Literal["pretrain", "train"], store: Store) -> Path:
    product = store.product_of(record, stage)
    if product is None and store.stages.is_damaged(record.stages[stage]):
        raise BenchError(
            f"the weights of {record.model.label} are no longer as they were stored; the same `bench run` again makes "
            "them anew"
        )
    if product is None or not (product / "weights").is_dir():
        raise BenchError(
            f"the weights of {record.model.label} are no longer in the store; run it again with --force and "
            "--set keep=all"
        )
    return product / "weights"
