"""Instruction records as an assistant's network is shown them."""

from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from bench.contracts import Instructions
from bench.models.assistants.conversation import Conversation
from bench.models.assistants.token_batches import TokenBatch, answered, unanswered
from bench.models.instruction_batches import InstructionBatch


class Seen(NamedTuple):
    """What a network is shown: I distinct pictures, B token sequences, and which picture goes with each.

    ``pixels`` (I, 3, H, W) as the processor makes them; ``pictures`` (B,) indices into I.
    """

    pixels: Tensor
    pictures: Tensor
    tokens: TokenBatch


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
        prompts = [
            self._prompt(position, captioned=bool(captioned)) for position, captioned in zip(*batch, strict=True)
        ]
        answers = [self._answers[position] for position in batch.positions]
        return self._seen(batch.positions, answered(prompts, answers, self._conversation.pad))

    def asked(self, positions: np.ndarray) -> Seen:
        """Return records without their answers, with the captions that the instructions hold."""
        prompts = [self._prompt(position, captioned=True) for position in positions]
        return self._seen(positions, unanswered(prompts, self._conversation.pad))

    @cached_property
    def _answers(self) -> list[np.ndarray]:
        texts = [record.answer for record in self._instructions.records]
        return self._conversation.answer_ids(texts, self._answer_tokens)

    def _prompt(self, position: int, *, captioned: bool) -> np.ndarray:
        caption = self._instructions.caption(position) if captioned else ""
        return self._conversation.prompt_ids(self._instructions.records[position].question, caption)

    def _seen(self, positions: np.ndarray, tokens: TokenBatch) -> Seen:
        distinct, pictures = np.unique(self._instructions.pictures[positions], return_inverse=True)
        grey = self._instructions.micrographs.batch(distinct)
        pixels = self._conversation.pixels(grey, self._device)
        return Seen(pixels, torch.from_numpy(pictures).to(self._device), tokens.to(self._device))
