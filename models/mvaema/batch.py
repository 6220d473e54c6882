"""Instruction records as the tensors of a training step."""

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from bench.contracts import InstructionRecord, Instructions
from bench.models.mvaema.losses import IGNORED, Pairs
from bench.models.mvaema.tokenizer import CLS, DECODE, END, PAD, SEPARATOR, TextTokenizer


class Batch(NamedTuple):
    """B records, of which this process computes R over P pictures, as tensors on one device.

    ``pixels`` (P, H, W) uint8; ``pictures`` (R,) each record's picture. ``pairs`` (B, T) question and answer
    after a place for [CLS] or [Encode], ``present`` (B, T) false at padding. ``tokens`` and ``positions``
    (R, S): prompt, [Decode], answer; ``targets`` (R, S) the token after each, IGNORED outside the answer.
    ``same`` (B, B) true where text j of another record holds for picture i too: one of that picture's own records
    has the question of text j and the same facts. ``rows`` (R,), ascending, are the R among the B where several
    ranks share them, None where this process computes all; ``share_of_tokens`` is their share of the answers' tokens.
    """

    pixels: Tensor
    pictures: Tensor
    pairs: Tensor
    present: Tensor
    tokens: Tensor
    positions: Tensor
    targets: Tensor
    same: Tensor
    rows: Tensor | None = None
    share_of_tokens: float = 1.0

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on a device."""
        tensors = {name: value for name, value in self._asdict().items() if isinstance(value, Tensor)}
        return self._replace(**{name: tensor.to(device) for name, tensor in tensors.items()})

    @property
    def share(self) -> float:
        """The share of the records that this process computes."""
        return 1.0 if self.rows is None else len(self.rows) / len(self.same)

    def own(self, values: Tensor) -> Tensor:
        """Return the rows (R, ...) that this process computes, of all (B, ...)."""
        return values if self.rows is None else values[self.rows]

    def gathered(self, own: Tensor) -> Tensor:
        """Return the rows (B, ...) of all ranks' own (R, ...), with gradients; all ranks must call it."""
        if self.rows is None:
            return own
        from torch.distributed.nn.functional import all_reduce

        rows = own.new_zeros((len(self.same), *own.shape[1:])).index_copy(0, self.rows, own)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of torch, which has no public successor yet
            return all_reduce(rows)

    def own_pairs(self, drawn: Pairs) -> tuple[Pairs, float]:
        """Return the pairs whose pictures this process computes, renumbered, and their share; all ranks must call it.

        All ranks take the pairs of the first, because another's generator may be in another state. A rank that has none
        computes one that does not count, because ranks synchronise in the backward pass.
        """
        if self.rows is None:
            return drawn, 1.0
        from torch.distributed import broadcast

        for values in drawn:
            broadcast(values, src=0)
        mine = torch.isin(drawn.pictures, self.rows)
        if not mine.any():
            return Pairs(torch.zeros_like(self.rows[:1]), self.rows[:1], torch.ones_like(drawn.match[:1])), 0.0
        own = Pairs(*(values[mine] for values in drawn))
        return own._replace(pictures=torch.searchsorted(self.rows, own.pictures)), len(own.match) / len(drawn.match)


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
        self._scales = _encoded(tokenizer, instructions.scales or ("",) * len(instructions.captions))
        self._questions = _encoded(tokenizer, [record.question for record in instructions.records])
        self._answers = _encoded(tokenizer, [record.answer for record in instructions.records])
        self._statements = _statements(instructions.records)
        self._held = np.unique(self._keys(self._pictures, self._statements))

    def prompt(self, position: int, captioned: bool) -> list[int]:
        """Return the tokens of the caption, if ``captioned``, of the scale, if it is stated, and of the question.

        The beginning of a prompt that is too long is left out.
        """
        return self.whole_prompt(position, captioned)[-self.prompt_tokens :]

    def whole_prompt(self, position: int, captioned: bool) -> list[int]:
        """Return the tokens of a prompt, however long it is."""
        picture = self._pictures[position]
        caption = self._captions[picture] if captioned else []
        return caption + self._scales[picture] + self._questions[position]

    def batch(
        self, pixels: np.ndarray, positions: np.ndarray, captioned: np.ndarray, rows: np.ndarray | None = None
    ) -> Batch:
        """Return the batch of records (B,), of which this process computes those at ``rows`` (R,), or all.

        ``pixels`` (P, H, W) are their distinct pictures, ascending.
        """
        own = np.arange(len(positions)) if rows is None else rows
        prompts = [self.prompt(position, shown) for position, shown in zip(positions[own], captioned[own], strict=True)]
        all_answers = [self._answers[position][: self.answer_tokens - 1] for position in positions]
        answers = [all_answers[row] for row in own]
        pairs = _padded([self._pair(position) for position in positions], PAD)
        pictures = self._pictures[positions]
        # A text of another question may hold just as well; as a hard negative it would only mislead.
        keys = self._keys(pictures[:, None], self._statements[positions])
        same = self._held[np.searchsorted(self._held, keys).clip(max=len(self._held) - 1)] == keys
        np.fill_diagonal(same, False)
        return Batch(
            pixels=torch.from_numpy(pixels),
            pictures=torch.from_numpy(np.unique(pictures[own], return_inverse=True)[1]),
            pairs=pairs,
            present=pairs != PAD,
            tokens=_padded([[*p, DECODE, *a] for p, a in zip(prompts, answers, strict=True)], PAD),
            positions=_padded([self._places(p, a) for p, a in zip(prompts, answers, strict=True)], 0),
            targets=_padded([[IGNORED] * len(p) + [*a, END] for p, a in zip(prompts, answers, strict=True)], IGNORED),
            same=torch.from_numpy(same),
            rows=None if rows is None else torch.from_numpy(rows),
            share_of_tokens=sum(len(a) + 1 for a in answers) / sum(len(a) + 1 for a in all_answers),
        )

    def _pair(self, position: int) -> list[int]:
        pair = [CLS, *self._questions[position], SEPARATOR, *self._answers[position]]
        return pair[: self.prompt_tokens + self.answer_tokens]

    def _keys(self, pictures: np.ndarray, statements: np.ndarray) -> np.ndarray:
        """Return one number for each picture with a statement."""
        return pictures * (self._statements.max() + 1) + statements

    def _places(self, prompt: Sequence[int], answer: Sequence[int]) -> list[int]:
        """Count the prompt's positions from 0, and those from [Decode] on from one fixed place."""
        return [*range(len(prompt)), *range(self.prompt_tokens, self.prompt_tokens + 1 + len(answer))]


def _encoded(tokenizer: TextTokenizer, texts: Sequence[str]) -> list[list[int]]:
    distinct = list(dict.fromkeys(texts))
    ids = dict(zip(distinct, tokenizer.encode(distinct), strict=True))
    return [ids[text] for text in texts]


def _statements(records: Sequence[InstructionRecord]) -> np.ndarray:
    """Return numbers (R,), equal for equal questions and facts, or without facts for equal questions and answers."""
    numbers: dict[object, int] = {}
    keys = [(record.question, frozenset(record.facts) if record.facts else record.answer) for record in records]
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)


def _padded(rows: Sequence[Sequence[int]], filler: int) -> Tensor:
    width = max(len(row) for row in rows)
    return torch.tensor([[*row, *[filler] * (width - len(row))] for row in rows])
