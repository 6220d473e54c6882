"""Digests of the code that a stage runs: its entry modules and all they import, read and never run."""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from bench.errors import BenchError
from bench.store.fingerprint import file_digest
from bench.store.source_file import source_file

IN_CLEAR = (
    *("bench.config", "bench.specs", "bench.registered", "bench.hookspecs", "bench.planning"),
    *("bench.data.databar", "bench.data.duplicates", "bench.data.grouped", "bench.data.perceptual"),
    "bench.data.transfer",
)
"""Modules whose part in a stage its inputs hold in clear: values, and digests of what only some runs use."""
DECIDE_NOTHING = (
    *("bench.errors", "bench.progress", "bench.cli", "bench.tables", "bench.figures", "bench.launch"),
    *("bench.store", "bench.training.heap"),
)
"""Modules that speak to people, place and keep what others compute, or tell whether it is current."""


def code_digests(*modules: str) -> dict[str, str]:
    """Return module to digest of its syntax tree without docstrings, for the modules and their import closure.

    A file beside a module that a text in it names, such as a table of words, counts like code. The closure stays inside
    our distribution and the entry modules' own packages, without what ``IN_CLEAR`` and ``DECIDE_NOTHING`` name.
    BenchError where an entry module has no source.
    """
    return {module: _read(path).digest for module, path in sorted(closure(*modules).items())}


@cache
def closure(*modules: str) -> dict[str, Path]:
    """Return module name to source file for the modules and what they import, statically."""
    packages = {"bench", *(module.partition(".")[0] for module in modules)}
    found: dict[str, Path] = {}
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module in found or module == "bench" or (_left_out(module) and module not in modules):
            continue
        path = source_file(module)
        if path is not None:
            found[module] = path
            package = module if path.name == "__init__.py" else module.rpartition(".")[0]
            waiting += [name for name in _read(path).imported(package) if name.partition(".")[0] in packages]
        elif module in modules:
            raise BenchError(f"no source of module {module!r} can be found; check the spec's path")
    return found


def _left_out(module: str) -> bool:
    return any(module == room or module.startswith(f"{room}.") for room in IN_CLEAR + DECIDE_NOTHING)


class _Source(NamedTuple):
    """What is read of a file once: its digest, and its imports as (level, module, names)."""

    digest: str
    imports: tuple[tuple[int, str, tuple[str, ...]], ...]

    def imported(self, package: str) -> Iterator[str]:
        """Name the modules that a module of this package imports from here."""
        for level, module, names in self.imports:
            parent = ".".join(package.split(".")[: len(package.split(".")) - level + 1]) if level else ""
            source = ".".join(name for name in (parent, module) if name)
            yield source
            yield from (f"{source}.{name}" for name in names)


@cache
def _read(path: Path) -> _Source:
    tree = _undocumented(path)
    digest = hashlib.sha256(ast.unparse(tree).encode())
    for name in sorted(_files_beside(tree, path)):
        digest.update(file_digest(path.with_name(name)).encode())
    return _Source(digest.hexdigest()[:16], tuple(_imports(tree)))


def _imports(tree: ast.Module) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Give what a file imports, leaving out what is for type checkers only."""
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
    """Return the names of files beside a module, not modules themselves, that a text in it names."""
    beside = {file.name for file in path.parent.iterdir() if file.suffix != ".py" and file.is_file()}
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return beside.intersection(text for text in texts if isinstance(text, str))


def _undocumented(path: Path) -> ast.Module:
    """Return a file's syntax tree without docstrings."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise BenchError(f"{path.name} does not parse ({error}); mend it or uninstall its package") from error
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [line for line in body if not _is_docstring(line)] or [ast.Pass()]  # pyright: ignore[reportAttributeAccessIssue] -- every such node has a settable body
    return tree


def _is_docstring(line: ast.AST) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and isinstance(line.value.value, str)
