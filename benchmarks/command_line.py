"""How long the help takes to appear, against importing the libraries that write it."""

import subprocess
import sys

from benchmarks.measurement import Row, in_turns


def rows() -> list[Row]:
    """Return the one row."""
    return [command_help()]


def command_help(repetitions: int = 15) -> Row:
    """Measure whole processes."""
    peer = ("-c", "import typer, rich")
    timing = in_turns(lambda: _python("-m", "bench", "--help"), lambda: _python(*peer), repetitions)
    return Row("`bench --help`", f'`python -c "{peer[1]}"`', timing, "of its time", 1.3)


def _python(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
