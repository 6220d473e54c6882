"""What a callable takes by name, asked of the imported object."""

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, fields, replace
from itertools import chain
from types import SimpleNamespace
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from bench.errors import BenchError, message, original, shortened
from bench.specs import Setting
from bench.specs.isolation import isolated

HARNESS = ("argument", "context", "image_size", "num_classes", "progress")
"""Parameters that the harness fills by itself, whatever their defaults."""
EMPTY = inspect.Parameter.empty
"""The default of a parameter that has none."""


class Parameters(NamedTuple):
    """What a callable takes by name: its settings, and the names of the parameters that have no default.

    ``groups`` are the parameters that take several settings at once: their name, and the lazy path of their dataclass.
    """

    settings: Mapping[str, Setting]
    required: tuple[str, ...]
    groups: Mapping[str, str]


class Annotation(NamedTuple):
    """What an annotation says: its Setting, the choices of its Literal, and whether it is a float."""

    setting: Setting | None = None
    choices: tuple[Any, ...] = ()
    is_float: bool = False


class Parameter(NamedTuple):
    """One parameter that can be given by name; ``default`` is ``EMPTY`` if it has none."""

    name: str
    annotation: Annotation
    default: Any = EMPTY
    group: "Group | None" = None

    def within(self, declared: Setting) -> "Parameter":
        """Return the parameter as a setting of the stage that its group declares, deciding only if the group does."""
        own = self.annotation.setting or Setting()
        setting = replace(own, stage=declared.stage, decides=own.decides and declared.decides)
        return self._replace(annotation=self.annotation._replace(setting=setting))


class Group(NamedTuple):
    """Settings that several callables share: the lazy path of a dataclass, and its fields, each with a default."""

    path: str
    fields: tuple[Parameter, ...]

    def of_stage(self, declared: Setting | None) -> "Group":
        """Return the group with every setting of the stage that a Setting of the whole group declares."""
        if declared is None:
            return self
        return self._replace(fields=tuple(field.within(declared) for field in self.fields))


def taken(what: str, signatures: Iterable[Iterable[Parameter]]) -> Parameters:
    """Return what a constructor takes, with the constructors to which it passes on what it does not name itself."""
    settings: dict[str, Setting] = {}
    required: tuple[str, ...] = ()
    groups: dict[str, str] = {}
    for number, signature in enumerate(signatures):
        every = list(signature)
        groups = {**{each.name: each.group.path for each in every if each.group}, **groups}
        for parameter in chain(*(each.group.fields if each.group else (each,) for each in every)):
            if parameter.name in HARNESS or parameter.name in settings:
                continue
            if parameter.default is not EMPTY:
                setting = _setting(what, parameter)
                settings.update({parameter.name: setting} if setting else {})
            elif parameter.annotation.setting:
                raise BenchError(f"parameter {parameter.name!r} of {what} is a Setting without a default; give it one")
            elif not number:
                required += (parameter.name,)
    return Parameters(settings, required, groups)


def _setting(what: str, parameter: Parameter) -> Setting | None:
    """Return a parameter with a default as a setting; None if its value cannot be written as text."""
    declared, choices, is_float = parameter.annotation
    default = float(parameter.default) if is_float and type(parameter.default) is int else parameter.default
    if not declared and not _writable(default):
        return None
    setting = replace(declared or Setting(), default=default)
    setting = replace(setting, choices=setting.choices or choices)
    if default is not None:
        setting.checked(f"default of parameter {parameter.name!r} of {what}", default)
    return setting


def _writable(value: Any) -> bool:
    return isinstance(value, bool | int | float | str) or (
        isinstance(value, tuple | list) and all(_writable(item) for item in value)
    )


def inspected(maker: Callable[..., Any]) -> Parameters:
    """Return what a function or class takes; BenchError if it has no signature."""
    name = shortened(maker)
    try:
        with isolated():
            name = getattr(maker, "__name__", name)
            listed = (
                [_listed(each, bound=True) for each in _constructors_of(maker)] if isinstance(maker, type) else None
            )
            signatures = [_listed(maker, bound=False)] if listed is None else listed
    except Exception as error:  # a stranger's class may fail in any way
        raise BenchError(
            f"{name} has no signature that can be read ({message(original(error))}); name a function or a class"
        ) from error
    return taken(name, signatures)


def _constructors_of(kind: type) -> Iterator[Callable[..., Any]]:
    first, package = True, kind.__module__.partition(".")[0]
    for base in kind.__mro__:
        constructor = vars(base).get("__init__")
        if constructor is None:
            continue
        if not first and base.__module__.partition(".")[0] not in (package, "bench"):
            return
        yield constructor
        kinds = {each.kind for each in inspect.signature(constructor).parameters.values()}
        if inspect.Parameter.VAR_KEYWORD not in kinds:
            return
        first = False


def _listed(function: Callable[..., Any], *, bound: bool) -> list[Parameter]:
    unnamed = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    every = list(inspect.signature(function).parameters.values())[int(bound) :]
    return [_parameter(function, each) for each in every if each.kind not in unnamed]


def _parameter(function: Callable[..., Any], given: inspect.Parameter) -> Parameter:
    hint = _evaluated(function, given.annotation)
    own = getattr(function, "__module__", None) or ""
    group = _group(hint, own) if given.default is EMPTY and given.name not in HARNESS else None
    return Parameter(given.name, _meant(hint), given.default, group)


def _group(hint: Any, module: str) -> Group | None:
    """Return the settings of a dataclass of this module's package or ours; None for another annotation."""
    if get_origin(hint) is Annotated:
        group, declared = _group(hint.__origin__, module), _meant(hint).setting
        return group and group.of_stage(declared)
    if not isinstance(hint, type) or "__dataclass_fields__" not in vars(hint) or "." in hint.__qualname__:
        return None
    if hint.__module__.partition(".")[0] not in (module.partition(".")[0], "bench"):
        return None
    taken_fields = [each for each in fields(hint) if each.init]
    if any(each.default is MISSING for each in taken_fields):
        return None
    hints = {}
    for base in reversed(hint.__mro__):
        names = vars(sys.modules[base.__module__])
        hints |= {name: _in_names(names, each) for name, each in vars(base).get("__annotations__", {}).items()}
    return Group(
        f"{hint.__module__}:{hint.__name__}",
        tuple(Parameter(each.name, _meant(hints[each.name]), each.default) for each in taken_fields),
    )


def _evaluated(function: Callable[..., Any], annotation: Any) -> Any:
    """Return an annotation, evaluated if it is in quotes and its names are known."""
    return _in_names(getattr(inspect.unwrap(function), "__globals__", {}), annotation)


def _in_names(names: dict[str, Any], annotation: Any) -> Any:
    try:
        return get_type_hints(SimpleNamespace(__annotations__={"it": annotation}), names, include_extras=True)["it"]
    except Exception:  # it may be any expression, or name what is imported for type checkers alone
        return annotation


def _meant(hint: Any) -> Annotation:
    if get_origin(hint) is Annotated:
        declared = next((each for each in hint.__metadata__ if isinstance(each, Setting)), None)
        return _meant(hint.__origin__)._replace(setting=declared)
    if get_origin(hint) is Literal:
        return Annotation(choices=get_args(hint))
    return Annotation(is_float=hint is float)
