"""The settings of what specs name: the parameters of its signature that have a default.

They are read from the syntax tree of its source, so that nothing is imported: a network's module takes seconds. If the
tree does not suffice (a decorator, a computed default), they are read from the imported object, with the same result.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import cache
from itertools import chain
from typing import Any

from bench.errors import unknown
from bench.registered.parameters import Parameters, inspected
from bench.registered.source_parameters import UnreadableError, read
from bench.specs import (
    DatasetSpec,
    FamilySpec,
    ModelSpec,
    Setting,
    TaskSpec,
    TeacherSpec,
    WatcherSpec,
    estimator_path,
    resolve,
)


def model_settings(spec: ModelSpec, family: FamilySpec) -> dict[str, Setting]:
    """Return a model's settings: those of what it builds, of the step before its training, and of its estimator.

    A name that two of them share is one setting, with the default of the first. For a model trained in two steps, the
    settings of its module and of the first step are of stage "pretrain". BenchError for another default.
    """
    first = spec.pretrains or family.pretrains
    early = settings_of(*filter(None, (spec.builds, first)))
    if first:
        early = {key: replace(each, stage="pretrain") if each.stage == "train" else each for key, each in early.items()}
    path = estimator_path(spec, family)
    return _with_defaults(f"model {spec.name!r}", joined(early, settings_of(path) if path else {}), spec.defaults)


def judge_settings(spec: ModelSpec) -> dict[str, Setting]:
    """Return the settings of a model as a judge, all of stage "score"; none if it marks no answers.

    The spec's defaults of settings that it has only as a row are left out.
    """
    settings = {
        key: replace(each, stage="score") for key, each in (settings_of(spec.judge) if spec.judge else {}).items()
    }
    defaults = {key: value for key, value in spec.defaults.items() if key in settings}
    return _with_defaults(f"model {spec.name!r} as a judge", settings, defaults)


def class_settings(spec: DatasetSpec | TaskSpec | TeacherSpec | WatcherSpec) -> dict[str, Setting]:
    """Return the settings of the class of a dataset, task, teacher or watcher.

    A task trains nothing: its settings are of stage "predict", unless they say "score". Those of a watcher decide
    nothing. BenchError if a default of the spec names none of them.
    """
    settings = settings_of(spec.builds)
    if isinstance(spec, TaskSpec):
        settings = joined(settings, settings_of(spec.marking)) if spec.marking else settings
        settings = {
            key: replace(each, stage="predict") if each.stage == "train" else each for key, each in settings.items()
        }
    if isinstance(spec, WatcherSpec):
        settings = {key: replace(each, decides=False) for key, each in settings.items()}
    kind = type(spec).__name__.removesuffix("Spec").lower()
    return _with_defaults(f"{kind} {spec.name!r}", settings, spec.defaults)


def settings_of(*paths: str) -> dict[str, Setting]:
    """Return the settings of what lazy paths name, joined; BenchError if one cannot be imported."""
    settings: dict[str, Setting] = {}
    for path in paths:
        settings = joined(settings, parameters(path).settings)
    return settings


def joined(first: Mapping[str, Setting], others: Mapping[str, Setting]) -> dict[str, Setting]:
    """Return all settings; the first decides one that both have, except for a missing help."""
    settings = {**others, **first}
    for key in first.keys() & others.keys():
        if not first[key].help:
            settings[key] = replace(others[key], default=first[key].default, stage=first[key].stage)
    return {key: settings[key] for key in [*first, *(key for key in others if key not in first)]}


def _with_defaults(who: str, settings: dict[str, Setting], defaults: Mapping[str, Any]) -> dict[str, Setting]:
    """Return settings with other defaults; BenchError for one that is no setting, or has a value that does not fit."""
    for key, value in defaults.items():
        if key not in settings:
            raise unknown(f"default of {who}", key, settings, "a setting is a parameter with a default")
        settings[key] = replace(settings[key], default=settings[key].checked(f"default {key} of {who}", value))
    return settings


def handed(maker: Callable[..., Any], settings: Mapping[str, Any], *given: str) -> dict[str, Any]:
    """Return the values to call a callable with: of its settings and of its parameters without a default.

    ``given`` are parameters that the caller fills in.
    """
    own = inspected(maker)
    names = [name for name in (*own.settings, *own.required) if name in settings]
    return {
        name: value
        for name, value in grouped(maker, {key: settings[key] for key in names}).items()
        if name not in given
    }


def grouped(maker: Callable[..., Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as a callable takes them: those of a group are the fields of one argument."""
    groups = {name: resolve(path) for name, path in inspected(maker).groups.items()}
    members = {name: [field.name for field in fields(kind) if field.init] for name, kind in groups.items()}
    single = settings.keys() - set(chain(*members.values()))
    objects = {
        name: kind(**{key: settings[key] for key in members[name] if key in settings}) for name, kind in groups.items()
    }
    return {**objects, **{key: value for key, value in settings.items() if key in single}}


@cache
def parameters(path: str) -> Parameters:
    """Return what the function or class of a lazy path takes; BenchError if it cannot be imported."""
    try:
        return read(path)
    except UnreadableError:
        return inspected(resolve(path))
