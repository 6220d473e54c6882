"""A run's configuration: YAML and ``--set a.b=c``, merged and validated."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    ValidationError,
)
from pydantic_core import ErrorDetails
from yaml import YAMLError

from bench.config.cluster import Cluster
from bench.errors import BenchError, unknown
from bench.inputs import path_of, text_of
from bench.specs import Settings, resolve

DEFAULT = "demo"
"""The config of a run that names none, and the source of dataset and records for a file that names none."""
EVERY_MODEL = "model"
"""The name under ``settings`` that applies to every model of the run that has the key."""
PRICES = "prices.yaml"
"""The file next to the configs that is not a config: the price of tokens."""


Precision = Literal["32-true", "bf16-mixed", "16-mixed"]
ScheduleName = Literal["plateau", "cosine", "linear"]


class Recipe(BaseModel):
    """How a model is trained; a row whose recipe differs from the table's gets a footnote."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    epochs: PositiveInt = 50
    batch_size: PositiveInt = 48
    learning_rate: PositiveFloat = 1e-3
    beta2: float = Field(default=0.999, gt=0, lt=1)
    """Adam's memory of squared gradients; a short training benefits from a shorter one, such as 0.98."""
    warmup: NonNegativeFloat = 0
    """Steps in which the learning rate rises from zero, or below 1 their share of all steps; at most a tenth of all."""
    schedule: ScheduleName = "plateau"
    """How the learning rate falls: halved on a plateau of the validation loss, or along a half cosine or a line."""
    halve_after: PositiveInt = 5
    """plateau: epochs without a better validation loss after which the learning rate is halved."""
    stop_after: PositiveInt = 10
    """Epochs without a better validation loss after which training stops; the best epoch's weights are kept."""
    questions_per_picture: PositiveInt = 4
    """Assistants: number of a picture's questions in one batch."""
    vision_rate: float = Field(default=1.0, gt=0, le=1)
    """Assistants: the learning rate of the image encoder (module vision, vision_model or vision_tower), as a share of
    the others'."""
    caption_dropout: float = Field(default=0.5, ge=0, le=1)
    """Assistants: the share of training questions without the caption."""
    precision: Literal["auto"] | Precision = "auto"
    """auto is bf16-mixed for large image networks on a device that supports it, else 32-true."""
    tune: Literal["nothing", "learning_rate"] = "nothing"
    """Train with 0.1, 0.3 and 1 times the learning rate and keep the best by validation loss."""


class Machine(BaseModel):
    """What a process computes with; part of the record, not of a fingerprint."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    device: str = "auto"
    threads: PositiveInt | None = None
    checkpoint_seconds: NonNegativeFloat = 60.0
    """The shortest time between two checkpoints of a training."""


class Config(BaseModel):
    """All choices of a run; ``settings`` holds the settings of models, tasks and datasets by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: str
    records: str
    folds: str | int = "all"
    k: PositiveInt = 10
    repeats: PositiveInt = 1
    seed: NonNegativeInt = 0
    image_size: PositiveInt = 224
    validation_share: float = Field(default=0.1, gt=0, lt=1)
    split: Literal["stratified", "grouped"] = "stratified"
    """Whether near-duplicates may be on two sides of a fold; both keep the proportions of categories."""
    duplicate_distance: int = Field(default=51, ge=0, le=127)
    """The largest number of the 255 bits in which the perceptual hashes of near-duplicates differ."""
    test_dataset: str | None = None
    """Another dataset whose pictures of shared categories are tested instead of the fold's."""
    fraction: tuple[Annotated[float, Field(gt=0, le=1)], ...] = (1.0,)
    """Shares of each fold's training side to train on, one training each; validation and test sides stay whole."""
    hold_out_group: Annotated[int, Field(ge=1, le=10)] | None = None
    """A prompt group whose questions are left out of training and are the only ones tested."""
    mask_bar: bool = False
    """Whether the data bar of each picture is masked."""
    keep: Literal["scores", "weights", "all"] = "weights"
    """What is kept of a trained model: only scores, weights under 50 MB, or all weights."""
    recipe: Recipe = Recipe()
    machine: Machine = Machine()
    cluster: Cluster = Cluster()
    settings: dict[str, dict[str, Any]] = {}


_SECTIONS: dict[str, type[BaseModel]] = {"recipe": Recipe, "machine": Machine, "cluster": Cluster}


def load_config(
    source: str, assignments: Sequence[str] = (), options: Mapping[str, Any] | None = None
) -> tuple[Config, frozenset[str]]:
    """Read a config by name or file, apply options by key and ``a.b=c`` assignments, and validate it.

    Of several comma-separated configs, a later one overrides the earlier ones key by key. Missing keys have the default
    of ``Config``; missing dataset and records come from the default config. Returns the config and the keys given
    explicitly. BenchError names a missing file, a line that is not YAML, an unknown key (with the nearest), or a value
    of the wrong type.
    """
    configs = [_read(name.strip()) for name in source.split(",")]
    merged = {**_data_of_default(), **_merged(configs), **(options or {})}
    for assignment in assignments:
        _assign(merged, assignment)
    assigned = [assignment.partition("=")[0] for assignment in assignments]
    return _validated(merged, source), frozenset([*(options or {}), *assigned])


def data_of(run: Mapping[str, Any]) -> Config:
    """Return a stored run's choices, without recipe, machine and cluster, which may be of another version."""
    known = Config.model_fields.keys() - _SECTIONS.keys()
    return Config.model_validate({key: value for key, value in run["config"].items() if key in known})


def complete(name: str, settings: Settings, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return every setting's value, given or default; BenchError for an unknown key, a wrong type, choice or value."""
    for key in given:
        if key not in settings:
            raise unknown(f"{name} setting", key, settings)
    values = {
        key: setting.checked(f"{name}.{key}", given[key]) if key in given else setting.default
        for key, setting in settings.items()
    }
    for key, setting in settings.items():
        if setting.check:
            resolve(setting.check)(values[key])
    return values


def split_recipe(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Divide a model's values into those of the recipe and its own settings."""
    recipe = {key: value for key, value in given.items() if key in Recipe.model_fields}
    return recipe, {key: value for key, value in given.items() if key not in recipe}


def with_recipe(recipe: Recipe, given: Mapping[str, Any], name: str) -> Recipe:
    """Return the recipe with a model's own values; BenchError if one is invalid."""
    try:
        return Recipe.model_validate({**recipe.model_dump(), **given})
    except ValidationError as error:
        raise BenchError(f"{name}: {_explain(error)}") from error


def _data_of_default() -> dict[str, Any]:
    """Return the default config's values of every field without a default."""
    given = _read(DEFAULT)
    return {key: given[key] for key, field in Config.model_fields.items() if field.is_required()}


def _merged(several: Sequence[dict[str, Any]]) -> dict[str, Any]:
    plain = OmegaConf.to_container(OmegaConf.merge(*several))
    assert isinstance(plain, dict), "mappings merge to a mapping"
    return {str(key): value for key, value in plain.items()}


def _read(source: str) -> dict[str, Any]:
    shipped = {
        path.name.removesuffix(".yaml"): path
        for path in resources.files("bench.configs").iterdir()
        if path.name.endswith(".yaml") and path.name != PRICES
    }
    if source in shipped:
        text = shipped[source].read_text(encoding="utf-8")
    else:
        if not path_of(source, "--config").is_file():
            raise unknown("config", source, shipped, "or name a YAML file that exists")
        text = text_of(source, "--config")
    return _parsed(text, source)


def _parsed(text: str, source: str) -> dict[str, Any]:
    return deepcopy(_parsed_once(text, source))  # the result is merged in place


@cache
def _parsed_once(text: str, source: str) -> dict[str, Any]:
    try:
        loaded = OmegaConf.create(text)
        plain = OmegaConf.to_container(loaded, resolve=True)
    except (YAMLError, OmegaConfBaseException) as error:
        place = " ".join(str(error).split())
        raise BenchError(f"{source!r} cannot be read as YAML: {place}; correct that line") from error
    if not isinstance(loaded, DictConfig) or not isinstance(plain, dict):
        raise BenchError(f"{source!r} is not a mapping of keys to values; see the shipped configs for the format")
    return {str(key): value for key, value in plain.items()}


def _assign(merged: dict[str, Any], assignment: str) -> None:
    key, equals, text = assignment.partition("=")
    if not equals or not key:
        raise BenchError(f"--set {assignment!r} is not of the form key=value, for example --set recipe.epochs=3")
    value = _parsed(f"value: {text}", f"--set {assignment}")["value"]
    # A name with an argument may hold dots itself.
    *parents, last = key.rsplit(".", 1) if ":" in key else key.split(".")
    if len(parents) == 1 and parents[0] not in Config.model_fields:
        parents.insert(0, "settings")
    if not parents and last not in Config.model_fields:
        raise _unknown_key(last)
    target = merged
    for parent in parents:
        target = target.setdefault(parent, {})
        if not isinstance(target, dict):
            raise BenchError(f"--set {key}: {parent!r} holds a value and has no keys below it")
    target[last] = value


def _validated(merged: Mapping[str, Any], source: str) -> Config:
    try:
        return Config.model_validate(merged)
    except ValidationError as error:
        raise BenchError(f"config {source!r}: {_explain(error)}") from error


def _explain(error: ValidationError) -> str:
    """Return all errors in one sentence."""
    return "; ".join(_complaint(detail) for detail in error.errors(include_url=False))


def _complaint(detail: ErrorDetails) -> str:
    parents = [str(part) for part in detail["loc"]]
    last = parents.pop() if parents else ""
    if detail["type"] == "extra_forbidden":
        if not parents:
            return str(_unknown_key(last))
        return str(unknown(f"key of {parents[0]}", last, _SECTIONS[parents[0]].model_fields))
    if detail["type"] == "value_error":  # our own sentence
        return f"{'.'.join([*parents, last])}: {detail['msg'].removeprefix('Value error, ')}"
    return f"{'.'.join([*parents, last])} = {detail['input']!r}: {detail['msg'][0].lower()}{detail['msg'][1:]}"


def _unknown_key(key: str) -> BenchError:
    """Build the error for an unknown config key; the nearest key of a section is shown with its full name."""
    full = {name: f"{section}.{name}" for section, model in _SECTIONS.items() for name in model.model_fields}
    near = get_close_matches(key, [*Config.model_fields, *full], n=1, cutoff=0.6)
    guess = "".join(f"; did you mean {full.get(name, name)!r}" for name in near)
    one = "".join(f", or MODEL.{name} for one model only" for name in near if name in Recipe.model_fields)
    valid = [name for name in Config.model_fields if name not in _SECTIONS] + [
        f"{section}.KEY" for section in _SECTIONS
    ]
    return BenchError(
        f"unknown config key {key!r}{guess}{one}{'?' if guess else ''} (valid: {', '.join(valid)}); "
        "a setting of a model, task, dataset or teacher is NAME.key, in a file below 'settings'"
    )
