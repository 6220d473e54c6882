"""Records as they are written, answer by answer: what stands is on the disk, whatever happens to the process.

Beside ``NAME.jsonl`` stand ``NAME.failed.jsonl``, what was not answered with what the server said, and the folder
``NAME.teach``: what was asked for, what was spent, which batches were handed in.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from bench.contracts import InstructionRecord
from bench.endpoint.ledger import append, mend
from bench.errors import BenchError
from bench.store.fingerprint import difference
from bench.store.store import read_json, write_json
from bench.tasks.records import as_json, failed_beside, read_records, write_records


class Notebook:
    """The file of records ``out`` and what stands beside it; ``done`` are the ids of the records in it."""

    def __init__(self, out: Path) -> None:
        self.out, self.failed = out, failed_beside(out)
        self.folder = out.with_name(f"{out.stem}.teach")
        self.spent, self.batches = self.folder / "spent.jsonl", self.folder / "batches.jsonl"
        self.done: set[str] = set()
        self.failures = 0

    def look(self, asked: Mapping[str, Any]) -> None:
        """Read what stands, without a torn last line; BenchError where it was asked for otherwise or is not ours."""
        before = read_json(self.folder / "asked.json")
        if before is None:
            if self.out.exists():
                raise BenchError(f"--out {str(self.out)!r} exists and was not begun by this command; name a new file")
            return
        differs = difference(before, asked)
        if differs:
            raise BenchError(
                f"--out {str(self.out)!r} was begun otherwise ({'; '.join(differs[:3])}); "
                "ask as before, or name a new file"
            )
        if self.out.is_file():
            mend(self.out)
            self.done = {record.id for record in read_records(self.out)} if self.out.stat().st_size else set()

    @contextmanager
    def open(self, asked: Mapping[str, Any]) -> Iterator[None]:
        """Begin to write or go on, alone; BenchError where another process writes or nothing can be written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / "lock", timeout=0):
                self.look(asked)
                write_json(self.folder / "asked.json", asked)
                yield
        except Timeout:
            raise BenchError(f"another process writes {str(self.out)!r}; wait for it or name a new file") from None
        except OSError as error:
            raise BenchError(
                f"--out {str(self.out)!r} cannot be written ({error.strerror or error}); name another file"
            ) from error

    def forget_failures(self) -> None:
        """Forget what was not answered before, for it is asked again."""
        self.failed.unlink(missing_ok=True)

    def add(self, records: Iterable[InstructionRecord]) -> None:
        """Append records that are not there yet: they are on the disk when this returns."""
        new = [record for record in records if record.id not in self.done]
        append(self.out, *map(as_json, new))
        self.done.update(record.id for record in new)

    def fail(self, line: Mapping[str, Any]) -> None:
        """Write down what was not answered, where no training sees it."""
        append(self.failed, line)
        self.failures += 1

    def tidy(self, ids: Iterable[str]) -> None:
        """Put the records into the order of these ids; those of others stay behind them."""
        if self.done:
            place = {name: position for position, name in enumerate(ids)}
            records = sorted(read_records(self.out), key=lambda record: place.get(record.id, len(place)))
            write_records(self.out, records)
