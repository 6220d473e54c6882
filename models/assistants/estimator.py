"""The estimator that all assistants share: a picture and a question in, a generated answer out."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
import torch
from torch import Tensor, nn
from transformers import GenerationConfig, PreTrainedModel, ProcessorMixin
from transformers.utils.logging import disable_progress_bar

from bench.contracts import Choices, Context, Instructions, Preference
from bench.errors import BenchError
from bench.models.assistants.conversation import Conversation, plain_prompt
from bench.models.assistants.lessons import Lessons
from bench.models.assistants.network import AssistantNetwork
from bench.models.assistants.scratch import Shape
from bench.models.assistants.settings import (
    AnswerTokens,
    NumHeads,
    PatchSize,
    PatchStem,
    VocabularySize,
    Weights,
    WeightsDtype,
)
from bench.models.assistants.token_batches import IGNORED
from bench.models.assistants.tokenizer import IMAGE_TOKEN
from bench.models.assistants.weights import (
    Adapters,
    add_adapters,
    free_part,
    load_adapters,
    load_part,
    open_pretrained,
    save_part,
)
from bench.models.instruction_batches import InstructionBatch, InstructionBatches, fixed_questions
from bench.models.option_texts import option_texts
from bench.specs import SCRATCH, Setting
from bench.training import loop as training
from bench.training.history import FILE
from bench.training.linear import speed_up_linears
from bench.training.seeding import seed_all


class Assistant(ABC):
    """An ``Answerer`` of ``bench.contracts``, trained from scratch or from pretrained weights alike.

    ``tuning`` says what learns: the ``full`` network, adapters (``lora``), or the ``projection`` to the language model.
    """

    model_class: ClassVar[type[PreTrainedModel]]
    processor_class: ClassVar[type[ProcessorMixin]]
    network_class: ClassVar[type[AssistantNetwork]]
    tuned_whole: ClassVar[tuple[str, ...]]
    """The modules that learn in full besides adapters; with ``tuning=projection`` the last of them alone."""
    plain: ClassVar[str]
    """The prompt if the processor has no chat template, with ``{request}`` in it."""

    def __init__(
        self,
        context: Context,
        *,
        weights: Weights = SCRATCH,
        tuning: Annotated[
            Literal["full", "lora"], Setting("train all weights, or low-rank adapters of pretrained ones")
        ] = "full",
        lora_rank: Annotated[int, Setting("rank of the adapters", ge=1, le=65_536)] = 16,
        lora_alpha: Annotated[int, Setting("scale of the adapters: alpha / rank", ge=1, le=1_000_000)] = 32,
        lora_dropout: Annotated[float, Setting("dropout before the adapters", ge=0, lt=1)] = 0.05,
        weights_dtype: WeightsDtype = "float32",
        embed_dim: Annotated[
            int, Setting("from scratch: width of the vision tower and of the decoder", ge=1, le=65_536)
        ] = 64,
        depth: Annotated[
            int, Setting("from scratch: layers of the vision tower and of the decoder", ge=1, le=1000)
        ] = 4,
        num_heads: NumHeads = 4,
        patch_size: PatchSize = 32,
        stem: PatchStem = "linear",
        vocabulary_size: VocabularySize = 2000,
        answer_tokens: AnswerTokens = 128,
        max_new_tokens: Annotated[int, Setting("longest answer in tokens", stage="predict", ge=1, le=1_000_000)] = 128,
        num_beams: Annotated[int, Setting("beams of the search; 1 is greedy", stage="predict", ge=1, le=100)] = 1,
        temperature: Annotated[
            float, Setting("temperature of sampling; 0 takes the likeliest", stage="predict", ge=0, le=100)
        ] = 0.0,
        top_p: Annotated[
            float, Setting("sampling: share of probability that the candidates hold", stage="predict", gt=0, le=1)
        ] = 1.0,
        answer_batch_size: Annotated[
            int, Setting("questions answered at once", stage="predict", ge=1, le=100_000)
        ] = 96,
    ) -> None:
        disable_progress_bar()  # transformers' own, over the harness's
        self._context = context
        self.tuning: str = tuning
        self.shape = Shape(embed_dim, depth, num_heads, patch_size, stem, vocabulary_size)
        self._weights, self._dtype = weights, weights_dtype
        self._adapters = Adapters(lora_rank, lora_alpha, lora_dropout)
        self._answer_tokens, self._answers_at_once = answer_tokens, answer_batch_size
        self._max_new_tokens, self._num_beams = max_new_tokens, num_beams
        self._temperature, self._top_p = temperature, top_p
        self._history: training.History | None = None
        self._network: Any = None
        self._processor: Any = None

    @abstractmethod
    def scratch(self, texts: Sequence[str], image_size: int) -> tuple[PreTrainedModel, ProcessorMixin]:
        """Build an untrained model and its processor for these texts and square pictures of this size."""

    @abstractmethod
    def conversation(self, model: PreTrainedModel, processor: Any) -> Conversation:
        """Return how a question is put to the model."""

    def fit(self, train: Instructions, validation: Instructions) -> None:
        """Learn to answer the training side's questions, judged by fixed ones of the validation side."""
        pretrained = self._weights != SCRATCH
        self._equip(*(self.from_pretrained() if pretrained else self.from_scratch(train)))
        context, recipe = self._context, self._context.recipe
        batches = InstructionBatches(
            train,
            recipe.batch_size,
            recipe.questions_per_picture,
            recipe.caption_dropout,
            context.seed,
            augment=recipe.augment,
        )
        fixed = fixed_questions(validation, recipe.questions_per_picture, context.seed)
        lessons, exam = self._lessons(train), self._lessons(validation.take(fixed))

        def losses(network: nn.Module, batch: InstructionBatch) -> dict[str, Tensor]:
            return {"loss": network(lessons.taught(batch))}

        def validate(network: nn.Module) -> float:
            return answer_loss(network, exam, recipe.batch_size)

        self._history = training.train(self._network, batches, losses, validate, context, lessons.pieces)

    def save(self, folder: Path) -> None:
        """Write model and processor as transformers does; if only a part learned, write that part alone."""
        if self.tuning == "projection":
            save_part(self._network.model, self.tuned_whole[-1], folder)
        else:
            self._network.model.save_pretrained(folder)  # if the model has adapters, it writes these alone
            self._processor.save_pretrained(folder)
        if self._history:
            self._history.save(folder / FILE)

    @classmethod
    def load(cls, folder: Path, context: Context, **settings: Any) -> Self:
        """Read what ``save`` wrote; a part goes into the model in which it learned."""
        assistant = cls(context, **settings)
        if assistant.tuning == "full":
            assistant._equip(*open_pretrained(cls.model_class, cls.processor_class, str(folder), assistant._dtype))
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
        """Return one generated answer per record, in order."""
        seed_all(self._context.seed)
        lessons, decoding, size = self._lessons(questions), self._decoding(), self._answers_at_once
        answers: list[str] = []
        self._context.progress.start("answering", len(questions))
        for positions in _slices(len(questions), size):
            ids = self._network.generate(lessons.without_answers(positions), decoding)
            answers += self._conversation.decoded(ids)
            self._context.progress.advance(len(answers))
        return answers

    @torch.inference_mode()
    def choose(self, questions: Choices) -> list[Preference]:
        """Return how likely the model writes each option as its answer."""
        options = option_texts(questions)
        lessons = self._lessons(options.instructions)
        likelihoods: list[float] = []
        tokens: list[int] = []
        self._context.progress.start("choosing", len(lessons))
        for positions in _slices(len(lessons), self._answers_at_once):
            seen = lessons.taught(InstructionBatch(positions, np.ones(len(positions), dtype=bool)))
            sums, counts = self._network.likelihoods(seen)
            likelihoods += sums.clamp(max=0).tolist()
            tokens += counts.tolist()
            self._context.progress.advance(len(tokens))
        return options.preferences(likelihoods, tokens)

    @property
    def longest_prompt(self) -> int:
        """The most tokens, the picture's included, that are all read and leave room for the longest answer."""
        config = self._network.model.config.get_text_config()
        return self._conversation.longest_prompt(config.max_position_embeddings - self._max_new_tokens)

    def prompt_lengths(self, questions: Instructions) -> list[int]:
        """Return how many tokens the prompt of each record has, the picture's included."""
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
        return self.scratch(list(_texts(train, self.plain)), train.micrographs.pixels.shape[-1])

    def from_pretrained(self) -> tuple[PreTrainedModel, Any]:
        """Return the pretrained model, of which only what is tuned may learn, and its processor."""
        model, processor = self.base()
        return self.tuned(model), processor

    def base(self) -> tuple[PreTrainedModel, Any]:
        """Return the model that a tuned part belongs to, and its processor."""
        return open_pretrained(self.model_class, self.processor_class, self._weights, self._dtype)

    def tuned(self, model: PreTrainedModel) -> PreTrainedModel:
        """Freeze what is not tuned, and add the adapters."""
        if self.tuning == "lora":
            add_adapters(model, self._adapters, self.tuned_whole)
        if self.tuning == "projection":
            free_part(model, self.tuned_whole[-1])
        return model

    def _equip(self, model: PreTrainedModel, processor: Any) -> None:
        speed_up_linears(model)
        self._network = self.network_class(model)
        self._processor = processor
        self._conversation = self.conversation(model, processor)

    def _lessons(self, instructions: Instructions) -> Lessons:
        return Lessons(instructions, self._conversation, self._context.device, self._answer_tokens)

    def _decoding(self) -> GenerationConfig:
        """Return how answers are generated: greedy unless the settings name beams or a temperature."""
        sampled = self._temperature > 0
        return GenerationConfig(
            max_new_tokens=self._max_new_tokens,
            num_beams=self._num_beams,
            do_sample=sampled,
            temperature=self._temperature if sampled else None,
            top_p=self._top_p if sampled else None,
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
    """Yield the texts of plain conversations, without the image's token."""
    for position, record in enumerate(instructions.records):
        yield plain_prompt(plain, record.question, instructions.caption(position)).replace(IMAGE_TOKEN, "")
        yield f" {record.answer}"


def _slices(count: int, size: int) -> list[np.ndarray]:
    return [np.arange(start, min(start + size, count)) for start in range(0, count, size)]
