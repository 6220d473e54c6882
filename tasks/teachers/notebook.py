"""Records written answer by answer: each is on the disk at once, whatever happens to the process.

Next to ``NAME.jsonl`` are ``NAME.failed.jsonl``, the prompts without an answer and the server's replies, and the folder
``NAME.teach``: the request, what was spent, and the batches that were submitted.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import BaseFileLock, Timeout

from bench.contracts import InstructionRecord
from bench.endpoint.batch import outstanding
from bench.endpoint.ledger import append, mend
from bench.errors import BenchError
from bench.processes.endings import held_lock
from bench.store.fingerprint import difference
from bench.store.sealed import read_json, write_json
from bench.tasks.records import as_json, failed_beside, read_records, write_records

FREE = ("max_tokens",)
"""Parts of a request that may change from run to run: an answer that was not cut off does not depend on them."""


class Notebook:
    """The file of records ``out`` and the files next to it; ``done`` holds the ids of its records."""

    def __init__(self, out: Path) -> None:
        self.out, self.failed = out, failed_beside(out)
        self.folder = out.with_name(f"{out.stem}.teach")
        self.spent, self.batches = self.folder / "spent.jsonl", self.folder / "batches.jsonl"
        self.done: set[str] = set()
        self.failures = 0

    def look(self, request: Mapping[str, Any]) -> None:
        """Read the present records, without a torn last line; BenchError if they are of another request or not ours."""
        with self._writing():
            self._look(request)

    def _look(self, request: Mapping[str, Any]) -> None:
        before = read_json(self.folder / "asked.json")
        if before is None:
            if self.out.exists():
                raise BenchError(f"--out {str(self.out)!r} exists and was not begun by this command; name a new file")
            return
        if not isinstance(before, Mapping):
            raise BenchError(f"{str(self.folder / 'asked.json')!r} holds no request; name a new file by --out")
        if self.out.is_file():
            mend(self.out)
            self.done = {record.id for record in read_records(self.out)} if self.out.stat().st_size else set()
        differs = difference(_binding(before), _binding(request))
        if differs and (self.done or outstanding(self.batches)):
            raise BenchError(
                f"--out {str(self.out)!r} was begun otherwise ({'; '.join(differs[:3])}); "
                "ask as before, or name a new file"
            )

    @contextmanager
    def open(self, request: Mapping[str, Any]) -> Iterator[None]:
        """Begin or continue to write, alone; BenchError if another process writes or nothing can be written.

        A run that gets no reply leaves nothing behind.
        """
        absent = [folder for folder in (self.folder, *self.folder.parents) if not folder.exists()]
        lock = self._locked()
        try:
            self.look(request)
            with self._writing():
                write_json(self.folder / "asked.json", request)
            yield
        finally:
            self._leave(lock, absent)

    def _withdraw(self) -> None:
        """Remove the request if nothing was answered, spent or submitted."""
        if not (self.out.exists() or self.failed.exists() or self.spent.exists() or self.batches.exists()):
            (self.folder / "asked.json").unlink(missing_ok=True)
            (self.folder / "lock").unlink(missing_ok=True)

    def forget_failures(self) -> None:
        """Forget the prompts that were not answered before: they are asked again."""
        with self._writing():
            self.failed.unlink(missing_ok=True)

    def add(self, records: Iterable[InstructionRecord]) -> None:
        """Append records that are not there yet: they are on the disk when this returns."""
        new = [record for record in records if record.id not in self.done]
        with self._writing():
            append(self.out, *map(as_json, new))
        self.done.update(record.id for record in new)

    def fail(self, line: Mapping[str, Any]) -> None:
        """Append a prompt without an answer to a file that no training reads."""
        with self._writing():
            append(self.failed, line)
        self.failures += 1

    def tidy(self, ids: Iterable[str]) -> None:
        """Put the records into the order of these ids, and records of other ids after them."""
        if self.done:
            place = {name: position for position, name in enumerate(ids)}
            records = sorted(read_records(self.out), key=lambda record: place.get(record.id, len(place)))
            write_records(self.out, records)

    def _locked(self) -> BaseFileLock:
        with self._writing():
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                return held_lock(self.folder / "lock", seconds=0)
            except Timeout:
                raise BenchError(f"another process writes {str(self.out)!r}; wait for it or name a new file") from None

    def _leave(self, lock: BaseFileLock, absent: Iterable[Path]) -> None:
        """Release the lock; remove what a run without a reply has written, and the folders made for it."""
        with suppress(OSError):
            if not (self.done or self.spent.exists() or self.batches.exists()):
                self.failed.unlink(missing_ok=True)
                (self.folder / "asked.json").unlink(missing_ok=True)
            (self.folder / "lock").unlink(missing_ok=True)
        lock.release()
        with suppress(OSError):  # a folder that holds something stays
            for folder in absent:
                folder.rmdir()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Say of a file that cannot be written that it is --out's: nothing else may be done within."""
        try:
            yield
        except OSError as error:
            raise BenchError(
                f"--out {str(self.out)!r} cannot be written ({error.strerror or error}); name another file"
            ) from error


def _binding(request: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in request.items() if key not in FREE}
