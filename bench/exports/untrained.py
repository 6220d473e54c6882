"""What can be asked without a training: models by the name of their weights or server, and what else a record needs."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from bench.errors import BenchError
from bench.planning.fetching import is_cached, is_local
from bench.registered.registry import Registry
from bench.specs import SCRATCH, ContractName, ModelSpec, contracts_of, resolve
from bench.store.record import Record
from bench.store.store import Store
from bench.terminal.progress import NoProgress

if TYPE_CHECKING:
    from bench.exports.trained import Trained

_ABLE: frozenset[ContractName] = frozenset({"answerer", "classifier"})
_SIDE = 224
"""The side in pixels of the pictures where nothing says another."""


class Untrained(NamedTuple):
    """A model that needs no training: its whole ``name``, its contracts, and where questions go, '' to no server."""

    name: str
    spec: ModelSpec
    contracts: tuple[ContractName, ...]
    server: str


class Categories(NamedTuple):
    """What a model that learned nothing is told of a dataset: its categories, their captions, the pictures' size."""

    names: tuple[str, ...]
    captions: tuple[str, ...]
    image_size: int


def is_asked_as_it_is(spec: ModelSpec, tuning: object) -> bool:
    """Return whether a model with this value of its setting ``tuning``, None without one, learns nothing."""
    return not spec.needs_training or (spec.tuned_on is not None and tuning == "none")


def untrained(name: str, registry: Registry) -> Untrained:
    """Return the model of a name such as ``hf:FOLDER``, without its weights.

    BenchError if no model has this name, it has to learn first, or its weights are not on this machine.
    """
    spec, argument = registry.find("model", name)
    if not spec.name.endswith(":") or not is_asked_as_it_is(spec, "none"):
        kinds = [f"{each.name}NAME" for each in registry.every("model").values() if _is_named(each)]
        raise BenchError(
            f"{name!r} has to learn before it is asked: `bench run` trains it; named without that are models such as "
            f"{', '.join(kinds)}"
        )
    if not argument:
        raise BenchError(f"model {name!r} lacks what follows the colon; see `bench list models {name}`")
    on_server = spec.argument == "model"
    if not on_server and not is_local(argument) and not is_cached(argument):
        raise BenchError(
            f"the weights of {name!r} are not on this machine; name a folder that save_pretrained wrote, or fetch them "
            f"by `hf download {argument}`"
        )
    return Untrained(name, spec, contracts_of(spec, registry.family(spec)), _server(spec) if on_server else "")


def obstacle(record: Record, store: Store, registry: Registry) -> str:
    """Return why the model of a record cannot be asked about any picture, '' if it can.

    Whether files are as they were stored is checked when they are loaded: here that would read them all.
    """
    if record.measured_by:
        return f"measured by {record.measured_by}, who has its weights"
    try:
        spec: ModelSpec = registry.find("model", record.cell.model)[0]
        contracts = contracts_of(spec, registry.family(spec))
    except BenchError:
        return "the plugin that registers it is not installed"
    if not _ABLE.intersection(contracts):
        return "it answers no questions and ranks no categories"
    if record.model.control:
        return "a control: it is there to lose, and mostly without a look at the picture"
    if spec.argument == "model":
        return f"on a server, to which pictures are sent only if you name it: --models {record.cell.model}"
    if not (store.stages.folder(record.stages.get("train", "")) / "product" / "weights").is_dir():
        return "its weights are no longer in the store; --set keep=all keeps those above 50 MB"
    needed = _pretrained(record, spec)
    if needed and not is_local(needed) and not is_cached(needed):
        return f"the weights {needed} are no longer on this machine"
    return ""


def _pretrained(record: Record, spec: ModelSpec) -> str:
    """Return the pretrained weights that a model needs besides its own in the store, '' for none."""
    settings = record.model.settings
    if settings.get("tuning", "none" if spec.argument else "full") == "full":
        return ""
    named = record.cell.model.partition(":")[2] if spec.argument else str(settings.get("weights", SCRATCH))
    return "" if named == SCRATCH else named


def opened(model: Untrained, categories: Categories, registry: Registry) -> Trained:
    """Load a model that learns nothing; BenchError if its weights cannot be read, or none can be asked so."""
    # Here, because they bring torch or take long, and a list of models needs neither.
    from bench.config.loading import complete
    from bench.exports.exported import Exported
    from bench.exports.trained import loaded

    argument, settings = model.name.partition(":")[2], complete(model.name, registry.settings(model.spec), {})
    if model.spec.origin:
        resolve(model.spec.origin)(argument, settings)  # raises a sentence on weights that cannot be asked
    about = Exported(
        model=model.name,
        label=model.name,
        contracts=model.contracts,
        settings=settings,
        recipe={},
        seed=0,
        image_size=categories.image_size,
        mask_bar=False,
        native=model.spec.native,
        categories=categories.names,
        captions=categories.captions,
        data={},
        drawn=False,
        cell={},
        metrics={},
        code={},
        finished="",
        files={},
    )
    with TemporaryDirectory() as empty:
        return loaded(about, Path(empty), Path(empty), registry, NoProgress())


def categories_of(store: Store, registry: Registry) -> Categories:
    """Return the categories of the store's latest run, those of the installation's model without one."""
    from bench.config.loading import data_of
    from bench.data.dataset import open_dataset
    from bench.exports.exported import read
    from bench.exports.shipped import shipped

    with suppress(BenchError):  # its pictures may be gone since
        for run in islice(store.runs(), 1):
            config = data_of(run.config)
            dataset = open_dataset(registry, config.dataset, config.settings, config.image_size, NoProgress())
            captions = tuple(map(dataset.caption, range(len(dataset.categories))))
            return Categories(dataset.categories, captions, config.image_size)
    folder = shipped(())
    about = read(folder) if folder else None
    return Categories(about.categories, about.captions, about.image_size) if about else Categories((), (), _SIDE)


def _is_named(spec: ModelSpec) -> bool:
    return spec.name.endswith(":") and is_asked_as_it_is(spec, "none")


def _server(spec: ModelSpec) -> str:
    """Return where a server's models are asked, in words."""
    from bench.endpoint.address import Address

    return str(Address(str(spec.defaults.get("base_url", ""))))
