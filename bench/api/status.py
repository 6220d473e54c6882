"""The progress of runs on this machine and on a cluster."""

from dataclasses import dataclass
from pathlib import Path

from bench.inputs import checked
from bench.store.store import Store, opened


@dataclass(frozen=True)
class Status:
    """The progress of runs, in words and as ``json``.

    ``open``: cells are still being computed or queued; ``wrong``: some cell ended without a record.
    """

    text: str
    json: str
    open: bool
    wrong: bool

    def __str__(self) -> str:
        return self.text


@checked
def status(run: str | None = None, *, everything: bool = False, store: str | Path | None = None) -> Status:
    """Return the progress of the latest runs, or of the one named; with ``everything`` each cell of each run.

    If the store has runs on a cluster, runs on this machine are shown only by name. BenchError if there is no run, or
    none of that name.
    """
    from bench.launch.slurm.campaign import campaigns

    open_store = opened(store)
    clusters = {campaign.folder.name for campaign in campaigns(open_store)}
    on_cluster = clusters and (run is None or run in clusters)
    show = _of_cluster if on_cluster else _of_this_machine
    return show(open_store, run, everything)


def _of_this_machine(store: Store, run: str | None, everything: bool) -> Status:
    from bench.running import own_runs

    runs, left_out = own_runs.own_runs(store, run, everything)
    if not runs:
        raise own_runs.no_run(store)
    working = own_runs.at_work(store)
    return Status(
        own_runs.as_text(runs, left_out, working, store, everything),
        own_runs.as_json_text(runs),
        bool(working),
        bool(runs[0].lacking()) and not working,
    )


def _of_cluster(store: Store, run: str | None, everything: bool) -> Status:
    from bench.launch.slurm.campaign_status import (
        all_ended,
        any_ended_without_record,
        as_json_text,
        as_text,
        states_of_runs,
    )
    from bench.launch.slurm.queue import queue

    states = states_of_runs(store, run, queue())[1]
    return Status(
        as_text(states, store, everything),
        as_json_text(states),
        not all_ended(states),
        any_ended_without_record(states),
    )
