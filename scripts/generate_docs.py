"""Write what docs/ takes from the code: help texts and hook signatures. Run it after changing either."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main
from typer.core import TyperGroup

from bench import hookspecs
from bench.cli.main import added, app
from bench.registry import DISTRIBUTION

DOCS = Path(__file__).resolve().parent.parent / "docs"


def commands() -> str:
    """Return the help text of every verb as one page."""
    pages = ["# Commands", "This page is generated: `python scripts/generate_docs.py`."]
    pages += [f"## {name}\n\n```\n{text}\n```" for name, text in _helps("bench", typer.main.get_command(app))]
    return "\n\n".join(pages) + "\n"


def _helps(name: str, command: Any) -> Iterator[tuple[str, str]]:
    """Yield name and help of a command and, of a group, of what it holds; strangers' verbs are left out."""
    with command.make_context(name, [], resilient_parsing=True, terminal_width=100) as context:
        if not isinstance(command, TyperGroup):
            yield name, command.get_help(context)
            return
        strangers = {verb for verb, point in added().items() if point.dist and point.dist.name != DISTRIBUTION}
        for verb in command.list_commands(context):
            if verb not in strangers:
                yield from _helps(f"{name} {verb}", command.get_command(context, verb))


def hooks() -> str:
    """Return every hook with its signature and what it is for."""
    found = [hook for name, hook in vars(hookspecs).items() if name.startswith("register_")]
    return "\n".join(f"- `{hook.__name__}(register)`: {inspect.getdoc(hook)}" for hook in found)


def with_hooks(page: str) -> str:
    """Return a page with the text between the hook markers renewed."""
    marked = f"<!-- hooks -->\n{hooks()}\n<!-- /hooks -->"
    return re.sub(r"<!-- hooks -->.*?<!-- /hooks -->", lambda _: marked, page, flags=re.DOTALL)


def main() -> None:
    """Write the pages."""
    (DOCS / "commands.md").write_text(commands(), encoding="utf-8")
    page = DOCS / "write-a-model.md"
    page.write_text(with_hooks(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
