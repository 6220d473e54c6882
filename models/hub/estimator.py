"""The estimator ``hf:NAME``: any image-text-to-text model of transformers, asked as it is or tuned."""

from pathlib import Path
from typing import Annotated, Any, Self

import numpy as np
import torch
from peft import LoraConfig
from torch import Tensor, nn

from bench.contracts import Choices, Context, Instructions, Preference
from bench.errors import BenchError
from bench.models.assistants.settings import AnswerTokens
from bench.models.hub.batches import in_batches
from bench.models.hub.choosing import OptionLikelihoods
from bench.models.hub.conversation import Chat
from bench.models.hub.lessons import HubLessons
from bench.models.hub.network import HubNetwork
from bench.models.hub.opening import Opened, opened
from bench.models.hub.settings import Generation, LowRank, Opening, PromptWording, Tuning
from bench.models.hub.source import located
from bench.models.instruction_batches import InstructionBatch, InstructionBatches, fixed_questions
from bench.specs import Setting
from bench.training import loop as training
from bench.training.history import FILE
from bench.training.seeding import seed_all


class HubModel:
    """An ``Answerer`` of ``bench.contracts``.

    ``tuning`` says what learns: nothing, low-rank adapters of the language model, or the whole network.
    """

    def __init__(
        self,
        context: Context,
        *,
        tuning: Annotated[
            Tuning, Setting("none: asked as it is; lora: low-rank adapters learn; full: all weights learn")
        ] = "none",
        opening: Annotated[Opening, Setting()],
        wording: Annotated[PromptWording, Setting()],
        adapters: Annotated[LowRank, Setting()],
        answer_tokens: AnswerTokens = 128,
        answering: Annotated[Generation, Setting(stage="predict")],
    ) -> None:
        self._context = context
        self.tuning: Tuning = tuning
        self._opening, self._wording, self._adapters = opening, wording, adapters
        self._answer_tokens, self._answering = answer_tokens, answering
        self._history: training.History | None = None
        self._network: HubNetwork | None = None
        self._conversation: Chat | None = None

    def fit(self, train: Instructions, validation: Instructions) -> None:
        """Learn to answer the training side's questions, judged by fixed ones of the other; nothing if untuned."""
        if self.tuning == "none":
            return
        model, processor = self._opened()
        self._equip(Opened(self._tuned(model), processor))
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
            return _answer_loss(network, exam, recipe.batch_size)

        assert self._network is not None
        self._history = training.train(self._network, batches, losses, validate, context, lessons.pieces)

    def save(self, folder: Path) -> None:
        """Write what was tuned: adapters alone, or the whole model with its processor; nothing if untuned."""
        if self._network is None:
            return
        self._network.model.save_pretrained(folder)  # if the model has adapters, it writes these alone
        if self.tuning == "full":
            self._processor.save_pretrained(folder)
        if self._history:
            self._history.save(folder / FILE)

    @classmethod
    def load(cls, folder: Path, context: Context, **settings: Any) -> Self:
        """Read the model that the name names, and what was tuned of it."""
        estimator = cls(context, **settings)
        if estimator.tuning == "full":
            estimator._equip(estimator._opened(str(folder)))
        else:
            estimator._equip(estimator._opened())
        if estimator.tuning == "lora":
            assert estimator._network is not None
            estimator._network.model.load_adapter(str(folder))
            estimator._network.model.to(context.device).eval()
        return estimator

    @torch.inference_mode()
    def answer(self, questions: Instructions) -> list[str]:
        """Return one generated answer per record, in order; batches are halved if memory runs out."""
        seed_all(self._context.seed)
        assert self._network is not None and self._conversation is not None, "a model answers after it was loaded"
        network, talk, lessons = self._network, self._conversation, self._lessons(questions)
        decoding = network.likeliest(talk.end, talk.pad, self._answering.max_new_tokens, self._answering.num_beams)
        self._context.progress.start("answering", len(questions))

        def answers(positions: np.ndarray) -> list[str]:
            return talk.decoded(network.generate(lessons.prompts(positions), decoding))

        return in_batches(len(questions), self._answering.answer_batch_size, answers, self._context.progress)

    @torch.inference_mode()
    def choose(self, questions: Choices) -> list[Preference]:
        """Return how likely each option is written after its question, without instruction."""
        seed_all(self._context.seed)
        assert self._network is not None and self._conversation is not None, "a model chooses after it was loaded"
        letters = self._answering.options == "letters"
        chooser = OptionLikelihoods(questions, self._conversation, self._network, letters=letters)
        self._context.progress.start("choosing", len(questions))
        size = self._answering.answer_batch_size
        return in_batches(len(questions), size, chooser.preferences, self._context.progress)

    def _opened(self, folder: str = "") -> Opened:
        source = located(folder or self._context.model.name.partition(":")[2])
        return opened(source, self._opening, self.tuning, self._context.device)

    def _equip(self, model: Opened) -> None:
        self._network, self._processor = HubNetwork(model.model), model.processor
        self._conversation = Chat(model.processor, self._wording)

    def _lessons(self, instructions: Instructions) -> HubLessons:
        assert self._conversation is not None
        return HubLessons(instructions, self._conversation, self._wording.instruction, self._answer_tokens)

    def _tuned(self, model: Any) -> Any:
        """Let learn what is tuned, in float32, whatever the number type of the rest."""
        if self.tuning == "full":
            return model.float()
        own = self._adapters
        layers = _linear_layers(model)
        model.add_adapter(
            LoraConfig(r=own.lora_rank, lora_alpha=own.lora_alpha, lora_dropout=own.lora_dropout, target_modules=layers)
        )
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.data = parameter.data.float()
        return model


def _linear_layers(model: Any) -> list[str]:
    """Return the names of the language model's linear layers; BenchError if there are none."""
    inner = model.get_decoder()
    parts = {id(module) for module in inner.modules()}
    layers = [name for name, module in model.named_modules() if isinstance(module, nn.Linear) and id(module) in parts]
    if not layers:
        raise BenchError(
            f"the language model of a {type(model).__name__} has no linear layers for adapters; use tuning=full"
        )
    return layers


def _answer_loss(network: nn.Module, lessons: HubLessons, batch_size: int) -> float:
    """Return the mean loss over the tokens of all answers, asked with their captions."""
    total, count = 0.0, 0
    for start in range(0, len(lessons), batch_size):
        positions = np.arange(start, min(start + batch_size, len(lessons)))
        taught = lessons.taught(InstructionBatch(positions, np.ones(len(positions), dtype=bool)))
        total += sum(taught.answers) * network(taught).item()
        count += sum(taught.answers)
    return total / count
