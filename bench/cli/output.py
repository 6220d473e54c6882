"""What verbs write: files with ``--out``, whose suffix names the format, and texts of any origin on a terminal."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.errors import BenchError, unknown
from bench.store.store import write_text


def write_out(out: str | Path, content: str | bytes) -> None:
    """Write text or bytes to a file; BenchError where that cannot be."""
    with writing(out) as path:
        if isinstance(content, str):
            write_text(path, content)
        else:
            path.write_bytes(content)


@contextmanager
def writing(out: str | Path) -> Iterator[Path]:
    """Make the folders above a file and hand out its path; BenchError where it or what is beside it cannot be had."""
    try:
        Path(out).parent.mkdir(parents=True, exist_ok=True)
        yield Path(out)
    except OSError as error:
        raise BenchError(f"--out {str(out)!r} cannot be written ({error.strerror}); name another file") from error


def by_suffix(out: str, suffixes: Mapping[str, str], remedy: str = "") -> str:
    """Return what the suffix of a file stands for; BenchError where it stands for nothing."""
    suffix = Path(out).suffix.lower()
    if suffix not in suffixes:
        raise unknown(f"suffix of --out {out!r}:", suffix, suffixes, remedy or "end its name in one of them")
    return suffixes[suffix]


def safe(text: str) -> str:
    """Return text of any origin on one line, with an escape in the place of what could command a terminal."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def safe_lines(text: str) -> str:
    """Return text of any origin in its lines, each of them safe."""
    return "\n".join(map(safe, text.split("\n")))
