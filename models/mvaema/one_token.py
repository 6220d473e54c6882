"""A decoder layer for one token per row: what ``GroundedText.decode`` computes, in a third fewer calls of torch.

With one token per row, calls cost as much as arithmetic. So queries, keys and values are one product, the scale of the
attention is in the weights, and no module is called.
"""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, layer_norm

from bench.models.mvaema.attention import Attention, KeysValues, Memory, Skipped
from bench.models.mvaema.grounded import GroundedLayer
from bench.models.mvaema.text import TextLayer
from bench.training.linear import linear


class OneTokenLayer:
    """One layer of a decoder at work: ``images`` and ``memory`` are what its tokens see."""

    def __init__(self, text: TextLayer, own: GroundedLayer, images: KeysValues, memory: Memory) -> None:
        self._causal, self._cross = own.causal_attention, own.cross_attention
        parts = cast(tuple[nn.LayerNorm, nn.Linear, nn.GELU, nn.Linear], tuple(text.feed_forward))
        self._norm, self._wider, _, self._narrower = parts
        self._images, self._memory = images, memory
        if not isinstance(self._causal, Skipped):
            weight, bias = _queries(self._causal)
            self._read = torch.cat([weight, self._causal.key_value.weight])
            self._read_bias = torch.cat([bias, self._causal.key_value.bias])
        if not isinstance(self._cross, Skipped):
            self._looked, self._looked_bias = _queries(self._cross)

    def __call__(self, hidden: Tensor) -> Tensor:
        """Return the layer's output (B, D) for the next token of every row (B, D)."""
        if not isinstance(self._causal, Skipped):
            both = linear(_normed(self._causal.norm, hidden), self._read, self._read_bias)
            queries, new = both.split([hidden.shape[1], 2 * hidden.shape[1]], dim=1)
            keys, values = new.view(len(hidden), 2, self._causal.num_heads, 1, -1).unbind(1)
            hidden = hidden + self._mixed(self._causal, queries, self._memory.add(KeysValues(keys, values)))
        if not isinstance(self._cross, Skipped):
            queries = linear(_normed(self._cross.norm, hidden), self._looked, self._looked_bias)
            hidden = hidden + self._mixed(self._cross, queries, self._images)
        wider = linear(_normed(self._norm, hidden), self._wider.weight, self._wider.bias)
        return hidden + linear(gelu(wider), self._narrower.weight, self._narrower.bias)

    def take(self, rows: Tensor) -> None:
        """Continue with these rows (R,) instead."""
        self._images = self._images.of(rows)
        self._memory.take(rows)

    def _mixed(self, attention: Attention, queries: Tensor, seen: KeysValues) -> Tensor:
        keys, values = seen.keys.flatten(0, 1), seen.values.flatten(0, 1)
        shares = torch.bmm(queries.reshape(len(keys), 1, -1), keys.transpose(1, 2)).softmax(-1)
        return linear(torch.bmm(shares, values).view(queries.shape), attention.out.weight, attention.out.bias)


def _queries(attention: Attention) -> tuple[Tensor, Tensor]:
    """Return weight and bias of an attention's queries, divided by the root of a head's width."""
    scale = (attention.query.out_features // attention.num_heads) ** -0.5
    return attention.query.weight * scale, attention.query.bias * scale


def _normed(norm: nn.LayerNorm, hidden: Tensor) -> Tensor:
    return layer_norm(hidden, hidden.shape[-1:], norm.weight, norm.bias, norm.eps)
