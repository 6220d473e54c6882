"""The contents of a store; check them, delete what nothing refers to, or merge two stores."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bench.errors import BenchError
from bench.inputs import check_number, checked
from bench.publishing.merging import Merged
from bench.publishing.merging import merge as merge_publication
from bench.registered.registry import Registry
from bench.specs.json_data import JSONObject
from bench.store import inventory as inventories
from bench.store import upkeep
from bench.store.check import StoreCheck
from bench.store.check import check as check_store
from bench.store.store import opened
from bench.terminal.text import json_text

_DAYS, _MOST_DAYS = 7.0, 36_500.0
"""How long an unused stage stays by default, and at most."""


@checked
def inventory(store: str | Path | None = None) -> inventories.Inventory:
    """Return what a store holds; BenchError if there is none."""
    return inventories.inventory(opened(store), _DAYS)


@dataclass(frozen=True)
class Cleaning:
    """Stages that no record refers to, deleted or, in a dry run, to be deleted; ``print`` lists them."""

    stages: tuple[upkeep.Garbage, ...]
    dry_run: bool

    @property
    def json(self) -> str:
        """The stages as JSON, with their sizes in bytes."""
        stages = [{"fingerprint": stage.path.name, "bytes": stage.size} for stage in self.stages]
        return json_text({"deleted": not self.dry_run, "stages": stages})

    def __str__(self) -> str:
        size = sum(stage.size for stage in self.stages)
        lines = [f"{stage.path.name}  {_megabytes(stage.size)}" for stage in self.stages]
        end = "would be deleted" if self.dry_run else "deleted"
        return "\n".join([*lines, f"{len(self.stages)} stages, {_megabytes(size)} {end}"])


@checked
def clean(*, days: float = _DAYS, dry_run: bool = False, store: str | Path | None = None) -> Cleaning:
    """Delete the stages that no record refers to and that were not used within ``days``; BenchError without a store."""
    check_number(days, "--days", 0, _MOST_DAYS)
    unused = upkeep.garbage(opened(store), days)
    if not dry_run:
        upkeep.drop(unused)
    return Cleaning(tuple(unused), dry_run)


@checked
def check(store: str | Path | None = None, tell: Callable[[str], None] = lambda _: None) -> StoreCheck:
    """Read all that a store holds and compare it with its digests; ``tell`` is called with each damage."""
    return check_store(opened(store), tell)


class Merge(NamedTuple):
    """How many stages and records were copied from one store into another."""

    source: str
    target: str
    stages: int
    records: int

    def __str__(self) -> str:
        return f"{self.stages} stages and {self.records} records copied from {self.source} to {self.target}"

    def as_json(self) -> JSONObject:
        """Return it as JSON data."""
        return self._asdict()


@checked
def merge(source: str | Path, target: str | Path, *, replace: bool = False) -> Merge | Merged:
    """Copy what is missing from a store or a publication into a store, and return how much that was.

    Rows of a publication, in a folder or at ``hub:OWNER/NAME``, are named after who measured them; with ``replace``
    they take the place of older ones of the same person. BenchError, with nothing written, if the two disagree, or one
    is in the other.
    """
    from bench.publishing.hub import downloaded, on_hub
    from bench.publishing.publication import is_publication, read

    extended = opened(target)
    if (hub_id := on_hub(source)) is not None:
        with downloaded(hub_id) as copy:
            return merge_publication(read(copy.folder, str(source)), extended, Registry(), str(source), replace)
    reading = opened(source)
    first, second = reading.root.resolve(), extended.root.resolve()
    if first == second or first in second.parents or second in first.parents:
        raise BenchError(f"{str(source)!r} and {str(target)!r} are one store, or one is in the other; name two stores")
    if is_publication(reading.root):
        return merge_publication(read(source), extended, Registry(), str(source), replace)
    if replace:
        raise BenchError("--replace is for rows of a publication; two stores that disagree are left alone")
    return Merge(str(source), str(target), *upkeep.merge(reading, extended))


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.1f} MB"
