"""``bench data fetch sem``: download an edition's tars and unpack them into its ten folders, each tar once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.errors import BenchError
from bench.processes.endings import held_lock
from bench.store.whole import new_folder
from bench.tasks.datasets.editions import EDITIONS, FOLDERS
from bench.tasks.datasets.fetching import RemoteFile, fetch, files_of, read_done, write_done
from bench.tasks.datasets.unpacking import unpack
from bench.terminal.progress import Progress

_TAR = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")


def fetch_edition(edition: str, folder: Path, progress: Progress) -> None:
    """Download an edition into a folder; tars unpacked there earlier are skipped.

    A tar is removed after it is unpacked. BenchError as in ``files_of``, ``fetch`` and ``unpack``, or if the record has
    no tar.
    """
    record = EDITIONS[edition].record
    tars = [file for file in files_of(record) if file.name.endswith(_TAR)]
    if not tars:
        raise BenchError(f"the record {record} holds no tar; see https://doi.org/{EDITIONS[edition].doi}")
    with _locked(folder):
        done = read_done(folder)
        for file in tars:
            if done.get(file.name) != file.digest:
                _fetch_and_unpack(file, folder, progress)
                done[file.name] = file.digest
                write_done(folder, done)
    _require_all(folder, f"the record {record}")


def unpack_tars(tars: Path, folder: Path, progress: Progress) -> None:
    """Unpack downloaded tars; BenchError if there is none or one is broken."""
    paths = sorted(path for path in tars.iterdir() if path.name.endswith(_TAR)) if tars.is_dir() else []
    if not paths:
        raise BenchError(f"--tars {str(tars)!r} holds no tar; name the folder with the published tars")
    with _locked(folder):
        for tar in paths:
            progress.say(f"{tar.name}: {unpack(tar, folder, FOLDERS):,} pictures")
    _require_all(folder, f"--tars {str(tars)!r}")


def _fetch_and_unpack(file: RemoteFile, folder: Path, progress: Progress) -> None:
    tar = fetch(file, folder / ".tars", progress)
    progress.say(f"{file.name}: {unpack(tar, folder, FOLDERS):,} pictures")
    tar.unlink()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Create the folder and lock it against other processes; an error before the first byte leaves nothing."""
    tars, lock = folder / ".tars", folder / ".lock"
    with new_folder(folder):
        try:
            tars.mkdir(parents=True, exist_ok=True)
            own = held_lock(lock)
        except OSError as error:
            raise BenchError(
                f"the folder {str(folder)!r} cannot be written ({error.strerror}); choose one with --out"
            ) from error
        try:
            yield
        except BaseException:
            if {*folder.iterdir()} == {tars, lock} and not any(tars.iterdir()):
                tars.rmdir()
                lock.unlink()
            raise
        finally:
            own.release()


def _require_all(folder: Path, source: str) -> None:
    missing = [name for name in FOLDERS if not (folder / name).is_dir()]
    if missing:
        raise BenchError(f"{source} holds no picture of {', '.join(missing)}; what it has is in {str(folder)!r}")
