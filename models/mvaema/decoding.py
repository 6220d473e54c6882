"""How a trained MVaEMa answers: how tokens are chosen, and by what a category's name is judged."""

from dataclasses import dataclass
from typing import Literal

Rank = Literal["likelihood", "matching", "contrastive"]


@dataclass(frozen=True)
class Decoding:
    """How an answer is chosen: the likeliest token each time, or the best of ``num_beams`` beginnings.

    At a ``temperature`` above 0 tokens are drawn, from the likeliest that together hold ``top_p``.
    """

    num_beams: int = 1
    temperature: float = 0.0
    top_p: float = 1.0
    max_new_tokens: int = 128
