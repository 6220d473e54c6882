"""How a trained MVaEMa answers: how tokens are chosen, and by what a category's name is judged."""

from dataclasses import dataclass
from typing import Annotated, Literal

from bench.specs import Setting

Rank = Literal["likelihood", "matching", "contrastive"]


@dataclass(frozen=True)
class Decoding:
    """How an answer is chosen: the likeliest token each time, or the best of ``num_beams`` beginnings.

    At a ``temperature`` above 0 tokens are drawn, from the likeliest that together hold ``top_p``.
    """

    max_new_tokens: Annotated[int, Setting("longest answer in tokens", ge=1, le=1_000_000)] = 128
    num_beams: Annotated[int, Setting("beams of the search; 1 is greedy", ge=1, le=100)] = 1
    temperature: Annotated[float, Setting("temperature of sampling; 0 takes the likeliest", ge=0, le=100)] = 0.0
    top_p: Annotated[float, Setting("sampling: share of probability that the candidates hold", gt=0, le=1)] = 1.0


@dataclass(frozen=True)
class Ranking:
    """How the names of categories are compared in classification."""

    rank: Annotated[
        Rank, Setting("how a category's name is judged in classification: by decoder, matching head or common space")
    ] = "likelihood"
    rank_mean: Annotated[bool, Setting("by the mean log-likelihood of a name's tokens instead of their sum")] = False
