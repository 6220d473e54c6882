"""Instruction records as the tensors of a training step."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from bench.contracts import InstructionRecord, Instructions
from bench.models.mvaema.losses import IGNORED
from bench.models.mvaema.tokenizer import CLS, DECODE, END, PAD, SEPARATOR, TextTokenizer


class Batch(NamedTuple):
    """B records over P pictures, as tensors on one device.

    ``pixels`` (P, H, W) uint8; ``pictures`` (B,) each record's picture. ``pairs`` (B, T) question and answer
    behind a place for [CLS] or [Encode], ``present`` (B, T) false at padding. ``tokens`` and ``positions``
    (B, S): prompt, [Decode], answer; ``targets`` (B, S) the token behind each, IGNORED outside the answer.
    ``same`` (B, B) true where text j of another record holds for picture i too: one of that picture's own records
    has the question of text j and the same facts.
    """

    pixels: Tensor
    pictures: Tensor
    pairs: Tensor
    present: Tensor
    tokens: Tensor
    positions: Tensor
    targets: Tensor
    same: Tensor

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on a device."""
        return Batch(*(tensor.to(device) for tensor in self))


class TokenisedRecords:
    """Instruction records with their texts tokenised once.

    Prompts keep their last ``prompt_tokens``, answers their first ``answer_tokens`` less one for [EOS].
    """

    def __init__(
        self, instructions: Instructions, tokenizer: TextTokenizer, prompt_tokens: int, answer_tokens: int
    ) -> None:
        self.prompt_tokens, self.answer_tokens = prompt_tokens, answer_tokens
        self._pictures = instructions.pictures
        self._captions = _encoded(tokenizer, instructions.captions)
        self._questions = _encoded(tokenizer, [record.question for record in instructions.records])
        self._answers = _encoded(tokenizer, [record.answer for record in instructions.records])
        self._statements = _statements(instructions.records)
        self._held = np.unique(self._keys(self._pictures, self._statements))

    def prompt(self, position: int, captioned: bool) -> list[int]:
        """Return the tokens of the caption, if it is given, and the question."""
        caption = self._captions[self._pictures[position]] if captioned else []
        return (caption + self._questions[position])[-self.prompt_tokens :]

    def batch(self, pixels: np.ndarray, positions: np.ndarray, captioned: np.ndarray) -> Batch:
        """Put records together over the distinct ``pixels`` (P, H, W) of their pictures, ascending."""
        prompts = [self.prompt(position, given) for position, given in zip(positions, captioned, strict=True)]
        answers = [self._answers[position][: self.answer_tokens - 1] for position in positions]
        pairs = _padded([self._pair(position) for position in positions], PAD)
        pictures = self._pictures[positions]
        # A text of another question may hold just as well; drawn as a hard negative it would only mislead.
        keys = self._keys(pictures[:, None], self._statements[positions])
        same = self._held[np.searchsorted(self._held, keys).clip(max=len(self._held) - 1)] == keys
        np.fill_diagonal(same, False)
        return Batch(
            pixels=torch.from_numpy(pixels),
            pictures=torch.from_numpy(np.unique(pictures, return_inverse=True)[1]),
            pairs=pairs,
            present=pairs != PAD,
            tokens=_padded([[*p, DECODE, *a] for p, a in zip(prompts, answers, strict=True)], PAD),
            positions=_padded([self._places(p, a) for p, a in zip(prompts, answers, strict=True)], 0),
            targets=_padded([[IGNORED] * len(p) + [*a, END] for p, a in zip(prompts, answers, strict=True)], IGNORED),
            same=torch.from_numpy(same),
        )

    def _pair(self, position: int) -> list[int]:
        pair = [CLS, *self._questions[position], SEPARATOR, *self._answers[position]]
        return pair[: self.prompt_tokens + self.answer_tokens]

    def _keys(self, pictures: np.ndarray, statements: np.ndarray) -> np.ndarray:
        """Return one number for each picture with a statement."""
        return pictures * (self._statements.max() + 1) + statements

    def _places(self, prompt: Sequence[int], answer: Sequence[int]) -> list[int]:
        """Count the prompt's positions from 0 and, however long it is, those from [Decode] on from one place."""
        return [*range(len(prompt)), *range(self.prompt_tokens, self.prompt_tokens + 1 + len(answer))]


def _encoded(tokenizer: TextTokenizer, texts: Sequence[str]) -> list[list[int]]:
    distinct = list(dict.fromkeys(texts))
    ids = dict(zip(distinct, tokenizer.encode(distinct), strict=True))
    return [ids[text] for text in texts]


def _statements(records: Sequence[InstructionRecord]) -> np.ndarray:
    """Return numbers (R,), equal where the question and the facts are, or without facts the answers."""
    numbers: dict[object, int] = {}
    keys = [(record.question, frozenset(record.facts) if record.facts else record.answer) for record in records]
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)


def _padded(rows: Sequence[Sequence[int]], filler: int) -> Tensor:
    width = max(len(row) for row in rows)
    return torch.tensor([[*row, *[filler] * (width - len(row))] for row in rows])
