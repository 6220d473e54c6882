"""A threshold of confidence above which answers are wrong at most as often as wished.

From outcomes that the model did not learn from, the most generous of a few thresholds is chosen whose upper bound of
Clopper and Pearson on the share of wrong answers is at most the risk; the level is shared among the thresholds by
Bonferroni (Geifman and El-Yaniv 2017, Selective Classification for Deep Neural Networks, section 3). Above the
confidence of the (n + 1)-th surest outcome, the n surer ones are independent draws of what is answered, so the bound
holds whatever the model and its confidences are, if later questions are drawn like the outcomes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log

import numpy as np

from bench.errors import BenchError

LEVEL = 0.05
"""The chance, over the draw of the outcomes, that a threshold breaks its promise."""
_CANDIDATES = 10


@dataclass(frozen=True)
class Threshold:
    """Answers of a confidence above ``confidence`` are wrong in at most the share ``risk``, at the level ``LEVEL``.

    ``answered`` of the ``outcomes`` outcomes are above it, ``wrong`` of them are wrong; ``bound`` is the upper bound.
    """

    confidence: float
    risk: float
    outcomes: int
    answered: int
    wrong: int
    bound: float

    @property
    def sentence(self) -> str:
        """The promise in words."""
        return (
            f"answers of a confidence above {self.confidence:.3f}: with {1 - LEVEL:.0%} certainty at most "
            f"{self.risk:.1%} of them are wrong, for pictures like the {self.outcomes} validation pictures "
            f"({self.answered} of these are answered, {self.wrong} wrongly)"
        )


def threshold(confidence: Sequence[float] | np.ndarray, right: Sequence[bool] | np.ndarray, risk: float) -> Threshold:
    """Return the lowest threshold that holds the risk, from outcomes (N,); BenchError if none can be promised."""
    sure, correct = np.asarray(confidence, dtype=np.float64), np.asarray(right, dtype=bool)
    count, least = len(sure), fewest(risk, 1)
    if count < least:
        raise BenchError(
            f"a risk of {risk:g} cannot be promised: that takes at least {least:,} validation pictures, all answered "
            f"rightly, and there are {count}; allow a risk of {_lowest(count):g}, or train with a larger "
            "validation_share"
        )
    # With few outcomes every further candidate costs more than it can win.
    candidates = _CANDIDATES if count >= 2 * fewest(risk, _CANDIDATES) else 1
    falling = np.sort(sure)[::-1]
    best: Threshold | None = None
    for size in np.linspace(fewest(risk, candidates), count, candidates).astype(int):
        above = 0.0 if size == count else float(falling[size])
        answered = sure > above
        wrong, total = int((~correct[answered]).sum()), int(answered.sum())
        bound = upper_bound(wrong, total, LEVEL / candidates)
        if bound <= risk and (best is None or total > best.answered):
            best = Threshold(above, risk, count, total, wrong, bound)
    if best is None:
        wrong = int((~correct).sum())
        raise BenchError(
            f"a risk of {risk:g} cannot be promised: the model takes {wrong} of {count} validation pictures for "
            "another category, and too many of these are among those it is surest of; allow a larger risk, or ask a "
            "better model"
        )
    return best


def upper_bound(wrong: int, total: int, level: float) -> float:
    """Return the upper bound of Clopper and Pearson on a share of which ``wrong`` of ``total`` draws were seen."""
    from scipy.special import betaincinv

    return 1.0 if wrong >= total else float(betaincinv(wrong + 1, total - wrong, 1 - level))


def fewest(risk: float, candidates: int) -> int:
    """Return how many outcomes, all right, bound the share of wrong ones by the risk for one of several candidates."""
    return ceil(log(LEVEL / candidates) / log(1 - risk))


def _lowest(count: int) -> float:
    """Return the lowest risk, rounded up to hundredths, that so many outcomes can promise."""
    return min(0.99, ceil(100 * (1 - LEVEL ** (1 / max(count, 1)))) / 100)
