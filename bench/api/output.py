"""Files that a caller names: their suffix is the format, and a file that cannot be written is an error."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from bench.errors import BenchError, unknown
from bench.inputs import new_path
from bench.store.whole import new_folder, whole

FIGURES: dict[str, str] = dict.fromkeys((".svg", ".pdf", ".png"), "figure")
"""The suffixes of files that a figure is drawn to."""


def write_out(out: str | Path, content: str | bytes) -> None:
    """Write text or bytes to a file; BenchError if that fails."""
    with writing(out) as path, whole(path) as part:
        part.write_bytes(content.encode() if isinstance(content, str) else content)


@contextmanager
def writing(out: str | Path) -> Iterator[Path]:
    """Create the folders above a file and yield its path; BenchError if a file there cannot be written.

    A folder that takes no file is an error before the work on it begins. An error leaves no folder that was not there.
    """
    path = new_path(out, "the file")
    try:
        with new_folder(path.parent):
            with TemporaryFile(dir=path.parent):
                pass
            yield path
    except OSError as error:
        raise BenchError(f"{str(out)!r} cannot be written ({error.strerror or error}); name another file") from error


def by_suffix(out: str | Path, suffixes: Mapping[str, str], remedy: str = "") -> str:
    """Return the meaning of a file's suffix; BenchError if it has none, or no such file can be written."""
    path = new_path(out, "the file")
    if path.suffix.lower() not in suffixes:
        what = f"suffix of the file {str(out)!r}:"
        ends = f"name a file that ends in {' or '.join(suffixes)}"
        raise unknown(what, path.suffix.lower(), suffixes, remedy or ends)
    if path.is_dir():
        raise BenchError(f"{str(out)!r} is a folder, not a file; name a file in it")
    return suffixes[path.suffix.lower()]
