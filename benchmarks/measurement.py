"""A measurement: two computations timed alternately, and its row of the table."""

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

Figure = Literal["times faster", "of its time", "s"]
"""What a target refers to: the peer's time over ours, ours over the peer's, or our seconds."""


class Timing(NamedTuple):
    """Median seconds of both, and the median over the repetitions of ``ratio``, ours over the peer's."""

    ours: float
    peer: float
    ratio: float


@dataclass(frozen=True)
class Row:
    """One row of the table; ``timing`` has no peer if the figure is seconds, ``target`` is None without one."""

    what: str
    peer: str
    timing: Timing
    figure: Figure
    target: float | None = None

    @property
    def value(self) -> float:
        """The figure that the target refers to."""
        return {"times faster": 1 / self.timing.ratio, "of its time": self.timing.ratio, "s": self.timing.ours}[
            self.figure
        ]

    @property
    def held(self) -> bool:
        """Whether the target is met, True without one."""
        if self.target is None:
            return True
        return self.value >= self.target if self.figure == "times faster" else self.value <= self.target

    def cells(self) -> list[str]:
        """Return the row as text."""
        peer = _seconds(self.timing.peer) if self.peer else ""
        return [
            self.what,
            self.peer,
            _seconds(self.timing.ours),
            peer,
            f"{self.value:.3g} {self.figure}",
            self._target(),
        ]

    def _target(self) -> str:
        if self.target is None:
            return "reported"
        side = "at least" if self.figure == "times faster" else "at most"
        return f"{side} {self.target:g}" + ("" if self.held else " (missed)")


def in_turns(ours: Callable[[], object], peer: Callable[[], object], repetitions: int) -> Timing:
    """Time both ``repetitions`` times, alternating which goes first, after one warm-up call."""
    ours()
    peer()
    pairs: list[tuple[float, float]] = []
    for repetition in range(repetitions):
        if repetition % 2:
            theirs, own = seconds(peer), seconds(ours)
        else:
            own, theirs = seconds(ours), seconds(peer)
        pairs.append((own, theirs))
    own, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    return Timing(own, theirs, statistics.median(first / second for first, second in pairs))


def alone(ours: Callable[[], object], repetitions: int) -> Timing:
    """Time a computation without a peer, after one warm-up call."""
    ours()
    own = statistics.median(seconds(ours) for _ in range(repetitions))
    return Timing(own, float("nan"), float("nan"))


def seconds(compute: Callable[[], object]) -> float:
    """Return the wall-clock seconds of one call."""
    gc.collect()
    began = time.perf_counter()
    compute()
    return time.perf_counter() - began


def as_table(rows: Sequence[Row]) -> str:
    """Render rows in markdown."""
    from tabulate import tabulate

    headers = ["what", "peer", "ours", "the peer's", "figure", "target"]
    return tabulate([row.cells() for row in rows], headers=headers, tablefmt="pipe", disable_numparse=True)


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 1 else f"{1000 * value:.3g} ms"
