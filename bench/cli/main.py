"""The command ``bench``: verbs of the harness, and those that plugins add by name."""

import sys
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from bench.cli.list import list_command
from bench.cli.run import run_command
from bench.cli.table import table_command
from bench.errors import BenchError

COMMANDS = "bench.commands"


class Verbs(TyperGroup):
    """Built-in verbs first, then those of the entry-point group ``bench.commands``, imported when called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Name every verb."""
        return [*super().list_commands(ctx), *sorted(_added())]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a verb, importing it if a plugin adds it."""
        own = super().get_command(ctx, cmd_name)
        if own is not None or cmd_name not in _added():
            return own
        return get_command(_added()[cmd_name].load())


@cache
def _added() -> dict[str, EntryPoint]:
    """Return the verbs that installed packages add, from metadata alone."""
    return {point.name: point for point in entry_points(group=COMMANDS)}


app = typer.Typer(
    cls=Verbs,
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Which model reads electron micrographs best.",
)
app.command("run")(run_command)
app.command("table")(table_command)
app.command("list")(list_command)


def main() -> None:
    """Run the command line; a user's mistake is one sentence and exit code 2."""
    try:
        app()
    except BenchError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 -- the command's own word
        sys.exit(2)
    except KeyboardInterrupt:
        print("interrupted; the same command goes on where it stopped", file=sys.stderr)  # noqa: T201
        sys.exit(130)
