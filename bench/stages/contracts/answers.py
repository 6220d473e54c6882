"""The contract of questions about pictures, answered in words."""

from pathlib import Path
from typing import Any

from bench.contracts import Instructions
from bench.errors import BenchError
from bench.specs import Data
from bench.store.sealed import read_json, write_json
from bench.terminal.progress import Progress

_FILE = "answers.json"


class Answers:
    """A ``Contract``: one text per record, in order."""

    about: Data = "instructions"
    fewest = 6  # a model may answer slowly, and each picture has many questions
    model = "assistant"
    methods = ("answer",)
    unable = "answers no questions, it only tells categories apart; leave the question away and add --classify"
    command = 'bench ask PICTURE "QUESTION" --model FOLDER'
    hub_tag = "visual-question-answering"

    def ask(self, estimator: Any, posed: Instructions, progress: Progress) -> list[str]:
        """Return the answers to questions; the model does not see the reference answers."""
        progress.start(f"answering {len(posed)} questions", 1)
        return _checked(estimator.answer(posed.unanswered()), len(posed))

    def keep(self, given: list[str], folder: Path) -> None:
        """Write the answers as JSON."""
        write_json(folder / _FILE, given)

    def read(self, folder: Path) -> list[str]:
        """Read the answers."""
        return read_json(folder / _FILE)


def _checked(answers: list[str], questions: int) -> list[str]:
    """Return the answers if each question has exactly one; BenchError otherwise."""
    if len(answers) != questions:
        raise BenchError(
            f"the model gave {len(answers)} answers to {questions} questions; answer() must return one each"
        )
    for number, answer in enumerate(answers):
        if not isinstance(answer, str):
            raise BenchError(f"answer {number} is {type(answer).__name__}, not str; answer() must return strings")
    return answers
