"""A trained model's answers about pictures, one after another."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.contracts import Attentive, Look
from bench.data.frames import Unreadable
from bench.errors import BenchError
from bench.exports.trained import Trained
from bench.specs import ContractName
from bench.stages.contracts.contract import contract_of
from bench.tasks.asking.printing import Ranked, chart, ranked
from bench.tasks.asking.questions import caption_of, check_length, question, read
from bench.terminal.text import safe


@dataclass(frozen=True)
class PictureAnswer:
    """A model's answer about a picture, None without a question; ranked categories, empty if not requested."""

    path: Path
    question: str | None
    answer: str | None
    categories: Ranked
    read = True

    def as_text(self) -> str:
        """Return the answer, then one bar per category."""
        texts = [] if self.answer is None else [safe(self.answer)]
        return "\n".join([*texts, *([chart(self.categories)] if self.categories else [])])

    def as_json(self) -> str:
        """Return everything as one JSON object."""
        fields = {} if self.question is None else {"question": self.question, "answer": self.answer}
        rows = [{"category": name, "probability": share} for name, share in self.categories]
        return json.dumps({"picture": str(self.path), **fields, **({"categories": rows} if rows else {})})


@dataclass(frozen=True)
class Failure:
    """Why a picture could not be read."""

    path: Path
    reason: str
    read = False

    def as_json(self) -> str:
        """Return the reason as one JSON object."""
        return json.dumps({"picture": str(self.path), "error": self.reason})


class Answering:
    """A trained model that answers questions about pictures, ranks the ``top`` categories, or both."""

    def __init__(self, model: Trained, category: str | None, top: int) -> None:
        self._model, self._top = model, top
        self._caption = caption_of(category, model.exported)
        if top > 0:
            self._require("classifier")

    def check(self, text: str) -> None:
        """Raise BenchError if the model answers no questions, cannot read the whole question, or it is no text."""
        self._require("answerer")
        if any("\ud800" <= letter <= "\udfff" for letter in text):  # how Python keeps bytes that are not UTF-8
            raise BenchError(f"the question {safe(text[:60])!r} is no text in UTF-8; write it again")
        check_length(text, self._caption, self._model.estimator, self._model.exported)

    def about(self, path: Path, text: str | None) -> PictureAnswer:
        """Return the answer about a picture; ``text`` is the question or None. Raise Unreadable for a bad picture."""
        picture, model = read(path, self._model.exported), self._model.estimator
        answer = None if text is None else model.answer(question(picture, text, self._caption))[0]
        categories: Ranked = ()
        if self._top:
            probabilities = np.asarray(model.predict_proba(picture)[0])
            if not np.isfinite(probabilities).all():
                raise BenchError(
                    f"{self._model.exported.label} returns probabilities that are no numbers; train it again"
                )
            categories = ranked(probabilities, picture.categories, self._top)
        return PictureAnswer(path, text, answer, categories)

    def about_each(self, paths: Iterable[Path], text: str | None) -> Iterator[PictureAnswer | Failure]:
        """Yield the answer for each picture, or why it cannot be read."""
        for path in paths:
            try:
                yield self.about(path, text)
            except Unreadable as reason:
                yield Failure(path, str(reason))

    def look(self, path: Path, text: str) -> tuple[np.ndarray, Look]:
        """Return the picture (H, W) as the model sees it, and where each word attended; BenchError if impossible."""
        model, label = self._model.estimator, self._model.exported.label
        if not isinstance(model, Attentive):
            raise BenchError(
                f"{label} has no looks() method to show where it looks; use a model that has one, such as MVaEMa"
            )
        with _alone(path):
            picture = read(path, self._model.exported)
        return picture.batch(slice(1))[0], model.looks(question(picture, text, self._caption))[0]

    def _require(self, contract: ContractName) -> None:
        if contract not in self._model.exported.contracts:
            raise BenchError(f"{self._model.exported.label} {contract_of(contract).unable}")


def about_one(asking: Answering, path: Path, text: str | None) -> PictureAnswer:
    """Return the answer about a single picture; BenchError if it cannot be read."""
    with _alone(path):
        return asking.about(path, text)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Turn Unreadable into a BenchError, for a single picture."""
    try:
        yield
    except Unreadable as reason:
        raise BenchError(f"the picture {str(path)!r} {reason}") from reason
