"""What a network knows of a patch before it looks at its neighbours: its pixels, or statistics of them.

The statistics are those of texture: grey level, contrast, a histogram of the gradient's directions (Dalal and Triggs
2005), and the power spectrum in octaves and directions. They stay alike where a structure moves by some pixels, while
the pixels of a patch do not.
"""

import math

import torch
from torch import Tensor, nn

from bench.errors import BenchError
from bench.models.graphs.patches import Patches
from bench.models.graphs.settings import NodeKind

_DIRECTIONS = 8
"""Bins of the gradient's direction, half a turn in all."""
_SECTORS = 4
"""Sectors of the power spectrum, half a turn in all."""
_FAINT = 1e-3
"""Added to what is put on a logarithmic scale: about the noise of a grey level, where pixels go from -1 to 1."""
_SCALES = ((0.0, 1.0), (-4.0, 1.5), (-6.0, 3.0))
"""Centre and spread of mean, other amplitudes and energies, so that a network starts from numbers about 1.

They are fixed and not learned from a batch: an encoder that learned nothing sees the same numbers.
"""
_SMALLEST = 4
"""The side in pixels of the smallest patch that has a gradient and two octaves."""


class Nodes(nn.Module):
    """From pictures (B, H, W) uint8 to the features of their patches (B, P, ``width``).

    BenchError if the patches are too small for statistics.
    """

    _of_sectors: Tensor
    _window: Tensor

    def __init__(self, patches: Patches, kind: NodeKind) -> None:
        super().__init__()
        self.patches, self.kind, self.width = patches, kind, patches.width
        if kind == "statistics":
            if patches.patch_size < _SMALLEST:
                raise BenchError(
                    f"node_features=statistics needs patches of at least {_SMALLEST} pixels a side, and patch_size is "
                    f"{patches.patch_size}; enlarge it, or take node_features=pixels"
                )
            sectors = _sectors(patches.patch_size)
            window = torch.hann_window(patches.patch_size, periodic=False)
            # Not stored with the weights: the patch's side gives both.
            self.register_buffer("_of_sectors", sectors, persistent=False)
            self.register_buffer("_window", torch.outer(window, window), persistent=False)
            self.width = 3 + _DIRECTIONS + sectors.shape[1]

    def forward(self, pictures: Tensor) -> Tensor:
        """Return the features: pixels from -1 to 1, or statistics, most of them logarithms."""
        cut = self.patches.cut(pictures)
        return cut if self.kind == "pixels" else self._statistics(cut)

    @torch.no_grad()
    def _statistics(self, cut: Tensor) -> Tensor:
        """Return the statistics (B, P, ``width``) of patches (B, P, F)."""
        tiles = cut.unflatten(2, (self.patches.patch_size, -1))
        down = tiles[..., 2:, 1:-1] - tiles[..., :-2, 1:-1]
        right = tiles[..., 1:-1, 2:] - tiles[..., 1:-1, :-2]
        steepness = torch.hypot(down, right)
        bins = (torch.atan2(down, right) * (_DIRECTIONS / math.pi)).floor().long() % _DIRECTIONS
        directions = cut.new_zeros(*cut.shape[:2], _DIRECTIONS)
        directions.scatter_add_(2, bins.flatten(2), steepness.flatten(2) / steepness[0, 0].numel())
        mean = cut.mean(2, keepdim=True)
        waves = torch.fft.rfft2((tiles - mean.unsqueeze(3)) * self._window, norm="ortho")
        power = waves.real.square() + waves.imag.square()
        amplitudes = torch.cat([cut.std(2, keepdim=True), steepness.mean((2, 3)).unsqueeze(2), directions], dim=2)
        energies = power.flatten(2) @ self._of_sectors.to(power.dtype)
        parts = mean, (amplitudes + _FAINT).log(), (energies + _FAINT**2).log()
        return torch.cat([(part - centre) / spread for part, (centre, spread) in zip(parts, _SCALES, strict=True)], 2)


def _sectors(side: int) -> Tensor:
    """Return the weights (frequencies, bins) of the mean power in each octave and sector; the constant is in none."""
    rows, columns = torch.fft.fftfreq(side)[:, None] * side, torch.fft.rfftfreq(side)[None] * side
    octaves = torch.hypot(rows, columns).clamp(min=0.5).log2().floor().long()
    sectors = (torch.atan2(rows, columns.expand(side, -1)) * (_SECTORS / math.pi)).round().long() % _SECTORS
    count = int(math.log2(side / 2)) + 1
    bins = torch.where(octaves < 0, count * _SECTORS, octaves.clamp(max=count - 1) * _SECTORS + sectors)
    member = nn.functional.one_hot(bins.flatten(), count * _SECTORS + 1)[:, :-1].float()
    return member / member.sum(0).clamp(min=1)
