"""Launchers: where the cells of a run are computed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:  # the config of a run imports this package's settings of a cluster
    from bench.planning.outlook import CellOutlook
    from bench.planning.plan import Plan
    from bench.running.runner import Runner


class Launched(NamedTuple):
    """The outcome of a launch: why cells ``failed``, by id; ``queued`` says where the others run, '' if all ended."""

    failed: dict[str, str]
    queued: str = ""


class Launcher(Protocol):
    """Computes cells somewhere; constructed as ``Class(jobs)``, with how many are to work at once, None if unsaid.

    One that ``packs`` cuts jobs by what cells are expected to cost; one that ``waits`` returns when cells have ended.
    """

    packs: bool
    waits: bool

    def check(self, plan: "Plan", looks: "Sequence[CellOutlook]") -> None:
        """Raise BenchError if the cells cannot be computed there; nothing is written."""
        ...

    def prepare(self, runner: "Runner") -> None:
        """Load what all cells need, or arrange that it is loaded before they are computed."""
        ...

    def forecast(self, plan: "Plan", looks: "Sequence[CellOutlook]", explain: bool) -> str:
        """Return what a run would do and cost, as text."""
        ...

    def launch(self, runner: "Runner", looks: "Sequence[CellOutlook]", run: str) -> Launched:
        """Compute the cells; ``run`` is the folder of the run below the store's ``runs``, of its own for each call."""
        ...


LAUNCHERS = {
    "inline": "bench.launch.inline:Inline",
    "local": "bench.launch.local:Local",
    "slurm": "bench.launch.slurm.launcher:Slurm",
}
