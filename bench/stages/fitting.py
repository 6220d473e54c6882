"""What the train stage does: one training, or several on trial, of which validation chooses."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from bench.config.loading import Recipe
from bench.contracts import Context, Estimator
from bench.errors import BenchError
from bench.stages.context import make_estimator
from bench.store.sealed import read_json, write_json
from bench.store.whole import whole
from bench.training.budget import shortened
from bench.training.history import FILE, START, TUNING, History, TrainingDiverged, TriedTraining
from bench.training.seeding import seed_all

RATES = (1.0, 0.3, 0.1, 0.03)
"""The learning rates that tuning tries, as multiples of the recipe's: every model gets the same ones."""
_WEIGHTS, _DIVERGED = "weights", "diverged.json"
"""The files of a trial: a trained model, or the FLOPs after which a loss was no longer a number."""
Grid = Mapping[str, Sequence[Any]]
"""The values of each setting that tuning tries."""


@dataclass(frozen=True)
class Candidate:
    """What one training tries: a learning rate, and values of settings."""

    learning_rate: float
    settings: Mapping[str, Any]

    def applied(self, context: Context) -> Context:
        """Return the context of a training with these values."""
        recipe = context.recipe.model_copy(update={"learning_rate": self.learning_rate})
        return replace(context, recipe=recipe, settings={**context.settings, **self.settings})

    def __str__(self) -> str:
        return ", ".join([f"learning rate {self.learning_rate:g}", *(f"{k}={v}" for k, v in self.settings.items())])


def candidates(recipe: Recipe, grid: Grid, seed: int) -> list[Candidate]:
    """Return as many trials as the recipe allows, each of another learning rate, from the smallest up.

    Each value of a setting is tried as often as its others, or once more, in an order that the seed decides.
    """
    rates = sorted(factor * recipe.learning_rate for factor in RATES[: recipe.trials])
    random = np.random.default_rng(seed)
    columns = {key: [values[place] for place in _evenly(len(values), random)] for key, values in grid.items()}
    return [
        Candidate(rate, {key: column[number % len(column)] for key, column in columns.items()})
        for number, rate in enumerate(rates)
    ]


def _evenly(count: int, random: np.random.Generator) -> list[int]:
    """Return places below ``count``, at least as many as there may be trials, each equally often."""
    return [int(place) for _ in RATES for place in random.permutation(count)]


def train_estimator(kind: type[Estimator], train: Any, validation: Any, context: Context) -> Any:
    """Return a trained estimator; the context's seed decides its first weights and its training."""
    seed_all(context.seed)
    estimator = make_estimator(kind, context)
    estimator.fit(train, validation)
    return estimator


def trainings(recipe: Recipe) -> float:
    """Return how many trainings in full a recipe costs."""
    if recipe.tune == "nothing":
        return 1.0
    return recipe.trials * recipe.trial_share + (recipe.trial_share < 1)


def fit(
    kind: type[Estimator], train: Any, validation: Any, context: Context, weights: Path, grid: Grid | None = None
) -> float:
    """Train a model into the folder ``weights``; return the most passes through the training side.

    With ``recipe.tune`` the trial of the lowest validation loss wins, and ``TUNING`` lists all; ``grid`` holds what is
    tried besides learning rates. All models get the same number of trials, at the same share of a training. A model
    without a history counts as one pass: it has neither epochs nor a learning rate. Of several ranks, only the first
    writes.
    """
    if context.recipe.tune == "nothing":
        _fit(kind, train, validation, context, weights)
        return _passes(weights)
    tries, tried, folders = candidates(context.recipe, grid or {}, context.seed), list[TriedTraining](), list[Path]()
    for number, candidate in enumerate(tries):
        folders.append(context.folder / f"trial-{number}")
        tried.append(_tried(kind, train, validation, candidate, replace(context, folder=folders[-1])))
        if context.ranks.agreed(_is_trained(folders[-1]) and not _has_history(folders[-1])):
            break  # there is nothing to choose by
    best = context.ranks.agreed(min(range(len(tried)), key=lambda number: _order(tried[number])))
    if not context.ranks.agreed(_is_trained(folders[best])):
        raise BenchError(
            f"training diverged at every learning rate from {tries[0].learning_rate:g} to "
            f"{tries[-1].learning_rate:g}; try a smaller recipe.learning_rate"
        )
    passes = sum(map(_passes, (folder / _WEIGHTS for folder in folders)))
    if context.recipe.trial_share < 1 and context.ranks.agreed(_has_history(folders[best])):
        context.progress.say(f"training in full with {tries[best]}")
        _fit(kind, train, validation, tries[best].applied(context), weights)
        passes += _passes(weights)
    elif context.ranks.first:
        shutil.copytree(folders[best] / _WEIGHTS, weights)
    if context.ranks.first and (grid or _has_history(folders[best])):
        tried[best]["chosen"] = True
        write_json(weights / TUNING, tried)
    return passes


def _is_trained(folder: Path) -> bool:
    """Return whether a trial's folder holds a trained model; it does only if it is whole."""
    return (folder / _WEIGHTS).is_dir()


def _has_history(folder: Path) -> bool:
    return (folder / _WEIGHTS / FILE).is_file()


def _passes(weights: Path) -> float:
    """Return the most passes of a training through the training side; 1 for a model without a history."""
    return History.load(weights / FILE).passes if (weights / FILE).is_file() else 1.0


def _order(tried: TriedTraining) -> float:
    return inf if tried["validation"] is None else tried["validation"]


def described(weights: Path) -> dict[str, Any] | None:
    """Return a record's account of a training: its history, its weights and its trials; None if it has none of these.

    Its FLOPs are those of all trials and of the training in full.
    """
    tuning = read_json(weights / TUNING)
    history = History.load(weights / FILE).summary if (weights / FILE).is_file() else {}
    if history and tuning:
        last = history["training_flops"] if tuning[0]["share"] < 1 else 0.0
        history["training_flops"] = last + sum(tried["training_flops"] for tried in tuning)
    start = read_json(weights / START) or {}
    return {**history, **start, **({"tuning": tuning} if tuning else {})} or None


def _tried(kind: type[Estimator], train: Any, validation: Any, candidate: Candidate, context: Context) -> TriedTraining:
    """Train on trial, unless that was done before a restart, and return a record's account of it.

    A training that diverges is one that has lost. On other ranks than the first, figures may be missing.
    """
    weights, divergence = context.folder / _WEIGHTS, context.folder / _DIVERGED
    if not context.ranks.agreed(weights.is_dir() or divergence.is_file()):
        context.folder.mkdir(exist_ok=True)
        context.progress.say(f"trying {candidate}")
        short = replace(context, recipe=shortened(context.recipe, context.recipe.trial_share))
        try:
            _fit(kind, train, validation, candidate.applied(short), weights)
        except TrainingDiverged as error:
            context.progress.say(f"{candidate} has lost: {error}")
            if context.ranks.first:
                write_json(divergence, error.flops)
    history = History.load(weights / FILE).summary if (weights / FILE).is_file() else {}
    tried: TriedTraining = {
        "learning_rate": candidate.learning_rate,
        "validation": history.get("validation"),
        "training_flops": history.get("training_flops", read_json(divergence) or 0.0),
        "share": context.recipe.trial_share,
    }
    if candidate.settings:
        tried["settings"] = dict(candidate.settings)
    return tried


def _fit(kind: type[Estimator], train: Any, validation: Any, context: Context, weights: Path) -> None:
    estimator = train_estimator(kind, train, validation, context)
    if context.ranks.first:
        with whole(weights) as part:
            part.mkdir()
            estimator.save(part)
