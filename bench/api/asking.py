"""Ask a trained model about a picture of your own."""

from pathlib import Path
from typing import Any

from bench.inputs import check_number, checked
from bench.specs import resolve
from bench.store.store import opened

_ASKING = "bench.tasks.asking.asking:ask"
"""By lazy path: what prepares a question is in a floor above."""


MOST_CATEGORIES = 10_000
RISKS = (0.001, 0.5)
"""The least and the largest share of wrong answers that can be asked for."""


@checked
def ask(
    picture: str | Path,
    question: str | None = None,
    *,
    model: str | None = None,
    category: str | None = None,
    top: int = 0,
    at_risk: float | None = None,
    store: str | Path | None = None,
) -> Any:
    """Return a trained model's ``answer`` about a picture and its ``categories`` with their probabilities.

    ``model`` is a folder that `bench export` wrote, or a model or cell of the store, by default the newest trained one
    that is able. ``category`` tells the model the picture's category; ``top`` is how many categories it ranks.
    With ``at_risk`` the answer is ``sure`` or not: of the answers that are, at most this share has a wrong category.
    BenchError if there is no such model, or the picture cannot be read.
    """
    check_number(top, "--top", 0, MOST_CATEGORIES)
    check_number(at_risk, "--at-risk", *RISKS)
    return resolve(_ASKING)(Path(picture), question, model, category, top, opened(store), at_risk)
