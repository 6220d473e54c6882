"""The model to ask: an export, a model of the store by name, or the store's newest."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from bench.errors import BenchError
from bench.exports.exported import Exported
from bench.exports.shipped import limits, shipped
from bench.exports.stored import called, from_store, newest
from bench.exports.trained import Trained, trained
from bench.exports.untrained import categories_of, is_asked_as_it_is, opened, untrained
from bench.inputs import path_of
from bench.registered.registry import Registry
from bench.specs import ContractName, ModelSpec
from bench.stages.contracts.contract import contract_of
from bench.store.record import Record
from bench.store.store import Store, default_store
from bench.terminal.progress import NoProgress


class Asked(NamedTuple):
    """The model to ask, and whether nobody chose it, so that it says with each answer how far that can be trusted."""

    model: Trained
    doubting: bool


def asked_model(
    name: str | None,
    store: Store,
    able: Collection[ContractName],
    tell: Callable[[str], None],
    with_outcomes: bool = False,
) -> Asked:
    """Return the model of an export's folder, of a name in the store, or of one that is asked as it is (``hf:FOLDER``).

    Without a name it is the newest with the contracts ``able``. Where the default store has no such model, it is the
    one that comes with the installation; a store that the user named has to have one. ``tell`` gets a sentence that
    names a model that the user did not; ``with_outcomes`` has a model of the store classify its validation pictures, of
    which an export holds the outcomes. BenchError if there is no such model.
    """
    registry = Registry()
    if name is not None and path_of(name, "--model").exists():
        return Asked(trained(path_of(name, "--model"), registry, NoProgress()), False)
    record = called(name, store) if name is not None else newest(store, registry, able)
    if record is None and name is not None and ":" in name:
        model = untrained(name, registry)
        tell(f"asking {name} as it is" + (f"; picture and question are sent to {model.server}" if model.server else ""))
        return Asked(opened(model, categories_of(store, registry), registry), False)
    if record is not None:
        tell(f"asking {_described(record, store, registry)}")
        return Asked(from_store(record, store, registry, NoProgress(), with_outcomes), False)
    if name is not None:
        trained(path_of(name, "--model"), registry, NoProgress())  # raises the error that says what is wrong
    if store.root == default_store() and (folder := shipped(able)) is not None:
        model = trained(folder, registry, NoProgress())
        tell(_introduced(model.exported, store))
        return Asked(model, True)
    wanted = " and ".join(contract_of(name).model for name in sorted(able))
    raise BenchError(
        f"the store {str(store.root)!r} holds no trained {wanted}; `make demo` trains one, "
        "--store names another store, and --model a folder that `bench export` wrote"
    )


def _introduced(exported: Exported, store: Store) -> str:
    kind = "drawn pictures" if exported.drawn else f"pictures of {exported.cell['dataset']}"
    return (
        f"asking the {exported.label} of this installation, trained on {exported.cell['sides']['train']:,} {kind}, as "
        f"the store {str(store.root)!r} holds no trained model that can; {limits(exported)}"
    )


def _described(record: Record, store: Store, registry: Registry) -> str:
    spec: ModelSpec = registry.find("model", record.cell.model)[0]
    if is_asked_as_it_is(spec, record.model.settings.get("tuning")):
        history = "as it is"
    else:
        history = f"trained on {record.cell.dataset} until {record.finished[:16].replace('T', ' ')}"
    return f"{record.model.label}, {history} ({record.cell}, store {store.root}); --model names another"
