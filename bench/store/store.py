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
import shutil
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from bench.errors import BenchError, in_one_line
from bench.inputs import folder_of
from bench.store import claim
from bench.store.claim import Claim
from bench.store.record import Indexed, Record, index_line, indexed, parsed
from bench.store.run_request import RunRequest, parsed_request
from bench.store.sealed import (
    DIGESTS,
    DamagedError,
    files_digest,
    folder_flaw,
    is_as_listed,
    is_sealed,
    read_json,
    read_sealed,
    seal_folder,
    signature,
    unsealed,
    write_json,
    write_sealed,
    write_text,
)
from bench.store.whole import Overtaken, discard, set_aside, sweep, whole

SMALL_WEIGHTS = 50 * 2**20
STANDING = "standing.json"
"""The file next to a checkpoint with its progress in clear: ``epoch`` counts the finished ones."""
MAKING = "product.json"
"""The file of a product with the time and place of its making; two equal products may differ in it."""
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
        self._checked: set[str] = set()
        self._sound: dict[str, str] = {}

    def prepare(self) -> None:
        """Make the folders, and clear what is in the way of their files; BenchError if they cannot be written."""
        try:
            for name in ("stages", "cells", "runs", "logs"):
                (self.root / name).mkdir(parents=True, exist_ok=True)
            probe = self.root / f"probe.{uuid.uuid4().hex[:8]}"
            probe.touch()
            probe.unlink()
            self._clear()
            self._remember()
        except OSError as error:
            raise BenchError(
                f"the store {str(self.root)!r} cannot be written ({error.strerror}); "
                "name a writable folder with --store or BENCH_STORE"
            ) from error

    def stage(self, fingerprint: str) -> Path:
        """Return the folder of a stage."""
        return self.root / "stages" / fingerprint

    def claim(self, fingerprint: str) -> Claim | None:
        """Claim a stage for this process, None while another has it."""
        stage = self.stage(fingerprint)
        for folder in (stage, stage / "work"):
            if folder.is_file():
                self._set_aside(folder)
        return claim.acquire(stage / "claim")

    def product(self, fingerprint: str) -> Path | None:
        """Return the folder of a stage's finished product, None while there is none as it was stored.

        All bytes are checked once in the life of this object.
        """
        folder = self.stage(fingerprint) / "product"
        if fingerprint not in self._checked:
            if flaw := self._product_flaw(fingerprint):
                self._complain(
                    f"the product of stage {fingerprint} is damaged: {flaw}; it is not used, `bench run` of its cell "
                    "makes it again"
                )
                self._distrust(fingerprint)
                return None
            if folder.is_dir():
                self._checked.add(fingerprint)
        return folder if folder.is_dir() else None

    def product_of(self, record: Record, stage: Literal["pretrain", "train", "predict", "score"]) -> Path | None:
        """Return the product behind a record, None if there is none; other scores than the record's are none."""
        product = self.product(record.stages[stage])
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
        return stored is None or not (self.stage(score) / "product").exists() or stored == self.product_digest(score)

    def product_digest(self, fingerprint: str) -> str | None:
        """Return a digest of a product without the time and place of its making, None if it lists no digests."""
        with suppress(DamagedError, KeyError, TypeError, AttributeError):
            return files_digest(self.stage(fingerprint) / "product", MAKING)
        return None

    def is_sound(self, fingerprint: str) -> bool:
        """Return whether all that is stored of a stage is as it was stored; what is gone as a whole is sound.

        Files with the sizes and times of an earlier check are not read again.
        """
        if fingerprint not in self._sound:
            mark, is_settled = signature(self.stage(fingerprint))
            if self._remembered.get(fingerprint) != mark:
                absent = not os.path.lexists(self.stage(fingerprint) / "product")
                if not absent and self.product(fingerprint) is None:
                    return False
                if self.inputs(fingerprint) is None and not (absent and not self._inputs(fingerprint).exists()):
                    return False
            self._sound[fingerprint] = mark if is_settled else ""
        return True

    def making(self, fingerprint: str) -> dict[str, Any] | None:
        """Return the time and place of a product's making, None if they are unknown: nothing is made again for them."""
        path = self.stage(fingerprint) / "product" / MAKING
        if self.product(fingerprint) is None or not path.exists():
            return None
        with suppress(DamagedError):
            if is_as_listed(path) and isinstance(making := read_json(path), dict):
                return making
        self._complain(f"{str(path)!r} was changed after it was stored; how long the stage took is no longer known")
        return None

    def has_product(self, fingerprint: str) -> bool:
        """Return whether a stage has a product as it was stored; files known by size and time are not read again."""
        present = os.path.lexists(self.stage(fingerprint) / "product")
        return present and (self.is_sound(fingerprint) or self.product(fingerprint) is not None)

    def is_damaged(self, fingerprint: str) -> bool:
        """Return whether a stage has a product that is no longer as it was stored."""
        return os.path.lexists(self.stage(fingerprint) / "product") and not self.has_product(fingerprint)

    def make_product(self, fingerprint: str, inputs: Mapping[str, Any], make: Callable[[Path], None]) -> None:
        """Let ``make`` fill a folder that becomes the product in one rename; the caller holds the stage's claim."""
        stage = self.stage(fingerprint)
        sweep(stage / "product")
        sweep(stage / "work")
        self.write_inputs(fingerprint, inputs)
        if os.path.lexists(stage / "product") and self.product(fingerprint) is None:
            self._set_aside(stage / "product")
        # Overtaken by the process that went on while this one was suspended.
        with suppress(Overtaken), whole(stage / "product") as part:
            part.mkdir()
            make(part)
            seal_folder(part, {"stage": fingerprint})
        self._forget(fingerprint)
        shutil.rmtree(stage / "work", ignore_errors=True)
        (stage / "failure.txt").unlink(missing_ok=True)

    def drop(self, fingerprint: str) -> None:
        """Remove a stage's product and checkpoints, so that it is computed again."""
        self._forget(fingerprint)
        for name in ("product", "work"):
            if (self.stage(fingerprint) / name).is_dir():
                discard(self.stage(fingerprint) / name)

    def inputs(self, fingerprint: str) -> dict[str, Any] | None:
        """Return a stage's inputs in clear, None if there are none as they were stored."""
        try:
            return read_sealed(self._inputs(fingerprint))
        except DamagedError as error:
            self._complain(f"{error}; it is not used, `bench run` of its cell writes it anew")
            return None

    def write_inputs(self, fingerprint: str, inputs: Mapping[str, Any]) -> None:
        """Write a stage's inputs in clear."""
        path = self._inputs(fingerprint)
        if path.is_dir():
            self._set_aside(path)
        write_sealed(path, inputs)

    def mend_inputs(self, fingerprint: str, inputs: Mapping[str, Any]) -> None:
        """Write the inputs of a stage that has lost them, or whose inputs changed."""
        if self.stage(fingerprint).is_dir() and self.inputs(fingerprint) is None:
            self.write_inputs(fingerprint, inputs)

    def _inputs(self, fingerprint: str) -> Path:
        return self.stage(fingerprint) / "inputs.json"

    def epochs_begun(self, fingerprint: str) -> int:
        """Return how many epochs of a training its checkpoint holds."""
        with suppress(DamagedError, KeyError, TypeError):
            return int(read_json(self.stage(fingerprint) / "work" / STANDING)["epoch"])
        return 0

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

    def files(self, fingerprint: str) -> dict[str, int]:
        """Return the size in bytes of each file of a stage's product, by its path below the store."""
        product = self.product(fingerprint)
        paths = sorted(path for path in product.rglob("*") if path.is_file()) if product else []
        return {path.relative_to(self.root).as_posix(): path.stat().st_size for path in paths if path.name != DIGESTS}

    def log(self, cell_id: str) -> Path:
        """Return the file of a cell's log."""
        return self.root / "logs" / f"{cell_id}.log"

    def _product_flaw(self, fingerprint: str) -> str:
        """Say what of a product is not as it was stored, '' if nothing is."""
        stage = self.stage(fingerprint)
        product = stage / "product"
        if not os.path.lexists(product):
            return ""
        if not product.is_dir():
            return "it is no folder"
        if not (product / DIGESTS).exists() and not is_sealed(self._inputs(fingerprint)):
            return ""  # made before there were digests
        return folder_flaw(product, {"stage": fingerprint}, MAKING)

    def _complain(self, sentence: str) -> None:
        if sentence not in self._complaints:
            self._complaints.add(sentence)
            self._warn(sentence)

    def _forget(self, fingerprint: str) -> None:
        self._checked.discard(fingerprint)
        self._sound.pop(fingerprint, None)

    @cached_property
    def _remembered(self) -> dict[str, str]:
        """The signatures of stages that were sound when they were checked."""
        with suppress(DamagedError):
            data = read_json(self.root / "sound.json")
            return data if isinstance(data, dict) else {}
        return {}

    def _remember(self) -> None:
        """Store the signatures of stages that are sound, so that the next run need not read them."""
        marks = {fingerprint: mark for fingerprint, mark in self._sound.items() if mark}
        if not marks.items() <= self._remembered.items():
            self._remembered.update(marks)
            write_json(self.root / "sound.json", self._remembered)

    def _distrust(self, fingerprint: str) -> None:
        """Let the next run read a stage, whose files changed without their times."""
        if self._remembered.pop(fingerprint, None):
            with suppress(OSError):
                write_json(self.root / "sound.json", self._remembered)

    def _clear(self) -> None:
        """Set aside folders in the place of files, and requests of runs that changed, which nothing makes again."""
        for path in (self.root / "index.jsonl", self.root / "sound.json"):
            if path.is_dir():
                self._set_aside(path)
        for name in ("cells", "runs", "logs"):
            with os.scandir(self.root / name) as entries:
                folders = [entry.path for entry in entries if entry.name.endswith((".json", ".log")) and entry.is_dir()]
            for path in folders:
                self._set_aside(Path(path))
        for name, (_, run) in self._requests.items():
            path = self.root / "runs" / name
            if run is None and path.is_file():
                with suppress(DamagedError):
                    read_sealed(path)  # of another version
                    continue
                self._set_aside(path)

    def _set_aside(self, path: Path) -> None:
        (self.root / "damaged").mkdir(parents=True, exist_ok=True)
        set_aside(path, self.root / "damaged" / f"{path.parent.name}-{path.name}-{uuid.uuid4().hex[:8]}")


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
