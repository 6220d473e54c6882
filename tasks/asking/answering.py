"""A trained model's answers about pictures, one after another."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from bench.contracts import Attentive, Instructions, Look, Micrographs
from bench.data.field_of_view import length
from bench.data.frames import Unreadable
from bench.errors import BenchError
from bench.exports.exported import Exported
from bench.exports.trained import Trained
from bench.specs import ContractName, resolve
from bench.stages.contracts.contract import contract_of
from bench.statistics.selective import Threshold, threshold
from bench.tasks.asking.doubts import Doubts, not_sure
from bench.tasks.asking.printing import Ranked, chart, ranked
from bench.tasks.asking.questions import caption_of, check_length, question, read
from bench.tasks.metrics.quantities import share_in_nm
from bench.tasks.numbers import side
from bench.terminal.text import safe


@dataclass(frozen=True)
class PictureAnswer:
    """A model's answer about a picture, None without a question; ranked categories, empty if not requested.

    ``threshold`` is the confidence that the first category must exceed to count as an answer, None without a risk.
    ``doubts`` are sentences on why the answer may not be trusted. ``size_nm`` is the size that the answer states as a
    share of the picture's side, by the picture's scale.
    """

    path: Path
    question: str | None
    answer: str | None
    categories: Ranked
    threshold: Threshold | None = None
    doubts: tuple[str, ...] = ()
    size_nm: float | None = None
    read = True

    @property
    def sure(self) -> bool:
        """Whether the model is sure enough of the first category for the stated risk, if there is one."""
        return self.threshold is None or self.categories[0][1] > self.threshold.confidence

    def as_text(self) -> str:
        """Return the answer and its doubts, then one bar per category, or that the model is not sure of any."""
        texts = [] if self.answer is None else [safe(self.answer)]
        texts += [f"By the picture's scale that is {length(self.size_nm)}."] if self.size_nm else []
        texts += map(safe, self.doubts)
        if self.threshold is not None and not self.sure:
            return "\n".join([*texts, safe(not_sure(*self.categories[0], self.threshold))])
        return "\n".join([*texts, *([chart(self.categories)] if self.categories else [])])

    def as_json(self) -> str:
        """Return everything as one JSON object."""
        fields = {} if self.question is None else {"question": self.question, "answer": self.answer}
        fields |= {"size_nm": self.size_nm} if self.size_nm else {}
        rows = [{"category": name, "probability": share} for name, share in self.categories]
        promise = {"sure": self.sure, "at_risk": asdict(self.threshold)} if self.threshold else {}
        doubts = {"doubts": self.doubts} if self.doubts else {}
        shown = {"categories": rows} if rows else {}
        return json.dumps({"picture": str(self.path), **fields, **shown, **promise, **doubts})


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
    """A trained model that answers questions about pictures, ranks the ``top`` categories, or both.

    With ``at_risk`` it answers only if it is sure enough that at most this share of such answers is wrong. BenchError
    if its validation pictures cannot promise that. ``doubting`` it says with each answer why that may not be trusted.
    """

    def __init__(
        self, model: Trained, category: str | None, top: int, at_risk: float | None = None, doubting: bool = False
    ) -> None:
        self._model, self._top = model, top
        self._doubts = Doubts(model.exported) if doubting else None
        self._caption = caption_of(category, model.exported)
        if top > 0:
            self._require("classifier")
        self.threshold = None if at_risk is None else _threshold(model.exported, at_risk)

    def check(self, text: str) -> None:
        """Raise BenchError if the model answers no questions, cannot read the whole question, or it is no text."""
        self._require("answerer")
        if any("\ud800" <= letter <= "\udfff" for letter in text):  # how Python keeps bytes that are not UTF-8
            raise BenchError(f"the question {safe(text[:60])!r} is no text in UTF-8; write it again")
        check_length(text, self._caption, self._model.estimator, self._model.exported)

    def about(self, path: Path, text: str | None) -> PictureAnswer:
        """Return the answer about a picture; ``text`` is the question or None. Raise Unreadable for a bad picture."""
        return self.about_read(read(path, self._model.exported), path, text)

    def about_read(
        self, picture: Micrographs, path: Path, text: str | None, hear: Callable[[str], None] | None = None
    ) -> PictureAnswer:
        """Return the answer about a picture that was read; ``hear`` gets it as it grows, if the model allows that."""
        answer = None if text is None else self._answer(self._question(picture, text), hear)
        ranking = self._ranked(picture) if self._top or (self._doubts and self._doubts.of_category) else ()
        doubts = self._doubts.about(text, ranking[:1], self.threshold is not None) if self._doubts else ()
        size = share_in_nm(answer, side(picture, 0)) if answer else None
        return PictureAnswer(path, text, answer, ranking[: self._top], self.threshold, doubts, size)

    def _answer(self, posed: Instructions, hear: Callable[[str], None] | None) -> str:
        if hear is None or self._model.streams is None:
            return self._model.estimator.answer(posed)[0]
        return resolve(self._model.streams)(self._model.estimator, posed, hear)

    def _question(self, picture: Micrographs, text: str) -> Instructions:
        return question(picture, text, self._caption, self._model.exported)

    def _ranked(self, picture: Micrographs) -> Ranked:
        probabilities = np.asarray(self._model.estimator.predict_proba(picture)[0])
        if not np.isfinite(probabilities).all():
            raise BenchError(f"{self._model.exported.label} returns probabilities that are no numbers; train it again")
        return ranked(probabilities, picture.categories, len(picture.categories))

    def about_each(self, paths: Iterable[Path], text: str | None) -> Iterator[PictureAnswer | Failure]:
        """Yield the answer for each picture, or why it cannot be read."""
        for path in paths:
            try:
                yield self.about(path, text)
            except Unreadable as reason:
                yield Failure(path, str(reason))

    def look(self, path: Path, text: str) -> tuple[np.ndarray, Look]:
        """Return the picture (H, W) as the model sees it, and where each word attended; BenchError if impossible."""
        label = self._model.exported.label
        if not self.shows_looks:
            raise BenchError(
                f"{label} has no looks() method to show where it looks; use a model that has one, such as MVaEMa"
            )
        with _alone(path):
            picture = read(path, self._model.exported)
        return picture.batch(slice(1))[0], self.look_at(picture, text)

    @property
    def shows_looks(self) -> bool:
        """Whether the model has a method that tells where its words attended."""
        return isinstance(self._model.estimator, Attentive)

    def look_at(self, picture: Micrographs, text: str) -> Look:
        """Return where each word of the answer attended, of a model that ``shows_looks``."""
        return self._model.estimator.looks(self._question(picture, text))[0]

    def _require(self, contract: ContractName) -> None:
        if contract not in self._model.exported.contracts:
            raise BenchError(f"{self._model.exported.label} {contract_of(contract).unable}")


def _threshold(exported: Exported, risk: float) -> Threshold:
    if exported.validation is None:
        raise BenchError(
            f"the export of {exported.label} holds no outcomes on validation pictures, so no risk can be promised; "
            "export it again, or ask it in its store"
        )
    return threshold(exported.validation.confidence, exported.validation.right, risk)


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
