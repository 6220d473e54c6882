"""The task of a run: checks of what its class returns, whoever wrote it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from math import isfinite
from numbers import Real
from typing import Any

import numpy as np

from bench.config.loading import complete
from bench.contracts import Choices, Micrographs, Scores, Task
from bench.registered.checked import Checked, shortened
from bench.registered.signature import class_settings
from bench.specs import TaskSpec


def task_settings(spec: TaskSpec, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return all settings of a task, given or default; BenchError for an unknown key or a wrong value."""
    return complete(spec.name, class_settings(spec), given)


def open_task(spec: TaskSpec, settings: Mapping[str, Any]) -> Task:
    """Construct a task with all its settings; BenchError if its class breaks its contract."""
    return CheckedTask(spec.builds, posed=Choices if spec.asks == "chooser" else None, **settings)


class CheckedTask(Checked):
    """A ``bench.contracts.Task`` around a plugin's: whatever it returns keeps the contract."""

    def __init__(self, path: str, posed: type | None = None, **settings: Any) -> None:
        super().__init__("task", ("pose", "protocol", "score", "definitions"), path, **settings)
        self._posed = posed

    def pose(self, test: Any) -> Any:
        """Return what is asked: questions with options, or the test side's type, with pictures as models see them."""
        posed = self._call("pose", test)
        kind = self._posed or type(test)
        remedy = f"return bench.contracts.{kind.__name__}, made from the test side"
        self._require(isinstance(posed, kind) and len(posed) > 0, "pose()", f"returned {shortened(posed)}", remedy)
        if isinstance(test, Micrographs):
            self._check_pictures(posed, test)
        return posed

    def explained(self, posed: Any) -> Any:
        """Return what a model that was not trained on records is asked; what was posed, if the task does not say."""
        if not self._has("explained"):
            return posed
        explained = self._call("explained", posed)
        same = isinstance(explained, type(posed)) and len(explained) == len(posed)
        remedy = "return as many questions as were posed, in the same order"
        self._require(same, "explained()", f"returned {shortened(explained)}", remedy)
        return explained

    def untaught(self) -> str:
        """Return what a table says of a model that was not trained on records, '' for nothing."""
        sentence = self._call("untaught") if self._has("untaught") else ""
        self._require(isinstance(sentence, str), "untaught()", f"returned {shortened(sentence)}", "return a text")
        return sentence

    def protocol(self) -> dict[str, Any]:
        """Return in clear what must agree for two rows to share a table, as JSON data."""
        return self._json("protocol", "return a dictionary of texts and numbers")

    def definitions(self) -> dict[str, str]:
        """Return in clear what each metric means."""
        meanings = self._json("definitions", "return a dictionary of metric to what it means")
        texts = all(isinstance(text, str) for text in meanings.values())
        self._require(texts, "definitions()", f"returned {shortened(meanings)}", "make every meaning a text")
        return meanings

    def score(self, given: Any, posed: Any, train: Any) -> Scores:
        """Return the scores of a cell: every metric a number, items as JSON data."""
        scores = self._call("score", given, posed, train)
        remedy = "return bench.contracts.Scores(metrics=..., items=..., counts=...)"
        self._require(isinstance(scores, Scores), "score()", f"returned {shortened(scores)}", remedy)
        metrics = {name: self._metric(name, metric) for name, metric in scores.metrics.items()}
        return replace(scores, metrics=metrics, items=tuple(map(self._item, scores.items)))

    def _metric(self, name: str, metric: Any) -> tuple[float, float | None]:
        numbers = isinstance(metric, tuple | list) and len(metric) == 2
        numbers = numbers and all(isinstance(each, Real) and isfinite(each) for each in metric if each is not None)
        self._require(
            numbers and metric[0] is not None,
            f"metric {name!r} of score()",
            f"is {shortened(metric)}",
            "make it (value, standard error or None), and leave out a metric that cannot be computed",
        )
        value, error = metric
        return float(value), None if error is None else float(error)

    def _item(self, item: Any) -> dict[str, Any]:
        remedy = "make each item a flat dictionary of texts, numbers and truth values"
        self._require(isinstance(item, Mapping), "an item of score()", f"is {shortened(item)}", remedy)
        plain = {key: value.item() if isinstance(value, np.generic) else value for key, value in item.items()}
        for key, value in plain.items():
            try:
                json.dumps(value)
            except (TypeError, ValueError):
                self._refuse(f"field {key!r} of an item of score()", f"is {shortened(value)}", remedy)
        return plain

    def _check_pictures(self, posed: Micrographs, test: Micrographs) -> None:
        """Refuse pictures of another shape or number type, and other pixels under the dataset's digest."""
        shape, side = posed.pixels.shape[1:], test.pixels.shape[1:]
        self._require(
            posed.pixels.dtype == np.uint8 and shape == side,
            "pose()",
            f"returned pictures {shape} of {posed.pixels.dtype}",
            f"keep them {side} of uint8, as every model was trained on",
        )
        self._require(
            posed.pixels is test.pixels or posed.digest != test.digest or not test.digest,
            "pose()",
            "returned other pixels under the digest of the dataset's",
            "give them digest='', because models keep results for pictures by digest",
        )

    def _json(self, method: str, remedy: str) -> dict[str, Any]:
        answer = self._call(method)
        self._require(isinstance(answer, dict), f"{method}()", f"returned {shortened(answer)}", remedy)
        try:
            json.dumps(answer, sort_keys=True)
        except (TypeError, ValueError) as error:
            self._refuse(f"{method}()", f"returned what JSON cannot hold ({error})", remedy)
        return answer
