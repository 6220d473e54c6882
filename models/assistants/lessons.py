"""Instruction records as the inputs of an assistant's network."""

from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from bench.contracts import Instructions
from bench.models.assistants.conversation import Conversation
from bench.models.assistants.token_batches import TokenBatch, answered, unanswered
from bench.models.instruction_batches import InstructionBatch, rows_by_picture
from bench.training.augmentation import shown

Request = tuple[str, str]
"""A question and what its prompt says before it, '' for nothing."""


class Seen(NamedTuple):
    """The inputs of a network: I distinct pictures, B token sequences, and which picture goes with each.

    ``pixels`` (I, 3, H, W) as the processor makes them; ``pictures`` (B,) indices into I; ``questions`` the prompts
    for the network's Q-Former, if it has one.
    """

    pixels: Tensor
    pictures: Tensor
    tokens: TokenBatch
    questions: TokenBatch | None


class Lessons:
    """The records of one side; each answer is tokenised once, each picture of a batch prepared once."""

    def __init__(self, instructions: Instructions, conversation: Conversation, device: str, answer_tokens: int) -> None:
        self._instructions = instructions
        self._conversation = conversation
        self._device = device
        self._answer_tokens = answer_tokens

    def __len__(self) -> int:
        return len(self._instructions)

    def taught(self, batch: InstructionBatch) -> Seen:
        """Return records with their answers; those not ``captioned`` go without caption."""
        records = zip(batch.positions, batch.captioned, strict=True)
        questions = [self._request(position, captioned=bool(captioned)) for position, captioned in records]
        answers = [self._answers[position] for position in batch.positions]
        return self._seen(batch, questions, answered(self._prompts(questions), answers, self._conversation.pad))

    def pieces(self, batch: InstructionBatch, parts: int) -> list[tuple[float, InstructionBatch]]:
        """Return a batch in at most ``parts`` pieces of whole pictures, each with its share of the answers' tokens."""
        lengths = np.array([len(self._answers[position]) for position in batch.positions])
        cut = rows_by_picture(self._instructions.pictures[batch.positions], parts)
        return [(float(lengths[rows].sum() / lengths.sum()), batch.take(rows)) for rows in cut]

    def without_answers(self, positions: np.ndarray) -> Seen:
        """Return records without their answers, with the captions that the instructions hold."""
        questions = [self._request(position, captioned=True) for position in positions]
        batch = InstructionBatch(positions, np.ones(len(positions), dtype=bool))
        return self._seen(batch, questions, unanswered(self._prompts(questions), self._conversation.pad))

    @cached_property
    def _answers(self) -> list[np.ndarray]:
        texts = [record.answer for record in self._instructions.records]
        return self._conversation.answer_ids(texts, self._answer_tokens)

    def _request(self, position: int, *, captioned: bool) -> Request:
        context = self._instructions.context(position, captioned=captioned)
        return self._instructions.records[position].question, context

    def _prompts(self, requests: list[Request]) -> list[np.ndarray]:
        return [self._conversation.prompt_ids(*each) for each in requests]

    def _seen(self, batch: InstructionBatch, requests: list[Request], tokens: TokenBatch) -> Seen:
        distinct, alterations = batch.pictures(self._instructions)
        pictures = np.searchsorted(distinct, self._instructions.pictures[batch.positions])
        grey = shown(self._instructions.micrographs.batch(distinct), alterations)
        pixels = self._conversation.pixels(grey, self._device)
        questions = self._conversation.read(requests)
        return Seen(
            pixels,
            torch.from_numpy(pictures).to(self._device),
            tokens.to(self._device),
            questions.to(self._device) if questions else None,
        )
