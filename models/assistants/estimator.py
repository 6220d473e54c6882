"""The estimator that all assistants share: a picture and a question in, a generated answer out."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import torch
from torch import Tensor, nn
from transformers import GenerationConfig, PreTrainedModel, PreTrainedTokenizerFast, ProcessorMixin
from transformers.utils.logging import disable_progress_bar

from bench import training
from bench.contracts import Context, Instructions
from bench.errors import BenchError
from bench.models.assistants.conversation import Conversation, plain_prompt
from bench.models.assistants.lessons import Lessons, Seen
from bench.models.assistants.token_batches import IGNORED
from bench.models.assistants.tokenizer import IMAGE_TOKEN, train_tokenizer
from bench.models.assistants.weights import SCRATCH, add_adapters, load_adapters, open_pretrained
from bench.models.instruction_batches import InstructionBatch, InstructionBatches, fixed_questions


class Network(Protocol):
    """A torch module around an image-and-text model of transformers."""

    model: PreTrainedModel

    def __call__(self, seen: Seen) -> Tensor:
        """Return the mean loss of the answers' tokens."""
        ...

    def generate(self, seen: Seen, decoding: GenerationConfig) -> Tensor:
        """Return the ids (B, T) that follow the prompts, without the prompts."""
        ...


class Assistant(ABC):
    """An ``Answerer`` of ``bench.contracts``, trained from scratch or from pretrained weights alike."""

    model_class: ClassVar[type[PreTrainedModel]]
    processor_class: ClassVar[type[ProcessorMixin]]
    network_class: ClassVar[type[nn.Module]]
    tuned_whole: ClassVar[tuple[str, ...]]
    """The modules that learn whole beside adapters."""

    def __init__(self, context: Context) -> None:
        disable_progress_bar()  # transformers' own, over the harness's
        self._settings = context.settings
        self._context = context
        self._history: training.History | None = None
        self._network: Any = None
        self._processor: Any = None

    @abstractmethod
    def scratch(
        self, tokenizer: PreTrainedTokenizerFast, image_size: int, settings: Mapping[str, Any]
    ) -> tuple[PreTrainedModel, ProcessorMixin]:
        """Build an untrained model and its processor for square pictures of this size."""

    def fit(self, train: Instructions, validation: Instructions, context: Context) -> None:
        """Learn to answer the training side's questions, judged by fixed ones of the validation side."""
        torch.manual_seed(context.seed)
        self._equip(*self._untrained(train))
        recipe = context.recipe
        batches = InstructionBatches(
            train, recipe.batch_size, recipe.questions_per_picture, recipe.caption_dropout, context.seed
        )
        fixed = fixed_questions(validation, recipe.questions_per_picture, context.seed)
        lessons, exam = self._lessons(train), self._lessons(validation.take(fixed))

        def losses(network: nn.Module, batch: InstructionBatch) -> dict[str, Tensor]:
            return {"loss": network(lessons.taught(batch))}

        def validate(network: nn.Module) -> float:
            return answer_loss(network, exam, recipe.batch_size)

        self._history = training.train(self._network, batches, losses, validate, context)

    def save(self, folder: Path) -> None:
        """Write model and processor as transformers does; of a model with adapters, the adapters alone."""
        self._network.model.save_pretrained(folder)
        self._processor.save_pretrained(folder)
        if self._history:
            self._history.save(folder / "history.json")

    @classmethod
    def load(cls, folder: Path, context: Context) -> Self:
        """Read what ``save`` wrote; adapters go into the pretrained weights that the settings name."""
        assistant = cls(context)
        adapted = context.settings["tuning"] == "lora"
        source = context.settings["weights"] if adapted else str(folder)
        assistant._equip(*open_pretrained(cls.model_class, cls.processor_class, source, context.settings))
        if adapted:
            load_adapters(assistant._network.model, folder)
        assistant._network.to(context.device).eval()
        return assistant

    @torch.inference_mode()
    def answer(self, questions: Instructions) -> list[str]:
        """Return one generated answer a record, in order."""
        torch.manual_seed(self._context.seed)
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
        """The tokens, those of the picture among them, that leave room for the longest answer."""
        config = self._network.model.config.get_text_config()
        return config.max_position_embeddings - self._settings["max_new_tokens"]

    def prompt_lengths(self, questions: Instructions) -> list[int]:
        """Return how many tokens the prompt of each record has, those of the picture among them."""
        return [
            len(self._conversation.prompt_ids(record.question, questions.caption(position)))
            for position, record in enumerate(questions.records)
        ]

    def _untrained(self, train: Instructions) -> tuple[PreTrainedModel, Any]:
        settings = self._settings
        adapted = settings["tuning"] == "lora"
        if settings["weights"] != SCRATCH:
            model, processor = open_pretrained(self.model_class, self.processor_class, settings["weights"], settings)
            if adapted:
                add_adapters(model, settings, self.tuned_whole)
            return model, processor
        if adapted:
            raise BenchError(
                f"tuning='lora' needs pretrained weights, not weights={SCRATCH!r}; name a folder or hub id"
            )
        tokenizer = train_tokenizer(_texts(train), settings["vocabulary_size"])
        return self.scratch(tokenizer, train.micrographs.pixels.shape[-1], settings)

    def _equip(self, model: PreTrainedModel, processor: Any) -> None:
        self._network = self.network_class(model)
        self._processor = processor
        self._conversation = Conversation(processor)

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


def answer_loss(network: Network | nn.Module, lessons: Lessons, batch_size: int) -> float:
    """Return the mean loss over the tokens of all answers, asked with their captions."""
    total, count = 0.0, 0
    for positions in _slices(len(lessons), batch_size):
        seen = lessons.taught(InstructionBatch(positions, np.ones(len(positions), dtype=bool)))
        tokens = int((seen.tokens.labels != IGNORED).sum())
        total += tokens * network(seen).item()
        count += tokens
    return total / count


def _texts(instructions: Instructions) -> Iterator[str]:
    """Yield what is said in the conversations, without the image's token."""
    for position, record in enumerate(instructions.records):
        yield plain_prompt(record.question, instructions.caption(position)).replace(IMAGE_TOKEN, "")
        yield f" {record.answer}"


def _slices(count: int, size: int) -> list[np.ndarray]:
    return [np.arange(start, min(start + size, count)) for start in range(0, count, size)]
