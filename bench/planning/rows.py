"""From a request to the rows of a run: names expanded, settings and recipes completed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bench.config.loading import EVERY_MODEL, Config, Recipe, as_asked, complete, split_recipe, with_recipe
from bench.contracts import WeightsOrigin
from bench.errors import BenchError, unknown
from bench.inputs import words
from bench.registered.registry import Registry
from bench.registered.signature import judge_settings
from bench.specs import SCRATCH, ModelSpec, Settings, SuiteSpec, TaskSpec, able, contracts_of, is_control, resolve
from bench.stages.row import Row

JUDGE = "judge"
"""The setting of a task that names the model which marks its answers."""
_NAMED = 8
"""The most able models that an error names."""


@dataclass(frozen=True)
class Request:
    """What a run shall do; a worker builds the same plan from it."""

    task: str
    models: tuple[str, ...]
    config: Config
    explicit: frozenset[str] = frozenset()


def requests(
    name: str, models: str | Sequence[str] | None, config: Config, explicit: frozenset[str], registry: Registry
) -> list[Request]:
    """Return the request of a task, or of each task of a suite; ``models`` are names, in a text with commas, or None.

    A suite's tasks each get the models that are able to do them. BenchError for a name that is neither, or a task
    without models.
    """
    chosen = words(models, "--models")
    try:
        registry.find("task", name)
    except BenchError:
        suites: dict[str, SuiteSpec] = registry.every("suite")
        if name not in suites:
            raise
        suite = suites[name]
        shares = {task: _share(chosen or suite.models, task, suite, registry) for task in suite.tasks}
        return [Request(task, own, config, _spoken(explicit, suite, task)) for task, own in shares.items() if own]
    if not chosen:
        raise BenchError("no models are named; add --models all, or names with commas (see `bench list models`)")
    return [Request(name, chosen, config, explicit)]


def _share(models: Sequence[str], task: str, suite: SuiteSpec, registry: Registry) -> tuple[str, ...]:
    """Return the models without those that are able to do only other tasks of the suite."""
    asks = {other: registry.find("task", other)[0].asks for other in suite.tasks}

    def is_elsewhere(model: str) -> bool:
        if model == "all":
            return False
        spec = spec_of(model, registry)
        contracts = contracts_of(spec, registry.family(spec))
        return not able(asks[task], contracts) and any(able(contract, contracts) for contract in asks.values())

    return tuple(model for model in models if not is_elsewhere(model))


def _spoken(explicit: frozenset[str], suite: SuiteSpec, task: str) -> frozenset[str]:
    """Return the explicit keys without those of the suite's other tasks."""
    others = {other for other in suite.tasks if other != task}
    return frozenset(key for key in explicit if key.partition(".")[0] not in others)


def resolve_rows(request: Request, task: TaskSpec, registry: Registry) -> list[Row]:
    """Resolve the requested models; BenchError for one unknown or unable to do the task, or a setting that none has."""
    rows = [_row(name, request, registry) for name in _names(request, task, registry)]
    for row in rows:
        if row.spec.upper and not task.oracle:
            raise BenchError(
                f"model {row.name!r} is answered for by the oracle of its task, and {task.name!r} has none; leave the "
                "model away (a task of your own names one by TaskSpec(..., oracle='mypackage.module:function'))"
            )
        if request.config.picture == "native" and not (row.spec.native or row.spec.upper):
            native = ", ".join(spec.name for spec in _able(task, registry) if spec.native)
            raise BenchError(
                f"model {row.name!r} sees pictures as squares of image_size alone, not --picture native; leave one of "
                f"them away (able: {native or 'none'})"
            )
        if not able(task.asks, row.contracts):
            named = [spec.name for spec in _able(task, registry)]
            names = ", ".join(named[:_NAMED]) + (f" and {len(named) - _NAMED} more" if len(named) > _NAMED else "")
            raise BenchError(
                f"model {row.name!r} cannot do task {task.name!r}, which needs contract {task.asks!r}; able: {names}"
                f" (a model of your own says so by ModelSpec(..., contracts=({task.asks!r},)))"
            )
    for key in request.config.settings.get(EVERY_MODEL, {}):
        if not any(key in row.settings or key in Recipe.model_fields for row in rows):
            keys = {key for row in rows for key in row.settings} | Recipe.model_fields.keys()
            raise unknown("setting of every model", key, keys)
    return rows


def judge_row(name: str, request: Request, registry: Registry) -> Row:
    """Resolve the model that marks a task's answers, as a row with its settings as a judge.

    BenchError if it is unknown or marks no answers, or a setting is unknown or wrong. If the run has a row of the same
    name, settings that only that has are left to it.
    """
    spec = spec_of(name, registry)
    if not spec.judge:
        able = [each.name for each in registry.every("model").values() if each.judge]
        raise BenchError(
            f"model {name!r} marks no answers; judges: {', '.join(able)} (a model of your own says so by "
            "ModelSpec(..., judge='mypackage.module:Class'))"
        )
    declared = judge_settings(spec)
    given = request.config.settings.get(name, {})
    if name in request.models:
        given = {key: value for key, value in given.items() if key in declared}
    settings = complete(name, declared, given)
    origin = _origin(spec, name, settings)
    return Row(name, spec, registry.family(spec), declared, settings, request.config.recipe, origin=origin)


def left_out(request: Request, task: TaskSpec, registry: Registry) -> list[str]:
    """Name the models able to do the task that ``all`` leaves out and the request does not name."""
    if "all" not in request.models:
        return []
    named = {*_names(request, task, registry), *without_weights(request, task, registry)}
    return [
        spec.name
        for spec in _able(task, registry)
        if spec.name not in named and not spec.name.endswith(":") and not registry.flaw(spec)
    ]


def without_weights(request: Request, task: TaskSpec, registry: Registry) -> list[str]:
    """Name the models able to do the task that ``all`` leaves out because they would start from random weights."""
    if "all" not in request.models or request.config.start == "scratch":
        return []
    every = replace(request, config=request.config.model_copy(update={"start": "scratch"}))
    chosen = {*_names(request, task, registry)}
    return [name for name in _names(every, task, registry) if name not in chosen]


def unreadable(request: Request, task: TaskSpec, registry: Registry) -> list[str]:
    """Say of each model able to do the task that ``all`` leaves out why its settings cannot be read."""
    return list(filter(None, map(registry.flaw, _able(task, registry)))) if "all" in request.models else []


def _able(task: TaskSpec, registry: Registry) -> list[ModelSpec]:
    models = registry.every("model").values()
    fit = [spec for spec in models if able(task.asks, contracts_of(spec, registry.family(spec)))]
    return [spec for spec in fit if task.oracle or not spec.upper]


def _names(request: Request, task: TaskSpec, registry: Registry) -> list[str]:
    """Expand ``all`` to the rows able to do the task, without variants, controls, broken rows, names with arguments.

    With ``start: pretrained`` it is without rows that have no weights either.
    """
    names: list[str] = []
    for name in request.models:
        if name != "all":
            names.append(name)
            continue
        for spec in _able(task, registry):
            if spec.variant_of or spec.name.endswith(":") or is_control(spec, registry.family(spec)):
                continue
            if not registry.flaw(spec) and _has_start(spec, request):
                names.append(spec.name)
    return list(dict.fromkeys(names))


def _has_start(spec: ModelSpec, request: Request) -> bool:
    """Return whether a model starts as the config wants: from pretrained weights if it wants those."""
    named = request.config.settings.get(spec.name, {}).get("weights", SCRATCH)
    return request.config.start == "scratch" or bool(spec.published or spec.argument) or named != SCRATCH


def spec_of(name: str, registry: Registry) -> ModelSpec:
    """Return the spec of a model, under its whole name if it takes an argument; BenchError if unknown or without it."""
    spec: ModelSpec
    spec, argument = registry.find("model", name)
    if not spec.name.endswith(":"):
        return spec
    if not argument:
        raise BenchError(f"model {name!r} lacks what follows the colon; see `bench list models {name}`")
    return replace(spec, name=name, label=name)


def _row(name: str, request: Request, registry: Registry) -> Row:
    spec = spec_of(name, registry)
    declared = registry.settings(spec)
    if not is_control(spec, registry.family(spec)) and not _has_start(spec, request):
        rich = [each.name for each in registry.every("model").values() if each.published]
        own = f"name some by {name}.weights, or " if "weights" in declared else ""
        raise BenchError(
            f"start: pretrained, but no published weights are known for model {name!r}; {own}leave it out (rows that "
            f"have some: {', '.join(rich)})"
        )
    values = _given_to(name, spec, declared, request)
    recipe, settings = split_recipe(values)
    if request.config.settings.get(request.task, {}).get(JUDGE) == name and spec.judge:
        as_judge = judge_settings(spec)
        settings = {key: value for key, value in settings.items() if key in declared or key not in as_judge}
    for key in settings.keys() - declared.keys():
        raise unknown(f"{name} setting", key, [*declared, *Recipe.model_fields])
    if "augment" in recipe:
        raise BenchError(
            f"augment is part of the protocol, the same for all rows, and not a setting of {name}; use recipe.augment"
        )
    own = with_recipe(request.config.recipe, recipe, name)
    for owner in (EVERY_MODEL, name):
        own = as_asked(own, owner, request.explicit)
    tuned = _tuned(spec, declared, settings) if own.tune == "all" else {}
    completed = complete(name, declared, settings)
    return Row(name, spec, registry.family(spec), declared, completed, own, tuned, _origin(spec, name, completed))


def _origin(spec: ModelSpec, name: str, settings: Mapping[str, Any]) -> WeightsOrigin | None:
    """Return where the weights come from that a name names; BenchError if they are none that can be used."""
    return resolve(spec.origin)(name.partition(":")[2], settings) if spec.origin else None


def _tuned(spec: ModelSpec, declared: Settings, given: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
    """Return the values that trials try of the settings that a spec names, without those ``given`` a value.

    BenchError if the spec names no setting, or one with a value that it cannot have.
    """
    where = f"tunes of model {spec.name!r}"
    for key, values in spec.tunes.items():
        if key not in declared:
            raise unknown(f"setting in {where}", key, declared, "correct the spec")
        if declared[key].stage not in ("pretrain", "train") or not isinstance(values, list | tuple) or not values:
            raise BenchError(f"{where}: {key} = {values!r} is no list of values of a setting that training reads")
    return {
        key: tuple(declared[key].checked(f"{where}: {key}", value) for value in values)
        for key, values in spec.tunes.items()
        if key not in given
    }


def _given_to(name: str, spec: ModelSpec, declared: Settings, request: Request) -> dict[str, Any]:
    """Merge the settings of every model, of the one of which this is a variant, and of this one.

    The command line overrides the config.
    """
    settings = request.config.settings
    own = {**settings.get(spec.variant_of or name, {}), **settings.get(name, {})}
    shared = {
        key: value
        for key, value in request.config.settings.get(EVERY_MODEL, {}).items()
        if key in declared or key in Recipe.model_fields
    }
    commanded = {
        key for key in shared if f"{EVERY_MODEL}.{key}" in request.explicit and f"{name}.{key}" not in request.explicit
    }
    published = spec.published if request.config.start == "pretrained" else None
    start = {"weights": published.weights, **published.settings} if published else {}
    return {**start, **shared, **{key: value for key, value in own.items() if key not in commanded}}
