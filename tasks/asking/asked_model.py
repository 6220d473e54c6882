"""The model to ask: an export, a model of the store by name, or the store's newest."""

from collections.abc import Callable, Collection

from bench.errors import BenchError
from bench.exports.stored import called, from_store, newest
from bench.exports.trained import Trained, trained
from bench.inputs import path_of
from bench.registered.registry import Registry
from bench.specs import ContractName
from bench.stages.contracts.contract import contract_of
from bench.store.record import Record
from bench.store.store import Store
from bench.terminal.progress import NoProgress


def asked_model(
    name: str | None,
    store: Store,
    able: Collection[ContractName],
    tell: Callable[[str], None],
    with_outcomes: bool = False,
) -> Trained:
    """Return the model of an export's folder or of a name in the store, or the newest with the contracts ``able``.

    ``tell`` gets a sentence that names a model of the store; ``with_outcomes`` has that model classify its validation
    pictures, of which an export holds the outcomes. BenchError if there is no such model.
    """
    registry = Registry()
    if name is not None and path_of(name, "--model").exists():
        return trained(path_of(name, "--model"), registry, NoProgress())
    record = called(name, store) if name is not None else newest(store, registry, able)
    if record is not None:
        tell(f"asking {_described(record, store)}")
        return from_store(record, store, registry, NoProgress(), with_outcomes)
    if name is not None:
        return trained(path_of(name, "--model"), registry, NoProgress())  # raises the error that says what is wrong
    wanted = " and ".join(contract_of(name).model for name in sorted(able))
    raise BenchError(
        f"the store {str(store.root)!r} holds no trained {wanted}; `make demo` trains one, "
        "--store names another store, and --model a folder that `bench export` wrote"
    )


def _described(record: Record, store: Store) -> str:
    return (
        f"{record.model.label}, trained on {record.cell.dataset} until {record.finished[:16].replace('T', ' ')} "
        f"({record.cell}, store {store.root}); --model names another"
    )
