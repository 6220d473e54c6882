"""Questions about pictures, a line each, until somebody has no more."""

import sys
from collections.abc import Callable
from pathlib import Path

import typer

from bench.errors import BenchError
from bench.tasks.asking.answering import Answering, Said, about_one
from bench.tasks.asking.words import is_picture, there
from bench.terminal import safe

_HELP = "a question a line; the path of another picture changes to it; an empty line ends"


def ask_on(asking: Answering, picture: Path | None, classify: bool, show: Callable[[Said], str]) -> None:
    """Answer one line after the other; what is wrong with one is said, and the next is read.

    A picture that is named is changed to, and its categories are ranked where that is wanted.
    """
    if sys.stdin.isatty():
        typer.echo(_HELP, err=True)
    if picture is not None and classify:
        _say(asking, picture, None, show)
    while line := _line("picture" if picture is None else picture.name):
        if is_picture(line):
            picture = Path(line) if there(Path(line)) else picture
            if classify or picture != Path(line):
                _say(asking, Path(line), None, show)
        elif picture is None:
            typer.echo(f"error: {line!r} is no picture; name one first, then ask about it", err=True)
        else:
            _say(asking, picture, line, show)


def _say(asking: Answering, picture: Path, text: str | None, show: Callable[[Said], str]) -> None:
    try:
        if text is not None:
            asking.check(text)
        typer.echo(show(about_one(asking, picture, text)))
    except BenchError as error:
        typer.echo(f"error: {safe(str(error))}", err=True)


def _line(prompt: str) -> str:
    """Return what is typed or piped in, '' at the end or after Ctrl-C; on a terminal behind a prompt."""
    try:
        if not sys.stdin.isatty():
            return sys.stdin.readline().strip()
        import readline  # noqa: F401 -- with it, input() can be edited, and earlier lines are called back

        return input(f"{safe(prompt)}> ").strip()
    except (EOFError, KeyboardInterrupt):
        typer.echo(err=True)
        return ""
