"""Draw docs/terminal.svg: 80 columns of a terminal during a real `bench run`, which is then stopped.

``python scripts/draw_terminal.py`` runs the command below in a store of its own, and takes about a minute.
"""

import io
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from bench.cli.main import main
from bench.terminal.text import progress

COMMAND = "bench run --task vqa --models mvaema,llava,blind,majority"
OUT = Path(__file__).resolve().parent.parent / "docs" / "terminal.svg"
COLUMNS, SHARE = 80, 0.01
"""The share of the first training after which the picture is taken."""


class Camera(progress.Live):
    """A bar on an invisible terminal; its lines, and the bar once, are printed to a recording console."""

    def __init__(self, paper: Console) -> None:
        super().__init__(Console(force_terminal=True, width=COLUMNS, file=io.StringIO()))
        self._paper, self._steps = paper, sys.maxsize

    def start(self, what: str, total: int, done: int = 0) -> None:
        """Replace the bar; remember the length of a training."""
        super().start(what, total, done)
        self._steps = total if what.endswith(progress.TRAINING) else sys.maxsize

    def advance(self, done: int, **figures: float) -> None:
        """Move the bar; when far enough, draw it and end the run."""
        super().advance(done, **figures)
        if done >= SHARE * self._steps:
            self._paper.print(self._bars.get_renderable())
            raise KeyboardInterrupt

    def say(self, text: str) -> None:
        """Print a line above the bar."""
        self._paper.print(text, highlight=False, markup=False)


def draw() -> None:
    """Run the command until the picture is taken, and write it."""
    paper = Console(record=True, width=COLUMNS, force_terminal=True, file=io.StringIO())
    paper.print(f"$ {COMMAND}", highlight=False)

    @contextmanager
    def shown() -> Iterator[progress.Progress]:
        with Camera(paper) as camera:
            yield camera

    progress.shown = shown
    with tempfile.TemporaryDirectory() as store:
        sys.argv = [*COMMAND.split(), *sys.argv[1:], "--store", f"{store}/runs"]
        try:
            main()
        except SystemExit:
            drawn = paper.export_svg(title=f"{COLUMNS} columns")
            drawn = re.sub(r"@font-face {.*?}", "", drawn, flags=re.DOTALL)  # load no fonts from elsewhere
            OUT.write_text(drawn.replace(store, "."), encoding="utf-8")


if __name__ == "__main__":
    draw()
