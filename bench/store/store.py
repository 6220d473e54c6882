"""Where results are kept: stages by fingerprint, records by cell, runs by time; safe for many writers, no server.

::

    stages/<fingerprint>/  inputs.json, product/ (whole or absent), work/ (checkpoints), claim/, failure.txt
    cells/<id>.json        records, each referring to its stages
    runs/<time>.json       what each `bench run` was asked for
    logs/                  one file per cell
    index.jsonl            the records once more in one file, rebuilt if it does not match cells/
    sound.json             the sizes and times of stages whose digests were checked, so that a run need not read them
    damaged/               what was no longer as it was stored when a run replaced it

All of it has digests, see ``bench.store.sealed``. What does not match its digest is named once and then treated as
absent, so that a run computes it again. Who only reads needs to write nothing.
"""

import json
import os
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal

from bench.errors import BenchError, in_one_line
from bench.inputs import folder_of
from bench.store.record import Indexed, Record, index_line, indexed, parsed
from bench.store.run_request import RunRequest, parsed_request
from bench.store.sealed import (
    DamagedError,
    read_sealed,
    unsealed,
    write_sealed,
    write_text,
)
from bench.store.stages import StoredStages

SMALL_WEIGHTS = 50 * 2**20
_Requests = dict[str, tuple[tuple[int, int], RunRequest | None]]


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
        self._requests: _Requests = {}
        self._complaints: set[str] = set()
        self.stages = StoredStages(root, self._complain)

    def prepare(self) -> None:
        """Make the folders, and clear what is in the way of their files; BenchError if they cannot be written."""
        try:
            for name in ("stages", "cells", "runs", "logs"):
                (self.root / name).mkdir(parents=True, exist_ok=True)
            probe = self.root / f"probe.{uuid.uuid4().hex[:8]}"
            probe.touch()
            probe.unlink()
            self._clear()
            self.stages.remember()
        except OSError as error:
            raise BenchError(
                f"the store {str(self.root)!r} cannot be written ({error.strerror}); "
                "name a writable folder with --store or BENCH_STORE"
            ) from error

    def product_of(self, record: Record, stage: Literal["pretrain", "train", "predict", "score"]) -> Path | None:
        """Return the product behind a record, None if there is none; other scores than the record's are none."""
        product = self.stages.product(record.stages[stage])
        if product and stage == "score" and not self.agrees(record):
            self._complain(
                f"the scores in stage {record.stages[stage]} are not those that the record of {record.cell} refers to; "
                "they are not used, `bench run` of its cell writes the record anew"
            )
            return None
        return product

    def agrees(self, record: Record) -> bool:
        """Return whether the scores of a record are those it refers to, or gone; other stages may be made again."""
        stored, score = record.products.get("score"), record.stages["score"]
        return (
            stored is None
            or not (self.stages.folder(score) / "product").exists()
            or stored == self.stages.product_digest(score)
        )

    def write_record(self, cell_id: str, record: Record) -> None:
        """Write a cell's record, replacing an older one in one step."""
        write_sealed(self.root / "cells" / f"{cell_id}.json", record.as_json())

    def record(self, cell_id: str) -> Record | None:
        """Return a cell's record, None if there is no readable one."""
        path = self.root / "cells" / f"{cell_id}.json"
        try:
            stamp = _stamp(path.stat())
        except (OSError, ValueError):  # no name of a file
            return None
        entry = self._read.get(path.name)
        return (entry if entry and entry.stamp == stamp else _entry(path, stamp)).record

    def records(self) -> list[Record]:
        """Return all records, from memory or the index if they still match the files.

        A file that holds no record is left out with a warning.
        """
        stamps = _stamps(self.root / "cells")
        entries = self._read or {entry.name: entry for entry in self._indexed()}
        fresh = {
            name: _entry(self.root / "cells" / name, stamp)
            for name, stamp in stamps.items()
            if name not in entries or entries[name].stamp != stamp
        }
        if fresh or entries.keys() != stamps.keys():
            entries = {name: fresh.get(name) or entries[name] for name in stamps}
            with suppress(OSError):  # who may not write reads all files again
                write_text(self.root / "index.jsonl", b"".join(map(index_line, entries.values())).decode())
        for entry in entries.values():
            if entry.problem:
                self._complain(f"{entry.problem}; left out (`bench run` of its cell writes it anew)")
        self._read = entries
        return [entry.record for entry in entries.values() if entry.record is not None]

    def records_of_files(self) -> list[Record]:
        """Return all records from their own files, without the index."""
        stamps = _stamps(self.root / "cells")
        self._read = {name: _entry(self.root / "cells" / name, stamp) for name, stamp in stamps.items()}
        return self.records()

    def _indexed(self) -> Iterator[Indexed]:
        with suppress(OSError):
            yield from filter(None, map(indexed, (self.root / "index.jsonl").read_bytes().splitlines()))

    def write_run(self, name: str, request: RunRequest) -> None:
        """Write a run's request."""
        write_sealed(self.root / "runs" / f"{name}.json", request.as_json())

    def latest_run(self, task: str) -> RunRequest | None:
        """Return the latest run of a task, None if there is none."""
        return next((run for run in self.runs() if run.task == task), None)

    def run_under(self, protocol: str) -> RunRequest | None:
        """Return the latest run under a protocol, None if there is none."""
        return next((run for run in self.runs() if run.is_under(protocol)), None)

    def run_on(self, dataset: str) -> RunRequest:
        """Return the latest run on a dataset; BenchError if there is none."""
        for run in self.runs():
            if run.dataset == dataset:
                return run
        raise BenchError(f"the store {str(self.root)!r} knows no run on {dataset!r}; its pictures cannot be found")

    def runs(self) -> Iterator[RunRequest]:
        """Yield the requests of runs, latest first; unreadable ones are skipped with a warning."""
        return (run for _, run in self.named_runs())

    def named_runs(self) -> Iterator[tuple[str, RunRequest]]:
        """Yield (name, run) as ``runs`` does; the name is the time at which the run began."""
        for name, stamp in sorted(_stamps(self.root / "runs").items(), reverse=True):
            before = self._requests.get(name)
            run = before[1] if before and before[0] == stamp else self._request(self.root / "runs" / name)
            self._requests[name] = stamp, run
            if run is not None:
                yield name.removesuffix(".json"), run

    def _request(self, path: Path) -> RunRequest | None:
        try:
            content = read_sealed(path)
            return None if content is None else parsed_request(content)
        except BenchError as error:
            self._complain(f"{str(path)!r} holds no request of a run: {error}; left out")
            return None

    def log(self, cell_id: str) -> Path:
        """Return the file of a cell's log."""
        return self.root / "logs" / f"{cell_id}.log"

    def _complain(self, sentence: str) -> None:
        if sentence not in self._complaints:
            self._complaints.add(sentence)
            self._warn(sentence)

    def _clear(self) -> None:
        """Set aside folders in the place of files, and requests of runs that changed, which nothing makes again."""
        for path in (self.root / "index.jsonl", self.root / "sound.json"):
            if path.is_dir():
                self.stages.set_aside(path)
        for name in ("cells", "runs", "logs"):
            with os.scandir(self.root / name) as entries:
                folders = [entry.path for entry in entries if entry.name.endswith((".json", ".log")) and entry.is_dir()]
            for path in folders:
                self.stages.set_aside(Path(path))
        for name, (_, run) in self._requests.items():
            path = self.root / "runs" / name
            if run is None and path.is_file():
                with suppress(DamagedError):
                    read_sealed(path)  # of another version
                    continue
                self.stages.set_aside(path)


def _entry(path: Path, stamp: tuple[int, int]) -> Indexed:
    """Read the file of a record; an unreadable one has a problem instead of a record."""
    try:
        content = unsealed(path, json.loads(path.read_bytes()))
        return Indexed(path.name, stamp, parsed(json.dumps(content)))
    except FileNotFoundError:
        return Indexed(path.name, stamp, None, f"{str(path)!r} is gone")
    except DamagedError as error:
        return Indexed(path.name, stamp, None, f"{str(path)!r} holds no record: {error}")
    except (OSError, ValueError, RecursionError, BenchError) as error:
        return Indexed(path.name, stamp, None, f"{str(path)!r} holds no record: {in_one_line(error)}")


def _stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Return the stamps of the JSON files in a folder by name; none if there is no folder."""
    stamps: dict[str, tuple[int, int]] = {}
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".json") and not entry.name.startswith("."):
                with suppress(FileNotFoundError):
                    stamps[entry.name] = _stamp(entry.stat())
    return stamps


def _stamp(stat: os.stat_result) -> tuple[int, int]:
    """Return a file's time of change and size: what differs in them is read again."""
    return stat.st_mtime_ns, stat.st_size
