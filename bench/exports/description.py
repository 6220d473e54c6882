"""What an export says of itself, without its weights: the description of a record's model, and its model card."""

from dataclasses import asdict

from bench.config.loading import Config, data_of
from bench.contracts import Dataset
from bench.data.dataset import open_dataset
from bench.errors import BenchError
from bench.exports.elsewhere import is_elsewhere, tests_elsewhere
from bench.exports.exported import Exported
from bench.exports.model_card import card
from bench.registered.registry import Registry
from bench.specs import ContractName, ModelSpec, contracts_of
from bench.specs.json_data import Clear, JSONObject
from bench.store.record import Record
from bench.store.store import Store
from bench.tables.items import items_of
from bench.terminal.progress import NoProgress

SAMPLES = 3
"""How many answers a card shows."""


def card_of(record: Record, store: Store, registry: Registry) -> str:
    """Return the model card that an export of a record's model would have, as far as it needs no weights.

    BenchError if its data changed.
    """
    about = described(record, store, registry).model_copy(
        update={"elsewhere": tests_elsewhere(record, store, registry)}
    )
    return card(about, record, items_of(store, record)[:SAMPLES], meanings_of(record, store))


def described(record: Record, store: Store, registry: Registry) -> Exported:
    """Return the description of a record's model, without its files; BenchError if its data changed."""
    spec: ModelSpec = registry.find("model", record.cell.model)[0]
    return _described(record, store, dataset_of(record, store, registry), contracts_of(spec, registry.family(spec)))


def dataset_of(record: Record, store: Store, registry: Registry) -> Dataset:
    """Open the dataset that the model was trained on; BenchError if its pictures changed."""
    config = config_of(record, store)
    dataset = open_dataset(registry, config.dataset, config.settings, config.image_size, NoProgress())
    if _without_code(dataset.identity()) != _without_code(inputs_of(record, store)["data"]):
        raise BenchError(
            f"the pictures of {config.dataset!r} are no longer those that {record.model.label} was trained on; "
            "put them back, or train again"
        )
    return dataset


def config_of(record: Record, store: Store) -> Config:
    """Return the data choices of the run that made a record."""
    return data_of((store.run_under(record.cell.protocol) or store.run_on(record.cell.dataset)).config)


def inputs_of(record: Record, store: Store) -> JSONObject:
    """Return the inputs in clear of a record's training; BenchError if they are gone."""
    inputs = store.stages.inputs(record.stages["train"])
    if inputs is None:
        raise BenchError(
            f"the store has lost what {record.model.label} was trained on; the same `bench run` again writes it anew"
        )
    return inputs


def meanings_of(record: Record, store: Store) -> dict[str, str]:
    """Return in clear what the metrics mean of all records that share a record's training."""
    same = [other for other in store.records() if other.stages["train"] == record.stages["train"]]
    return {name: meaning for other in same for name, meaning in other.protocol["metrics"].items()}


def _without_code(identity: Clear) -> JSONObject:
    return {key: value for key, value in identity.items() if key != "code"}


def _described(record: Record, store: Store, dataset: Dataset, contracts: tuple[ContractName, ...]) -> Exported:
    inputs, environment = inputs_of(record, store), record.environment.get("train") or {}
    same = [other for other in store.records() if other.stages["train"] == record.stages["train"]]
    return Exported(
        model=record.cell.model,
        label=record.model.label,
        contracts=contracts,
        settings=record.model.settings,
        recipe=record.model.recipe,
        seed=inputs["seed"],
        image_size=inputs["image_size"],
        mask_bar="mask_bar" in inputs,
        standardise="standardise" in inputs,
        scale=inputs.get("scale", "withheld"),
        native="picture" in inputs,
        categories=dataset.categories,
        captions=tuple(dataset.caption(label) for label in range(len(dataset.categories))),
        data={**_without_code(inputs["data"]), "digest": record.protocol["data"]},
        drawn=hasattr(dataset, "draw"),
        cell={**record.cell.as_json(), "sides": record.sides},
        metrics={
            other.cell.task: {name: asdict(value) for name, value in other.metrics.items()}
            for other in same
            if not is_elsewhere(other)
        },
        code={
            "stages": record.code,
            "commit": environment.get("code"),
            "python": environment.get("python"),
            "packages": environment.get("packages"),
        },
        finished=record.finished,
        files={},
    )
