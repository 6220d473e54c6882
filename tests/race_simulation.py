"""What the rule of a race does to its error rate, simulated; as a program it prints the table of docs/race.md.

A row's score on a fold is its true score, an error that all folds share and one of the fold's own. Folds share training
pictures, and with them errors: two folds correlate by 1 / k (Nadeau and Bengio 2003, section 5, with the share of
tested pictures as the correlation). The unit of all scores is the standard deviation of a row on one fold. What makes a
fold easy for every row cancels in the differences and is left out.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import stdtr

from bench.statistics.race import FIRST, LEVEL, level_of

RACES = 20_000


class Outcome(NamedTuple):
    """Shares of the races: in which any row stops, in which the first row stops; and the share of cells spared."""

    any_stops: float
    first_stops: float
    spared: float


def drawn(true, k, races, random):
    """Draw scores (races, rows, k) of rows whose true scores are these."""
    shared = random.standard_normal((races, len(true), 1))
    own = random.standard_normal((races, len(true), k))
    return np.asarray(true)[:, None] + (1 / k) ** 0.5 * shared + (1 - 1 / k) ** 0.5 * own


def raced(scores, k, level):
    """Return after how many folds each row stops (races, rows), all folds if never: the rule, for all races at once."""
    races, rows, folds = scores.shape
    every = np.arange(races)
    stops = np.full((races, rows), folds)
    for after in range(FIRST, folds):
        racing = stops == folds
        best = np.where(racing, scores[:, :, :after].mean(2), -np.inf).argmax(1)
        differences = scores[every, best, None, :after] - scores[:, :, :after]
        racing[every, best] = False
        spread = differences.var(2, ddof=1) * (1 / after + 1 / (k - 1))
        statistic = differences.mean(2) / np.sqrt(np.where(racing, spread, 1))
        stops[holm_rejects(2 * stdtr(after - 1, -np.abs(statistic)), racing, level)] = after
    return stops


def holm_rejects(p, judged, level):
    """Return which of the p (races, rows) that are judged Holm's procedure rejects."""
    order = np.argsort(np.where(judged, p, 2), axis=1)
    factors = judged.sum(1, keepdims=True) - np.arange(p.shape[1])
    corrected = np.maximum.accumulate(np.take_along_axis(p, order, 1) * factors, axis=1)
    rejected = np.zeros_like(judged)
    np.put_along_axis(rejected, order, corrected <= level, 1)
    return rejected & judged


def simulated(true, k, level=None, races=RACES):
    """Simulate races of rows with these true scores, the first being the best, over k folds."""
    scores = drawn(true, k, races, np.random.default_rng(0))
    stops = raced(scores, k, level_of(k) if level is None else level)
    stopped = stops < k
    return Outcome(float(stopped.any(1).mean()), float(stopped[:, 0].mean()), 1 - float(stops.mean()) / k)


def docs_table():
    """Return the lines of the table in docs/race.md."""
    lines = [
        "| folds | rows | all equal: any row stops | all equal: a given row stops | one row 1 ahead: it stops "
        "| 20 apart: cells spared | the same, each judgement at 5 % |",
        "|---|---|---|---|---|---|---|",
    ]
    for k in (5, 10):
        for rows in (5, 20, 56):
            equal, ahead = simulated([0.0] * rows, k), simulated([1.0] + [0.0] * (rows - 1), k)
            apart = simulated(np.linspace(20, 0, rows), k)
            loose = simulated([0.0] * rows, k, LEVEL), simulated(np.linspace(20, 0, rows), k, LEVEL)
            lines.append(
                f"| {k} | {rows} | {equal.any_stops:.1%} | {equal.first_stops:.1%} | {ahead.first_stops:.2%} "
                f"| {apart.spared:.0%} | {loose[0].any_stops:.1%}, {loose[0].first_stops:.1%}, {loose[1].spared:.0%} |"
            )
    return lines


if __name__ == "__main__":
    print("\n".join(docs_table()))  # noqa: T201 -- for docs/race.md
