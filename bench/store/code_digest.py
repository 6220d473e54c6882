"""Digests of the code that a stage runs: its entry modules and all they import, read and never run."""

import ast
import hashlib
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from bench.errors import BenchError
from bench.registered.source_file import source_file, source_tree
from bench.store.class_part import class_part
from bench.store.fingerprint import file_digest

_IN_CLEAR = (
    *("bench.config", "bench.specs", "bench.registered", "bench.planning"),
    *(
        "bench.data.databar",
        "bench.data.duplicates",
        "bench.data.grey_levels",
        "bench.data.grouped",
        "bench.data.perceptual",
    ),
    "bench.data.transfer",
)
"""Modules whose effect on a stage its inputs hold in clear: as values, or as digests of what only some runs use."""
_DECIDE_NOTHING = (
    *("bench.errors", "bench.inputs", "bench.terminal"),
    *("bench.cli", "bench.tables", "bench.figures", "bench.launch"),
    *("bench.store", "bench.training.heap"),
)
"""Modules that report, place and keep what others compute, or check whether it is current."""


class Methods(NamedTuple):
    """Some methods of the class at a lazy path ``"module:Class"``: only their code and what it needs counts."""

    path: str
    names: tuple[str, ...]

    @property
    def module(self) -> str:
        """The module of the class."""
        return self.path.partition(":")[0]


def code_digests(*entries: str | Methods) -> dict[str, str]:
    """Return, by module, the digest of its syntax tree without docstrings, for the entry modules and their imports.

    ``Methods`` count with what they need, see ``class_part``, unless another module imports theirs. A file next to a
    module that a text in it names, such as a table of words, counts like code. The closure stays inside our
    distribution and the entry modules' packages, without those in ``_IN_CLEAR`` and ``_DECIDE_NOTHING``. BenchError if
    an entry module has no source.
    """
    return {module: source.digest for module, source in sorted(closure(*entries).items())}


@cache
def closure(*entries: str | Methods) -> dict[str, "Source"]:
    """Return the source by module, for the entry modules and their static imports."""
    methods = [entry for entry in entries if isinstance(entry, Methods)]
    modules = [*(entry for entry in entries if isinstance(entry, str)), *(entry.module for entry in methods)]
    packages = {"bench", *(module.partition(".")[0] for module in modules)}
    parts: dict[str, Source] = {}
    whole: dict[str, Source] = {}
    waiting = [entry for entry in entries if isinstance(entry, str)]
    for entry in methods:
        needed = _parts(entry, packages)
        waiting += parts.keys() & needed.keys() if needed else [entry.module]
        parts |= needed
    waiting += [name for source in parts.values() for name in source.imported]
    while waiting:
        module = waiting.pop()
        outside = module.partition(".")[0] not in packages or module == "bench"
        if module in whole or outside or (_left_out(module) and module not in modules):
            continue
        path = source_file(module)
        if path is not None:
            whole[module] = _read(path, module)
            waiting += whole[module].imported
        elif module in modules:
            raise BenchError(f"no source of module {module!r} can be found; check the spec's path")
    return {**parts, **whole}


def _parts(entry: Methods, packages: Collection[str]) -> dict[str, "Source"]:
    """Return, by module, the source of the part that methods need; nothing if they need the whole."""

    def tree(module: str) -> ast.Module | None:
        path = source_file(module) if module.partition(".")[0] in packages else None
        return _undocumented(path) if path else None

    parts: dict[str, Source] = {}
    name = entry.path.partition(":")[2]
    for module, part in (class_part(entry.module, name, entry.names, tree) or {}).items():
        path = source_file(module)
        assert path is not None, "its tree was read"
        parts[module] = _source(part, path, module)
    return parts


def _left_out(module: str) -> bool:
    return any(module == room or module.startswith(f"{room}.") for room in _IN_CLEAR + _DECIDE_NOTHING)


class Source(NamedTuple):
    """What is read of a module: its digest, and the names of modules that it may import."""

    digest: str
    imported: tuple[str, ...]


@cache
def _read(path: Path, module: str) -> Source:
    return _source(_undocumented(path), path, module)


def _source(tree: ast.Module, path: Path, module: str) -> Source:
    try:
        digest = hashlib.sha256(ast.unparse(tree).encode())
    except RecursionError as error:
        raise BenchError(f"{path.name} is nested too deeply to be read; write it with fewer brackets") from error
    for name in sorted(_files_beside(tree, path)):
        digest.update(file_digest(path.with_name(name)).encode())
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return Source(digest.hexdigest()[:16], tuple(_imported(tree, package)))


def _imported(tree: ast.Module, package: str) -> Iterator[str]:
    """Name the modules that a file of this package may import."""
    for level, module, names in _imports(tree):
        parent = ".".join(package.split(".")[: len(package.split(".")) - level + 1]) if level else ""
        source = ".".join(name for name in (parent, module) if name)
        yield source
        yield from (f"{source}.{name}" for name in names)


def _imports(tree: ast.Module) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Yield what a file imports, except for type checkers only."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
        elif isinstance(node, ast.Import):
            yield from ((0, alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.level, node.module or "", tuple(alias.name for alias in node.names)
        else:
            waiting += ast.iter_child_nodes(node)


def _files_beside(tree: ast.Module, path: Path) -> set[str]:
    """Return the names of files next to a module, other than modules, that a text in it names."""
    names = {file.name for file in path.parent.iterdir() if file.suffix != ".py" and file.is_file()}
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return names.intersection(text for text in texts if isinstance(text, str))


def _undocumented(path: Path) -> ast.Module:
    """Return a file's syntax tree without docstrings and without the declarations of settings."""
    tree = source_tree(path)
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
            node.slice.elts = [part for part in node.slice.elts if not _is_setting(part)]
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [line for line in body if not _is_docstring(line)] or [ast.Pass()]  # pyright: ignore[reportAttributeAccessIssue] -- every such node has a settable body
    return tree


def _is_setting(part: ast.expr) -> bool:
    """Return whether this is a parameter's Setting: the value in clear is enough for a fingerprint."""
    called = part.func if isinstance(part, ast.Call) else None
    return getattr(called, "id", getattr(called, "attr", "")) == "Setting"


def _is_docstring(line: ast.AST) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and isinstance(line.value.value, str)
