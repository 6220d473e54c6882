"""The command ``bench``: verbs of the harness, and those that plugins add by name."""

import re
import sys
import warnings
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup
from typer.main import get_command

from bench.errors import BenchError
from bench.store.source_file import source_file

COMMANDS = "bench.commands"
VERBS = {
    "run": "Train, ask and score models; what stands already is not computed again.",
    "status": "Tell how far my runs are, and what to do next; exit code 1 where cells ended without a record.",
    "retry": "Submit again the cells of a run on a cluster that ended without a record.",
    "cancel": "Cancel the jobs of a run on a cluster; what is done stays, `bench retry` goes on.",
    "logs": "Show the end of a cell's log, and of what its job on a cluster wrote.",
    "table": "Print tables of what was measured, beside what was published.",
    "compare": "Compare models pair by pair, and all at once.",
    "costs": "Tell what the latest run that computed anything was expected to take, and what it took, cell by cell.",
    "why": "Tell what one number of a table comes from.",
    "gallery": "Show what a model got most wrong, with the pictures: its worst answers, or categories that it mistook.",
    "export": "Write a trained model with its model card into a folder, to ask it or to train it on.",
    "list": "List what is registered.",
    "store": "Tell what is in my store; tidy a store, or join two.",
    "doctor": "Look at this machine: versions, devices, room, resources, each with its remedy.",
}
"""The harness's own verbs, each in a file of its own, and what the first line of its help says."""


class Verbs(TyperGroup):
    """Built-in verbs first, then those of the entry-point group ``bench.commands``; each is imported when called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Name every verb."""
        return [*VERBS, *sorted(added().keys() - VERBS.keys())]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a verb, importing it."""
        if cmd_name in VERBS:
            return get_command(import_module(f"bench.cli.{cmd_name}").app)
        if cmd_name in added():
            return get_command(_loaded(cmd_name, added()[cmd_name]))
        return None

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the verbs with what each does, importing none."""
        strangers = {name: _said(verb) for name, verb in added().items()}
        with formatter.section("Commands"):
            formatter.write_dl([(name, {**strangers, **VERBS}[name]) for name in self.list_commands(ctx)])

    def invoke(self, ctx: Any) -> Any:
        """Run a verb; Ctrl-C ends it with a word and exit code 130."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:  # typer would end without one
            print("stopped; the same command goes on where it stopped", file=sys.stderr)  # noqa: T201
            sys.exit(130)


class Verb(NamedTuple):
    """A verb that an installed package adds: its entry point as text, ``module:attribute``, and who adds it."""

    value: str
    distribution: str


@cache
def added() -> dict[str, Verb]:
    """Return the verbs that installed packages add, by name.

    The files of entry points are read here: importing importlib.metadata takes half as long as all else of a help.
    """
    files = [file for folder in sys.path for file in sorted(Path(folder).glob("*-info/entry_points.txt"))]
    found: dict[str, Verb] = {}
    for file in reversed(files):  # of two copies of a package the first on the path counts
        distribution = re.split(r"-|\.egg-info$", file.parent.name)[0].replace("_", "-")
        group = re.search(
            rf"^\[{re.escape(COMMANDS)}\]$(.*?)(?=^\[|\Z)", file.read_text("utf-8"), re.DOTALL | re.MULTILINE
        )
        for name, value in re.findall(r"^([^#;=\n]+?) *= *(.+?) *$", group[1] if group else "", re.MULTILINE):
            found[name] = Verb(value, distribution)
    return found


def _said(verb: Verb) -> str:
    """Say what a package's verb does: the first line of its module, read and not imported; else who added it."""
    path = source_file(verb.value.partition(":")[0])
    first = path.read_text(encoding="utf-8", errors="replace").partition("\n")[0] if path else ""
    quoted = re.fullmatch(r'"""(.+?)(?:""")?', first.strip())
    return quoted[1] if quoted else f"added by {verb.distribution}"


def _loaded(name: str, verb: Verb) -> Any:
    from importlib.metadata import EntryPoint

    try:
        return EntryPoint(name, verb.value, COMMANDS).load()
    except Exception as error:  # a stranger's module may fail in any way
        raise BenchError(f"the verb {name!r} of {verb.value!r} fails to import: {error}; mend it") from error


app = typer.Typer(
    cls=Verbs,
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Which model reads electron micrographs best.",
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"bench {version('mvaema-bench')}")
        raise typer.Exit


@app.callback()
def _bench(
    show: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Which model reads electron micrographs best."""


def main() -> None:
    """Run the command line; a user's mistake is one sentence and exit code 2."""
    if not sys.warnoptions:  # what libraries tell those who program with them
        warnings.simplefilter("ignore", FutureWarning)
        warnings.filterwarnings("ignore", module="torch_geometric")
    try:
        app()
    except BenchError as error:
        from bench.terminal import safe_lines

        print(f"error: {safe_lines(str(error))}", file=sys.stderr)  # noqa: T201 -- the command's own word
        sys.exit(2)
