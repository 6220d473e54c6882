"""MVaEMa: image encoder, text encoder, image-grounded encoder and decoder under one roof (paper, Figure 1)."""

import math
from collections.abc import Sequence

import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn
from torch.nn.functional import normalize

from bench.models.mvaema.attention import Memory, Sizes, Summary
from bench.models.mvaema.batch import Batch
from bench.models.mvaema.grounded import GroundedText, Layered, select
from bench.models.mvaema.losses import (
    IGNORED,
    Pairs,
    contrastive_loss,
    hard_pairs,
    language_loss,
    matching_loss,
)
from bench.models.mvaema.text import TextEmbedding, TextEncoder
from bench.models.mvaema.tokenizer import CLS, ENCODE
from bench.models.mvaema.vision import ImageEncoder
from bench.models.stem import Stem


class MVaEMaModel(nn.Module, PyTorchModelHubMixin):
    """The whole model; every argument is a plain value that ``save_pretrained`` writes to config.json."""

    def __init__(
        self,
        *,
        vocabulary_size: int,
        image_size: int = 224,
        embed_dim: int = 64,
        depth: int = 6,
        num_heads: int = 4,
        stem: Stem = "linear",
        prompt_tokens: int,
        answer_tokens: int,
        without: Sequence[str] = (),
        summary: Summary = "first",
    ) -> None:
        super().__init__()
        self.prompt_tokens, self.answer_tokens = prompt_tokens, answer_tokens
        sizes = Sizes(embed_dim, num_heads, frozenset(without), summary)
        self.read = sizes.read
        self.vision = ImageEncoder(image_size, sizes, depth, stem)
        self.embedding = TextEmbedding(vocabulary_size, prompt_tokens + answer_tokens, embed_dim)
        self.text = TextEncoder(sizes, depth)
        self.grounded = GroundedText(sizes, depth)
        self.space = None if "itc" in without else CommonSpace(embed_dim)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.embedding.tokens.weight.device

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """Return the losses that are on, of ``itc``, ``itm`` and ``lm``.

        If ranks share a batch, each returns its part, and the parts add up.
        """
        features = self.vision(batch.pixels)
        images = self.grounded.images(features)
        losses: dict[str, Tensor] = {}
        similarity = batch.same.new_zeros(batch.same.shape, dtype=features.dtype)  # so that negatives are as likely
        if self.space is not None:
            similarity = self.similarity(features, batch)
            losses["itc"] = contrastive_loss(similarity, batch.same) * batch.share
        if self.grounded.matching is not None:
            pairs, share = batch.own_pairs(hard_pairs(similarity.detach(), batch.same))
            losses["itm"] = self._matching_loss(images, pairs, batch) * share
        losses["lm"] = self._language_loss(images, batch) * batch.share_of_tokens
        return losses

    def chance(self, batch: Batch) -> dict[str, float]:
        """Return the losses that compare pictures with texts, for a model that knows nothing."""
        blank = torch.zeros(batch.same.shape, device=batch.same.device)
        losses: dict[str, float] = {}
        if self.space is not None:
            losses["itc"] = contrastive_loss(blank, batch.same).item()
        if self.grounded.matching is not None:
            match = hard_pairs(blank, batch.same).match
            losses["itm"] = matching_loss(torch.full_like(match, float(torch.logit(match.mean()))), match).item()
        return losses

    def language_loss(self, batch: Batch) -> Tensor:
        """Return the language modelling loss alone, the one that validation watches."""
        return self._language_loss(self.grounded.images(self.vision(batch.pixels)), batch)

    def similarity(self, features: Tensor, batch: Batch) -> Tensor:
        """Return the similarity (B, B) of every record's picture to every record's text over the temperature."""
        assert self.space is not None, "a model without itc has no common space"
        pictures, texts = self._summaries(features, batch)
        vectors = self.space.vectors(pictures.index_select(0, batch.pictures), texts)
        return self.space.compared(*map(batch.gathered, vectors))

    def vectors(self, features: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return where pictures (N, D) and a batch's texts (B, D) lie in the common space: vectors of length 1."""
        assert self.space is not None, "a model without itc has no common space"
        return self.space.vectors(*self._summaries(features, batch))

    def likelihood(self, images: Layered, batch: Batch, where: Tensor) -> Tensor:
        """Return the log-likelihood (B,) of the target tokens of each record at the places ``where`` (B, S) is true.

        ``images`` hold every layer's keys and values of the batch's pictures, see ``GroundedText.images``.
        """
        hidden = self.decode(batch.tokens, batch.positions, select(images, batch.pictures))
        chances = self.embedding.scores(hidden[where]).log_softmax(-1).gather(1, batch.targets[where][:, None])
        return torch.zeros_like(hidden[..., 0]).masked_scatter(where, chances.squeeze(1)).sum(1)

    def match(self, images: Layered, batch: Batch) -> Tensor:
        """Return the log-odds (B,) that each record's text belongs to its picture."""
        hidden = self._embed_pairs(batch.pairs, ENCODE)
        return self.grounded.match(self.text, hidden, batch.present, select(images, batch.pictures))

    def decode(
        self, tokens: Tensor, positions: Tensor, images: Layered, memories: Sequence[Memory] | None = None
    ) -> Tensor:
        """Return the decoder's hidden states (B, S, D) of tokens, which see the memories and are added to them."""
        return self.grounded.decode(self.text, self.embedding(tokens, positions), images, memories)

    def _summaries(self, features: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return the summaries (P, D) of pictures with these features, and those (R, D) of a batch's texts."""
        texts = self.text(self._embed_pairs(batch.own(batch.pairs), CLS), batch.own(batch.present))
        return features[:, self.read].mean(1), texts

    def _embed_pairs(self, pairs: Tensor, first: int) -> Tensor:
        tokens = pairs.clone()
        tokens[:, 0] = first
        return self.embedding(tokens, torch.arange(tokens.shape[1], device=tokens.device).expand_as(tokens))

    def _matching_loss(self, images: Layered, pairs: Pairs, batch: Batch) -> Tensor:
        hidden = self._embed_pairs(batch.pairs, ENCODE).index_select(0, pairs.texts)
        seen = select(images, batch.pictures.index_select(0, pairs.pictures))
        log_odds = self.grounded.match(self.text, hidden, batch.present.index_select(0, pairs.texts), seen)
        return matching_loss(log_odds, pairs.match)

    def _language_loss(self, images: Layered, batch: Batch) -> Tensor:
        hidden = self.decode(batch.tokens, batch.positions, select(images, batch.pictures))
        answers = batch.targets != IGNORED
        return language_loss(self.embedding.scores(hidden[answers]), batch.targets[answers])


class CommonSpace(nn.Module):
    """Where summaries of pictures and of texts are compared."""

    def __init__(self, embed_dim: int) -> None:
        super().__init__()
        self.pictures, self.texts = Projection(embed_dim), Projection(embed_dim)
        self.log_temperature = nn.Parameter(torch.tensor(math.log(0.2)))

    def vectors(self, pictures: Tensor, texts: Tensor) -> tuple[Tensor, Tensor]:
        """Return the vectors (B, D) of summaries (B, D) of pictures and of texts."""
        return self.pictures(pictures), self.texts(texts)

    def compared(self, pictures: Tensor, texts: Tensor) -> Tensor:
        """Return the similarity (B, B) of vectors over the temperature."""
        return pictures @ texts.T / self.log_temperature.exp().clamp(0.01, 1.0)


class Projection(nn.Module):
    """Summaries (B, D) to unit vectors of the space in which pictures and texts are compared.

    The batch norm keeps the vectors apart: without it they start nearly parallel, the first steps make them
    equal, and there the contrastive loss has no gradient.
    """

    def __init__(self, embed_dim: int) -> None:
        super().__init__()
        self.linear = nn.Linear(embed_dim, embed_dim, bias=False)
        self.norm = nn.BatchNorm1d(embed_dim)

    def forward(self, summaries: Tensor) -> Tensor:
        """Return vectors (B, D) of length 1."""
        return normalize(self.norm(self.linear(summaries)), dim=-1)
