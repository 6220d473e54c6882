"""A bank of the features of earlier pictures.

Own code: lightly's bank is not part of a checkpoint and does not know of which picture an entry is, so that a picture
may be compared with its own earlier features.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize


class Bank(nn.Module):
    """The latest K unit vectors (K, D) and the number of each one's picture; at first random ones, of no picture."""

    entries: Tensor
    pictures: Tensor
    place: Tensor

    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        self.register_buffer("entries", normalize(torch.randn(size, width), dim=1))
        self.register_buffer("pictures", torch.full((size,), -1))
        self.register_buffer("place", torch.zeros((), dtype=torch.long))

    def likeness(self, vectors: Tensor, pictures: Tensor) -> Tensor:
        """Return the cosines (B, K) of vectors (B, D) to all entries, minus infinity for one of the same picture."""
        cosines = normalize(vectors, dim=1) @ self.entries.T.clone()  # the entries change before the backward pass
        return cosines.masked_fill(pictures[:, None] == self.pictures, float("-inf"))

    @torch.no_grad()
    def add(self, vectors: Tensor, pictures: Tensor) -> None:
        """Put vectors (B, D) in the place of the oldest entries; of more than K the last."""
        size = len(self.entries)
        places = (self.place + torch.arange(len(vectors), device=self.place.device))[-size:] % size
        self.entries[places] = normalize(vectors[-size:], dim=1)
        self.pictures[places] = pictures[-size:]
        self.place.copy_((self.place + len(vectors)) % size)
