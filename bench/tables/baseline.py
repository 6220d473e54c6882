"""The scores that later ones are held against: of a store's records, or of a small file made from them.

The file holds what a paired test needs, each picture's influence on each score, and no answers.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bench.errors import BenchError
from bench.specs import Column
from bench.specs.json_data import JSONObject
from bench.statistics.paired import Fold, ModelScores
from bench.store.store import Store
from bench.tables.model_scores import Measurements
from bench.tables.selection import Selection

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_LARGEST = 500_000_000
"""The most bytes of a file of scores: it is read whole."""


@dataclass(frozen=True)
class FoldScores:
    """One fold's scores of a metric, one per seed; its standard error and each picture's influence, if known."""

    fold: int
    repeat: int
    scores: list[float]
    error: float | None
    influences: dict[str, float]


@dataclass(frozen=True)
class Baseline:
    """Scores of models under one protocol, by model and metric; ``clear`` is the protocol, ``k`` its folds."""

    format: Literal[1]
    task: str
    dataset: str
    protocol: str
    clear: JSONObject
    k: int
    labels: dict[str, str]
    scores: dict[str, dict[str, list[FoldScores]]]

    def of(self, model: str, metric: str) -> ModelScores | None:
        """Return a model's scores of a metric, None if it has none."""
        folds = self.scores.get(model, {}).get(metric)
        if not folds:
            return None
        place: Mapping[Fold, FoldScores] = {(each.fold, each.repeat): each for each in folds}
        return ModelScores(
            {fold: each.scores for fold, each in place.items()},
            {fold: each.influences for fold, each in place.items() if each.influences},
            {fold: each.error for fold, each in place.items() if each.error is not None},
        )

    def as_text(self) -> str:
        """Return the file of these scores: JSON, with a digest."""
        data = _reader().dump_python(self, mode="json")
        return json.dumps({**data, "digest": _digest(data)}, ensure_ascii=False) + "\n"


def baseline(
    selection: Selection, store: Store, task: str, models: Iterable[str], columns: Sequence[Column]
) -> Baseline:
    """Return the scores of a selection's models in some columns."""
    measured = Measurements(selection, store, columns)
    scores: dict[str, dict[str, list[FoldScores]]] = {}
    labels: dict[str, str] = {}
    for model in models:
        labels[model] = selection.by_model[model][0].model.label
        scores[model] = {column.metric: folds for column in columns if (folds := _folds(measured.of(model, column)))}
    return Baseline(1, task, selection.dataset, selection.protocol, dict(selection.clear), measured.k, labels, scores)


def _folds(scores: ModelScores) -> list[FoldScores]:
    return [
        FoldScores(*place, [*own], scores.errors.get(place), dict(scores.influences.get(place, {})))
        for place, own in sorted(scores.by_fold.items())
    ]


def read_baseline(path: Path) -> Baseline:
    """Return the scores in a file; BenchError if it holds none, or was changed."""
    from pydantic import ValidationError

    shown, remedy = repr(str(path)), "write one with `bench gate --save FILE`"
    try:
        if path.stat().st_size > _LARGEST:
            raise BenchError(f"{shown} has more than {_LARGEST:,} bytes, which no file of scores has; {remedy}")
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise BenchError(f"the scores {shown} cannot be read ({error.strerror}); {remedy}") from error
    except (ValueError, RecursionError) as error:
        raise BenchError(f"{shown} is neither a store, a publication nor a file of scores; {remedy}") from error
    if isinstance(data, list) and data and all(isinstance(each, dict) and "rows" in each for each in data):
        raise BenchError(
            f"{shown} is what `bench table --json` prints: means, without the pictures' scores by which a fall is told "
            "from chance; write a file from the same store with `bench gate --save FILE`, or name that store"
        )
    stored = data.pop("digest", None) if isinstance(data, dict) else None
    if stored is None:
        raise BenchError(f"{shown} is JSON, but no file of scores; {remedy}")
    if stored != _digest(data):
        raise BenchError(f"{shown} was changed after it was written; {remedy}")
    try:
        return _reader().validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise BenchError(f"{shown} is of another version ({place}: {first['msg']}); {remedy}") from error


def _digest(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@cache
def _reader() -> "TypeAdapter[Baseline]":
    from pydantic import TypeAdapter

    return TypeAdapter(Baseline)
