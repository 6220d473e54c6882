"""The contract of choosing among options: how likely each is, or a reply that names one."""

from collections.abc import Sequence
from math import nan
from pathlib import Path
from typing import Any

from bench.contracts import ChoiceQuestion, Choices, Preference
from bench.errors import BenchError, shortened
from bench.specs import Data
from bench.store.sealed import read_json, write_json
from bench.terminal.progress import Progress

_FILE = "preferences.json"
_LEAST = -1e30
"""What stands for the likelihood of the impossible, which JSON cannot hold."""


class Preferences:
    """A ``Contract``: one preference per question, in order; a model that only answers replies to lettered options."""

    about: Data = "instructions"
    fewest = 6
    model = "model that chooses among options"
    methods = ("choose", "answer")
    unable = "neither chooses among options nor answers questions"
    command = ""
    hub_tag = "visual-question-answering"

    def ask(self, estimator: Any, posed: Choices, progress: Progress) -> list[Preference]:
        """Return a preference per question; the model does not see which options are right.

        BenchError if they break the contract.
        """
        progress.start(f"choosing in {len(posed)} questions", 1)
        blank = posed.unanswered()
        if hasattr(estimator, "choose"):
            return _checked(estimator.choose(blank), blank.questions)
        replies = estimator.answer(blank.lettered())
        wrong = next((reply for reply in replies if not isinstance(reply, str)), None)
        if len(replies) != len(blank) or wrong is not None:
            raise BenchError(
                f"the model gave {len(replies)} answers to {len(blank)} questions"
                + ("" if wrong is None else f", one of them {shortened(wrong)}")
                + "; answer() must return one string each"
            )
        return [Preference(reply=reply) for reply in replies]

    def keep(self, given: Sequence[Preference], folder: Path) -> None:
        """Write the preferences as JSON; a likelihood that is not a number is null."""
        clear = [
            {
                "likelihoods": [None if value != value else max(value, _LEAST) for value in each.likelihoods],
                "tokens": list(each.tokens),
                "reply": each.reply,
            }
            for each in given
        ]
        write_json(folder / _FILE, clear)

    def read(self, folder: Path) -> list[Preference]:
        """Read the preferences."""
        return [
            Preference(
                tuple(nan if value is None else value for value in each["likelihoods"]),
                tuple(each["tokens"]),
                each["reply"],
            )
            for each in read_json(folder / _FILE)
        ]


def _checked(given: Sequence[Preference], questions: Sequence[ChoiceQuestion]) -> list[Preference]:
    """Return the preferences if each question has one that fits its options; BenchError otherwise."""
    if len(given) != len(questions):
        raise BenchError(
            f"the model gave {len(given)} preferences to {len(questions)} questions; choose() must return one each"
        )
    for number, (each, question) in enumerate(zip(given, questions, strict=True)):
        wanted = len(question.options)
        sizes = isinstance(each, Preference) and len(each.likelihoods) in (0, wanted)
        if not sizes or len(each.tokens) not in (0, len(each.likelihoods)) or not isinstance(each.reply, str):
            raise BenchError(
                f"preference {number} is {shortened(each)}; choose() must return bench.contracts.Preference with "
                f"{wanted} likelihoods, one per option, or a reply"
            )
        if not all(value <= 0 or value != value for value in each.likelihoods):
            raise BenchError(
                f"preference {number} has likelihoods {shortened(each.likelihoods)}; give logarithms, at most 0, or NaN"
            )
    return list(given)
