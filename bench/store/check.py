"""The check of a whole store: everything is read and compared with its digest."""

from collections.abc import Callable
from typing import NamedTuple

from bench.errors import BenchError
from bench.store.store import Store
from bench.terminal.quantities import count


class StoreCheck(NamedTuple):
    """What a check found: a sentence on each ``damage``, and the ``summary``."""

    damage: tuple[str, ...]
    summary: str


def check(store: Store, tell: Callable[[str], None] = lambda _: None) -> StoreCheck:
    """Read all that a store holds and compare it with its digests; ``tell`` is called with each damage.

    BenchError if there is no store.
    """
    if not (store.root / "cells").is_dir():
        raise BenchError(f"there is no store {str(store.root)!r}; name a folder that `bench run` has written")
    damage: list[str] = []

    def complain(sentence: str) -> None:
        damage.append(sentence)
        tell(sentence)

    whole = Store(store.root, complain)
    records = whole.records_of_files()
    requests = [*whole.runs()]
    stages = sorted(folder.name for folder in store.root.glob("stages/*"))
    for fingerprint in stages:
        whole.stages.product(fingerprint)
        whole.stages.making(fingerprint)
        whole.stages.inputs(fingerprint)
    for record in records:
        if "score" in record.stages:
            whole.product_of(record, "score")
    undigested = sum(not record.products for record in records)
    contents = (
        f"{count(len(records), 'record')}, {count(len(requests), 'request')} of runs, {count(len(stages), 'stage')}"
    )
    if damage:
        summary = (
            f"{contents} read, {count(len(damage), 'flaw')}: nothing of that is shown; the same `bench run` again "
            "makes it anew and puts what it replaces into damaged/"
        )
    else:
        summary = f"{contents} read: all as stored"
    return StoreCheck(tuple(damage), "\n".join(filter(None, [summary, without_digests(undigested)])))


def without_digests(records: int) -> str:
    """Say how many records are from before there were digests, '' if none is."""
    if not records:
        return ""
    return (
        f"{count(records, 'record')} from before there were digests, shown unchecked; `bench run --force` makes them "
        "again, with digests"
    )
