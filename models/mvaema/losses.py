"""The three losses (paper, 'Model Architecture'; hard negatives as in ALBEF, arXiv:2107.07651)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from bench.specs import Setting

IGNORED = -100
"""The target of a token that the language modelling loss leaves out."""


@dataclass(frozen=True)
class LossWeights:
    """The weight of each loss in their sum; the paper's are 1:1:1."""

    itc_weight: Annotated[
        float, Setting("what the image-text contrastive loss counts in the sum of the three", ge=0, le=1_000_000)
    ] = 1.0
    itm_weight: Annotated[
        float, Setting("what the image-text matching loss counts in the sum of the three", ge=0, le=1_000_000)
    ] = 1.0
    lm_weight: Annotated[
        float, Setting("what the language modelling loss counts in the sum of the three", ge=0, le=1_000_000)
    ] = 1.0

    def total(self, losses: Mapping[str, Tensor]) -> Tensor:
        """Return the weighted sum of losses by name: ``itc``, ``itm`` and ``lm``, or those that are on."""
        return torch.stack([getattr(self, f"{name}_weight") * loss for name, loss in losses.items()]).sum()


class Pairs(NamedTuple):
    """Rows of pictures and of texts (M,) put together, and whether they ``match`` (M,) float."""

    pictures: Tensor
    texts: Tensor
    match: Tensor


def contrastive_loss(similarity: Tensor, excluded: Tensor) -> Tensor:
    """Return ITC, half of image-to-text plus text-to-image.

    ``similarity`` (B, B) of picture i and text j over the temperature; only i = j is positive. ``excluded``
    (B, B) bool, false on the diagonal: pairs that are no negatives.
    """
    allowed = similarity.masked_fill(excluded, float("-inf"))
    target = torch.arange(len(similarity), device=similarity.device)
    return (cross_entropy(allowed, target) + cross_entropy(allowed.T, target)) / 2


@torch.no_grad()
def hard_pairs(similarity: Tensor, excluded: Tensor) -> Pairs:
    """Return every other row's positive pair and one hard negative for it, drawn by similarity.

    There are as many pairs as rows, so that a step encodes as many texts for this loss as for each of the others. Of
    the rows taken, every other one keeps its text and gets another's picture; the rest keep their picture and get
    another's text. A row whose partners are all excluded has no negative.
    """
    rows = torch.arange(0, len(similarity), 2, device=similarity.device)
    barred = excluded | torch.eye(len(similarity), dtype=torch.bool, device=similarity.device)
    keeps_text = rows % 4 == 0
    barred = torch.where(keeps_text[:, None], barred.T[rows], barred[rows])
    scores = torch.where(keeps_text[:, None], similarity.T[rows], similarity[rows])
    scores = scores.float().masked_fill(barred, float("-inf"))
    possible = ~barred.all(1)
    anchors = rows[possible]
    negatives = torch.multinomial(scores[possible].softmax(1), 1).squeeze(1) if len(anchors) else anchors
    pictures = torch.where(keeps_text[possible], negatives, anchors)
    texts = torch.where(keeps_text[possible], anchors, negatives)
    match = torch.cat([torch.ones(len(rows)), torch.zeros(len(anchors))]).to(similarity.device)
    return Pairs(torch.cat([rows, pictures]), torch.cat([rows, texts]), match)


def matching_loss(log_odds: Tensor, match: Tensor) -> Tensor:
    """Return ITM: binary cross-entropy of the matching head's sigmoid."""
    return binary_cross_entropy_with_logits(log_odds, match)


def language_loss(scores: Tensor, targets: Tensor) -> Tensor:
    """Return LM: the mean over the N answer tokens; ``scores`` (N, vocabulary_size), ``targets`` (N,)."""
    return cross_entropy(scores, targets)
