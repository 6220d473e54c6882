"""What the assistants with a Q-Former share (Li et al. 2023, 'BLIP-2'): it reads a few queries' worth of a picture."""

from typing import Any

from torch import nn
from transformers import PreTrainedModel

from bench.contracts import Context
from bench.errors import BenchError
from bench.models.assistants.conversation import Conversation
from bench.models.assistants.estimator import Assistant
from bench.models.assistants.network import AssistantNetwork
from bench.models.assistants.reader import Reader
from bench.models.assistants.scratch import decoder, layers, tower
from bench.models.assistants.settings import QFormerDepth, QFormerWidth, QueryTokens
from bench.models.assistants.tokenizer import IMAGE, IMAGE_TOKEN

DEVIATION = 0.02
"""For random weights: transformers' defaults, 1e-10 in the vision tower and equal queries, suit loading alone."""


class QFormerNetwork(AssistantNetwork):
    """A vision tower, a Q-Former, a linear projection and a language model, as a torch module."""

    @property
    def writer(self) -> Any:
        """The language model."""
        return self.model.language_model


class QFormerAssistant(Assistant):
    """An assistant whose language model reads a picture through a Q-Former."""

    def __init__(
        self,
        context: Context,
        *,
        embed_dim: QFormerWidth = 64,
        depth: QFormerDepth = 4,
        num_query_tokens: QueryTokens = 16,
        **shared: Any,
    ) -> None:
        super().__init__(context, embed_dim=embed_dim, depth=depth, **shared)
        self.num_query_tokens = num_query_tokens

    def configured(self, processor: Any, image_size: int, **reading: Any) -> PreTrainedModel:
        """Build an untrained model for the processor's words; ``reading`` is what the Q-Former needs for its own."""
        shape = layers(self.shape)
        kind: Any = self.model_class.config_class
        config = kind(
            vision_config={"initializer_range": DEVIATION, **tower(self.shape, image_size)},
            qformer_config={"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0, **shape, **reading},
            text_config=decoder(processor.tokenizer, self.shape),
            num_query_tokens=self.num_query_tokens,
            image_token_index=IMAGE,
        )
        model: Any = self.model_class(config)
        nn.init.normal_(model.query_tokens, std=DEVIATION)
        return model

    def conversation(self, model: PreTrainedModel, processor: Any) -> Conversation:
        """Return the conversation in which a picture has as many tokens as the Q-Former has queries.

        BenchError for weights whose language model this is not written for, or saved without the image token.
        """
        config: Any = model.config
        if not config.use_decoder_only_language_model:
            raise BenchError(
                f"a language model of type {config.text_config.model_type!r} reads with an encoder; name weights with "
                "a decoder alone, such as llama or opt"
            )
        token = processor.tokenizer.convert_tokens_to_ids(IMAGE_TOKEN)
        if config.image_token_id != token:
            raise BenchError(
                f"the model's image token is {config.image_token_id}, its processor's {IMAGE_TOKEN} {token}; set "
                f"image_token_index in the folder's config.json to the latter"
            )
        own = getattr(processor, "qformer_tokenizer", None)
        reader = Reader(own, config.qformer_config.max_position_embeddings) if own else None
        return Conversation(processor, self.plain, token, config.num_query_tokens, reader)
