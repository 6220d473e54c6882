"""Token sequences of different lengths as the rectangles a decoder takes."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

IGNORED = -100
"""The label of a position that no loss is taken from."""


class TokenBatch(NamedTuple):
    """``ids``, ``mask`` and ``labels``, each (B, T) int64; labels are IGNORED except on the answer."""

    ids: Tensor
    mask: Tensor
    labels: Tensor

    def to(self, device: torch.device | str) -> "TokenBatch":
        """Return the batch on a device."""
        return TokenBatch(*(part.to(device) for part in self))


def answered(prompts: Sequence[np.ndarray], answers: Sequence[np.ndarray], pad: int) -> TokenBatch:
    """Return prompts followed by their answers, padded at the right."""
    rows = [np.concatenate(pair) for pair in zip(prompts, answers, strict=True)]
    ids, mask = _rectangle(rows, pad, left=False)
    positions = np.arange(ids.shape[1])
    lengths = np.array([len(prompt) for prompt in prompts])[:, None]
    labels = np.where((positions >= lengths) & (mask == 1), ids, IGNORED)
    return TokenBatch(*map(torch.from_numpy, (ids, mask, labels)))


def unanswered(prompts: Sequence[np.ndarray], pad: int) -> TokenBatch:
    """Return prompts padded at the left, so that every answer begins right after its prompt."""
    ids, mask = _rectangle(prompts, pad, left=True)
    return TokenBatch(*map(torch.from_numpy, (ids, mask, np.full_like(ids, IGNORED))))


def _rectangle(rows: Sequence[np.ndarray], pad: int, *, left: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return ids (B, T) and mask (B, T), int64."""
    longest = max(map(len, rows))
    ids = np.full((len(rows), longest), pad, dtype=np.int64)
    mask = np.zeros_like(ids)
    for line, row in enumerate(rows):
        place = slice(longest - len(row), longest) if left else slice(len(row))
        ids[line, place] = row
        mask[line, place] = 1
    return ids, mask
