"""The task of answering questions about electron micrographs, judged by closeness of the text and by facts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np

from bench.contracts import Instructions, Scores
from bench.errors import BenchError
from bench.specs import Setting
from bench.statistics.clustered import clustered_mean, clustered_ratio
from bench.tasks.listing import listed
from bench.tasks.metrics.facts import FactCounts, Judged, counts_of, judge, per_kind
from bench.tasks.metrics.text import METRICS as TEXT_METRICS
from bench.tasks.metrics.text import text_scores
from bench.tasks.paraphrases import in_held_out_wording

QUESTIONS = ("all", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22)
GROUPS = ("all", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
"""The valid values, spelled out because settings are read from the source without running it."""
Caption = Annotated[Literal["with", "without"], Setting("whether the prompt names the category, for every row alike")]
Questions = Annotated[
    int | Literal["all"], Setting("how many questions of each test picture are asked", choices=QUESTIONS)
]
SUBSET_SEED = 22
"""The seed of the order in which a subset takes its questions; constant, so that every row gets the same ones."""
_DEFINITIONS = {
    "bleu2": "sentence BLEU of nltk, uniform weights on 1- and 2-grams, no smoothing, {split}",
    "bleu4": "sentence BLEU of nltk, uniform weights on 1- to 4-grams, no smoothing, {split}",
    "rouge1": "F-measure of rouge-score on unigrams, no stemming{tokens}",
    "rouge2": "F-measure of rouge-score on bigrams, no stemming{tokens}",
    "rougeL": "F-measure of rouge-score on the longest common subsequence, no stemming{tokens}",
    "meteor": "single_meteor_score of nltk with WordNet 3.0, {split}",
    "length_ratio": "words of the answer over words of the reference",
    "facts": "F1 of facts_precision and facts_recall: twice the facts stated rightly over those asked for plus the "
    "values stated, summed over all answers (micro-averaged: each fact counts alike); 0 if nothing is stated",
    "facts_precision": "of the values that answers state of the kinds asked for, the share that is right: "
    "the reference's, and the only one of its kind; undefined if nothing is stated. Of other kinds an answer "
    "may state what it likes",
    "facts_recall": "of the facts asked for, the share stated rightly. Asked for is a fact of the reference whose kind "
    "varies within the category and which the prompt does not state",
    "undefined": "where the reference has no word, fewer than 2 (bleu2, rouge2) or fewer than 4 (bleu4){lost}; means "
    "leave such answers out",
    "standard_error": "linearised, that of a ratio of two sums; questions and facts clustered by picture",
}
_WORDS = {
    "blanks": {
        "split": "text split at white space",
        "tokens": "",
        "lost": ", where its letters are mostly not a to z (rouge1, rouge2, rougeL), or mostly of a script without "
        "blanks between words (these, bleu2, bleu4, meteor, length_ratio); the setting words=unicode splits any script",
    },
    "unicode": {
        "split": "text split into runs of letters and digits, and where a script has no blanks into letters",
        "tokens": ", on runs of letters and digits, and where a script has no blanks on letters",
        "lost": "",
    },
}
"""What each way of splitting changes in the definitions."""


class VQA:
    """Asks questions about each test picture, with its caption or without; a ``Task`` of ``bench.contracts``.

    ``caption`` is whether the prompt names the category, ``questions`` how many are asked per picture, ``group`` the
    prompt group that they come from, ``wording`` their wording, ``ask`` whether a model that was never trained on
    records is told the values that each question allows, ``words`` how the metrics of text split it.
    """

    def __init__(
        self,
        *,
        caption: Caption = "with",
        questions: Questions = "all",
        group: Annotated[
            int | Literal["all"], Setting("which prompt group's questions are asked", choices=GROUPS)
        ] = "all",
        wording: Annotated[
            Literal["records", "held_out"],
            Setting("whether questions are asked in the records' words, or in those that no model is taught"),
        ] = "records",
        ask: Annotated[
            Literal["plain", "listed"],
            Setting(
                "plain, or listed: models that were not trained on records are told each question's allowed values"
            ),
        ] = "plain",
        words: Annotated[
            Literal["blanks", "unicode"],
            Setting(
                "how metrics split text: at blanks, as the paper's, or so that every script has words", stage="score"
            ),
        ] = "blanks",
    ) -> None:
        self._caption, self._questions, self._group = caption, questions, group
        self._wording, self._ask = wording, ask
        self._words: Literal["blanks", "unicode"] = words

    def pose(self, test: Instructions) -> Instructions:
        """Return the questions to answer: all of each picture or of one prompt group, or a number of them.

        BenchError if no record is of the group, or none asks a question that has a held-out wording. A subset takes
        turns in one seeded order of questions, so that each is asked about equally often. Without the caption, captions
        are blanked.
        """
        posed = _of_group(test, self._group) if isinstance(self._group, int) else test
        posed = posed.take(_subset(posed, self._questions)) if isinstance(self._questions, int) else posed
        posed = _reworded(posed) if self._wording == "held_out" else posed
        return replace(posed, captions=("",) * len(posed.captions)) if self._caption == "without" else posed

    def explained(self, posed: Instructions) -> Instructions:
        """Return the questions with the allowed values of what they ask for, if ``ask`` is listed."""
        return listed(posed) if self._ask == "listed" else posed

    def protocol(self) -> dict[str, Any]:
        """Return in clear what must agree, besides the data and the split, for two rows to share a table."""
        every = self._questions == "all"
        return {
            "caption": self._caption,
            "questions": "all of each picture" if every else f"{self._questions} of each picture, dealt in turn",
            **({} if self._group == "all" else {"group": str(self._group)}),
            "wording": self._wording,
            "ask": self._ask,
            "subset_seed": None if every else SUBSET_SEED,
        }

    def score(self, given: Sequence[str], posed: Instructions, train: Instructions) -> Scores:
        """Score one answer per posed question, in order.

        A metric that is undefined for every answer is absent, such as ``facts`` if no fact is asked for. ValueError
        unless each question is answered exactly once.
        """
        check_answers(given, posed)
        pictures = np.array([record.picture for record in posed.records], dtype=object)
        text = text_scores(given, [record.answer for record in posed.records], self._words)
        judged = judge(given, posed, train)
        facts = [counts_of(answer_facts) for answer_facts in judged]
        defined = {name: ~np.isnan(values) for name, values in text.items()}
        metrics = {
            name: clustered_mean(text[name][known], pictures[known].tolist())
            for name, known in defined.items()
            if known.any()
        } | _fact_scores(facts, pictures)
        values = {
            name: [value if known else None for value, known in zip(text[name].tolist(), defined[name], strict=True)]
            for name in TEXT_METRICS
        }
        rows = [{name: values[name][position] for name in values} for position in range(len(posed))]
        items = tuple(
            _item(answer, posed, position, row, answer_facts)
            for position, (answer, row, answer_facts) in enumerate(zip(given, rows, judged, strict=True))
        )
        over = {name: int(known.sum()) for name, known in defined.items() if known.any() and not known.all()}
        return Scores(metrics, items, {"facts": per_kind(judged)}, over)

    def untaught(self) -> str:
        """Say how such a model was asked, and how its words are read."""
        if self._ask == "listed":
            return "trained on no records, and therefore told the allowed values behind each question"
        return "trained on no records: facts counts what a lexicon reads in its free words (see vqa.ask=listed)"

    def definitions(self) -> dict[str, str]:
        """Return in clear what each metric means."""
        return {name: text.format(**_WORDS[self._words]) for name, text in _DEFINITIONS.items()}


def _fact_scores(facts: Sequence[FactCounts], pictures: np.ndarray) -> dict[str, tuple[float, float | None]]:
    """Return F1, precision and recall over the answers that are asked for any fact; what is undefined is absent."""
    judged = [(counts, picture) for counts, picture in zip(facts, pictures, strict=True) if counts.expected]
    clusters = [picture for _, picture in judged]
    right = [counts.right for counts, _ in judged]
    below = {
        "facts": [counts.counted for counts, _ in judged],
        "facts_precision": [counts.stated for counts, _ in judged],
        "facts_recall": [counts.expected for counts, _ in judged],
    }
    return {name: clustered_ratio(right, numbers, clusters) for name, numbers in below.items() if any(numbers)}


def _of_group(test: Instructions, group: int) -> Instructions:
    positions = [position for position, record in enumerate(test.records) if record.group == group]
    if not positions:
        groups = sorted({record.group for record in test.records})
        raise BenchError(f"no record is of prompt group {group}; the records' groups: {', '.join(map(str, groups))}")
    return test.take(positions)


def _reworded(posed: Instructions) -> Instructions:
    reworded = in_held_out_wording(posed)
    if not reworded.records:
        raise BenchError("no record asks one of the paper's questions, which alone have another wording; omit wording=")
    return reworded


def _subset(test: Instructions, size: int) -> np.ndarray:
    """Return the positions of ``size`` records per picture (all if it has fewer), ascending."""
    questions = sorted({record.question for record in test.records})
    order = np.random.default_rng(SUBSET_SEED).permutation(len(questions))
    rank = {question: order[place] for place, question in enumerate(questions)}
    chosen: list[int] = []
    for turn, positions in enumerate(test.by_picture):
        ranked = sorted(positions.tolist(), key=lambda position: rank[test.records[position].question])
        start = turn * size
        chosen += {ranked[(start + step) % len(ranked)] for step in range(min(size, len(ranked)))}
    return np.array(sorted(chosen), dtype=np.int64)


def check_answers(answers: Sequence[str], posed: Instructions) -> None:
    """Raise ValueError unless there is one answer to each question, and none is posed twice."""
    if len(answers) != len(posed):
        raise ValueError(f"{len(answers)} answers to {len(posed)} questions; each must be answered exactly once")
    if len({record.id for record in posed.records}) != len(posed):
        raise ValueError("a question is posed twice: record ids repeat")


def _item(
    answer: str, posed: Instructions, position: int, row: Mapping[str, float | None], judged: Sequence[Judged]
) -> dict[str, Any]:
    record, micrographs, facts = posed.records[position], posed.micrographs, counts_of(judged)
    return {
        "id": record.id,
        "picture": record.picture,
        "category": micrographs.categories[micrographs.labels[posed.pictures[position]]],
        "group": record.group,
        "question": record.question,
        "reference": record.answer,
        "answer": answer,
        **row,
        "facts_asked": facts.expected,
        "facts_stated": facts.stated,
        "facts_right": facts.right,
        "facts_counted": facts.counted,
        "fact_values": [[fact.kind, fact.value, [*fact.values]] for fact in judged],
    }
