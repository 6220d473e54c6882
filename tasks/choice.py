"""The task of choosing among options, judged by accuracy, by what the order of options changes, and by calibration."""

from collections.abc import Sequence
from dataclasses import replace
from math import isnan
from typing import Annotated, Literal, NamedTuple

import numpy as np

from bench.contracts import LETTERS, ChoiceQuestion, Choices, Instructions, Preference, Scores
from bench.specs import Setting
from bench.specs.json_data import JSONObject
from bench.statistics.clustered import clustered_mean
from bench.tasks.metrics.classification import binned_error, confidence_bins
from bench.tasks.metrics.letters import options_named
from bench.tasks.options import order_of, questions_of

Normalise = Literal["nothing", "tokens", "letters"]
_DEFINITIONS = {
    "accuracy": "share of questions whose right option is chosen, the mean over the orders of the options; where all "
    "right options are wanted, exactly these; of equally likely options each counts as its share. A reply that cannot "
    "be read chooses nothing and is counted by unreadable",
    "accuracy_read": "the same over the replies that can be read",
    "unreadable": "share of replies that name no option, or more than are wanted",
    "chance": "the accuracy of choosing at random",
    "consistency": "share of pairs of orders of a question's options in which the same option is chosen; undefined "
    "with one order",
    "always_right": "share of questions that are right in every order of the options",
    "calibration_error": "expected calibration error of the chosen option's share of the likelihood, 15 bins; "
    "undefined where a model does not give the likelihood of every option, and "
    "left out where several options are wanted",
    "standard_error": "clustered by picture; questions that share a picture with others are one cluster",
}
_CHOSEN = {
    "nothing": "the option of the highest log-likelihood",
    "tokens": "the option of the highest log-likelihood per token",
    "letters": "the option of the highest log-likelihood per letter",
}

_ROUNDING = 1e-9
"""How far a share that is even may fall short of it in float64."""


class _Choice(NamedTuple):
    """What a model chose of one question in one order of its options.

    ``texts`` are the chosen options, None if the reply cannot be read; ``credit`` is 1 if they are right, 0 if not, and
    between where right and wrong ones are equally likely. ``confidence`` is None without likelihoods.
    """

    texts: tuple[str, ...] | None
    credit: float
    confidence: float | None


class Choice:
    """Asks questions with options about test pictures, in several orders of the options; a ``Task``."""

    def __init__(
        self,
        *,
        caption: Annotated[
            Literal["with", "without"], Setting("whether the prompt names the category, which is then not asked for")
        ] = "without",
        options: Annotated[
            int, Setting("most options of a question that is made of a picture's facts", ge=2, le=26)
        ] = 4,
        pictures: Annotated[
            Literal["shown", "withheld"],
            Setting("withheld: every row is asked without pictures, which tells what text alone gives it"),
        ] = "shown",
        permutations: Annotated[int, Setting("orders of its options that each question is asked in", ge=1, le=100)] = 2,
        order: Annotated[
            Literal["drawn", "given"],
            Setting("whether the first order of the options is drawn by order_seed, or the one they came in"),
        ] = "drawn",
        order_seed: Annotated[
            int, Setting("the seed of the orders, the same for all rows", ge=0, le=4_294_967_295)
        ] = 22,
        normalise: Annotated[
            Normalise, Setting("what the log-likelihood of an option is divided by", stage="score")
        ] = "nothing",
    ) -> None:
        self._caption, self._options, self._permutations = caption, options, permutations
        self._pictures = pictures
        self._order, self._order_seed = order, order_seed
        self._normalise: Normalise = normalise

    def pose(self, test: Instructions) -> Choices:
        """Return each question in so many orders of its options, one after the other."""
        return Choices(
            test.micrographs,
            tuple(
                self._ordered(question, version)
                for question in questions_of(test, self._options, self._caption == "with")
                for version in range(self._permutations)
            ),
            self._pictures == "withheld",
        )

    def protocol(self) -> JSONObject:
        """Return in clear what must agree, besides the data and the split, for two rows to share a table."""
        return {
            "caption": self._caption,
            "options": self._options,
            "pictures": self._pictures,
            "permutations": self._permutations,
            "order": self._order,
            "order_seed": self._order_seed,
        }

    def score(self, given: Sequence[Preference], posed: Choices, train: Instructions) -> Scores:
        """Score one preference per posed question, in order; ValueError unless each has exactly one."""
        if len(given) != len(posed):
            raise ValueError(f"{len(given)} preferences for {len(posed)} questions; each must have exactly one")
        versions = self._permutations
        choices = [_choice(*each, self._normalise) for each in zip(given, posed.questions, strict=True)]
        clusters = _clusters(posed)
        items = tuple(
            _item(posed, first, choices[first : first + versions], clusters[first], given[first])
            for first in range(0, len(posed), versions)
        )
        metrics: dict[str, tuple[float, float | None]] = {}
        over: dict[str, int] = {}
        for name in ("accuracy", "accuracy_read", "unreadable", "chance", "consistency", "always_right"):
            defined = [item for item in items if item[name] is not None]
            if defined:
                value, error = clustered_mean([item[name] for item in defined], [item["picture"] for item in defined])
                metrics[name] = value, None if name == "chance" else error
                over |= {name: len(defined)} if len(defined) < len(items) else {}
        sure = [choice for choice in choices if choice.confidence is not None]
        counts: JSONObject = {}
        if sure:
            bins = confidence_bins(
                np.array([choice.confidence for choice in sure]), np.array([choice.credit for choice in sure])
            )
            metrics["calibration_error"] = binned_error(bins), None
            counts["calibration"] = bins.tolist()
        return Scores(metrics, items, counts, over)

    def definitions(self) -> dict[str, str]:
        """Return in clear what each metric means."""
        several = "where several are wanted, all that have at least an even share of the likelihood"
        return {**_DEFINITIONS, "chosen": f"{_CHOSEN[self._normalise]}, or the one that a reply names; {several}"}

    def _ordered(self, question: ChoiceQuestion, version: int) -> ChoiceQuestion:
        """Return a question with its options in one of its orders."""
        places = order_of(f"{self._order_seed}\n{question.id}", version, len(question.options))
        if self._order == "given":
            places = np.roll(np.arange(len(question.options)), version)
        return replace(
            question,
            id=f"{question.id}@{version}",
            options=tuple(question.options[place] for place in places),
            right=tuple(place for place, source in enumerate(places.tolist()) if source in question.right),
        )


def truth(posed: Choices) -> list[Preference]:
    """Return the letters of the right options: what a model that knows everything could reply."""
    return [Preference(reply=", ".join(LETTERS[place] for place in each.right)) for each in posed.questions]


def _choice(preference: Preference, question: ChoiceQuestion, normalise: Normalise) -> _Choice:
    """Judge what a model replied to one question."""
    if all(map(isnan, preference.likelihoods)):
        named = options_named(preference.reply, question.options, question.several)
        return (
            _Choice(None, 0.0, None)
            if named is None
            else _Choice(_texts(question, named), _credit(question, named), None)
        )
    shares = _shares(preference, question, normalise)
    if question.several:
        named = tuple(np.flatnonzero(shares * len(shares) > 1 - _ROUNDING).tolist())
        return _Choice(_texts(question, named), _credit(question, named), None)
    likeliest = np.flatnonzero(shares == shares.max()).tolist()
    credit = sum(place in question.right for place in likeliest) / len(likeliest)
    # Which of equally likely ones is named must not hang on their order.
    chosen = min(_texts(question, likeliest))
    is_whole = not any(map(isnan, preference.likelihoods))
    return _Choice((chosen,), credit, float(shares.max()) if is_whole else None)


def _shares(preference: Preference, question: ChoiceQuestion, normalise: Normalise) -> np.ndarray:
    """Return the share of each option (O,) in the likelihood; 0 for one that the model gave none."""
    values = np.array(preference.likelihoods, dtype=np.float64)
    if normalise == "tokens" and preference.tokens:
        values = values / np.maximum(preference.tokens, 1)
    if normalise == "letters":
        values = values / [max(1, len(option)) for option in question.options]
    weights = np.where(np.isnan(values), 0.0, np.exp(values - np.nanmax(values)))
    return weights / weights.sum()


def _texts(question: ChoiceQuestion, places: Sequence[int]) -> tuple[str, ...]:
    return tuple(sorted(question.options[place] for place in places))


def _credit(question: ChoiceQuestion, places: Sequence[int]) -> float:
    if question.several:
        return float({*places} == {*question.right})
    return float(len(places) == 1 and places[0] in question.right)


def _chance(question: ChoiceQuestion) -> float:
    """Return the probability of being right by drawing an option, or where several are wanted any of the sets."""
    options = len(question.options)
    return 1 / (2**options - 1) if question.several else len(question.right) / options


def _clusters(posed: Choices) -> list[str]:
    """Return for each question the picture whose name its cluster bears: that of all linked by shared questions."""
    first = list(range(len(posed.micrographs)))

    def root(place: int) -> int:
        while first[place] != place:
            place = first[place]
        return place

    for question in posed.questions:
        for place in question.pictures[1:]:
            low, high = sorted((root(question.pictures[0]), root(place)))
            first[high] = low
    ids = posed.micrographs.ids
    return [ids[root(each.pictures[0])] if each.pictures else each.id.rpartition("@")[0] for each in posed.questions]


def _item(posed: Choices, first: int, choices: Sequence[_Choice], cluster: str, preference: Preference) -> JSONObject:
    """Return the fields of one question over its orders, ``first`` the position of the first."""
    question, pictures = posed.questions[first], posed.micrographs
    read = [choice for choice in choices if choice.texts is not None]
    pairs = [one.texts == other.texts for place, one in enumerate(choices) for other in choices[:place]]
    shown = choices[0].texts
    return {
        "id": question.id.rpartition("@")[0],
        "picture": cluster,
        "category": pictures.categories[pictures.labels[question.pictures[0]]] if question.pictures else "no picture",
        "topic": question.topic or "none",
        "pictures": len(question.pictures),
        "question": question.text,
        "reference": " | ".join(_texts(question, question.right)),
        "answer": preference.reply if shown is None else " | ".join(shown),
        "accuracy": float(np.mean([choice.credit for choice in choices])),
        "accuracy_read": float(np.mean([choice.credit for choice in read])) if read else None,
        "unreadable": 1 - len(read) / len(choices),
        "chance": _chance(question),
        "consistency": float(np.mean(pairs)) if pairs else None,
        "always_right": float(all(choice.credit == 1 for choice in choices)),
    }
