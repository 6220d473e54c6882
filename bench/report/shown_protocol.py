"""What a page shows: the records of a task on one dataset under one protocol, and the tables that show them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bench.errors import BenchError, unknown
from bench.registered.registry import Registry
from bench.specs import Column, TableSpec
from bench.store.record import Record
from bench.store.store import Store
from bench.tables.model_scores import Measurements, columns_of
from bench.tables.selection import Selection, selected


@dataclass(frozen=True, eq=False)
class ShownProtocol:
    """The records of one task, dataset and protocol; ``specs`` are the task's tables, ``models`` those measured."""

    number: int
    task: str
    selection: Selection
    specs: tuple[TableSpec, ...]
    store: Store
    registry: Registry

    @cached_property
    def models(self) -> tuple[str, ...]:
        """The names of the measured models, controls last; a model's place here is its number on the page."""
        about = {model: records[0].model for model, records in self.selection.by_model.items()}
        return tuple(
            sorted(about, key=lambda name: (about[name].control, about[name].upper, about[name].order, name.lower()))
        )

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the task's tables that the protocol defines, the one that judges first."""
        return self.selection.defined(columns_of(self.task, self.specs))

    @cached_property
    def measured(self) -> Measurements:
        """The scores of all models in all columns."""
        return Measurements(self.selection, self.store, self.columns)


def shown_protocols(
    store: Store, registry: Registry, task: str | None, dataset: str | None, protocol: str | None
) -> tuple[ShownProtocol, ...]:
    """Return what a page shows, the latest first: all protocols of the store, or those that are named.

    ``protocol`` is the beginning of a digest. BenchError if the store has no such records.
    """
    records = store.records()
    if not records:
        raise BenchError(
            f"the store {str(store.root)!r} holds no record, so there is nothing to report; make some with `bench run` "
            "or name another with --store"
        )
    own = _of("task", task, records, [record.cell.task for record in records])
    own = _of("dataset", dataset, own, [record.cell.dataset for record in own])
    names = [record.cell.protocol for record in own]
    if protocol is not None:
        own = [record for record in own if record.cell.protocol.startswith(protocol)]
        if not own:
            raise unknown("protocol of the store", protocol, dict.fromkeys(names))
    groups: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
    for record in own:
        groups[record.cell.task, record.cell.dataset, record.cell.protocol].append(record)
    latest_first = sorted(groups.items(), key=lambda group: max(r.finished for r in group[1]), reverse=True)
    specs = sorted(registry.every("table").values(), key=lambda spec: spec.number)
    return tuple(
        ShownProtocol(
            number,
            name,
            selected(records_of, of_dataset, digest, store),
            tuple(spec for spec in specs if spec.task == name),
            store,
            registry,
        )
        for number, ((name, of_dataset, digest), records_of) in enumerate(latest_first)
    )


def _of(field: str, wanted: str | None, records: Sequence[Record], names: Sequence[str]) -> list[Record]:
    """Return the records of a task or a dataset, all if none is wanted; BenchError if there are none."""
    if wanted is None:
        return [*records]
    if wanted not in names:
        raise unknown(f"{field} of the store", wanted, dict.fromkeys(names))
    return [record for record, name in zip(records, names, strict=True) if name == wanted]
