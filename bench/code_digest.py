"""Digests of the code that a stage runs: its entry modules and all they import, read and never run."""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bench.errors import BenchError
from bench.source_file import source_file

LEFT_OUT = (
    "bench.cli",
    "bench.tables",
    "bench.launch",
    "bench.store",
    "bench.claim",
    "bench.progress",
    "bench.registry",
    "bench.code_digest",
)
"""Modules that show, place or keep results without deciding them."""


def code_digests(*modules: str) -> dict[str, str]:
    """Return module to digest of its syntax tree without docstrings, for the modules and their import closure.

    The closure stays inside our distribution and the entry modules' own packages. BenchError where an entry
    module has no source.
    """
    return {module: _tree_digest(path)[:16] for module, path in sorted(closure(*modules).items())}


@cache
def closure(*modules: str) -> dict[str, Path]:
    """Return module name to source file for the modules and what they import, statically."""
    packages = {"bench", *(module.partition(".")[0] for module in modules)}
    found: dict[str, Path] = {}
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module in found or module == "bench" or module.startswith(LEFT_OUT):
            continue
        path = source_file(module)
        if path is not None:
            found[module] = path
            waiting += [name for name in _imports(path, module) if name.partition(".")[0] in packages]
        elif module in modules:
            raise BenchError(f"no source of module {module!r} can be found; check the spec's path")
    return found


def _imports(path: Path, module: str) -> Iterator[str]:
    """Name the modules a file imports, leaving out those for type checkers only."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    waiting: list[ast.AST] = [_undocumented(path)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parent = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            source = ".".join(name for name in (parent, node.module) if name)
            yield source
            yield from (f"{source}.{alias.name}" for alias in node.names)
        else:
            waiting += ast.iter_child_nodes(node)


@cache
def _tree_digest(path: Path) -> str:
    return hashlib.sha256(ast.unparse(_undocumented(path)).encode()).hexdigest()


@cache
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
