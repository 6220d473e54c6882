"""The two sub-layers that every encoder and the decoder are made of: attention and feed-forward, pre-norm."""

from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import embedding, scaled_dot_product_attention

from bench.training.linear import Linear

PARTS = {
    "itc": "the image-text contrastive loss and its space; negatives of the matching loss are drawn uniformly then",
    "itm": "the image-text matching loss and its head (the paper's CTC)",
    "sa": "self-attention of the image and the text encoder, and so of the image-grounded encoder",
    "ca": "cross-attention to the picture in the image-grounded encoder and in the decoder, whose answers then cannot "
    "depend on the picture; and the matching loss, which would see texts alone",
    "csa": "causal self-attention of the decoder, which then cannot see the question",
}
"""What the paper's ablations switch off, one at a time (Tables 5 and 6)."""
ALL, FIRST = slice(None), slice(1)
"""Which tokens attend: all of them, or the first alone if nothing reads the others."""
Summary = Literal["first", "mean"]


class KeysValues(NamedTuple):
    """What queries attend to: ``keys`` and ``values`` (B, heads, T, D / heads)."""

    keys: Tensor
    values: Tensor

    def of(self, rows: Tensor) -> "KeysValues":
        """Return the keys and values of these rows (R,)."""
        return KeysValues(_rows(self.keys, rows), _rows(self.values, rows))

    def contiguous(self) -> "KeysValues":
        """Return them laid out head by head, which is faster to read repeatedly."""
        return KeysValues(self.keys.contiguous(), self.values.contiguous())


def _rows(part: Tensor, rows: Tensor) -> Tensor:
    """Return the rows of a part; an embedding adds up gradients faster than ``index_select`` does."""
    return embedding(rows, part.flatten(1)).unflatten(1, part.shape[1:])


def mixed_on_cpu(
    queries: Tensor, keys: Tensor, values: Tensor, attn_mask: Tensor | None = None, is_causal: bool = False
) -> Tensor:
    """Return what ``scaled_dot_product_attention`` does, faster on a CPU for our few tokens."""
    rows, heads = queries.shape[:2]
    flat, keys, values = (part.flatten(0, 1) for part in (queries, keys, values))
    scale = flat.shape[-1] ** -0.5
    if is_causal:
        bias = flat.new_full((flat.shape[1], keys.shape[1]), -torch.inf).triu(1)
        logits = torch.baddbmm(bias, flat, keys.transpose(1, 2), alpha=scale)
    elif attn_mask is not None:
        bias = flat.new_zeros(attn_mask.shape).masked_fill(~attn_mask, -torch.inf)
        logits = torch.baddbmm(bias.expand(-1, heads, -1, -1).flatten(0, 1), flat, keys.transpose(1, 2), alpha=scale)
    else:
        logits = torch.bmm(flat * scale, keys.transpose(1, 2))
    return torch.bmm(logits.softmax(-1), values).view(rows, heads, flat.shape[1], -1)


class Memory:
    """Keys and values of a growing text, with ``room`` for a number of tokens: adding one moves no other."""

    def __init__(self, room: int) -> None:
        self._room, self._tokens = room, 0
        self._held: tuple[Tensor, ...] = ()

    def add(self, new: KeysValues) -> KeysValues:
        """Append new tokens and return all."""
        before, self._tokens = self._tokens, self._tokens + new.keys.shape[2]
        if not self._held:
            self._held = tuple(part.new_empty(*part.shape[:2], self._room, part.shape[3]) for part in new)
        for held, part in zip(self._held, new, strict=True):
            held.narrow(2, before, part.shape[2]).copy_(part)
        return KeysValues(*(held.narrow(2, 0, self._tokens) for held in self._held))

    def take(self, rows: Tensor) -> None:
        """Continue with these rows (R,) instead."""
        self._held = tuple(held.index_select(0, rows) for held in self._held)


class Attention(nn.Module):
    """Multi-head attention with its layer norm; the caller adds the output to the input."""

    def __init__(self, embed_dim: int, num_heads: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.norm = nn.LayerNorm(embed_dim)
        self.query = Linear(embed_dim, embed_dim)
        self.key_value = Linear(embed_dim, 2 * embed_dim)
        self.out = Linear(embed_dim, embed_dim)

    def keys_values(self, attended: Tensor) -> KeysValues:
        """Return the keys and values of normed inputs (B, T, D)."""
        keys, values = self.key_value(attended).chunk(2, dim=-1)
        return KeysValues(self._split(keys), self._split(values))

    def attend(self, normed: Tensor, seen: KeysValues, mask: Tensor | None = None, causal: bool = False) -> Tensor:
        """Let normed inputs (B, T, D) attend; ``mask`` (B, 1, 1, S) is true where a key may be seen."""
        queries = self._split(self.query(normed))
        mix = mixed_on_cpu if queries.device.type == "cpu" else scaled_dot_product_attention
        mixed = mix(queries, *seen, attn_mask=mask, is_causal=causal)
        return self.out(mixed.transpose(1, 2).flatten(2))

    def forward(self, inputs: Tensor, mask: Tensor | None = None, queries: slice = ALL) -> Tensor:
        """Let the tokens of a slice of the inputs (B, T, D) attend to all of them."""
        normed = self.norm(inputs)
        return self.attend(normed[:, queries], self.keys_values(normed), mask)

    def cross(self, inputs: Tensor, seen: KeysValues) -> Tensor:
        """Attend to the keys and values of another input."""
        return self.attend(self.norm(inputs), seen)

    def shares(self, inputs: Tensor, seen: KeysValues) -> Tensor:
        """Return the attention weights of ``cross`` (B, heads, T, S)."""
        queries = self._split(self.query(self.norm(inputs)))
        return (queries @ seen.keys.transpose(-2, -1) * queries.shape[-1] ** -0.5).softmax(-1)

    def causal(self, inputs: Tensor, memory: Memory | None = None) -> Tensor:
        """Let each token attend to itself, to those before it and to the memory, which then holds them too."""
        normed = self.norm(inputs)
        now = self.keys_values(normed)
        return self.attend(normed, memory.add(now) if memory else now, causal=normed.shape[1] > 1)

    def _split(self, inputs: Tensor) -> Tensor:
        return inputs.view(*inputs.shape[:-1], self.num_heads, -1).transpose(1, 2)


class Skipped(Attention):
    """Replaces an attention that is switched off: it has no weights and adds nothing."""

    def __init__(self) -> None:
        nn.Module.__init__(self)

    def keys_values(self, attended: Tensor) -> KeysValues:
        """Return keys and values of nothing."""
        nothing = attended.new_empty(len(attended), 0)
        return KeysValues(nothing, nothing)

    def forward(self, inputs: Tensor, mask: Tensor | None = None, queries: slice = ALL) -> Tensor:
        """Add nothing."""
        return inputs.new_zeros(())

    def cross(self, inputs: Tensor, seen: KeysValues) -> Tensor:
        """Add nothing."""
        return inputs.new_zeros(())

    def causal(self, inputs: Tensor, memory: Memory | None = None) -> Tensor:
        """Add nothing, and remember nothing."""
        return inputs.new_zeros(())


class Sizes(NamedTuple):
    """What all layers share; ``without`` names the ``PARTS`` that they lack.

    ``summary`` is what sums up a picture or a text: its first token, or the mean of all. Without self-attention the
    first token sees no other.
    """

    embed_dim: int
    num_heads: int
    without: frozenset[str] = frozenset()
    summary: Summary = "first"

    @property
    def read(self) -> slice:
        """Which tokens of the last layer are read as the summary."""
        return FIRST if self.summary == "first" else ALL

    def attention(self, part: str) -> Attention:
        """Build the attention of a part, or its replacement."""
        return Skipped() if part in self.without else Attention(self.embed_dim, self.num_heads)


def mean_of(tokens: Tensor, present: Tensor) -> Tensor:
    """Return the means (B, D) of the tokens (B, T, D) that are ``present`` (B, T)."""
    weights = present.to(tokens.dtype)
    return (tokens * weights[..., None]).sum(1) / weights.sum(1, keepdim=True)


class FeedForward(nn.Sequential):
    """Norm, four times the width, GELU and back; the caller adds the output to the input."""

    def __init__(self, embed_dim: int) -> None:
        hidden = 4 * embed_dim
        super().__init__(nn.LayerNorm(embed_dim), Linear(embed_dim, hidden), nn.GELU(), Linear(hidden, embed_dim))
