"""Where results are kept: stages by fingerprint, records by cell, runs by time; safe for many writers, no server.

::

    stages/<fingerprint>/  inputs.json, product/ (whole or absent), work/ (checkpoints), claim/, failure.txt
    cells/<id>.json        records, each referring to its stages
    runs/<time>.json       what each `bench run` was asked for
    logs/                  one file per cell
    index.jsonl            the records once more in one file, rebuilt if it does not match cells/
"""

import json
import os
import shutil
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench.errors import BenchError, in_one_line
from bench.inputs import folder_of
from bench.store.record import Indexed, Record, index_line, indexed, parsed
from bench.store.whole import Overtaken, discard, sweep, whole

SMALL_WEIGHTS = 50 * 2**20
STANDING = "standing.json"
"""The file next to a checkpoint with its progress in clear: ``epoch`` counts the finished ones."""


def default_store() -> Path:
    """Return ``$BENCH_STORE``, else ``./runs``."""
    return Path(os.environ.get("BENCH_STORE") or "runs")


def opened(folder: str | Path | None, warn: Callable[[str], None] | None = None) -> "Store":
    """Return the store of a folder, else the default one; it warns of unreadable files by ``warn``, else on stderr.

    BenchError if the folder cannot be one.
    """
    named, role = (default_store(), "BENCH_STORE") if folder is None else (folder, "--store")
    return Store(folder_of(named, role), warn or _warned)


def _warned(text: str) -> None:
    print(f"warning: {text}", file=sys.stderr)  # noqa: T201 -- a notebook and a terminal show it


class Store:
    """A folder of results."""

    def __init__(self, root: Path, warn: Callable[[str], None] = lambda _: None) -> None:
        self.root, self._warn = root, warn
        self._read: dict[str, Indexed] = {}

    def prepare(self) -> None:
        """Make the folders; BenchError if they cannot be written."""
        try:
            for name in ("stages", "cells", "runs", "logs"):
                (self.root / name).mkdir(parents=True, exist_ok=True)
            probe = self.root / f"probe.{uuid.uuid4().hex[:8]}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise BenchError(
                f"the store {str(self.root)!r} cannot be written ({error.strerror}); "
                "name a writable folder with --store or BENCH_STORE"
            ) from error

    def stage(self, fingerprint: str) -> Path:
        """Return the folder of a stage."""
        return self.root / "stages" / fingerprint

    def product(self, fingerprint: str) -> Path | None:
        """Return the folder of a stage's finished product, None while there is none."""
        folder = self.stage(fingerprint) / "product"
        return folder if folder.is_dir() else None

    def make_product(self, fingerprint: str, inputs: Mapping[str, Any], make: Callable[[Path], None]) -> None:
        """Let ``make`` fill a folder that becomes the product in one rename; the caller holds the stage's claim."""
        stage = self.stage(fingerprint)
        sweep(stage / "product")
        sweep(stage / "work")
        write_json(stage / "inputs.json", inputs)
        # Overtaken by the process that went on while this one was suspended.
        with suppress(Overtaken), whole(stage / "product") as part:
            part.mkdir()
            make(part)
        shutil.rmtree(stage / "work", ignore_errors=True)
        (stage / "failure.txt").unlink(missing_ok=True)

    def drop(self, fingerprint: str) -> None:
        """Remove a stage's product and checkpoints, so that it is computed again."""
        for name in ("product", "work"):
            if (self.stage(fingerprint) / name).is_dir():
                discard(self.stage(fingerprint) / name)

    def inputs(self, fingerprint: str) -> dict[str, Any] | None:
        """Return a stage's inputs in clear, None if they were never written."""
        return read_json(self.stage(fingerprint) / "inputs.json")

    def write_record(self, cell_id: str, record: Record) -> None:
        """Write a cell's record, replacing an older one in one step."""
        write_json(self.root / "cells" / f"{cell_id}.json", record.as_json())

    def record(self, cell_id: str) -> Record | None:
        """Return a cell's record, None if there is no readable one."""
        path = self.root / "cells" / f"{cell_id}.json"
        try:
            stamp = path.stat().st_mtime_ns
        except OSError:
            return None
        entry = self._read.get(path.name)
        return (entry if entry and entry.stamp == stamp else _entry(path, stamp)).record

    def records(self) -> list[Record]:
        """Return all records, from memory or the index if they still match the files.

        A file that holds no record is left out with a warning.
        """
        stamps = {entry.name: entry.stat().st_mtime_ns for entry in _files(self.root / "cells")}
        entries = self._read or {entry.name: entry for entry in self._indexed()}
        fresh = {
            name: _entry(self.root / "cells" / name, stamp)
            for name, stamp in stamps.items()
            if name not in entries or entries[name].stamp != stamp
        }
        if fresh or entries.keys() != stamps.keys():
            entries = {name: fresh.get(name) or entries[name] for name in stamps}
            write_text(self.root / "index.jsonl", b"".join(map(index_line, entries.values())).decode())
        if not self._read:
            for entry in entries.values():
                if entry.problem:
                    self._warn(f"{entry.problem}; left out (`bench run` of its cell writes it anew)")
        self._read = entries
        return [entry.record for entry in entries.values() if entry.record is not None]

    def _indexed(self) -> Iterator[Indexed]:
        index = self.root / "index.jsonl"
        if index.is_file():
            yield from filter(None, map(indexed, index.read_bytes().splitlines()))

    def write_run(self, name: str, run: Mapping[str, Any]) -> None:
        """Write a run's request."""
        write_json(self.root / "runs" / f"{name}.json", run)

    def latest_run(self, task: str) -> dict[str, Any] | None:
        """Return the latest run of a task, None if there is none."""
        return next((run for run in self.runs() if run["task"] == task), None)

    def run_under(self, protocol: str) -> dict[str, Any] | None:
        """Return the latest run under a protocol, None if there is none."""
        return next((run for run in self.runs() if protocol in run.get("protocols", [run["protocol"]])), None)

    def run_on(self, dataset: str) -> dict[str, Any]:
        """Return the latest run on a dataset; BenchError if there is none."""
        for run in self.runs():
            if run["dataset"] == dataset:
                return run
        raise BenchError(f"the store {str(self.root)!r} knows no run on {dataset!r}; its pictures cannot be found")

    def runs(self) -> Iterator[dict[str, Any]]:
        """Yield the requests of runs, latest first; unreadable ones are skipped."""
        return (run for _, run in self.named_runs())

    def named_runs(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield (name, run) as ``runs`` does; the name is the time at which the run began."""
        for entry in sorted(_files(self.root / "runs"), key=lambda entry: entry.name, reverse=True):
            try:
                run = read_json(Path(entry.path))
            except BenchError:
                continue
            if run is not None:
                yield entry.name.removesuffix(".json"), run

    def files(self, fingerprint: str) -> dict[str, int]:
        """Return the size in bytes of each file of a stage's product, by its path below the store."""
        product = self.product(fingerprint)
        paths = sorted(path for path in product.rglob("*") if path.is_file()) if product else []
        return {path.relative_to(self.root).as_posix(): path.stat().st_size for path in paths}

    def log(self, cell_id: str) -> Path:
        """Return the file of a cell's log."""
        return self.root / "logs" / f"{cell_id}.log"


def write_text(path: Path, text: str) -> None:
    """Write a file so that no reader sees a part of it; it is on the disk when this returns."""
    with whole(path) as part:
        part.write_text(text, encoding="utf-8")


def write_json(path: Path, data: Any) -> None:
    """Write JSON data as ``write_text`` does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """Return a file's JSON data, None if there is no file; BenchError if it is broken."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError as error:
        raise BenchError(f"{str(path)!r} is not JSON ({error}); remove it and run again what made it") from error


def _entry(path: Path, stamp: int) -> Indexed:
    """Read the file of a record; an unreadable one has a problem instead of a record."""
    try:
        return Indexed(path.name, stamp, parsed(path.read_bytes()))
    except FileNotFoundError:
        return Indexed(path.name, stamp, None, f"{str(path)!r} is gone")
    except (OSError, BenchError) as error:
        return Indexed(path.name, stamp, None, f"{str(path)!r} holds no record: {in_one_line(error)}")


def _files(folder: Path) -> list[os.DirEntry[str]]:
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        return [entry for entry in entries if entry.name.endswith(".json") and not entry.name.startswith(".")]
