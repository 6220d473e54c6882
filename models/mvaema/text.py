"""The text encoder: BERT-style, bidirectional, the first token sums up the text (arXiv:1810.04805)."""

from collections.abc import Sequence
from typing import cast

from torch import Tensor, nn

from bench.models.mvaema.attention import ALL, FeedForward, Sizes, mean_of
from bench.training.linear import linear


class TextEmbedding(nn.Module):
    """Tokens and learned positions to vectors, and, with the same table, vectors to token scores."""

    def __init__(self, vocabulary_size: int, positions: int, embed_dim: int) -> None:
        super().__init__()
        self.tokens = nn.Embedding(vocabulary_size, embed_dim)
        self.positions = nn.Embedding(positions, embed_dim)
        nn.init.normal_(self.tokens.weight, std=embed_dim**-0.5)
        nn.init.normal_(self.positions.weight, std=embed_dim**-0.5)

    def forward(self, ids: Tensor, positions: Tensor) -> Tensor:
        """Return the sum of token and position vectors (B, T, D)."""
        return self.tokens(ids) + self.positions(positions)

    def scores(self, hidden: Tensor) -> Tensor:
        """Return the score of every token (…, vocabulary_size)."""
        return linear(hidden, self.tokens.weight)


class TextLayer(nn.Module):
    """Bidirectional self-attention, then feed-forward; the grounded modules put cross-attention between."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.attention = sizes.attention("sa")
        self.feed_forward = FeedForward(sizes.embed_dim)


class TextEncoder(nn.Module):
    """Text (B, T) to its summary (B, D), of the last hidden states."""

    def __init__(self, sizes: Sizes, depth: int) -> None:
        super().__init__()
        layers = nn.ModuleList(TextLayer(sizes) for _ in range(depth))
        self.layers = cast(Sequence[TextLayer], layers)
        self.norm = nn.LayerNorm(sizes.embed_dim)
        self.read = sizes.read

    def forward(self, hidden: Tensor, present: Tensor) -> Tensor:
        """Encode embedded text (B, T, D); ``present`` (B, T) is false at padding."""
        mask = present[:, None, None, :]
        for layer in self.layers:
            queries = self.read if layer is self.layers[-1] else ALL
            hidden = hidden[:, queries] + layer.attention(hidden, mask, queries)
            hidden = hidden + layer.feed_forward(hidden)
        return mean_of(self.norm(hidden), present[:, self.read])
