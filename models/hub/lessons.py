"""Instruction records as the inputs of a model of the hub."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from bench.contracts import Instructions
from bench.models.hub.conversation import Chat, Inputs, PictureQuestion
from bench.models.hub.network import Taught
from bench.models.instruction_batches import InstructionBatch, rows_by_picture
from bench.training.augmentation import shown

_AT_HAND = 4
"""Pictures kept decoded: the records of one follow one another."""


class HubLessons:
    """The records of one side, in the words of a conversation; ``instruction`` goes before each question."""

    def __init__(self, instructions: Instructions, conversation: Chat, instruction: str, answer_tokens: int) -> None:
        self._instructions, self._conversation = instructions, conversation
        self._instruction, self._answer_tokens = instruction, answer_tokens
        self._picture = lru_cache(_AT_HAND)(instructions.micrographs.shown)

    def __len__(self) -> int:
        return len(self._instructions)

    def taught(self, batch: InstructionBatch) -> Taught:
        """Return records with their answers; those not ``captioned`` go without caption."""
        talk, records = self._conversation, [self._instructions.records[position] for position in batch.positions]
        requests = [
            self._request(position, captioned=bool(captioned))
            for position, captioned in zip(batch.positions, batch.captioned, strict=True)
        ]
        prompts = [talk.prompt(request) for request in requests]
        answers = [talk.cut(record.answer, self._answer_tokens) for record in records]
        pictures = [request.pictures for request in requests]
        if batch.alterations is not None:
            pictures = [
                (shown(own[None], batch.alterations[np.array([row])])[0],) for row, (own,) in enumerate(pictures)
            ]
        return Taught(*talk.lesson(prompts, answers, pictures))

    def pieces(self, batch: InstructionBatch, parts: int) -> list[tuple[float, InstructionBatch]]:
        """Return a batch in at most ``parts`` pieces of whole pictures, each with its share of the answers' tokens."""
        lengths = np.array([self._length(position) for position in batch.positions])
        cut = rows_by_picture(self._instructions.pictures[batch.positions], parts)
        return [(float(lengths[rows].sum() / lengths.sum()), batch.take(rows)) for rows in cut]

    def prompts(self, positions: Sequence[int] | np.ndarray) -> Inputs:
        """Return records without their answers, with the captions that the instructions hold."""
        requests = [self._request(position, captioned=True) for position in positions]
        texts = [self._conversation.prompt(request) for request in requests]
        return self._conversation.inputs(texts, [request.pictures for request in requests])

    def _request(self, position: int, *, captioned: bool) -> PictureQuestion:
        instructions = self._instructions
        caption = instructions.caption(position) if captioned else ""
        text = " ".join(filter(None, (self._instruction, caption, instructions.records[position].question)))
        return PictureQuestion(text, (self._picture(int(instructions.pictures[position])),))

    def _length(self, position: int) -> int:
        talk = self._conversation
        prompt = talk.prompt(self._request(position, captioned=False))
        return len(talk.following(prompt, talk.cut(self._instructions.records[position].answer, self._answer_tokens)))
