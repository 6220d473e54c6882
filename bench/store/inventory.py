"""What a store holds: its size, what was measured, the biggest products, what could go."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from tabulate import tabulate

from bench.store.check import without_digests
from bench.store.record import Record
from bench.store.store import Store
from bench.store.upkeep import garbage
from bench.terminal.quantities import count
from bench.terminal.text import json_text

_BIGGEST = 5


class MeasuredProtocol(NamedTuple):
    """What was measured of one task on one dataset under one protocol, whose digest it is; ``last`` is ISO 8601."""

    last: str
    task: str
    dataset: str
    protocol: str
    cells: int
    models: tuple[str, ...]


class BigStage(NamedTuple):
    """A stage with its size in bytes, its name and the cell it belongs to, '' if no record refers to it."""

    bytes: int
    stage: str
    of: str
    fingerprint: str


@dataclass(frozen=True)
class Inventory:
    """What a store holds; sizes are in bytes, ``print`` says it in words.

    ``unreferred`` are the stages that no record refers to, and their size; ``free`` is what `bench store gc` would
    free, untouched for ``days``; ``undigested`` counts the records from before there were digests.
    """

    store: str
    bytes: int
    cells: int
    stages: int
    protocols: tuple[MeasuredProtocol, ...]
    biggest: tuple[BigStage, ...]
    unreferred: int
    unreferred_bytes: int
    free: int
    days: float
    undigested: int

    @property
    def json(self) -> str:
        """The inventory as JSON."""
        lists = {"protocols": [each._asdict() for each in self.protocols]}
        return json_text({**asdict(self), **lists, "biggest": [each._asdict() for each in self.biggest]})

    def __str__(self) -> str:
        contents = f"{count(self.cells, 'cell')} measured, {count(self.stages, 'stage')}"
        parts = [
            f"store {self.store}: {_megabytes(self.bytes)}, {contents}",
            _protocols(self.protocols),
            "Scores of one protocol were measured under the same rules; `bench table N --protocol DIGITS` shows them.",
            _biggest(self.biggest),
            without_digests(self.undigested),
            f"no record refers to {count(self.unreferred, 'stage')} ({_megabytes(self.unreferred_bytes)}); "
            f"`bench store gc` would free {_megabytes(self.free)} of them, untouched for {self.days:g} days",
        ]
        return "\n\n".join(filter(None, parts))


def inventory(store: Store, days: float) -> Inventory:
    """Return what a store holds, and what `bench store gc` would free that was untouched for so many days.

    BenchError if there is no store.
    """
    old, every = garbage(store, days), garbage(store, 0)
    records = store.records()
    sizes = {folder.name: _size(folder) for folder in (store.root / "stages").glob("*")}
    return Inventory(
        store=str(store.root),
        bytes=sum(sizes.values()) + sum(_size(store.root / name) for name in ("cells", "runs", "logs")),
        cells=len(records),
        stages=len(sizes),
        protocols=tuple(_measured(records)),
        biggest=tuple(_big_stages(sizes, records)),
        unreferred=len(every),
        unreferred_bytes=sum(each.size for each in every),
        free=sum(each.size for each in old),
        days=days,
        undigested=sum(not record.products for record in records),
    )


def _measured(records: list[Record]) -> list[MeasuredProtocol]:
    """Return what was measured, by task, dataset and protocol, the latest first."""
    groups: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
    for record in records:
        groups[record.cell.task, record.cell.dataset, record.cell.protocol].append(record)
    measured = [
        MeasuredProtocol(
            max(record.finished for record in own), *names, len(own), tuple(sorted({each.cell.model for each in own}))
        )
        for names, own in groups.items()
    ]
    return sorted(measured, reverse=True)


def _protocols(measured: Sequence[MeasuredProtocol]) -> str:
    """Tabulate what was measured, a line for each."""
    rows = [
        (each.last[:16].replace("T", " "), each.task, each.dataset, each.protocol[:8], each.cells, _few(each.models))
        for each in measured
    ]
    head = ["last", "task", "dataset", "protocol", "cells", "models"]
    return tabulate(rows, headers=head, disable_numparse=True) if rows else ""


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _big_stages(sizes: Mapping[str, int], records: list[Record]) -> list[BigStage]:
    """Return the biggest stages, with the cell that each belongs to."""
    of = {
        fingerprint: (stage, f"{record.cell}, {record.cell.dataset}")
        for record in records
        for stage, fingerprint in record.stages.items()
    }
    biggest = sorted(sizes, key=lambda name: -sizes[name])[:_BIGGEST]
    return [BigStage(sizes[name], *of.get(name, ("", "")), name) for name in biggest]


def _biggest(stages: Sequence[BigStage]) -> str:
    """Tabulate the biggest stages."""
    rows = [
        (_megabytes(each.bytes), each.stage, each.of or "no record refers to it", each.fingerprint[:12])
        for each in stages
    ]
    return tabulate(rows, headers=["biggest", "stage", "of", "fingerprint"], disable_numparse=True) if rows else ""


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in _files(folder))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.1f} MB" if size < 2**30 else f"{size / 2**30:.1f} GB"
