"""The image-grounded text encoder and decoder (paper, 'Model Architecture'; sharing as in BLIP, arXiv:2201.12086)."""

from collections.abc import Sequence
from typing import cast

from torch import Tensor, nn

from bench.models.mvaema.attention import ALL, KeysValues, Memory, Sizes, mean_of
from bench.models.mvaema.text import TextEncoder, TextLayer

Layered = tuple[KeysValues, ...]
"""Keys and values of every layer."""


def select(layered: Layered, rows: Tensor) -> Layered:
    """Return keys and values of these rows (R,), in every layer."""
    return tuple(layer.of(rows) for layer in layered)


class GroundedLayer(nn.Module):
    """What a text layer lacks: cross-attention to the image, and the decoder's own causal self-attention."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.cross_attention = sizes.attention("ca")
        self.causal_attention = sizes.attention("csa")

    def ground(self, hidden: Tensor, images: KeysValues, text: TextLayer) -> Tensor:
        """Attend to the image, then feed forward: the part that encoder and decoder share."""
        hidden = hidden + self.cross_attention.cross(hidden, images)
        return hidden + text.feed_forward(hidden)


class GroundedText(nn.Module):
    """Both grounded modules over the layers of one text encoder; ``matching`` is None without "itm" or "ca"."""

    def __init__(self, sizes: Sizes, depth: int) -> None:
        super().__init__()
        layers = nn.ModuleList(GroundedLayer(sizes) for _ in range(depth))
        self.layers = cast(Sequence[GroundedLayer], layers)
        self.norm = nn.LayerNorm(sizes.embed_dim)
        self.matching = None if {"itm", "ca"} & sizes.without else nn.Linear(sizes.embed_dim, 1)

    def images(self, features: Tensor) -> Layered:
        """Return every layer's keys and values of image features (P, T, D), made once for all records."""
        return tuple(layer.cross_attention.keys_values(features) for layer in self.layers)

    def match(self, text: TextEncoder, hidden: Tensor, present: Tensor, images: Layered) -> Tensor:
        """Return the log-odds (B,) that text and picture belong together, read from the text's summary."""
        assert self.matching is not None, "a model without itm has no matching head"
        mask = present[:, None, None, :]
        for layer, own, seen in zip(text.layers, self.layers, images, strict=True):
            queries = text.read if layer is text.layers[-1] else ALL
            hidden = hidden[:, queries] + layer.attention(hidden, mask, queries)
            hidden = own.ground(hidden, seen, layer)
        return self.matching(mean_of(self.norm(hidden), present[:, text.read])).squeeze(-1)

    def decode(
        self, text: TextEncoder, hidden: Tensor, images: Layered, memories: Sequence[Memory] | None = None
    ) -> Tensor:
        """Decode embedded tokens (B, T, D), each seeing itself and those before it.

        With ``memories``, one per layer, the tokens also see those of earlier calls and are stored for later ones;
        only the first call may have more than one. Padding follows the tokens, so that none of them sees it.
        """
        for number, (layer, own, seen) in enumerate(zip(text.layers, self.layers, images, strict=True)):
            hidden = hidden + own.causal_attention.causal(hidden, memories[number] if memories else None)
            hidden = own.ground(hidden, seen, layer)
        return self.norm(hidden)
