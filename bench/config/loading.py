"""A run's configuration: YAML and ``--set a.b=c``, merged and validated."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import deepcopy
from difflib import get_close_matches
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from bench.config.budget import BudgetText
from bench.config.cluster import Cluster
from bench.config.yaml_text import JSON, LONGEST_PATH, parsed, read_text
from bench.errors import BenchError, shortened, unknown
from bench.inputs import path_of
from bench.specs import Settings, resolve
from bench.specs.forms import Line

DEFAULT = "demo"
"""The config of a run that names none, and the source of dataset and records for a file that names none."""
EVERY_MODEL = "model"
"""The name under ``settings`` that applies to every model of the run that has the key."""
PRICES = "prices.yaml"
"""The file next to the configs that is not a config: the price of tokens."""
FORMS = {"folds": "all, 0-2 or 0,3", "machine.device": "auto, cpu, mps, cuda or cuda:0"}
"""What a key that has a pattern looks like."""
OF_DATASET = frozenset({"labels", "subset"})
"""The options of a command that are settings of its dataset."""
DEEPEST_KEY = 3
"""The most names before the last of a key."""


Precision = Literal["32-true", "bf16-mixed", "16-mixed"]
ScheduleName = Literal["plateau", "cosine", "linear"]
FOLDS = r"^(all|\s*[0-9]{1,4}\s*(-\s*[0-9]{1,4}\s*)?(,\s*[0-9]{1,4}\s*(-\s*[0-9]{1,4}\s*)?)*)$"
"""The form of folds: all, or numbers and ranges with commas."""


Count = Annotated[int, Field(ge=1, le=1_000_000)]
Share = Annotated[float, Field(gt=0, le=1)]


class Recipe(BaseModel):
    """How a model is trained; a row whose recipe differs from the table's gets a footnote."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    epochs: Count = 50
    """Passes over the pictures of the training side, at most."""
    fewest_steps: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0
    """The steps that a training has at least, whatever its epochs: with few pictures, an epoch is few steps. It counts
    neither beside a budget nor beside epochs that the command names."""
    batch_size: Annotated[int, Field(ge=1, le=100_000)] = 48
    """Pictures of a step; for an assistant, questions."""
    learning_rate: Annotated[float, Field(gt=0, le=1e30)] = 1e-3
    """Adam's learning rate."""
    beta2: Annotated[float, Field(gt=0, lt=1)] = 0.999
    """Adam's memory of squared gradients; a short training benefits from a shorter one, such as 0.98."""
    warmup: Annotated[float, Field(ge=0, le=1_000_000_000)] = 0
    """Steps in which the learning rate rises from zero, or below 1 their share of all steps; at most a tenth of all."""
    schedule: ScheduleName = "plateau"
    """How the learning rate falls: halved on a plateau of the validation loss, or along a half cosine or a line."""
    halve_after: Count = 5
    """plateau: epochs without a better validation loss after which the learning rate is halved."""
    stop_after: Count = 10
    """Epochs without a better validation loss after which training stops; the best epoch's weights are kept."""
    questions_per_picture: Annotated[int, Field(ge=1, le=10_000)] = 4
    """Assistants: number of a picture's questions in one batch."""
    vision_rate: Share = 1.0
    """Assistants: the learning rate of the image encoder (module vision, vision_model or vision_tower), as a share of
    the others'."""
    caption_dropout: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Assistants: the share of training questions without the caption."""
    precision: Literal["auto"] | Precision = "auto"
    """auto is bf16-mixed for large image networks on a device that supports it, else 32-true."""
    budget: BudgetText | None = None
    """What the training of each row may cost, in FLOPs (1e14) or in pictures seen ('20000 pictures'); instead of
    epochs. Rows that learn in two steps share it among them."""
    augment: Literal["nothing", "turns", "crops", "strong"] = "nothing"
    """How training pictures are altered: mirrored and turned by quarters; or also cropped to squares of half their area
    or more; or cropped to a third of it, stretched, and given other contrast, gamma, blur and noise. Pictures with
    questions are only mirrored left to right, which keeps their answers true, unless all answers state only category
    and shape. The same for all rows."""
    tune: Literal["nothing", "learning_rate", "all"] = "nothing"
    """What trainings on trial choose by their validation loss: the learning rate, of 1, 0.3, 0.1 and 0.03 times the
    recipe's; or also the settings that a model's spec names."""
    trials: Annotated[int, Field(ge=2, le=4)] = 3
    """tune: how many trainings are tried, each with a learning rate of its own, from the largest down."""
    trial_share: Share = 1.0
    """tune: what a trial may cost, as a share of a training; below 1 the best is then trained in full."""


class Machine(BaseModel):
    """What a process computes with; part of the record, not of a fingerprint."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    device: Annotated[str, Field(pattern=r"^(auto|cpu|mps|cuda(:[0-9]{1,2})?)$")] = "auto"
    """What is computed on; cuda:1 is the second GPU, and auto a GPU if there is one."""
    threads: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Threads of a process; without a value, as many as the system grants."""
    checkpoint_seconds: Annotated[float, Field(ge=0, le=1_000_000)] = 60.0
    """The shortest time between two checkpoints of a training."""
    compile: bool = False
    """Whether torch.compile compiles networks, and assistants generate in a cache of fixed size; on a GPU alone."""
    pictures_on_gpu: bool = False
    """Whether networks of pictures read a copy of the dataset on the GPU, if half of its free memory holds it."""


class Config(BaseModel):
    """All choices of a run; ``settings`` holds the settings of models, tasks and datasets by name."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    dataset: Line
    """The dataset: its name, with an argument after the colon if it takes one."""
    records: Line
    """The teacher that makes the instruction records, or a JSONL file of them."""
    folds: Annotated[str, Field(pattern=FOLDS)] | Annotated[int, Field(ge=0, le=9999)] = "all"
    """The folds that run."""
    k: Annotated[int, Field(ge=2, le=10_000)] = 10
    """The number of folds; fewer if the smallest category has fewer pictures."""
    repeats: Annotated[int, Field(ge=1, le=10_000)] = 1
    """How often the whole measurement is made, each time with other folds and other initial weights."""
    seeds: Annotated[int, Field(ge=1, le=1_000)] = 1
    """How often each fold is trained on, each time with other initial weights and another order of the same data."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    """What all random numbers of the run follow from, those of its repeats and seeds included."""
    image_size: Annotated[int, Field(ge=16, le=4096)] = 224
    """The side in pixels to which pictures are brought."""
    validation_share: Annotated[float, Field(ge=0.01, le=0.9)] = 0.1
    """The share of a fold's training pictures by which the best epoch is chosen."""
    split: Literal["stratified", "grouped", "whole"] = "stratified"
    """Whether near-duplicates may be on two sides of a fold; both keep the proportions of categories. whole tests all
    pictures at once and trains on none, for models that are asked as they are."""
    group_by: Line | None = None
    """What is noted about the pictures, such as a column of the file of labels, whose values are never divided between
    sides of a fold, nor are near-duplicates."""
    duplicate_distance: Annotated[int, Field(ge=0, le=127)] = 51
    """The largest number of the 255 bits in which the perceptual hashes of near-duplicates differ."""
    unlabelled: Line | None = None
    """A folder of pictures without labels, or a dataset, that models which pretrain learn from besides the fold's."""
    test_dataset: Line | None = None
    """Another dataset whose pictures of shared categories are tested instead of the fold's."""
    fraction: Annotated[tuple[Share, ...], Field(min_length=1, max_length=100)] = (1.0,)
    """Shares of each fold's training side to train on, one training each; validation and test sides stay whole."""
    hold_out_group: Annotated[int, Field(ge=1, le=10)] | None = None
    """A prompt group whose questions are left out of training and are the only ones tested."""
    picture: Literal["protocol", "native"] = "protocol"
    """Whether models see each picture as a square of ``image_size`` or, as far as they take it, in its own size."""
    mask_bar: bool = False
    """Whether the data bar of each picture is masked."""
    standardise: bool = False
    """Whether the grey levels of each picture are brought to the same mean and spread; helps where training and test
    pictures come from different instruments, or the former are drawn."""
    scale: Literal["withheld", "stated"] = "withheld"
    """Whether a prompt states how many nanometres a picture is wide and high, where that is known, in training too."""
    start: Literal["scratch", "pretrained"] = "scratch"
    """Whether rows start from random weights, or from those that are published for them; rows without any are then left
    out. A row's own setting weights comes first."""
    keep: Literal["scores", "weights", "all"] = "weights"
    """What is kept of a trained model: only scores, weights under 50 MB, or all weights."""
    watch: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    """The watchers that receive the run's events, see `bench list watchers`; they change no result."""
    recipe: Recipe = Recipe()
    machine: Machine = Machine()
    cluster: Cluster = Cluster()
    settings: dict[str, dict[str, Any]] = {}


_SECTIONS: dict[str, type[BaseModel]] = {"recipe": Recipe, "machine": Machine, "cluster": Cluster}


def load_config(
    source: str,
    assignments: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
    having: Callable[[str], Sequence[str]] = lambda key: (),
) -> tuple[Config, frozenset[str]]:
    """Read a config by name or file, apply options by key and ``a.b=c`` assignments, and validate it.

    Of several comma-separated configs, a later one overrides the earlier ones key by key. Missing keys have the default
    of ``Config``; missing dataset and records come from the default config. Returns the config and the keys given
    explicitly. BenchError names a missing file, a line that is not YAML, an unknown key (with the nearest, and the
    models ``having`` a setting of this name), or a value of the wrong type or out of range.
    """
    merged: dict[str, Any] = _data_of_default()
    for name in source.split(","):
        merged = _merged(merged, _read(name.strip()))
    merged |= {key: value for key, value in (options or {}).items() if key not in OF_DATASET}
    for key in OF_DATASET & (options or {}).keys():
        _assign(merged, f"{settings_name(merged['dataset'])}.{key}={json.dumps((options or {})[key])}", having)
    for assignment in assignments:
        _assign(merged, assignment, having)
    assigned = [assignment.partition("=")[0] for assignment in assignments]
    keys: list[str] = [*(options or {}), *assigned]
    explicit = frozenset(keys)
    config = _validated(merged, f"config {shortened(source, LONGEST_PATH)}")
    return config.model_copy(update={"recipe": as_asked(config.recipe, "recipe", explicit)}), explicit


def as_asked(recipe: Recipe, name: str, explicit: Collection[str]) -> Recipe:
    """Return a recipe whose epochs count as they are if the command names them and not the fewest steps."""
    if f"{name}.epochs" not in explicit or f"{name}.fewest_steps" in explicit:
        return recipe
    return recipe.model_copy(update={"fewest_steps": 0})


def settings_name(name: str) -> str:
    """Return the name under which the settings of a dataset or teacher stand, without what follows its colon."""
    kind, colon, _ = name.partition(":")
    return kind + colon


def data_of(stored: Mapping[str, Any]) -> Config:
    """Return a stored config's choices, without recipe, machine and cluster, which may be of another version.

    BenchError if one is not valid in this version.
    """
    known = Config.model_fields.keys() - _SECTIONS.keys()
    return _validated({key: value for key, value in stored.items() if key in known}, "config of a stored run")


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


def _merged(first: Mapping[str, JSON], second: Mapping[str, JSON]) -> dict[str, Any]:
    """Return two mappings as one, key by key down to the values; the second overrides the first."""
    both = {**first, **second}
    for key in first.keys() & second.keys():
        old, new = first[key], second[key]
        if isinstance(old, dict) and isinstance(new, dict):
            both[key] = _merged(old, new)
    return both


def shipped() -> dict[str, Traversable]:
    """Return the files of the configs that come with the package, by name."""
    return {
        path.name.removesuffix(".yaml"): path
        for path in resources.files("bench.configs").iterdir()
        if path.name.endswith(".yaml") and path.name != PRICES
    }


def _read(source: str) -> dict[str, JSON]:
    own = shipped()
    if source in own:
        text = own[source].read_text(encoding="utf-8")
    elif not source or not path_of(source, "--config").exists():
        raise unknown("config", source, own, "or name a YAML file that exists")
    else:
        text = read_text(path_of(source, "--config"))
    value = parsed(text, f"config {source!r}")
    if not isinstance(value, dict):
        raise BenchError(
            f"config {shortened(source, LONGEST_PATH)} is not a mapping of keys to values; see the shipped configs"
        )
    return deepcopy(value)  # assignments change it, and it is read once


def _assign(merged: dict[str, Any], assignment: str, having: Callable[[str], Sequence[str]]) -> None:
    key, equals, text = assignment.partition("=")
    # A name with an argument may hold dots itself.
    *parents, last = key.rsplit(".", 1) if ":" in key else key.split(".")
    if not equals or not all([*parents, last]) or len(parents) > DEEPEST_KEY:
        raise BenchError(
            f"--set {shortened(assignment)} is not of the form key=value, for example --set recipe.epochs=3"
        )
    value = deepcopy(parsed(text, f"--set {key}"))
    if len(parents) == 1 and parents[0] not in Config.model_fields:
        parents.insert(0, "settings")
    if not parents and last not in Config.model_fields:
        raise _unknown_key(last, having(last))
    target = merged
    for parent in parents:
        target = target.setdefault(parent, {})
        if not isinstance(target, dict):
            raise BenchError(f"--set {key}: {parent!r} holds a value and has no keys below it")
    target[last] = value


def _validated(merged: Mapping[str, Any], where: str) -> Config:
    try:
        return Config.model_validate(merged)
    except ValidationError as error:
        raise BenchError(f"{where}: {_explain(error)}") from error


def _explain(error: ValidationError) -> str:
    """Return all errors in one sentence."""
    return "; ".join(dict.fromkeys(_complaint(detail) for detail in error.errors(include_url=False)))


def _complaint(detail: ErrorDetails) -> str:
    # A union names its kind of value behind the key.
    parents = [str(part) for part in detail["loc"] if not str(part).startswith("constrained-")]
    last = parents.pop() if parents else ""
    if detail["type"] == "extra_forbidden":
        if not parents:
            return str(_unknown_key(last))
        valid = _SECTIONS[parents[0]].model_fields
        for key in _keys():
            if last == key.split(".")[-1]:
                alone = f", without '{parents[0]}.'" if key == last else ""
                guess = f"did you mean {key!r}{alone}? (valid: {', '.join(sorted(valid))})"
                return f"unknown key of {parents[0]} {shortened(last)}; {guess}"
        return str(unknown(f"key of {parents[0]}", last, valid))
    if detail["type"] == "value_error":  # our own sentence
        return f"{'.'.join([*parents, last])}: {detail['msg'].removeprefix('Value error, ')}"
    name = ".".join([*parents, last])
    if name in FORMS:
        return f"{name} = {shortened(detail['input'])} is none of the forms {FORMS[name]}"
    return f"{name} = {shortened(detail['input'])}: {detail['msg'][0].lower()}{detail['msg'][1:]}"


def _keys() -> list[str]:
    """Return every key of a config, those of a section with its name before them, and the sections' own first."""
    return [
        *(f"{section}.{key}" for section, model in _SECTIONS.items() for key in model.model_fields),
        *Config.model_fields,
    ]


def _unknown_key(key: str, owners: Sequence[str] = ()) -> BenchError:
    """Build the error for an unknown config key; the nearest key of a section is shown with its full name.

    ``owners`` are the models, tasks and datasets that have a setting of this name.
    """
    full = {name.split(".")[-1]: name for name in _keys()}
    near = get_close_matches(key, [*full], n=1, cutoff=0.6) if len(key) < 100 else []
    guesses = [f"{owner}.{key}" for owner in owners] or [full.get(name, name) for name in near]
    guess = f"; did you mean {' or '.join(map(repr, guesses))}" if guesses else ""
    one = "".join(
        f", or MODEL.{name} for one model only" for name in near if name in Recipe.model_fields and not owners
    )
    valid = [name for name in Config.model_fields if name not in _SECTIONS] + [
        f"{section}.KEY" for section in _SECTIONS
    ]
    return BenchError(
        f"unknown config key {shortened(key)}{guess}{one}{'?' if guess else ''} (valid: {', '.join(valid)}); "
        "a setting of a model, task, dataset or teacher is NAME.key, in a file below 'settings'"
    )
