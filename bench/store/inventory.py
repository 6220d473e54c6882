"""What a store holds, in words: its size, what was measured, the biggest products, what could go."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from tabulate import tabulate

from bench.store.check import without_digests
from bench.store.record import Record
from bench.store.store import Store
from bench.store.upkeep import garbage
from bench.terminal.quantities import count

_BIGGEST = 5


def inventory(store: Store, days: float) -> str:
    """Return what a store holds, and what `bench store gc` would free that was untouched for so many days.

    BenchError if there is no store.
    """
    old, every = garbage(store, days), garbage(store, 0)
    records = store.records()
    sizes = {folder.name: _size(folder) for folder in (store.root / "stages").glob("*")}
    total = sum(sizes.values()) + sum(_size(store.root / name) for name in ("cells", "runs", "logs"))
    freed = sum(each.size for each in old)
    contents = f"{count(len(records), 'cell')} measured, {count(len(sizes), 'stage')}"
    parts = [
        f"store {store.root}: {_megabytes(total)}, {contents}",
        _protocols(records),
        "Scores of one protocol were measured under the same rules; `bench table N --protocol DIGITS` shows them.",
        _biggest(sizes, records),
        without_digests(sum(not record.products for record in records)),
        f"no record refers to {count(len(every), 'stage')} ({_megabytes(sum(each.size for each in every))}); "
        f"`bench store gc` would free {_megabytes(freed)} of them, untouched for {days:g} days",
    ]
    return "\n\n".join(filter(None, parts))


def _protocols(records: list[Record]) -> str:
    """Tabulate what was measured: one line per task, dataset and protocol, the latest first."""
    groups: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
    for record in records:
        cell = record.cell
        groups[cell.task, cell.dataset, cell.protocol].append(record)
    rows = [
        (_last(own), task, dataset, protocol[:8], len(own), _models(own))
        for (task, dataset, protocol), own in groups.items()
    ]
    head = ["last", "task", "dataset", "protocol", "cells", "models"]
    return tabulate(sorted(rows, reverse=True), headers=head, disable_numparse=True) if rows else ""


def _last(records: list[Record]) -> str:
    return max(record.finished for record in records)[:16].replace("T", " ")


def _models(records: list[Record]) -> str:
    names = sorted({record.cell.model for record in records})
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _biggest(sizes: Mapping[str, int], records: list[Record]) -> str:
    """Tabulate the biggest stages, with the cell each belongs to."""
    of = {
        fingerprint: (stage, f"{record.cell}, {record.cell.dataset}")
        for record in records
        for stage, fingerprint in record.stages.items()
    }
    biggest = sorted(sizes, key=lambda name: -sizes[name])[:_BIGGEST]
    rows = [(_megabytes(sizes[name]), *of.get(name, ("", "no record refers to it")), name[:12]) for name in biggest]
    return tabulate(rows, headers=["biggest", "stage", "of", "fingerprint"], disable_numparse=True) if rows else ""


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in _files(folder))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.1f} MB" if size < 2**30 else f"{size / 2**30:.1f} GB"
