"""The notebooks of docs/notebooks: each runs from its first cell to its last, in a folder of its own."""

import ast
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))


def _cells(book, kind):
    cells = json.loads(book.read_text())["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == kind]


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.stem)
def test_a_notebook_is_stored_without_outputs_and_listed(book):
    cells = json.loads(book.read_text())["cells"]
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in cells if cell["cell_type"] == "code")
    assert f"notebooks/{book.name}" in (ROOT / "docs" / "python.md").read_text()
    assert _cells(book, "markdown")[0].startswith("# ")


@pytest.mark.slow
@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.stem)
def test_a_notebook_runs_cell_by_cell(book, tmp_path, monkeypatch):
    """Without a kernel, whose packages are larger than the notebooks are worth: a cell is code, and its last value."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BENCH_STORE", raising=False)
    names = {}
    for text in _cells(book, "code"):
        *before, last = ast.parse(text).body
        exec(compile(ast.Module(before, []), book.name, "exec"), names)  # noqa: S102 -- our own notebook
        if isinstance(last, ast.Expr):
            assert repr(eval(compile(ast.Expression(last.value), book.name, "eval"), names))  # noqa: S307
        else:
            exec(compile(ast.Module([last], []), book.name, "exec"), names)  # noqa: S102
