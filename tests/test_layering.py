import ast
import re
import tomllib
from collections import Counter
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

from bench.registered.plugin import PLURALS
from bench.registered.registry import Registry

ROOT = Path(__file__).resolve().parent.parent
ALLOWED = {
    "bench": {"bench"},
    "models": {"bench", "models"},
    "tasks": {"bench", "tasks"},
    "plugins": {"bench", "models", "tasks", "plugins"},
}
FILES = [(room, path) for room in ALLOWED for path in sorted((ROOT / room).rglob("*.py"))]
FLOORS = (
    *("errors", "specs", "terminal", "inputs", "processes", "config", "contracts"),
    *("registered", "store", "data", "training", "statistics", "auditing", "endpoint", "stages", "planning"),
    *("watching", "running", "launch", "tables", "figures", "exports", "report", "view", "publishing"),
    *("api", "cli", "__init__", "__main__"),
)
"""The modules and rooms of ``bench/``, from the ground up: each imports those before it alone."""
CODE_FOLDERS = sorted(
    {path.parent.relative_to(ROOT) for room in [*ALLOWED, "configs", "results"] for path in (ROOT / room).rglob("*.py")}
)


class Source(NamedTuple):
    """What a file says: imports as pairs of module and names, of modules themselves with an empty module."""

    docstring: str | None
    imports: list[tuple[str, list[str]]]
    strings: list[str]
    classes: list[str]


@cache
def _source(path):
    tree = ast.parse(path.read_text())
    source = Source(ast.get_docstring(tree), [], [], [])
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            source.imports.append((node.module, [alias.name for alias in node.names]))
        elif isinstance(node, ast.Import):
            source.imports.append(("", [alias.name for alias in node.names]))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            source.strings.append(node.value)
        elif isinstance(node, ast.ClassDef):
            source.classes.append(node.name)
    return source


def _room(name):
    """The room of an imported name, None for somebody else's package."""
    parts = name.split(".")
    if parts[0] != "bench":
        return None
    return parts[1] if len(parts) > 1 and parts[1] in ("models", "tasks", "plugins") else "bench"


@pytest.mark.parametrize(("room", "path"), FILES, ids=lambda value: str(value).replace(str(ROOT), ""))
def test_imports_run_one_way(room, path):
    imported = {f"{module}.{name}".lstrip(".") for module, names in _source(path).imports for name in names}
    assert {_room(name) for name in imported} - {None} <= ALLOWED[room]


def _floor(path):
    """The room below bench/ that a file is in, or the module that it is."""
    return path.relative_to(ROOT / "bench").parts[0].removesuffix(".py")


def _within(path):
    """The files of bench/ that a file imports, also for type checkers alone."""
    for module, names in _source(path).imports:
        if module.split(".")[0] == "bench":
            folder = ROOT.joinpath(*module.split("."))
            named = [folder / f"{name}.py" for name in names]
            yield from [file for file in named if file.is_file()] or [
                file for file in (folder.with_suffix(".py"), folder / "__init__.py") if file.is_file()
            ]


@pytest.mark.parametrize("path", sorted((ROOT / "bench").rglob("*.py")), ids=lambda path: path.stem)
def test_rooms_import_only_those_below_them(path):
    floors = {_floor(other) for other in _within(path)} - {_floor(path)}
    assert not {floor for floor in floors if FLOORS.index(floor) > FLOORS.index(_floor(path))}


def test_no_modules_import_each_other_in_a_circle():
    graph = {path: set(_within(path)) for path in sorted((ROOT / "bench").rglob("*.py"))}
    TopologicalSorter(graph).prepare()


@cache
def _names():
    registry = Registry()
    return {name for kind in ("model", "task", "dataset", "teacher") for name in registry.every(kind)}


@pytest.mark.parametrize("path", sorted((ROOT / "bench").rglob("*.py")), ids=lambda path: path.stem)
def test_the_harness_names_no_model_task_or_dataset(path):
    text = "\n".join(_source(path).strings)
    names = _names() - {
        "choice",
        "longest",
        "pixels",
        "oracle",
        "spectrum",
        "measured",
        "median",
    }  # ordinary words, too
    named = [name for name in names if name in text]  # regular expressions are slow
    # A name that ends in a colon is followed by its argument; a colon of a sentence by a space.
    said = {name for name in named if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])(?<!:(?=\s))", text)}
    # What `--records FILE.jsonl` stands for, and the host of the public API.
    assert said <= {"plan.py": {"file:"}, "address.py": {"openai"}}.get(path.name, set())


def test_no_two_classes_have_one_name():
    classes = [name for _, path in FILES for name in _source(path).classes]
    assert [name for name, count in Counter(classes).items() if count > 1] == []


@pytest.mark.parametrize("folder", CODE_FOLDERS, ids=str)
def test_every_folder_of_code_is_packaged(folder):
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    name = ".".join(folder.parts) if folder.parts[0] == "bench" else "bench." + ".".join(folder.parts)
    assert name in packages


@pytest.mark.parametrize("path", [path for _, path in FILES], ids=lambda path: str(path).replace(str(ROOT), ""))
def test_the_first_line_of_a_file_says_what_it_is(path):
    assert _source(path).docstring


def test_every_kind_of_spec_has_a_hook():
    hooks = (ROOT / "bench" / "specs" / "hookspecs.py").read_text()
    assert all(f"def register_{plural}(" in hooks for plural in PLURALS.values())
