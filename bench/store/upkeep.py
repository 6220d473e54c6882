"""Upkeep of stores: drop what nothing refers to, merge two stores."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench.errors import BenchError
from bench.store import claim
from bench.store.fingerprint import file_digest
from bench.store.sealed import DIGESTS
from bench.store.stages import MAKING
from bench.store.store import Store
from bench.store.whole import discard, whole
from bench.terminal.quantities import count


class Garbage(NamedTuple):
    """A folder of the store that nothing refers to, and its size in bytes."""

    path: Path
    size: int


def garbage(store: Store, days: float) -> list[Garbage]:
    """Find the stages that no record refers to, untouched for so many days and unclaimed, and what was set aside.

    They include unfinished stages of that age: a changed run cannot use their checkpoints.
    """
    _require(store)
    referred = {fingerprint for record in store.records() for fingerprint in record.stages.values()}
    oldest = time.time() - days * 86_400
    unreferred = []
    for folder in sorted(store.root.glob("stages/*")):
        idle = folder.name not in referred and claim.holder(folder / "claim") is None
        if idle and _touched(folder) <= oldest:
            unreferred.append(Garbage(folder, _size(folder)))
    damaged = [Garbage(path, _size(path)) for path in sorted(store.root.glob("damaged/*")) if _touched(path) <= oldest]
    return unreferred + damaged


def drop(unused: list[Garbage]) -> None:
    """Remove these files and folders."""
    for each in unused:
        discard(each.path)


def conflicts(source: Store, target: Store) -> list[str]:
    """Name the conflicts of two stores, one sentence each: cells with other scores, stages with other products."""
    _require(source)
    if not target.root.exists():
        return []
    _require(target)
    sentences = []
    for name in _names(source, "cells/*.json") & _names(target, "cells/*.json"):
        own, other = (store.record(name.removesuffix(".json")) for store in (source, target))
        assert own and other, "stores of records that cannot be read were refused"
        if (own.stages, own.metrics) != (other.stages, other.metrics):
            sentences.append(f"cell {name.removesuffix('.json')} has other stages or scores")
    for name in _names(source, "stages/*/product") & _names(target, "stages/*/product"):
        if _content(source, name) != _content(target, name):
            sentences.append(f"stage {name} has another product")
    return sorted(sentences)


def merge(source: Store, target: Store) -> tuple[int, int]:
    """Copy into the target what only the source has; return how many stages and cells were copied.

    A stage is copied whole; the records that refer to it follow. BenchError, with nothing written, if the two
    disagree.
    """
    disagreeing = conflicts(source, target)
    if disagreeing:
        more = f" and {len(disagreeing) - 3} more" if len(disagreeing) > 3 else ""
        raise BenchError(
            f"{str(source.root)!r} and {str(target.root)!r} disagree: {', '.join(disagreeing[:3])}{more}; decide which "
            "is right and remove it from the other, or compute it again there with --force"
        )
    damaged = [name for name in sorted(_names(source, "stages/*/product")) if source.stages.product(name) is None]
    if damaged:
        raise BenchError(
            f"the store {str(source.root)!r} has {count(len(damaged), 'damaged stage')}, {damaged[0]} among them; "
            "`bench store check` names the damage and what to do"
        )
    target.prepare()
    stages = sorted(_names(source, "stages/*/product") - _names(target, "stages/*/product"))
    for name in stages:
        _copy(source.stages.folder(name), target.stages.folder(name))
    cells = sorted(_names(source, "cells/*.json") - _names(target, "cells/*.json"))
    for kind, names in (("logs", _names(source, "logs/*")), ("cells", cells), ("runs", _names(source, "runs/*.json"))):
        for name in names:
            if not (target.root / kind / name).exists():
                _copy(source.root / kind / name, target.root / kind / name)
    return len(stages), len(cells)


def _require(store: Store) -> None:
    if not (store.root / "cells").is_dir():
        raise BenchError(f"there is no store {str(store.root)!r}; name a folder that `bench run` has written")
    names = sorted(_names(store, "cells/*.json"))
    foreign = [name for name in names if store.record(name.removesuffix(".json")) is None]
    if foreign:
        raise BenchError(
            f"the store {str(store.root)!r} has {len(foreign)} records of another version or damaged, {foreign[0]} "
            "among them; run the commands that made them again, which writes them anew"
        )


def _names(store: Store, pattern: str) -> set[str]:
    """Return the names of cells, logs or runs, or of the stages that have a product."""
    return {path.parent.name if path.name == "product" else path.name for path in store.root.glob(pattern)}


def _content(store: Store, fingerprint: str) -> dict[str, str]:
    product = store.stages.folder(fingerprint) / "product"
    own = (MAKING, DIGESTS)
    return {path.relative_to(product).as_posix(): file_digest(path) for path in _files(product) if path.name not in own}


def _copy(source: Path, target: Path) -> None:
    with whole(target) as part:
        if source.is_dir():
            shutil.copytree(source, part, ignore=shutil.ignore_patterns("claim", "claim.*", "work", ".*.part-*"))
            shutil.rmtree(target, ignore_errors=True)  # an unfinished stage without a product
        else:
            shutil.copy2(source, part)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else sum(each.stat().st_size for each in _files(path))


def _touched(folder: Path) -> float:
    return max((path.stat().st_mtime for path in _files(folder)), default=folder.stat().st_mtime)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())
