"""Files that a caller names: their suffix is the format, and a file that cannot be written is an error."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.errors import BenchError, unknown
from bench.store.whole import whole


def write_out(out: str | Path, content: str | bytes) -> None:
    """Write text or bytes to a file; BenchError if that fails."""
    with writing(out) as path, whole(path) as part:
        part.write_bytes(content.encode() if isinstance(content, str) else content)


@contextmanager
def writing(out: str | Path) -> Iterator[Path]:
    """Create the folders above a file and yield its path; BenchError if a file there cannot be written."""
    try:
        Path(out).parent.mkdir(parents=True, exist_ok=True)
        yield Path(out)
    except OSError as error:
        raise BenchError(f"{str(out)!r} cannot be written ({error.strerror}); name another file") from error


def by_suffix(out: str, suffixes: Mapping[str, str], remedy: str = "") -> str:
    """Return the meaning of a file's suffix; BenchError if it has none."""
    suffix = Path(out).suffix.lower()
    if suffix not in suffixes:
        raise unknown(f"suffix of the file {out!r}:", suffix, suffixes, remedy or "end its name in one of them")
    return suffixes[suffix]
