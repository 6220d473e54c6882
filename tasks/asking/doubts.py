"""Why an answer may not be trusted: the model is not sure of the picture, or was never taught such a question."""

from bench.errors import BenchError
from bench.exports.exported import Exported
from bench.statistics.selective import Threshold, threshold
from bench.tasks.asking.familiarity import is_familiar
from bench.tasks.asking.printing import Ranked

_RISKS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
"""The shares of wrong answers that are tried, in this order."""
_LEAST_ANSWERED = 0.2
"""The share of the validation pictures that must be answered: a lower risk that leaves fewer helps nobody."""


class Doubts:
    """What an export's model says beside its answers; its validation pictures and taught questions decide."""

    def __init__(self, exported: Exported) -> None:
        self._questions = exported.questions
        self.of_category = "classifier" in exported.contracts
        self._needed = lowest_risk(exported) if self.of_category else None

    def about(self, question: str | None, likeliest: Ranked, is_judged: bool) -> tuple[str, ...]:
        """Return the doubts about an answer; ``is_judged``: a risk that the user stated decides about the category."""
        doubts: list[str] = []
        if question is not None and self._questions and not is_familiar(question, self._questions):
            doubts.append("unlike the questions that it was taught: the answer may have nothing to do with this one")
        if self.of_category and not is_judged:
            name, confidence = likeliest[0]
            if self._needed is None:
                doubts.append(f"not sure: {name} with {confidence:.3f}, and no confidence is known to suffice")
            elif confidence <= self._needed.confidence:
                doubts.append(not_sure(name, confidence, self._needed))
        return tuple(doubts)


def lowest_risk(exported: Exported) -> Threshold | None:
    """Return the threshold of the lowest risk at which enough validation pictures are answered; None without one."""
    if exported.validation is None:
        return None
    confidence, right = exported.validation.confidence, exported.validation.right
    for risk in _RISKS:
        try:
            promised = threshold(confidence, right, risk)
        except BenchError:  # too few pictures, or too many mistakes, for that risk
            continue
        if promised.answered >= _LEAST_ANSWERED * promised.outcomes:
            return promised
    return None


def not_sure(category: str, confidence: float, needed: Threshold) -> str:
    """Return the sentence that says that the model is not sure of the likeliest category."""
    return f"not sure: {category} with {confidence:.3f}, {needed.confidence:.3f} is needed"
