"""The rows ``probe:WEIGHTS``: a linear probe, or a vote of neighbours, on the features of a frozen backbone."""

import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import cached_property, partial
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Self

import numpy as np
import torch

from bench.contracts import Choices, Context, Micrographs, Preference
from bench.models.backbones.backbone import Backbone, BackboneSource
from bench.models.images.estimator import pictures
from bench.models.images.picture_input import InputChoice
from bench.models.selfsupervised.probe import Probed
from bench.models.supervised import Side, computed
from bench.specs import Setting
from bench.store.cache import cached
from bench.store.code_digest import code_digests
from bench.store.fingerprint import path_digest
from bench.store.sealed import read_json, write_json
from bench.training.history import START

_FEATURES = "features.npy"
_SMALLEST = 1e-30
"""The smallest probability whose logarithm is taken."""


class BackboneProbe(Probed):
    """Probes the backbone that the row's name names; a ``Classifier`` and a ``Chooser`` of ``bench.contracts``."""

    def __init__(
        self,
        context: Context,
        *,
        architecture: Annotated[
            str, Setting("a file of tensors alone: the network of timm that they are of, such as resnet50")
        ] = "",
        choice: InputChoice,
        **shared: Any,
    ) -> None:
        self._frozen = FrozenEncoder(
            context, BackboneSource(context.model.name.partition(":")[2], architecture), choice
        )
        super().__init__(replace(context, pretrained=lambda: self._frozen), **shared)

    def save(self, folder: Path) -> None:
        """Write the probe and which weights it is of; the backbone stays where it is."""
        super().save(folder)
        self._frozen.save(folder)

    @classmethod
    def load(cls, folder: Path, context: Context, **settings: Any) -> Self:
        """Read the probe; the backbone is opened, at the same commit, when it is needed."""
        estimator = super().load(folder, context, **settings)
        estimator._frozen.pin(folder)
        return estimator

    def choose(self, questions: Choices) -> list[Preference]:
        """Return the log-probability of each option that names a category, NaN of one that does not.

        Of several pictures it is the mean of their probabilities.
        """
        probabilities = self.predict_proba(questions.micrographs)
        categories = questions.micrographs.categories
        preferences: list[Preference] = []
        for each in questions.questions:
            named = [category_of(option, categories) for option in each.options]
            shares = probabilities[list(each.pictures)].mean(0) if each.pictures else np.full(len(categories), np.nan)
            logs = np.log(np.maximum(shares, _SMALLEST))
            preferences.append(Preference(tuple(np.nan if place is None else float(logs[place]) for place in named)))
        return preferences


def category_of(text: str, categories: Sequence[str]) -> int | None:
    """Return the place of the category all of whose words a text has, whatever their case and number.

    Of several it is the one of most words; None if there is none.
    """
    words = _stems(text)
    fitting = [place for place, category in enumerate(categories) if _stems(category) <= words]
    return max(fitting, key=lambda place: len(_stems(categories[place])), default=None)


def _stems(text: str) -> set[str]:
    return {word.removesuffix("s") for word in re.findall(r"[^\W_]+", text.lower())}


class FrozenEncoder:
    """An encoder that is opened when features are first wanted."""

    def __init__(self, context: Context, source: BackboneSource, choice: InputChoice) -> None:
        self._context, self._source, self._choice = context, source, choice

    def features(self, images: Micrographs) -> np.ndarray:
        """Return the features (N, D) of pictures.

        Those of a whole dataset are computed once, for all folds, and kept in the cache.
        """
        if not images.digest:
            return self._computed(images)
        count = len(images.pixels)
        every = replace(images, rows=np.arange(count), ids=(), labels=np.zeros(count, np.int64), pixel_sizes=None)
        folder = cached("features", self._clear(images), lambda part: np.save(part / _FEATURES, self._computed(every)))
        return np.load(folder / _FEATURES, mmap_mode="r")[images.rows].astype(np.float64)

    def _computed(self, images: Micrographs) -> np.ndarray:
        context, backbone = self._context, self._opened
        side = Side(partial(pictures, images, context.device, backbone.input), images.labels)
        context.progress.start("encoding", len(side))
        return computed(backbone.network, side, context).numpy()

    def _clear(self, images: Micrographs) -> dict[str, Any]:
        """Return in clear what decides the features of a dataset's pictures."""
        path = Path(self._source.name)
        return {
            "pictures": images.digest,
            "shape": list(images.pixels.shape),
            "weights": [*self._source, path_digest(path) if path.exists() else self._opened.revision],
            "input": asdict(self._opened.input),
            "code": code_digests("bench.models.backbones.backbone"),
            "versions": {name: version(name) for name in ("timm", "torch", "transformers")},
            "device": self._context.device.partition(":")[0],
        }

    def save(self, folder: Path) -> None:
        """Write the commit of the weights and how pictures enter them."""
        backbone = self._opened
        write_json(folder / START, {"revision": backbone.revision, "pictures": str(backbone.input)})

    def pin(self, folder: Path) -> None:
        """Open the weights, from now on, at the commit that ``save`` wrote."""
        revision = (read_json(folder / START) or {}).get("revision")
        if revision:
            self._source = self._source._replace(name=f"{self._source.name.partition('@')[0]}@{revision}")

    @cached_property
    def _opened(self) -> Backbone:
        backbone = self._source.opened(self._choice, self._context.progress)
        backbone.network.to(torch.device(self._context.device))
        return backbone
