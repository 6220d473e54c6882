"""MiniGPT-4 (Zhu et al. 2023): a frozen vision tower, Q-Former and language model, and one linear layer that learns.

The layer, ``language_projection`` of transformers' BLIP-2, turns the Q-Former's output into words for the language
model. The paper takes all else from models that were trained before; from scratch, an earlier step trains it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from torch import Tensor, nn
from transformers import Blip2ForConditionalGeneration, Blip2Processor, BlipImageProcessor, PreTrainedModel

from bench.contracts import Context, Instructions
from bench.models.assistants.lessons import Seen
from bench.models.assistants.qformer import DEVIATION, QFormerAssistant, QFormerNetwork
from bench.models.assistants.scratch import seeing
from bench.models.assistants.settings import (
    AnswerTokens,
    NumHeads,
    PatchSize,
    PatchStem,
    QFormerDepth,
    QFormerWidth,
    QueryTokens,
    VocabularySize,
    Weights,
)
from bench.models.assistants.stem import stemmed
from bench.models.assistants.tokenizer import train_tokenizer
from bench.specs import SCRATCH, Setting

PROJECTION = "language_projection"


class MiniGpt4Network(QFormerNetwork):
    """BLIP-2 as a torch module: each picture passes vision tower and Q-Former once."""

    def features(self, seen: Seen) -> Tensor:
        """Return the queries' outputs (B, Q, D) for each sequence's picture."""
        return self.model.get_image_features(seen.pixels, return_dict=True).pooler_output[seen.pictures]

    def train(self, mode: bool = True) -> Self:
        """Switch modes; frozen parts compute as they do when answering, without dropout."""
        super().train(mode)
        for part in self.model.children():
            if not any(parameter.requires_grad for parameter in part.parameters()):
                part.eval()
        return self


class _Blip2(QFormerAssistant):
    """What both steps build and read."""

    model_class = stemmed(Blip2ForConditionalGeneration)
    processor_class = Blip2Processor
    network_class = MiniGpt4Network
    tuned_whole = (PROJECTION,)
    plain = "###Human: <Img><image></Img> {request} ###Assistant:"

    def scratch(self, texts: Sequence[str], image_size: int) -> tuple[PreTrainedModel, Blip2Processor]:
        """Build a small BLIP-2 with a Llama and the processor that goes with it, whose tokenizer knows the texts."""
        processor = Blip2Processor(
            image_processor=seeing(BlipImageProcessor, image_size),
            tokenizer=train_tokenizer(texts, self.shape.vocabulary_size),
            num_query_tokens=self.num_query_tokens,
        )
        return self.configured(processor, image_size), processor


class Parts(_Blip2):
    """The step before: from scratch it teaches the whole network to answer; of pretrained weights it does nothing."""

    def __init__(
        self,
        context: Context,
        *,
        weights: Weights = SCRATCH,
        embed_dim: QFormerWidth = 64,
        depth: QFormerDepth = 4,
        num_heads: NumHeads = 4,
        patch_size: PatchSize = 32,
        stem: PatchStem = "linear",
        vocabulary_size: VocabularySize = 2000,
        num_query_tokens: QueryTokens = 16,
        answer_tokens: AnswerTokens = 128,
    ) -> None:
        super().__init__(
            context,
            weights=weights,
            embed_dim=embed_dim,
            depth=depth,
            num_heads=num_heads,
            patch_size=patch_size,
            stem=stem,
            vocabulary_size=vocabulary_size,
            num_query_tokens=num_query_tokens,
            answer_tokens=answer_tokens,
        )

    @property
    def parts(self) -> tuple[PreTrainedModel, Any]:
        """The trained model and its processor."""
        return self._network.model, self._processor

    def fit(self, train: Instructions, validation: Instructions) -> None:
        """Learn to answer the training side's questions."""
        if self._weights == SCRATCH:
            super().fit(train, validation)

    def save(self, folder: Path) -> None:
        """Write model and processor, where anything was learned."""
        if self._network is not None:
            super().save(folder)


class MiniGpt4(_Blip2):
    """MiniGPT-4 as an answerer; with ``tuning=projection``, as in the paper, it learns and saves one layer alone."""

    def __init__(
        self,
        context: Context,
        *,
        tuning: Annotated[
            Literal["projection", "lora", "full"],
            Setting("train the layer into the language model alone, or low-rank adapters beside it, or all weights"),
        ] = "projection",
        **shared: Any,
    ) -> None:
        super().__init__(context, tuning=tuning, **shared)

    def from_scratch(self, train: Instructions) -> tuple[PreTrainedModel, Any]:
        """Return the parts that the step before trained, with a new layer between them."""
        model, processor = self.base()
        layer: Any = model.get_submodule(PROJECTION)
        nn.init.normal_(layer.weight, std=DEVIATION)
        nn.init.zeros_(layer.bias)
        return self.tuned(model), processor

    def base(self) -> tuple[PreTrainedModel, Any]:
        """Return the model whose parts stay frozen, and its processor: from scratch those of the step before."""
        if self._weights != SCRATCH:
            return super().base()
        assert self._context.pretrained is not None, "from scratch the parts come first"
        return self._context.pretrained().parts
