"""The task of finding the text of a picture among others, and the picture of a text."""

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

import numpy as np

from bench.contracts import Instructions, Scores
from bench.errors import BenchError
from bench.specs import Setting
from bench.statistics.clustered import clustered_mean
from bench.tasks.metrics.retrieval import chance, recalls
from bench.tasks.paraphrases import wordings_of

TOP = (1, 5, 10)
"""The k of recall at k."""
_ORDER_SEED = 22
"""The seed of the order of questions and of texts; constant, so that every row gets the same ones."""
_WAYS = {
    "image_to_text": "of a picture, the share of questions for which one of the {k} most similar answers of the test "
    "side is right",
    "text_to_image": "of an answer, whether it is right of one of the {k} most similar pictures of the test side",
}


class _Query(NamedTuple):
    """Both ways of one question: its records (T,), their pictures (T,), and which text is right of which (T, T).

    Row i is the picture of record i, column j the text of record j.
    """

    records: np.ndarray
    pictures: np.ndarray
    right: np.ndarray


class Retrieval:
    """Compares every test picture with the answers to the same question about all of them; a ``Task``."""

    def __init__(
        self,
        *,
        questions: Annotated[
            int, Setting("how many of the questions have a gallery each, in a seeded order", ge=1, le=22)
        ] = 6,
    ) -> None:
        self._questions = questions

    def pose(self, test: Instructions) -> Instructions:
        """Return the records of some questions, in an order that does not tell which picture they belong to.

        BenchError if no question is asked about two pictures.
        """
        random = np.random.default_rng(_ORDER_SEED)
        asked_of: dict[str, list[int]] = {}
        for position, record in enumerate(test.records):
            asked_of.setdefault(_question(record.question), []).append(position)
        galleries = [asked_of[name] for name in sorted(asked_of) if len(asked_of[name]) > 1]
        if not galleries:
            raise BenchError("no question is asked about two pictures of the test side, so there is nothing to choose")
        chosen = [galleries[place] for place in sorted(random.permutation(len(galleries))[: self._questions])]
        return test.take(random.permutation(np.concatenate(chosen)))

    def protocol(self) -> dict[str, Any]:
        """Return in clear what must agree, besides the data and the split, for two rows to share a table."""
        return {"asked": "the text of each picture", "questions": f"{self._questions}", "order_seed": _ORDER_SEED}

    def score(self, given: np.ndarray, posed: Instructions, train: Instructions) -> Scores:
        """Score the similarities (N, T) of all pictures to all posed texts."""
        items: list[dict[str, Any]] = []
        for query in _queries(posed):
            near = given[np.ix_(query.pictures, query.records)]
            # A query that nothing can get wrong says nothing.
            open_pictures, open_texts = (np.asarray(~query.right.all(axis)) for axis in (1, 0))
            values = {
                **_recalls("image_to_text", near, query.right, open_pictures),
                **_recalls("text_to_image", near.T, query.right.T, open_texts),
            }
            for row, (position, picture) in enumerate(zip(query.records, query.pictures, strict=True)):
                record, micrographs = posed.records[position], posed.micrographs
                items.append(
                    {
                        "id": record.id,
                        "picture": record.picture,
                        "category": micrographs.categories[micrographs.labels[picture]],
                        "question": record.question,
                        "right_texts": int(query.right[row].sum()),
                        **{name: None if np.isnan(value[row]) else float(value[row]) for name, value in values.items()},
                    }
                )
        metrics, over = {}, {}
        for name in (f"{prefix}{way}_at_{k}" for way in _WAYS for k in TOP for prefix in ("", "chance_")):
            defined = [item for item in items if item[name] is not None]
            if defined:
                value, error = clustered_mean([item[name] for item in defined], [item["picture"] for item in defined])
                metrics[name] = value, None if name.startswith("chance") else error
            if 0 < len(defined) < len(items):
                over[name] = len(defined)
        return Scores(metrics, tuple(items), {}, over)

    def definitions(self) -> dict[str, str]:
        """Return in clear what each metric means."""
        meanings = {f"{way}_at_{k}": text.format(k=k) for way, text in _WAYS.items() for k in TOP}
        names = ", ".join(meanings)
        return {
            **meanings,
            "chance_METRIC": "the same of a gallery in random order",
            "right": "an answer is right of a picture if it is its own, reads the same, or states the same facts in "
            "reply to the same question; answers are compared only with those to the same question. Of equally "
            "similar ones every order is as likely",
            "undefined": f"where every answer of the gallery is right ({names}); means leave these out",
            "standard_error": "of a mean over pictures and questions, clustered by picture",
        }


def _question(text: str) -> str:
    """Return what two wordings of one question have in common."""
    wordings = wordings_of(text)
    return text if wordings is None else wordings.text


def _queries(posed: Instructions) -> Iterator[_Query]:
    """Yield the queries of each question, in the order of the questions' texts."""
    positions: dict[str, list[int]] = {}
    for position, record in enumerate(posed.records):
        positions.setdefault(_question(record.question), []).append(position)
    for name in sorted(positions):
        own = np.array(positions[name])
        answers = np.array([posed.records[position].answer for position in own], dtype=object)
        facts = [posed.records[position].facts for position in own]
        numbers: dict[Any, int] = {}
        # A text without facts is right only where it reads the same.
        keys = np.array([numbers.setdefault(each or place, len(numbers)) for place, each in enumerate(facts)])
        right = (keys[:, None] == keys) | (answers[:, None] == answers)
        yield _Query(own, posed.pictures[own], right)


def _recalls(way: str, near: np.ndarray, right: np.ndarray, is_open: np.ndarray) -> dict[str, np.ndarray]:
    """Return the recalls of each query and those of chance, by metric; nan for a query that is not open."""
    values: dict[str, np.ndarray] = {}
    for k in TOP:
        for name, of_open in (
            (f"{way}_at_{k}", recalls(near[is_open], right[is_open], k)),
            (f"chance_{way}_at_{k}", chance(right[is_open], k)),
        ):
            values[name] = np.full(len(right), np.nan)
            values[name][is_open] = of_open
    return values
