"""What the cells of runs on this machine are doing now, read from the logs that they write."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.specs import STAGES
from bench.store import claim
from bench.store.store import Store
from bench.terminal.progress import TRAINING
from bench.training.history import PARTS

_READ = 256 * 1024
"""How many bytes at the end of a log are read."""
_STAGE = re.compile(rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d ({'|'.join(STAGES)}) ([0-9a-f]+) by \S+")
_PROGRESS = re.compile(
    r"(?P<what>\S.*?) (?P<done>\d+)/(?P<total>\d+)(?P<figures>(?: \S+ [^\s,]+)*), (?P<left>[\d:]+) left"
)
_POINTS = 300
"""How many points a curve has at most."""


@dataclass(frozen=True)
class Activity:
    """What a cell does: a stage of it, of which ``done`` of ``total`` units are done, with figures such as the loss.

    ``left`` are the seconds until it ends, None if unknown; ``curve`` has the figures of its training, by steps done.
    """

    stage: str
    what: str = ""
    done: int = 0
    total: int = 0
    figures: dict[str, float] = field(default_factory=dict)
    left: float | None = None
    curve: Sequence[tuple[int, dict[str, float]]] = ()


def activity(store: Store, cell: str) -> Activity | None:
    """Return what a cell is doing, None if no living process computes it."""
    lines = tail(store.log(cell))
    starts = [(place, match) for place, line in enumerate(lines) if (match := _STAGE.fullmatch(line))]
    if not starts:
        return None
    place, match = starts[-1]
    stage, fingerprint = match.groups()
    if claim.holder(store.stages.folder(fingerprint) / "claim") is None:
        return None
    learning = next((each for each, other in reversed(starts) if other[1] in PARTS), place)
    curve = _curve([report for report in _reports(lines[learning:]) if report["what"] == TRAINING])
    reports = _reports(lines[place:])
    if not reports:
        return Activity(stage, curve=curve)
    last = reports[-1]
    figures, left = _figures(last["figures"]), _seconds(last["left"])
    return Activity(stage, last["what"], int(last["done"]), int(last["total"]), figures, left, curve)


def _reports(lines: Sequence[str]) -> list[re.Match[str]]:
    return [report for line in lines if (report := _PROGRESS.fullmatch(line))]


def _curve(reports: Sequence[re.Match[str]]) -> tuple[tuple[int, dict[str, float]], ...]:
    """Return the figures of reports by steps done: of a training that was resumed, those of steps it did twice once."""
    figures = {int(report["done"]): _figures(report["figures"]) for report in reports}
    return tuple(sorted(figures.items())[:: max(1, -(-len(figures) // _POINTS))])


def tail(log: Path, size: int = _READ) -> list[str]:
    """Return the lines at the end of a log, none if it does not exist."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, log.stat().st_size - size))
            return stream.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def _figures(text: str) -> dict[str, float]:
    words = text.split()
    figures: dict[str, float] = {}
    for name, value in zip(words[::2], words[1::2], strict=True):
        try:
            figures[name] = float(value)
        except ValueError:
            continue
    return figures


def _seconds(clock: str) -> float:
    seconds = 0.0
    for part in clock.split(":"):
        seconds = 60 * seconds + float(part)
    return seconds
