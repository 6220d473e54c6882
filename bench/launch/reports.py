"""Reports of a run's workers, one small file per cell: its progress, or why it ended without a record."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from bench.errors import BenchError
from bench.store.sealed import read_json, write_json

State = Literal["running", "stopped", "stalled", "failed"]
"""stopped: by a signal, with a checkpoint; stalled: by its own process, because no step ended; failed: by an error."""


@dataclass(frozen=True)
class Report:
    """The last report of a cell.

    ``what`` is the current activity, with ``done`` of ``total`` units, ``figures`` such as epoch and loss, and the
    seconds ``left``; ``why`` is the reason why it stopped or failed; ``job``, ``worker`` and ``host`` compute it.
    """

    state: State
    what: str = ""
    done: int = 0
    total: int = 0
    figures: Mapping[str, float] = field(default_factory=dict)
    left: float | None = None
    why: str = ""
    job: str = ""
    worker: str = ""
    host: str = ""

    @property
    def place(self) -> str:
        """The current activity and its progress."""
        return f"{self.what} {self.done}/{self.total}" if self.total else self.what


class Reports:
    """The reports below a run's ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, cell: str, report: Report) -> None:
        """Replace the report of a cell."""
        write_json(self._file(cell), asdict(report))

    def read(self, cell: str) -> Report | None:
        """Return the last report of a cell, None if there is none that can be read."""
        try:
            report = read_json(self._file(cell))
            return Report(**report) if report else None
        except (BenchError, TypeError):
            return None

    def age(self, cell: str, now: float) -> float:
        """Return the age of a cell's report in seconds at ``now``, by the file server's clock; infinite without one."""
        try:
            return now - self._file(cell).stat().st_mtime
        except FileNotFoundError:
            return float("inf")

    def has_failed(self, cell: str) -> bool:
        """Return whether a cell failed in this run."""
        report = self.read(cell)
        return report is not None and report.state == "failed"

    def why(self, cell: str) -> str:
        """Return why a cell has no record, as far as it was reported."""
        report = self.read(cell)
        return report.why if report and report.why else "its worker ended early"

    def forget(self, cell: str) -> None:
        """Delete the report of a cell, so that it is started again."""
        self._file(cell).unlink(missing_ok=True)

    def cells(self) -> Iterator[str]:
        """Yield the ids of the cells that have a report."""
        for path in (self.folder / "cells").glob("*.json"):
            if not path.name.startswith("."):
                yield path.stem

    def _file(self, cell: str) -> Path:
        return self.folder / "cells" / f"{cell}.json"
