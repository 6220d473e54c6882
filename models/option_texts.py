"""The options of questions as answers whose likelihood a model gives: each text once, however often it is shown."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from bench.contracts import Choices, InstructionRecord, Instructions, Preference


class OptionTexts(NamedTuple):
    """Options as the answers of instruction records, and the position (O,) of each question's options among these.

    Of several pictures of a question the first is shown, mid-grey if it has none; its context is the caption.
    """

    instructions: Instructions
    places: tuple[np.ndarray, ...]

    def preferences(self, likelihoods: Sequence[float], tokens: Sequence[int]) -> list[Preference]:
        """Return the preference of each question from the likelihood and number of tokens of every record (R,)."""
        return [
            Preference(tuple(likelihoods[place] for place in own), tuple(tokens[place] for place in own))
            for own in self.places
        ]


def option_texts(posed: Choices) -> OptionTexts:
    """Return the options of questions, each once for a picture, context and question."""
    views: dict[tuple[int, str], int] = {}
    texts: dict[tuple[int, str, str], int] = {}
    places = []
    for question in posed.questions:
        picture = question.pictures[0] if question.pictures else -1
        view = views.setdefault((picture, question.context), len(views))
        places.append([texts.setdefault((view, question.text, option), len(texts)) for option in question.options])
    shown = posed.micrographs.with_grey() if any(picture < 0 for picture, _ in views) else posed.micrographs
    pictures = shown.take(np.array([picture for picture, _ in views], dtype=np.int64) % len(shown))
    pictures = replace(pictures, ids=tuple(map(str, range(len(views)))))
    records = tuple(
        InstructionRecord(str(place), str(view), 1, question, option, (), "")
        for place, (view, question, option) in enumerate(texts)
    )
    owners = np.array([view for view, _, _ in texts], dtype=np.int64)
    instructions = Instructions(pictures, records, owners, tuple(context for _, context in views))
    return OptionTexts(instructions, tuple(map(np.array, places)))
