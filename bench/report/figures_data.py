"""What the figures of a protocol are drawn from: mean ranks that differ critically, scores over training sizes."""

import numpy as np

from bench.errors import BenchError
from bench.report.chunk import Chunk, rounded
from bench.report.shown_protocol import ShownProtocol
from bench.specs import Column
from bench.statistics.significance import friedman
from bench.tables.conditions import selections
from bench.tables.model_scores import Measurements
from bench.tables.more_pictures import fraction_of

_FEWEST_MODELS, _FEWEST_FOLDS = 3, 2


def figures_chunk(shown: ShownProtocol) -> Chunk:
    """Return the figures' data by column; the score over cost is drawn from the tables themselves."""
    ranking = [column for column in shown.columns if column.higher_is_better is not None]
    return {
        "columns": [
            {
                "label": column.label,
                "metric": column.metric,
                "digits": column.digits,
                "ranks": _ranks(column, shown),
                "sizes": _sizes(column, shown),
            }
            for column in ranking
        ]
    }


def _ranks(column: Column, shown: ShownProtocol) -> Chunk:
    """Return the mean ranks of the models that have most folds, None with fewer than 3 models or 2 folds.

    One model of few folds would else leave all others few to be ranked on.
    """
    scores = {model: shown.measured.scores(model, column) for model in shown.models}
    upper = {model for model in shown.models if shown.selection.by_model[model][0].model.upper}
    measured = {model: each for model, each in scores.items() if each.by_fold and model not in upper}
    most = max((len(each.by_fold) for each in measured.values()), default=0)
    own = {model: each for model, each in measured.items() if len(each.by_fold) == most}
    folds = sorted(set.intersection(*(set(each.by_fold) for each in own.values()))) if own else []
    if len(own) < _FEWEST_MODELS or len(folds) < _FEWEST_FOLDS:
        return None
    sign = -1 if column.higher_is_better is False else 1
    test = friedman({model: np.array([sign * each.mean(fold) for fold in folds]) for model, each in own.items()})
    return {
        "ranks": [
            {"model": shown.models.index(model), "rank": rounded(rank)}
            for model, rank in sorted(test.ranks.items(), key=lambda ranked: ranked[1])
        ],
        "difference": rounded(test.difference),
        "p": rounded(test.p, 8),
        "folds": len(folds),
        "left_out": [shown.models.index(model) for model in measured if model not in own],
    }


def _sizes(column: Column, shown: ShownProtocol) -> Chunk:
    """Return scores over the number of training pictures, None unless protocols differ in that alone."""
    own = shown.selection
    try:
        conditions = selections(shown.store, shown.task, own.dataset, own.protocol, "fraction")
    except BenchError:
        return None
    points = []
    for selection in sorted(conditions, key=fraction_of):
        measured = Measurements(selection, shown.store, [column])
        for model, records in selection.by_model.items():
            scores = measured.scores(model, column)
            trained = [record.sides["train"] for record in records if "train" in record.sides]
            if scores.by_fold and trained:
                values = [scores.mean(fold) for fold in scores.by_fold]
                points.append(
                    {
                        "label": records[0].model.label,
                        "control": records[0].model.control,
                        "pictures": round(sum(trained) / len(trained)),
                        "score": rounded(float(np.mean(values))),
                        "std": rounded(float(np.std(values, ddof=1))) if len(values) > 1 else None,
                    }
                )
    return points
