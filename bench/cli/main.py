"""The command ``bench``: verbs of the harness, and those that plugins add by name.

The base of typer's errors is read from ``_click``, its copy of click: typer exports only some of them, and the messages
of all are printed here as one sentence.
"""

import os
import re
import sys
import warnings
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NamedTuple, NoReturn

import typer
from typer._click.exceptions import ClickException, NoArgsIsHelpError
from typer._click.shell_completion import CompletionItem
from typer.core import TyperGroup
from typer.main import get_command

from bench.errors import BenchError, in_one_line, shortage, unknown
from bench.inputs import check_text, check_values
from bench.processes.endings import STOPPED, exit_code, interruptible
from bench.registered.source_file import source_file

COMMANDS = "bench.commands"
FAULT = 70
"""The exit code of an error that nobody foresaw: sysexits' EX_SOFTWARE. docs/exit-codes.md lists all codes."""
COMPLETION = "_BENCH_COMPLETE"
"""The variable by which a shell's script asks for completions."""
VERBS = (
    *(
        "run",
        "status",
        "retry",
        "cancel",
        "logs",
        "table",
        "compare",
        "gate",
        "verdict",
        "judge",
        "power",
        "audit",
        "costs",
        "why",
        "gallery",
        "report",
        "view",
        "export",
        "publish",
        "list",
    ),
    *("store", "doctor", "help", "completion"),
)
"""The harness's own verbs, each in a file of its own."""


class Verbs(TyperGroup):
    """Built-in verbs first, then those of the entry-point group ``bench.commands``; each is imported when called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Name every verb."""
        return [*VERBS, *sorted(added().keys() - {*VERBS})]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a verb, importing it; BenchError for an unknown one."""
        if cmd_name in VERBS:
            return _checked(get_command(import_module(f"bench.cli.{cmd_name}").app))
        if cmd_name in added():
            return _checked(get_command(_loaded(cmd_name, added()[cmd_name])))
        raise unknown("verb", cmd_name, self.list_commands(ctx))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the verbs with their descriptions, importing none."""
        own = {name: Verb(f"bench.cli.{name}:app", "bench") for name in VERBS}
        every = {**added(), **own}
        with formatter.section("Commands"):
            formatter.write_dl([(name, _help_of(every[name])) for name in self.list_commands(ctx)])

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Complete a verb, importing none."""
        every = {**added(), **{name: Verb(f"bench.cli.{name}:app", "bench") for name in VERBS}}
        names = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        return [CompletionItem(name, help=_help_of(every[name])) for name in names] or super().shell_complete(
            ctx, incomplete
        )

    def invoke(self, ctx: Any) -> Any:
        """Run a verb; Ctrl-C, SIGTERM and SIGHUP end it with a message and the signal's exit code."""
        try:
            with interruptible():
                return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:  # typer would print no message
            with suppress(OSError):  # the terminal is gone
                print(STOPPED, file=sys.stderr)  # noqa: T201
            sys.exit(exit_code(interrupt))
        except (OSError, MemoryError, RuntimeError) as error:
            if sentence := shortage(error):
                raise BenchError(sentence) from error
            raise


class Verb(NamedTuple):
    """A verb added by an installed package: its entry point, ``module:attribute``, and the distribution."""

    value: str
    distribution: str


@cache
def added() -> dict[str, Verb]:
    """Return the verbs that installed packages add, by name.

    Entry-point files are read directly, because importing importlib.metadata takes half as long as the rest of a help.
    """
    files = [file for folder in sys.path for file in sorted(Path(folder).glob("*-info/entry_points.txt"))]
    verbs: dict[str, Verb] = {}
    for file in reversed(files):  # of two copies of a package, the first on the path wins
        distribution = re.split(r"-|\.egg-info$", file.parent.name)[0].replace("_", "-")
        group = re.search(
            rf"^\[{re.escape(COMMANDS)}\]$(.*?)(?=^\[|\Z)", file.read_text("utf-8", "replace"), re.DOTALL | re.MULTILINE
        )
        for name, value in re.findall(r"^([^#;=\n]+?) *= *(.+?) *$", group[1] if group else "", re.MULTILINE):
            verbs[name] = Verb(value, distribution)
    return verbs


def _help_of(verb: Verb) -> str:
    """Say what a verb does by its file, read and not imported.

    That is the docstring of its callback or only command, else the file's own; its first line. Else it is who added it.
    """
    path = source_file(verb.value.partition(":")[0])
    text = path.read_text(encoding="utf-8", errors="replace") if path else ""
    commands = re.findall(r'^@app\.command\(.*?\n    """(.+?)(?:"""|\n)', text, re.DOTALL | re.MULTILINE)
    callback = re.findall(r'^@app\.callback\(.*?\n    """(.+?)(?:"""|\n)', text, re.DOTALL | re.MULTILINE)
    head = re.findall(r'\A"""(.+?)(?:"""|\n)', text)
    return next(iter([*callback, *(commands if len(commands) == 1 else head)]), f"added by {verb.distribution}")


def _loaded(name: str, verb: Verb) -> Any:
    from importlib.metadata import EntryPoint

    from bench.specs.isolation import isolated

    try:
        with isolated():
            return EntryPoint(name, verb.value, COMMANDS).load()
    except Exception as error:  # a third-party module may fail in any way
        why = in_one_line(error)
        raise BenchError(f"the verb {name!r} of {verb.value!r} fails to import: {why}; correct it") from error


def _checked(command: Any) -> Any:
    """Let a verb and the verbs below it refuse values that no verb can use, such as nan."""
    names = {each.name: each.opts[0] for each in command.params if each.param_type_name == "option"}
    callback = command.callback

    def call(**values: Any) -> Any:
        check_values({names[name]: value for name, value in values.items() if name in names})
        return callback(**values)

    if callback is not None:
        command.callback = call
    for each in getattr(command, "commands", {}).values():
        _checked(each)
    return command


app = typer.Typer(
    cls=Verbs,
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Which model reads electron micrographs best.",
)


def _version(requested: bool) -> None:
    if requested:
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
    if not sys.warnoptions:  # warnings of libraries for their programmers
        warnings.simplefilter("ignore", FutureWarning)
        warnings.filterwarnings("ignore", module="torch_geometric")
    if COMPLETION in os.environ:
        _complete()
    try:
        _check_arguments(sys.argv[1:])
        sys.exit(app(prog_name="bench", standalone_mode=False))
    except NoArgsIsHelpError as error:
        error.show()
    except ClickException as error:
        _print_error(_sentence(error))
    except BenchError as error:
        _print_error(str(error))
    except OSError as error:
        if error.strerror is None:  # of a library that has no place on this machine to blame
            _report_fault()
        if error.filename is None:  # what is printed cannot be written, or the current folder is gone
            _give_up_output()
            _print_error(f"the system refuses to read or write ({error.strerror}); correct that and repeat the command")
        else:
            _print_error(f"{str(error.filename)!r} cannot be used ({error.strerror}); name another, or correct that")
    except MemoryError:
        _print_error("this machine's memory does not suffice for that; ask for less")
    except Exception:
        _report_fault()
    sys.exit(2)


def _report_fault() -> NoReturn:
    """Print the traceback of the error being handled, and exit."""
    import traceback

    traceback.print_exc()
    _print_error("this is a fault of bench itself; please report it with the command and the lines above")
    sys.exit(FAULT)


def _complete() -> NoReturn:
    """Print what the Tab key offers, and exit; nothing behind a mistake."""
    from typer.completion import get_completion_inspect_parameters

    get_completion_inspect_parameters()  # registers the shells
    with suppress(BenchError, ClickException, OSError):
        sys.exit(app(prog_name="bench", standalone_mode=False))
    sys.exit(0)


def _check_arguments(arguments: list[str]) -> None:
    """Refuse arguments that mean nothing to any verb, before typer makes something of them."""
    for before, argument in zip(["bench", *arguments], arguments, strict=False):
        option, equals, value = argument.partition("=")
        if equals and re.fullmatch(r"--[a-z-]+", option):
            check_text(value, option)
        elif argument.strip() or before.startswith("-"):  # of an empty question its verb says more
            check_text(argument, f"the argument after {before}")


def _sentence(error: ClickException) -> str:
    """Return typer's message about wrong options as one sentence, with the help to look at."""
    message = " ".join(error.format_message().split()).rstrip(".")
    context, parameter = getattr(error, "ctx", None), getattr(error, "param", None)
    if parameter is not None and (given := _given(parameter.opts[0])):  # typer names no value
        message = f"{parameter.opts[0]} {given!r}: {error.message}".rstrip(".").replace(": Input", ": input")
    verb = f"bench {sys.argv[1]}" if sys.argv[1:2] and sys.argv[1] in VERBS else "bench"
    return f"{message[:1].lower()}{message[1:]}; see `{context.command_path if context else verb} --help`"


def _given(option: str) -> str:
    """Return what the command line gives to an option, '' if nothing."""
    pairs = [(before, after) for before, after in zip(sys.argv, sys.argv[1:], strict=False) if before == option]
    attached = [argument.partition("=")[2] for argument in sys.argv if argument.startswith(f"{option}=")]
    return next((value for value in [*(after for _, after in pairs), *attached]), "")


def _give_up_output() -> None:
    """Let standard output go nowhere, or Python would try once more to write it when it ends."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print_error(message: str) -> None:
    from bench.terminal.text import brief, safe_lines

    print(f"error: {brief(safe_lines(message))}", file=sys.stderr)  # noqa: T201 -- the command's own message
