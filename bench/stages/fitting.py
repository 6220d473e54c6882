"""What the train stage does: one training, or one per learning rate of a grid, whose best is kept."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.config.loading import Recipe
from bench.contracts import Context, Estimator
from bench.stages.context import make_estimator
from bench.store.sealed import read_json, write_json
from bench.store.whole import whole
from bench.training.history import FILE, TUNING, History
from bench.training.seeding import seed_all

GRID = (0.1, 0.3, 1.0)
"""The learning rates that tuning tries, as multiples of the recipe's: every model gets the same three trials."""


def train_estimator(kind: type[Estimator], train: Any, validation: Any, context: Context) -> Any:
    """Return a trained estimator; the context's seed decides its first weights and its training."""
    seed_all(context.seed)
    estimator = make_estimator(kind, context)
    estimator.fit(train, validation)
    return estimator


def trainings(recipe: Recipe) -> int:
    """Return how often a recipe trains a model."""
    return 1 if recipe.tune == "nothing" else len(GRID)


def fit(kind: type[Estimator], train: Any, validation: Any, context: Context, weights: Path) -> int:
    """Train a model into the folder ``weights``; return the most passes through the training side.

    With ``recipe.tune`` the learning rate of the lowest validation loss wins, and ``TUNING`` lists all. A model without
    a history counts as one pass: it has neither epochs nor a learning rate. Of several ranks, only the first writes.
    """
    if context.recipe.tune == "nothing":
        _fit(kind, train, validation, context, weights)
        return context.recipe.epochs if (weights / FILE).is_file() else 1
    trials = []
    for factor in GRID:
        recipe = context.recipe.model_copy(update={"learning_rate": factor * context.recipe.learning_rate})
        folder = context.folder / f"rate-{recipe.learning_rate:g}"
        _once(kind, train, validation, replace(context, recipe=recipe, folder=folder), folder / "weights")
        trials.append((recipe.learning_rate, folder / "weights"))
        if context.ranks.agreed(not (folder / "weights" / FILE).is_file()):
            break
    return _choose(trials, context.recipe.epochs, weights) if context.ranks.first else 0


def _choose(trials: list[tuple[float, Path]], epochs: int, weights: Path) -> int:
    """Keep the best of the trials (learning rate, folder); return the passes of all through the training side."""
    losses = {
        rate: History.load(folder / FILE).summary["validation"] for rate, folder in trials if (folder / FILE).is_file()
    }
    best = min(losses, key=losses.__getitem__, default=trials[0][0])
    shutil.copytree(dict(trials)[best], weights)
    if losses:
        write_json(weights / TUNING, [{"learning_rate": rate, "validation": loss} for rate, loss in losses.items()])
    return epochs * len(losses) if losses else 1


def described(weights: Path) -> dict[str, Any] | None:
    """Return a record's account of a training: its history and its trials; None if it has neither."""
    tuning = read_json(weights / TUNING)
    history = History.load(weights / FILE).summary if (weights / FILE).is_file() else {}
    return {**history, **({"tuning": tuning} if tuning else {})} or None


def _once(kind: type[Estimator], train: Any, validation: Any, context: Context, weights: Path) -> None:
    """Train into a folder unless it exists already, which it does only whole."""
    if context.ranks.agreed(weights.is_dir()):
        return
    context.folder.mkdir(exist_ok=True)
    context.progress.say(f"trying learning rate {context.recipe.learning_rate:g}")
    _fit(kind, train, validation, context, weights)


def _fit(kind: type[Estimator], train: Any, validation: Any, context: Context, weights: Path) -> None:
    estimator = train_estimator(kind, train, validation, context)
    if context.ranks.first:
        with whole(weights) as part:
            part.mkdir()
            estimator.save(part)
