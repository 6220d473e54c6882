"""``bench data fetch BENCHMARK``: a benchmark's files from the hub, or from a folder, turned into questions."""

import os
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from bench.errors import BenchError, in_one_line
from bench.processes.endings import held_lock
from bench.store.fingerprint import file_digest
from bench.store.whole import discard, whole
from bench.tasks.datasets.benchmarks import SOURCE, Benchmark, benchmark
from bench.tasks.datasets.importing import Import, import_files, write_source
from bench.terminal.progress import Progress

_SOURCE = ".source"
"""The folder beside a benchmark's in which its files lie until they are read; a broken transfer goes on there."""


def fetch_benchmark(name: str, folder: Path, progress: Progress, files: Path | None, revision: str | None) -> Import:
    """Make a benchmark's folder: of the hub's files at a revision, or of those in the folder ``files``.

    BenchError if the hub does not answer, a file is not as published, or the folder cannot be written.
    """
    about = benchmark(name)
    if folder.exists() and any(folder.iterdir()) and not (folder / SOURCE).is_file():
        raise BenchError(f"the folder {str(folder)!r} holds something else; name an empty or a new one by --out")
    source = folder.with_name(f"{folder.name}{_SOURCE}")
    own = None if files is None else _of_folder(about, files)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = held_lock(folder.with_name(f"{folder.name}.lock"))
    except OSError as error:
        raise BenchError(
            f"the folder {str(folder)!r} cannot be written ({error.strerror}); name another by --out"
        ) from error
    try:
        if own is None:
            own, revision = _downloaded(name, about, revision or about.revision, source, progress)
        return _imported(name, about, own, revision or "files of a folder", folder, progress)
    finally:
        lock.release()


def _of_folder(about: Benchmark, folder: Path) -> dict[str, Path]:
    """Return the files of a benchmark in a folder, by name; BenchError if there are none."""
    paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    own = {name: path for name, path in paths.items() if any(_fits(name, pattern) for pattern in about.files)}
    if not own:
        raise BenchError(
            f"the folder {str(folder)!r} has none of {', '.join(about.files)}; download them from "
            f"https://huggingface.co/datasets/{about.repository}"
        )
    return own


def _imported(
    name: str, about: Benchmark, files: Mapping[str, Path], revision: str, folder: Path, progress: Progress
) -> Import:
    """Read the files into a new folder, which takes the place of an older one when it is whole."""
    digests = {key: file_digest(path) for key, path in files.items()}
    for key, expected in about.digests.items():
        if key in digests and digests[key] != expected and revision in (about.revision, "files of a folder"):
            raise BenchError(
                f"{key} of {name!r} does not have the digest that it was published with; fetch it again, and tell the "
                "publisher if this persists"
            )
    with whole(folder) as part:
        part.mkdir()
        done = import_files(name, about, list(files.values()), part, progress)
        write_source(name, about, revision, digests, done, part)
        if folder.exists():
            discard(folder)
    source = folder.with_name(f"{folder.name}{_SOURCE}")
    if source.exists():
        discard(source)
    return done


def _downloaded(
    name: str, about: Benchmark, revision: str, folder: Path, progress: Progress
) -> tuple[dict[str, Path], str]:
    """Return the files of a revision, by name, and its whole name; a broken transfer is taken up again."""
    from huggingface_hub import HfApi, hf_hub_download
    from huggingface_hub.utils import disable_progress_bars

    disable_progress_bars()  # the hub's own, over the harness's
    endpoint = (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")
    where: dict[str, Any] = {"repo_id": about.repository, "repo_type": "dataset"}
    try:
        info = HfApi(endpoint=endpoint).dataset_info(about.repository, revision=revision)
        names = _chosen(name, about, [each.rfilename for each in info.siblings or ()])
        commit = str(info.sha or revision)
        progress.start(f"fetching {name}", len(names))
        paths: dict[str, Path] = {}
        for number, file in enumerate(names, start=1):
            got = hf_hub_download(**where, filename=file, revision=commit, local_dir=folder, endpoint=endpoint)
            paths[file] = Path(got)
            progress.advance(number)
        return paths, commit
    except BenchError:
        raise
    except Exception as error:  # of the hub's client, of the library below it, or of the system
        raise BenchError(
            f"{endpoint} does not give {about.repository!r} at revision {revision!r} ({in_one_line(error)}); run the "
            "same command again to go on, set HF_ENDPOINT to a mirror, or download the files in a browser and use "
            "--files FOLDER"
        ) from error


def _chosen(name: str, about: Benchmark, names: Sequence[str]) -> list[str]:
    chosen = [file for file in sorted(names) if any(_fits(file, pattern) for pattern in about.files)]
    if not chosen:
        raise BenchError(
            f"the repository {about.repository!r} of {name!r} has none of {', '.join(about.files)}: it was published "
            "otherwise; make a file of questions for choices:FILE"
        )
    return chosen


def _fits(file: str, pattern: str) -> bool:
    """Return whether a file is meant by a pattern, in its folder or alone."""
    return fnmatch(file, pattern) or fnmatch(file, pattern.rpartition("/")[2])
