"""What a callable takes by name, read from the syntax tree of its source: nothing is imported."""

import ast
import builtins
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from bench.registered.parameters import EMPTY, HARNESS, Annotation, Group, Parameter, Parameters, taken
from bench.registered.source_file import source_file, source_tree
from bench.specs import Setting

_ROOTS = ("ABC", "Generic", "Protocol", "object")
"""Classes whose constructors take nothing."""


class UnreadableError(Exception):
    """The syntax tree alone does not suffice."""


class _Imported(NamedTuple):
    """Where a name comes from; ``name`` is '' for a module."""

    module: str
    name: str


def read(path: str) -> Parameters:
    """Return what the function or class of a lazy path takes; UnreadableError if only its import would show it."""
    try:
        return _read(*path.split(":"))
    except (RecursionError, MemoryError) as error:  # names that refer to each other, or an endless nest of brackets
        raise UnreadableError from error


def _read(module: str, name: str) -> Parameters:
    home, node = _definition(module, name)
    if isinstance(node, ast.FunctionDef):
        _require(not node.decorator_list)
        return taken(name, [_signature(home, node, bound=False)])
    constructors = _constructors(home, node, home.partition(".")[0])
    return taken(name, [_signature(where, each, bound=True) for where, each in constructors])


def _constructors(module: str, node: ast.AST, package: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield a class's constructor and, while they pass on what they do not name, those of its bases.

    The bases are those of the class's own package and of ours.
    """
    if not isinstance(node, ast.ClassDef):
        raise UnreadableError
    named = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
    own = named.get("__init__")
    _require(not node.decorator_list and not (own and own.decorator_list))
    if own:
        yield module, own
    if own and not own.args.kwarg:
        return
    bases = [base for base in node.bases if _original(module, base) not in _ROOTS]
    if not bases:
        return
    _require(len(bases) == 1)
    if own and _package(module, bases[0]) not in (package, "bench"):
        return
    if not isinstance(bases[0], ast.Name):
        raise UnreadableError
    yield from _constructors(*_definition(module, bases[0].id), package)


def _signature(module: str, node: ast.FunctionDef, *, bound: bool) -> Iterator[Parameter]:
    """Yield the parameters that a function takes by name; for a method, without the first."""
    positional = [*node.args.posonlyargs, *node.args.args]
    defaults = [None] * (len(positional) - len(node.args.defaults)) + node.args.defaults
    named = list(zip(positional, defaults, strict=True))[max(len(node.args.posonlyargs), int(bound)) :]
    for argument, default in [*named, *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)]:
        if argument.arg in HARNESS:
            continue
        if default is None:
            wrapped = isinstance(argument.annotation, ast.Subscript)
            annotation = _annotation(module, argument.annotation) if wrapped else Annotation()
            yield Parameter(argument.arg, annotation, group=_group(module, argument.annotation))
            continue
        try:
            value = _value(module, default)
        except UnreadableError:
            value = None  # not a setting, such as a kind of layer
            _require(argument.annotation is None or not _annotation(module, argument.annotation).setting)
        yield Parameter(argument.arg, _annotation(module, argument.annotation), value)


def _group(module: str, node: ast.expr | None) -> Group | None:
    """Return the settings of a dataclass of this module's package or ours; None for another annotation."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return _group(module, ast.parse(node.value, mode="eval").body)
        except (SyntaxError, ValueError):
            return None
    if isinstance(node, ast.Subscript) and _original(module, node.value) == "Annotated":
        whole = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
        group = _group(module, whole)
        return group and group.of_stage(_annotation(module, node).setting)
    if not isinstance(node, ast.Name) or node.id not in _names(module):
        return None
    if _package(module, node) not in (module.partition(".")[0], "bench"):
        return None
    home, definition = _definition(module, node.id)
    if not isinstance(definition, ast.ClassDef) or not _is_dataclass(home, definition):
        return None
    fields = tuple(_fields(home, definition).values())
    is_whole = all(field.default is not EMPTY for field in fields)
    return Group(f"{home}:{definition.name}", fields) if is_whole else None


def _is_dataclass(module: str, node: ast.ClassDef) -> bool:
    marks = [mark.func if isinstance(mark, ast.Call) else mark for mark in node.decorator_list]
    return [_original(module, mark) for mark in marks] == ["dataclass"]


def _fields(module: str, node: ast.ClassDef) -> dict[str, Parameter]:
    """Return the fields of a dataclass, those of its bases first."""
    fields: dict[str, Parameter] = {}
    for base in node.bases:
        if _original(module, base) in _ROOTS:
            continue
        if not isinstance(base, ast.Name):
            raise UnreadableError
        home, definition = _definition(module, base.id)
        if not isinstance(definition, ast.ClassDef) or not _is_dataclass(home, definition):
            raise UnreadableError
        fields |= _fields(home, definition)
    for line in node.body:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            default = EMPTY if line.value is None else _value(module, line.value)
            fields[line.target.id] = Parameter(line.target.id, _annotation(module, line.annotation), default)
    return fields


def _annotation(module: str, node: ast.expr | None) -> Annotation:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return _annotation(module, ast.parse(node.value, mode="eval").body)
        except (SyntaxError, ValueError):
            return Annotation()
    if isinstance(node, ast.Name):
        if node.id not in _names(module):
            _require(hasattr(builtins, node.id))
            return Annotation(is_float=node.id == "float")
        home, meaning = _definition(module, node.id)
        return _annotation(home, meaning) if isinstance(meaning, ast.expr) else Annotation()
    _require(not isinstance(node, ast.Attribute))
    if not isinstance(node, ast.Subscript):
        return Annotation()
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if _original(module, node.value) == "Literal":
        return Annotation(choices=tuple(_value(module, part) for part in parts))
    if _original(module, node.value) != "Annotated":
        return Annotation()
    declared = [part for part in parts[1:] if isinstance(part, ast.Call) and _original(module, part.func) == "Setting"]
    return _annotation(module, parts[0])._replace(setting=_written(module, declared[0]) if declared else None)


def _written(module: str, call: ast.Call) -> Setting:
    named = {str(keyword.arg): _value(module, keyword.value) for keyword in call.keywords}
    try:
        return Setting(*(_value(module, argument) for argument in call.args), **named)
    except TypeError as error:  # its import will show it
        raise UnreadableError from error


def _value(module: str, node: ast.AST) -> Any:
    """Return the value of a literal, of a tuple of literals, or of a name bound to one."""
    if isinstance(node, ast.Name) and node.id in _names(module):
        return _value(*_definition(module, node.id))
    if isinstance(node, ast.Tuple):
        parts = [(part.value, True) if isinstance(part, ast.Starred) else (part, False) for part in node.elts]
        items = [_value(module, part) if starred else [_value(module, part)] for part, starred in parts]
        return tuple(item for each in items for item in each)
    _require(isinstance(node, ast.expr))
    try:
        return ast.literal_eval(node)  # pyright: ignore[reportArgumentType] -- any expression may be tried
    except (TypeError, ValueError) as error:
        raise UnreadableError from error


def _original(module: str, node: ast.expr) -> str:
    """Return the original name of what may be imported under another."""
    if isinstance(node, ast.Subscript):
        return _original(module, node.value)
    if isinstance(node, ast.Attribute):
        return node.attr
    meaning = _names(module).get(node.id) if isinstance(node, ast.Name) else None
    return meaning.name if isinstance(meaning, _Imported) else getattr(node, "id", "")


def _package(module: str, node: ast.expr) -> str:
    """Return the package that a class of this name comes from."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    meaning = _names(module).get(getattr(node, "id", ""))
    return (meaning.module if isinstance(meaning, _Imported) else module).partition(".")[0]


def _definition(module: str, name: str) -> tuple[str, ast.AST]:
    """Return the definition of a module's name, and the module that holds it."""
    meaning = _names(module).get(name)
    if isinstance(meaning, _Imported) and meaning.name and meaning != (module, name):  # that would be a submodule
        return _definition(*meaning)
    if not isinstance(meaning, ast.AST):
        raise UnreadableError
    return module, meaning


@cache
def _names(module: str) -> dict[str, ast.AST | _Imported | None]:
    """Return what each name at the top of a module is bound to; None if only running it would show it."""
    path = source_file(module)
    if path is None:
        raise UnreadableError
    tree = source_tree(path)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    names: dict[str, ast.AST | _Imported | None] = {}
    for line in tree.body:
        names.update(_bound(line, package))
    return names


def _bound(line: ast.stmt, package: str) -> dict[str, ast.AST | _Imported | None]:
    if isinstance(line, ast.FunctionDef | ast.ClassDef):
        return {line.name: line}
    if isinstance(line, ast.Assign) and len(line.targets) == 1 and isinstance(line.targets[0], ast.Name):
        return {line.targets[0].id: line.value}
    if isinstance(line, ast.AnnAssign) and line.value and isinstance(line.target, ast.Name):
        return {line.target.id: line.value}
    if isinstance(line, ast.ImportFrom):
        parents = package.split(".")
        parent = ".".join(parents[: len(parents) - line.level + 1]) if line.level else ""
        source = ".".join(filter(None, (parent, line.module)))
        return {alias.asname or alias.name: _Imported(source, alias.name) for alias in line.names}
    if isinstance(line, ast.Import):
        return {alias.asname or alias.name.partition(".")[0]: _Imported(alias.name, "") for alias in line.names}
    return dict.fromkeys(name for node in ast.walk(line) for name in _binds(node))


def _binds(node: ast.AST) -> Iterator[str]:
    """Yield the names that a nested node binds."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id


def _require(readable: bool) -> None:
    if not readable:
        raise UnreadableError
