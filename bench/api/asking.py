"""Ask a trained model about a picture of one's own."""

from pathlib import Path
from typing import Any

from bench.specs import resolve
from bench.store.store import opened

_ASKING = "bench.tasks.asking.asking:ask"
"""By lazy path: what reads a picture stands above this, beside the datasets."""


def ask(
    picture: str | Path,
    question: str | None = None,
    *,
    model: str | None = None,
    category: str | None = None,
    top: int = 0,
    store: str | Path | None = None,
) -> Any:
    """Return what a trained model says of a picture: ``answer``, and ``categories`` with their probabilities.

    ``model`` is a folder that `bench export` wrote, or a model or cell of the store, by default the newest trained that
    is able. ``category`` tells it that the picture is of this one; ``top`` is how many categories it ranks. BenchError
    where there is no such model, or the picture cannot be read.
    """
    return resolve(_ASKING)(Path(picture), question, model, category, top, opened(store))
