"""The estimator that all assistants share: a picture and a question in, a generated answer out."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import torch
from torch import Tensor, nn
from transformers import GenerationConfig, PreTrainedModel, ProcessorMixin
from transformers.utils.logging import disable_progress_bar

from bench.contracts import Context, Instructions
from bench.errors import BenchError
from bench.models.assistants.conversation import Conversation, plain_prompt
from bench.models.assistants.lessons import Lessons
from bench.models.assistants.network import AssistantNetwork
from bench.models.assistants.token_batches import IGNORED
from bench.models.assistants.tokenizer import IMAGE_TOKEN
from bench.models.assistants.weights import (
    add_adapters,
    free_part,
    load_adapters,
    load_part,
    open_pretrained,
    save_part,
)
from bench.models.instruction_batches import InstructionBatch, InstructionBatches, fixed_questions
from bench.specs import SCRATCH
from bench.training import loop as training
from bench.training.history import FILE
from bench.training.seeding import seed_all


class Assistant(ABC):
    """An ``Answerer`` of ``bench.contracts``, trained from scratch or from pretrained weights alike."""

    model_class: ClassVar[type[PreTrainedModel]]
    processor_class: ClassVar[type[ProcessorMixin]]
    network_class: ClassVar[type[AssistantNetwork]]
    tuned_whole: ClassVar[tuple[str, ...]]
    """The modules that learn whole beside adapters, the last of them alone with ``tuning=projection``."""
    plain: ClassVar[str]
    """The prompt where the processor brings no chat template, with ``{said}`` in it."""

    def __init__(self, context: Context) -> None:
        disable_progress_bar()  # transformers' own, over the harness's
        self._settings = context.settings
        self._context = context
        self._history: training.History | None = None
        self._network: Any = None
        self._processor: Any = None

    @abstractmethod
    def scratch(
        self, texts: Sequence[str], image_size: int, settings: Mapping[str, Any]
    ) -> tuple[PreTrainedModel, ProcessorMixin]:
        """Build an untrained model and its processor for these texts and square pictures of this size."""

    @abstractmethod
    def conversation(self, model: PreTrainedModel, processor: Any) -> Conversation:
        """Return how a question is put to the model."""

    @property
    def tuning(self) -> str:
        """What learns: the ``full`` network, adapters (``lora``) or the ``projection`` into the language model."""
        return self._settings["tuning"]

    def fit(self, train: Instructions, validation: Instructions) -> None:
        """Learn to answer the training side's questions, judged by fixed ones of the validation side."""
        pretrained = self._settings["weights"] != SCRATCH
        self._equip(*(self.from_pretrained() if pretrained else self.from_scratch(train)))
        context, recipe = self._context, self._context.recipe
        batches = InstructionBatches(
            train, recipe.batch_size, recipe.questions_per_picture, recipe.caption_dropout, context.seed
        )
        fixed = fixed_questions(validation, recipe.questions_per_picture, context.seed)
        lessons, exam = self._lessons(train), self._lessons(validation.take(fixed))

        def losses(network: nn.Module, batch: InstructionBatch) -> dict[str, Tensor]:
            return {"loss": network(lessons.taught(batch))}

        def validate(network: nn.Module) -> float:
            return answer_loss(network, exam, recipe.batch_size)

        self._history = training.train(self._network, batches, losses, validate, context, lessons.pieces)

    def save(self, folder: Path) -> None:
        """Write model and processor as transformers does; where only a part learned, that part alone."""
        if self.tuning == "projection":
            save_part(self._network.model, self.tuned_whole[-1], folder)
        else:
            self._network.model.save_pretrained(folder)  # of a model with adapters it writes these
            self._processor.save_pretrained(folder)
        if self._history:
            self._history.save(folder / FILE)

    @classmethod
    def load(cls, folder: Path, context: Context) -> Self:
        """Read what ``save`` wrote; a part goes into the model that it learned in."""
        assistant = cls(context)
        if assistant.tuning == "full":
            assistant._equip(*open_pretrained(cls.model_class, cls.processor_class, str(folder), context.settings))
        else:
            assistant._equip(*assistant.base())
        if assistant.tuning == "lora":
            load_adapters(assistant._network.model, folder)
        if assistant.tuning == "projection":
            load_part(assistant._network.model, cls.tuned_whole[-1], folder)
        assistant._network.to(context.device).eval()
        return assistant

    @torch.inference_mode()
    def answer(self, questions: Instructions) -> list[str]:
        """Return one generated answer a record, in order."""
        seed_all(self._context.seed)
        lessons, decoding, size = self._lessons(questions), self._decoding(), self._settings["answer_batch_size"]
        answers: list[str] = []
        self._context.progress.start("answering", len(questions))
        for positions in _slices(len(questions), size):
            ids = self._network.generate(lessons.asked(positions), decoding)
            answers += self._conversation.decoded(ids)
            self._context.progress.advance(len(answers))
        return answers

    @property
    def longest_prompt(self) -> int:
        """The tokens, those of the picture among them, that leave room for the longest answer and are all read."""
        config = self._network.model.config.get_text_config()
        return self._conversation.longest_prompt(config.max_position_embeddings - self._settings["max_new_tokens"])

    def prompt_lengths(self, questions: Instructions) -> list[int]:
        """Return how many tokens the prompt of each record has, those of the picture among them."""
        return [
            self._conversation.prompt_length(record.question, questions.caption(position))
            for position, record in enumerate(questions.records)
        ]

    def from_scratch(self, train: Instructions) -> tuple[PreTrainedModel, Any]:
        """Return a model of random weights, all of which learn, and its processor."""
        if self.tuning != "full":
            raise BenchError(
                f"tuning={self.tuning!r} needs pretrained weights, not weights={SCRATCH!r}; name a folder or hub id"
            )
        return self.scratch(list(_texts(train, self.plain)), train.micrographs.pixels.shape[-1], self._settings)

    def from_pretrained(self) -> tuple[PreTrainedModel, Any]:
        """Return the pretrained model, of which only what is tuned may learn, and its processor."""
        model, processor = self.base()
        return self.tuned(model), processor

    def base(self) -> tuple[PreTrainedModel, Any]:
        """Return the model that a tuned part belongs into, and its processor."""
        return open_pretrained(self.model_class, self.processor_class, self._settings["weights"], self._settings)

    def tuned(self, model: PreTrainedModel) -> PreTrainedModel:
        """Freeze what is not tuned, and add the adapters."""
        if self.tuning == "lora":
            add_adapters(model, self._settings, self.tuned_whole)
        if self.tuning == "projection":
            free_part(model, self.tuned_whole[-1])
        return model

    def _equip(self, model: PreTrainedModel, processor: Any) -> None:
        self._network = self.network_class(model)
        self._processor = processor
        self._conversation = self.conversation(model, processor)

    def _lessons(self, instructions: Instructions) -> Lessons:
        return Lessons(instructions, self._conversation, self._context.device, self._settings["answer_tokens"])

    def _decoding(self) -> GenerationConfig:
        """Return how answers are generated: greedy unless the settings name beams or a temperature."""
        settings = self._settings
        sampled = settings["temperature"] > 0
        return GenerationConfig(
            max_new_tokens=settings["max_new_tokens"],
            num_beams=settings["num_beams"],
            do_sample=sampled,
            temperature=settings["temperature"] if sampled else None,
            top_p=settings["top_p"] if sampled else None,
            pad_token_id=self._conversation.pad,
            eos_token_id=self._conversation.end,
        )


def answer_loss(network: nn.Module, lessons: Lessons, batch_size: int) -> float:
    """Return the mean loss over the tokens of all answers, asked with their captions."""
    total, count = 0.0, 0
    for positions in _slices(len(lessons), batch_size):
        seen = lessons.taught(InstructionBatch(positions, np.ones(len(positions), dtype=bool)))
        tokens = int((seen.tokens.labels != IGNORED).sum())
        total += tokens * network(seen).item()
        count += tokens
    return total / count


def _texts(instructions: Instructions, plain: str) -> Iterator[str]:
    """Yield what is said in plain conversations, without the image's token."""
    for position, record in enumerate(instructions.records):
        yield plain_prompt(plain, record.question, instructions.caption(position)).replace(IMAGE_TOKEN, "")
        yield f" {record.answer}"


def _slices(count: int, size: int) -> list[np.ndarray]:
    return [np.arange(start, min(start + size, count)) for start in range(0, count, size)]
