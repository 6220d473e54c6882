"""Write what docs/ takes from the code: help texts and hook signatures. Run it after changing either."""

import inspect
import re
from pathlib import Path

import typer.main

from bench import hookspecs
from bench.cli.main import app

DOCS = Path(__file__).resolve().parent.parent / "docs"


def commands() -> str:
    """Return the help text of every verb as one page."""
    group = typer.main.get_command(app)
    pages = ["# Commands", "This page is generated: `python scripts/generate_docs.py`."]
    for name, command in sorted(group.commands.items()):  # pyright: ignore[reportAttributeAccessIssue] -- a group
        with command.make_context(f"bench {name}", [], resilient_parsing=True, terminal_width=100) as context:
            pages.append(f"## bench {name}\n\n```\n{command.get_help(context)}\n```")
    return "\n\n".join(pages) + "\n"


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
