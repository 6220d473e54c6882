"""Write what docs/ takes from the code: help texts, hooks, metrics, facts, tables. Run it after any change to them."""

import dataclasses
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main
from typer.core import TyperGroup

from bench import hookspecs
from bench.cli.main import added, app
from bench.data.task import open_task, task_settings
from bench.registered.registry import DISTRIBUTION, Registry
from bench.tables.table import Table, TableCell, TableRow
from bench.tasks.facts import KINDS

DOCS = Path(__file__).resolve().parent.parent / "docs"


def commands() -> str:
    """Return the help text of every verb as one page."""
    pages = ["# Commands", "This page is generated: `python scripts/generate_docs.py`."]
    pages += [f"## {name}\n\n```\n{text}\n```" for name, text in _helps("bench", typer.main.get_command(app))]
    return "\n\n".join(pages) + "\n"


def _helps(name: str, command: Any, parent: Any = None) -> Iterator[tuple[str, str]]:
    """Yield name and help of a command and its subcommands; verbs of other packages are left out."""
    with command.make_context(name, [], parent, resilient_parsing=True, terminal_width=100) as context:
        if not isinstance(command, TyperGroup):
            yield context.command_path, command.get_help(context)
            return
        strangers = {name for name, verb in added().items() if verb.distribution != DISTRIBUTION}
        for verb in command.list_commands(context):
            if verb not in strangers:
                yield from _helps(verb, command.get_command(context, verb), context)


def hooks() -> str:
    """Return every hook with its signature and purpose."""
    specs = [hook for name, hook in vars(hookspecs).items() if name.startswith("register_")]
    return "\n".join(f"- `{hook.__name__}(register)`: {inspect.getdoc(hook)}" for hook in specs)


def metrics() -> str:
    """Return the metrics of each of our tasks, by name."""
    lines = ["| task | metric | what it is |", "|---|---|---|"]
    for task in Registry().every("task").values():
        if task.builds.startswith("bench."):
            meanings = open_task(task, task_settings(task, {})).definitions()
            lines += [f"| `{task.name}` | `{name}` | {meaning} |" for name, meaning in meanings.items()]
    return "\n".join(lines)


def fields_of_tables() -> str:
    """Return the fields and docstrings of a table, its rows and its cells."""
    lines = []
    for kind in (Table, TableRow, TableCell):
        names = ", ".join(f"`{field.name}`" for field in dataclasses.fields(kind))
        lines.append(f"- `{kind.__name__}`: {names}. {' '.join((inspect.getdoc(kind) or '').split())}")
    return "\n".join(lines)


def facts() -> str:
    """Return the vocabulary of facts, one line per kind."""
    lines = ["| kind | values |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{kind}` | {', '.join(values)} |" for kind, values in KINDS.items())])


GENERATED = {"hooks": hooks, "facts": facts, "metrics": metrics, "fields of tables": fields_of_tables}
"""The text between the markers of a page: ``<!-- hooks -->`` to ``<!-- /hooks -->``."""


def renewed(page: str) -> str:
    """Return a page with the text between all markers renewed."""
    for name, make in GENERATED.items():
        if f"<!-- {name} -->" in page:
            marked = f"<!-- {name} -->\n{make()}\n<!-- /{name} -->"
            page = re.sub(rf"<!-- {name} -->.*?<!-- /{name} -->", lambda _, text=marked: text, page, flags=re.DOTALL)
    return page


def main() -> None:
    """Write the pages."""
    (DOCS / "commands.md").write_text(commands(), encoding="utf-8")
    for page in DOCS.glob("*.md"):
        page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
