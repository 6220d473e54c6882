"""Files that a verb is told to write with ``--out``."""

from pathlib import Path

from bench.errors import BenchError
from bench.store import write_text


def write_out(out: str, text: str) -> None:
    """Write a text to a file, making the folders above it; BenchError where that cannot be."""
    try:
        Path(out).parent.mkdir(parents=True, exist_ok=True)
        write_text(Path(out), text)
    except OSError as error:
        raise BenchError(f"--out {out!r} cannot be written ({error.strerror}); name another file") from error
