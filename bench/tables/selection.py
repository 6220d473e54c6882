"""Which records a table shows: one task, one dataset, one protocol, and one set of settings per model."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from bench.errors import BenchError, unknown
from bench.specs import Column
from bench.store.record import Record
from bench.store.run_request import Stop
from bench.store.store import Store
from bench.tables.choices import Clear, unusual

if TYPE_CHECKING:
    import pandas


PRETRAINED = " (pretrained)"
"""What follows the label of a model that started from pretrained weights, wherever its records are shown."""


@dataclass(frozen=True, eq=False)
class Selection:
    """The records of one dataset and protocol, by model; ``left_out`` counts those of other settings or code.

    ``references`` names the instruction records as the run did, '' if that is no longer known. ``stops`` are the models
    that a race stopped and no later run finished. ``other_protocols`` are those of the dataset's other records, latest
    first, each with its choices.
    """

    dataset: str
    protocol: str
    clear: Clear
    by_model: Mapping[str, tuple[Record, ...]]
    left_out: Mapping[str, int]
    references: str = ""
    stops: Mapping[str, Stop] = field(default_factory=dict)
    other_protocols: tuple[str, ...] = ()

    @cached_property
    def scores(self) -> "pandas.DataFrame":
        """One row per cell and metric, see ``bench.tables.frames.of_records``."""
        from bench.tables.frames import of_records

        return of_records(record for records in self.by_model.values() for record in records)

    def by_place(self, metric: str) -> "pandas.DataFrame":
        """Return a metric's values, seeds averaged: one row per fold and repeat, one column per model that has any."""
        measured = [metric] if metric in self._by_place else []
        return self._by_place.loc[:, measured].droplevel("metric", axis=1)

    @cached_property
    def _by_place(self) -> "pandas.DataFrame":
        """Those of all metrics, whose columns are pairs of metric and model."""
        return self.scores.pivot_table("value", ["fold", "repeat"], ["metric", "model"], aggfunc="mean")

    def defined(self, columns: Iterable[Column]) -> tuple[Column, ...]:
        """Return the columns without the optional ones whose metric the protocol does not define."""
        return tuple(each for each in columns if not each.optional or each.metric in self.clear.get("metrics", ()))

    @property
    def choices(self) -> str:
        """The choices by which a reader distinguishes the protocol, in clear."""
        return ", ".join(_choices(self.clear, self.references))

    @property
    def tested(self) -> str:
        """The dataset of the test pictures; it differs from ``dataset`` if models were tested on another."""
        return self.clear["test_data"]["dataset"] if "test_data" in self.clear else self.dataset

    @property
    def data(self) -> str:
        """The dataset in words: the one trained on and, if it differs, the one tested on."""
        return self.dataset if self.tested == self.dataset else f"trained on {self.dataset}, tested on {self.tested}"

    @property
    def caveats(self) -> tuple[str, ...]:
        """The records' caveats, which a reader of their scores must know."""
        caveats = [record.caveat for records in self.by_model.values() for record in records]
        return tuple(dict.fromkeys(caveat for caveat in caveats if caveat)) + self.starts + self.elsewhere

    @property
    def starts(self) -> tuple[str, ...]:
        """Which models started from which pretrained weights, in a sentence; empty if none did."""
        starts = [
            _start(records[0].model.label.removesuffix(PRETRAINED), records[0].model.weights)
            for records in self.by_model.values()
            if records[0].model.weights
        ]
        if not starts:
            return ()
        rest = "" if len(starts) == len(self.by_model) else "; no other row started from any"
        return (f"{PRETRAINED[1:]}: {', '.join(starts)}{rest}.",)

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """Who measured rows that were not measured here, in a sentence; empty if there are none."""
        names = sorted({records[0].measured_by for records in self.by_model.values()} - {""})
        if not names:
            return ()
        return (f"Rows named after {', '.join(names)} were measured there and published, and not measured here.",)


class NoRecordError(BenchError):
    """The store holds no record of a task."""


def select(store: Store, task: str, dataset: str | None, protocol: str | None) -> Selection:
    """Choose a table's records, by default of the latest run's dataset and protocol.

    BenchError if the task has no record, or none of that dataset or protocol.
    """
    return select_from(
        [record for record in store.records() if record.cell.task == task], store, task, dataset, protocol
    )


def select_from(
    records: Sequence[Record], store: Store, task: str, dataset: str | None, protocol: str | None
) -> Selection:
    """Choose a table's records like ``select``, among all ``records`` of the task in the store."""
    if not records:
        raise NoRecordError(
            f"the store {str(store.root)!r} holds no record of task {task!r}; "
            f"make one with `bench run --task {task} --models ...` or name another store with --store"
        )
    run, last = store.latest_run(task), max(records, key=lambda record: record.finished).cell
    chosen_dataset = _dataset(task, records, dataset or (run.dataset if run else last.dataset))
    of_dataset = [record for record in records if record.cell.dataset == chosen_dataset]
    chosen = _protocol(of_dataset, protocol, run.protocol if run else last.protocol, store)
    return selected(of_dataset, chosen_dataset, chosen, store)


def selected(records: Sequence[Record], dataset: str, protocol: str, store: Store) -> Selection:
    """Select the records of a protocol from one dataset's records."""
    own = [record for record in records if record.cell.protocol == protocol]
    by_model, left_out = _of_one_kind(own)
    stops = _stops(protocol, by_model, store)
    latest = sorted(records, key=lambda record: record.finished, reverse=True)
    others = dict.fromkeys(record.cell.protocol for record in latest if record.cell.protocol != protocol)
    about = tuple(_described(name, records, store) for name in others)
    references = _references(protocol, store)
    return Selection(dataset, protocol, own[0].protocol, by_model, left_out, references, stops, about)


def _stops(protocol: str, by_model: Mapping[str, Sequence[Record]], store: Store) -> dict[str, Stop]:
    """Return the stop of each model whose latest run was a race that stopped it, if it still lacks folds."""
    latest: dict[str, Stop | None] = {}
    for run in store.runs():
        if run.is_under(protocol):
            stopped = {stop.model: stop for stop in run.stops if stop.protocol == protocol}
            for model in run.models:
                latest.setdefault(model, stopped.get(model))
    folds = {model: {_place(record)[:2] for record in records} for model, records in by_model.items()}
    return {model: stop for model, stop in latest.items() if stop and 0 < len(folds.get(model, ())) < stop.of}


def _dataset(task: str, records: Iterable[Record], wanted: str) -> str:
    names = {record.cell.dataset for record in records}
    if wanted not in names:
        raise unknown(f"dataset of task {task!r} in the store", wanted, names, "`bench run` makes records of others")
    return wanted


def _protocol(records: Sequence[Record], wanted: str | None, latest: str, store: Store) -> str:
    """Return the protocol whose digest begins with ``wanted``; by default the latest run's or latest record's."""
    names = {record.cell.protocol for record in records}
    if wanted is not None:
        matches = [name for name in names if name.startswith(wanted)]
        if len(matches) != 1:
            raise unknown("protocol of the store", wanted, [_described(name, records, store) for name in names])
        return matches[0]
    if latest in names:
        return latest
    return max(records, key=lambda record: record.finished).cell.protocol


def _described(protocol: str, records: Sequence[Record], store: Store) -> str:
    """Name a protocol by its digest, its choices, when it was last used, and on which models."""
    own = [record for record in records if record.cell.protocol == protocol]
    models = sorted({record.cell.model for record in own})
    clear = own[0].protocol
    choices = [*_choices(clear, _references(protocol, store)), f"{clear['split']['k']} folds"]
    choices += [f"image size {clear['image_size']}"] if "image_size" in clear else []
    last = max(record.finished for record in own)[:16]
    return f"{protocol} ({'; '.join(choices)}; last used {last} by {' '.join(models)})"


def _choices(clear: Clear, references: str) -> list[str]:
    """Name what distinguishes a protocol from others: its choices and its instruction records."""
    return unusual(clear) + ([f"records {references}"] if references else [])


def _references(protocol: str, store: Store) -> str:
    """Return the name of the instruction records in the latest run under a protocol, '' if there is no run."""
    run = store.run_under(protocol)
    return str(run.config.get("records", "")) if run else ""


def _of_one_kind(records: Sequence[Record]) -> tuple[dict[str, tuple[Record, ...]], dict[str, int]]:
    """Return each model's records that agree with its latest in settings, recipe and code, and the others' number.

    They are in the order of folds, so that the order of finishing does not change the last digit of a mean.
    """
    by_model: dict[str, list[Record]] = {}
    for record in sorted(records, key=lambda record: record.finished, reverse=True):
        by_model.setdefault(record.cell.model, []).append(record)
    alike = {model: [r for r in own if _kind(r) == _kind(own[0])] for model, own in by_model.items()}
    marked = {model: _marked(own) for model, own in _told_apart(alike).items()}
    in_order = {model: tuple(sorted(own, key=_place)) for model, own in marked.items()}
    return in_order, {model: len(own) - len(in_order[model]) for model, own in by_model.items()}


def _told_apart(by_model: Mapping[str, list[Record]]) -> dict[str, list[Record]]:
    """Return each model's records, with its name in their label if two models share that."""
    counts = Counter(own[0].model.label for own in by_model.values())
    return {
        model: own if counts[(label := own[0].model.label)] == 1 else _labelled(own, f"{label} ({model})")
        for model, own in by_model.items()
    }


def _start(label: str, weights: str) -> str:
    """Say what a model started from, once if its label names it already."""
    return label if weights in label else f"{label} from {weights}"


def _marked(records: list[Record]) -> list[Record]:
    """Return a model's records, marked in their label if it started from pretrained weights."""
    about = records[0].model
    return _labelled(records, f"{about.label}{PRETRAINED}") if about.weights else records


def _labelled(records: Iterable[Record], label: str) -> list[Record]:
    return [replace(record, model=replace(record.model, label=label)) for record in records]


def _place(record: Record) -> tuple[int, int, int]:
    return record.cell.repeat, record.cell.fold, record.cell.seed


def _kind(record: Record) -> tuple[object, ...]:
    return record.model.settings, record.model.recipe, record.code, record.model.weights


def measured_task(store: Store, task: str | None) -> str:
    """Return a task that the store has records of, by default the latest record's; BenchError if it has none."""
    records = store.records()
    if not records:
        raise BenchError(f"the store {str(store.root)!r} holds no record; make some with `bench run` or name another")
    if task is None:
        return max(records, key=lambda record: record.finished).cell.task
    if task not in (tasks := {record.cell.task for record in records}):
        raise unknown("measured task", task, tasks)
    return task
