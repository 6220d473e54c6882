"""The torch module around an image-and-text model of transformers, for training and for generation."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from transformers import GenerationConfig, PreTrainedModel

from bench.errors import BenchError
from bench.models.assistants.lessons import Seen
from bench.models.assistants.token_batches import IGNORED


class AssistantNetwork(nn.Module, ABC):
    """A model that looks at each distinct picture once, however many questions a batch asks about it."""

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model: Any = model  # transformers annotates less than it takes

    @property
    @abstractmethod
    def writer(self) -> Any:
        """The model of transformers, with its head, that reads embeddings and writes words."""

    @abstractmethod
    def features(self, seen: Seen) -> Tensor:
        """Return what the writer reads of each sequence's picture (B, F, D)."""

    def forward(self, seen: Seen) -> Tensor:
        """Return the mean loss of the answers' tokens; only words with a label are scored."""
        following = seen.tokens.labels[:, 1:]
        scored = following != IGNORED
        with self._number_type():
            states = self.writer.base_model(
                inputs_embeds=self._embeddings(seen), attention_mask=seen.tokens.mask, use_cache=False
            ).last_hidden_state
            words = self.writer.get_output_embeddings()(states[:, :-1][scored])
        return cross_entropy(words.float(), following[scored])

    def likelihoods(self, seen: Seen) -> tuple[Tensor, Tensor]:
        """Return the log-likelihood (B,) of each answer, without its end, and of how many tokens (B,) it is the sum."""
        following = seen.tokens.labels[:, 1:]
        scored = following != IGNORED
        scored[torch.arange(len(scored)), scored.int().cumsum(1).argmax(1)] = False  # the end token, which comes last
        with self._number_type():
            states = self.writer.base_model(
                inputs_embeds=self._embeddings(seen), attention_mask=seen.tokens.mask, use_cache=False
            ).last_hidden_state
            words = self.writer.get_output_embeddings()(states[:, :-1][scored])
        chances = words.float().log_softmax(-1).gather(1, following[scored][:, None]).squeeze(1)
        return torch.zeros(scored.shape, device=chances.device).masked_scatter(scored, chances).sum(1), scored.sum(1)

    def generate(self, seen: Seen, decoding: GenerationConfig) -> Tensor:
        """Return the ids (B, T) that follow the prompts."""
        # Given embeddings alone, generate returns no prompt that would have to be cut off.
        with self._number_type():
            return self.writer.generate(
                inputs_embeds=self._embeddings(seen),
                attention_mask=seen.tokens.mask,
                generation_config=decoding,
            )

    def _number_type(self) -> AbstractContextManager[Any]:
        """Compute in the number type of frozen half-precision weights, in which case float32 ones learn."""
        kind = self.model.dtype
        return nullcontext() if kind == torch.float32 else torch.autocast(self.model.device.type, dtype=kind)

    def _embeddings(self, seen: Seen) -> Tensor:
        """Return the token embeddings (B, T, D) with each picture's features in its image tokens' places."""
        words = self.model.get_input_embeddings()(seen.tokens.ids)
        features = self.features(seen._replace(pixels=seen.pixels.to(self.model.dtype))).to(words.dtype)
        places = seen.tokens.ids == self.model.config.image_token_id
        if int(places.sum()) != features.shape[:-1].numel():
            raise BenchError(
                f"the model makes {features.shape[1]} features of a picture, but its processor leaves another number "
                "of places for them; take model and processor that were saved together"
            )
        return words.masked_scatter(places[..., None], features)
