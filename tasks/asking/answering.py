"""What a trained model says of one picture after the other."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.contracts import Attentive, Look
from bench.errors import BenchError
from bench.exports.trained import Trained
from bench.specs import ContractName
from bench.stages.contracts.contract import contract_of
from bench.tasks.asking.printing import Ranked, chart, ranked
from bench.tasks.asking.questions import caption_of, check_length, question, read
from bench.tasks.datasets.decoding import Unreadable
from bench.terminal import safe


@dataclass(frozen=True)
class Said:
    """What was said of a picture: an answer, None where nothing was asked, and categories, none where not ranked."""

    path: Path
    question: str | None
    answer: str | None
    categories: Ranked
    read = True

    def as_text(self) -> str:
        """Return the answer above a bar a category."""
        parts = [] if self.answer is None else [safe(self.answer)]
        return "\n".join([*parts, *([chart(self.categories)] if self.categories else [])])

    def as_json(self) -> str:
        """Return all as one JSON object."""
        asked = {} if self.question is None else {"question": self.question, "answer": self.answer}
        rows = [{"category": name, "probability": share} for name, share in self.categories]
        return json.dumps({"picture": str(self.path), **asked, **({"categories": rows} if rows else {})})


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
    """A trained model that is asked about pictures, ranks the ``top`` categories, or both."""

    def __init__(self, model: Trained, category: str | None, top: int) -> None:
        self._model, self._top = model, top
        self._caption = caption_of(category, model.exported)
        if top > 0:
            self._require("classifier")

    def check(self, text: str) -> None:
        """BenchError where the model answers no questions, or would not read all of this one."""
        self._require("answerer")
        check_length(text, self._caption, self._model.estimator, self._model.exported)

    def about(self, path: Path, text: str | None) -> Said:
        """Return what is said of a picture, and answered where something is asked; raises Unreadable."""
        picture, model = read(path, self._model.exported), self._model.estimator
        answer = None if text is None else model.answer(question(picture, text, self._caption))[0]
        found = ranked(model.predict_proba(picture)[0], picture.categories, self._top) if self._top else ()
        return Said(path, text, answer, found)

    def about_each(self, paths: Iterable[Path], text: str | None) -> Iterator[Said | Failure]:
        """Yield what is said of one picture after the other, or why it cannot be read."""
        for path in paths:
            try:
                yield self.about(path, text)
            except Unreadable as reason:
                yield Failure(path, str(reason))

    def look(self, path: Path, text: str) -> tuple[np.ndarray, Look]:
        """Return a picture (H, W) as it was read and where the words of its answer looked; BenchError if it cannot."""
        model, label = self._model.estimator, self._model.exported.label
        if not isinstance(model, Attentive):
            raise BenchError(
                f"{label} does not tell where it looks; `bench attend` draws MVaEMa and who else has looks()"
            )
        with _alone(path):
            picture = read(path, self._model.exported)
        return picture.batch(slice(1))[0], model.looks(question(picture, text, self._caption))[0]

    def _require(self, contract: ContractName) -> None:
        if contract not in self._model.exported.contracts:
            raise BenchError(f"{self._model.exported.label} {contract_of(contract).unable}")


def about_one(asking: Answering, path: Path, text: str | None) -> Said:
    """Return what is said of the only picture; BenchError where it cannot be read."""
    with _alone(path):
        return asking.about(path, text)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Turn what is wrong with the only picture into a BenchError."""
    try:
        yield
    except Unreadable as reason:
        raise BenchError(f"the picture {str(path)!r} {reason}") from reason
