"""Trained models in the store, asked without an export."""

from collections.abc import Collection

from bench.errors import BenchError
from bench.exports.description import described
from bench.exports.exporting import calibrated, loaded_from, named, weights_of
from bench.exports.trained import Trained
from bench.registered.registry import Registry
from bench.specs import ContractName, contracts_of
from bench.store.record import Record
from bench.store.store import Store
from bench.terminal.progress import Progress


def newest(store: Store, registry: Registry, able: Collection[ContractName]) -> Record | None:
    """Return the latest record of a model that learned, has its weights and meets these contracts; None without any.

    Controls are skipped: they are there to lose.
    """
    for record in sorted(store.records(), key=lambda record: record.finished, reverse=True):
        if (
            record.learned
            and not record.model.control
            and _contracts(record, registry).issuperset(able)
            and _has_weights(record, store)
        ):
            return record
    return None


def called(name: str, store: Store) -> Record | None:
    """Return the store's record of a model's or a cell's name, None if there is none."""
    if any(name == record.cell.model for record in store.records()) or ("/" not in name and store.record(name)):
        return named(name, store, None, None, None)
    return None


def from_store(
    record: Record, store: Store, registry: Registry, progress: Progress, with_outcomes: bool = False
) -> Trained:
    """Return a record's model; BenchError if its weights were dropped or its data changed.

    ``with_outcomes`` has it classify its validation pictures, too.
    """
    model = loaded_from(record, described(record, store, registry), store, registry, progress)
    return model._replace(exported=calibrated(model, record, store, registry)) if with_outcomes else model


def _contracts(record: Record, registry: Registry) -> set[ContractName]:
    """Return the contracts of a record's model, an empty set if it is no longer installed."""
    try:
        spec = registry.find("model", record.cell.model)[0]
        return {*contracts_of(spec, registry.family(spec))}
    except BenchError:
        return set()


def _has_weights(record: Record, store: Store) -> bool:
    try:
        return bool(weights_of(record, store))
    except BenchError:
        return False
