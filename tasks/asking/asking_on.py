"""An interactive session: questions about pictures, one per line."""

import sys
from collections.abc import Callable
from pathlib import Path

import typer

from bench.errors import BenchError
from bench.tasks.asking.answering import Answering, PictureAnswer, about_one
from bench.tasks.asking.words import exists, is_picture
from bench.terminal.text import safe

_HELP = "enter one question per line; the path of a picture switches to it; an empty line ends"


def ask_on(asking: Answering, picture: Path | None, classify: bool, show: Callable[[PictureAnswer], str]) -> None:
    """Answer one line after another; print an error and continue if one is wrong.

    A line with a picture's path switches to that picture and, with ``classify``, ranks its categories.
    """
    if sys.stdin.isatty():
        typer.echo(_HELP, err=True)
    if picture is not None and classify:
        _answer(asking, picture, None, show)
    while line := _line("picture" if picture is None else picture.name):
        if is_picture(line):
            picture = Path(line) if exists(Path(line)) else picture
            if classify or picture != Path(line):
                _answer(asking, Path(line), None, show)
        elif picture is None:
            typer.echo(f"error: {line!r} is not a picture; name one first, then ask about it", err=True)
        else:
            _answer(asking, picture, line, show)


def _answer(asking: Answering, picture: Path, text: str | None, show: Callable[[PictureAnswer], str]) -> None:
    try:
        if text is not None:
            asking.check(text)
        typer.echo(show(about_one(asking, picture, text)))
    except BenchError as error:
        typer.echo(f"error: {safe(str(error))}", err=True)


def _line(prompt: str) -> str:
    """Return the next input line, '' at the end or after Ctrl-C; a terminal shows a prompt."""
    try:
        if not sys.stdin.isatty():
            return sys.stdin.readline().strip()
        import readline  # noqa: F401 -- makes input() editable, with a history

        return input(f"{safe(prompt)}> ").strip()
    except (EOFError, KeyboardInterrupt):
        typer.echo(err=True)
        return ""
