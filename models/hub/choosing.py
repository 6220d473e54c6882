"""How likely a model of the hub writes each option of a question."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from bench.contracts import LETTERS, ChoiceQuestion, Choices, Preference
from bench.models.hub.conversation import Chat, PictureQuestion
from bench.models.hub.network import HubNetwork


class Posed(NamedTuple):
    """A question as a prompt, its pictures, and the ids of each option after it."""

    prompt: str
    pictures: tuple[np.ndarray, ...]
    options: tuple[tuple[int, ...], ...]


class OptionLikelihoods:
    """Asks one model: by the ``letters`` of listed options, or by the texts of options that are not listed."""

    def __init__(self, questions: Choices, talk: Chat, network: HubNetwork, *, letters: bool) -> None:
        self._questions, self._talk, self._network, self._letters = questions, talk, network, letters

    def preferences(self, positions: Sequence[int] | np.ndarray) -> list[Preference]:
        """Return the preferences of the questions at these positions, in order."""
        posed = [self._posed(self._questions.questions[position]) for position in positions]
        given: list[Preference | None] = [None] * len(posed)
        for shown in (True, False):  # processors take a batch with pictures or one without
            rows = [row for row, each in enumerate(posed) if bool(each.pictures) == shown]
            for row, preference in zip(rows, self._judged([posed[row] for row in rows]), strict=True):
                given[row] = preference
        return [each for each in given if each is not None]

    def _posed(self, question: ChoiceQuestion) -> Posed:
        text = question.lettered if self._letters else question.text
        pictures = tuple(self._questions.micrographs.shown(picture) for picture in question.pictures)
        prompt = self._talk.prompt(PictureQuestion(" ".join(filter(None, (question.context, text))), pictures))
        names = LETTERS[: len(question.options)] if self._letters else question.options
        return Posed(prompt, pictures, tuple(self._talk.following(prompt, name, ended=False) for name in names))

    def _judged(self, posed: Sequence[Posed]) -> list[Preference]:
        if not posed:
            return []
        pad, inputs = self._talk.pad, self._talk.inputs
        tokens = [tuple(map(len, each.options)) for each in posed]
        if all(length == 1 for own in tokens for length in own):  # one look at each question serves all its options
            words = self._network.next_words(
                inputs([each.prompt for each in posed], [each.pictures for each in posed]), pad
            )
            sums = [words[row, [ids[0] for ids in each.options]].tolist() for row, each in enumerate(posed)]
        else:
            rows = [(each, ids) for each in posed for ids in each.options]
            read = inputs([each.prompt for each, _ in rows], [each.pictures for each, _ in rows])
            flat = iter(self._network.likelihoods(read, [ids for _, ids in rows], pad).tolist())
            sums = [[next(flat) for _ in each.options] for each in posed]
        return [Preference(tuple(map(_at_most_sure, own)), length) for own, length in zip(sums, tokens, strict=True)]


def _at_most_sure(likelihood: float) -> float:
    """Return a log-likelihood without the rounding that takes it above 0."""
    return min(likelihood, 0.0)
