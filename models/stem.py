"""How a patch of a grey picture becomes a vector: by one linear map, or by convolutions."""

from typing import Literal

import torch
from torch import nn

PATCH = 32
"""The side of a patch in pixels."""
Stem = Literal["linear", "conv"]


def linear_stem(embed_dim: int) -> nn.Module:
    """Return the paper's stem: one linear map of each patch."""
    return nn.Conv2d(1, embed_dim, PATCH, PATCH)


def conv_stem(embed_dim: int) -> nn.Sequential:
    """Return four strided convolutions onto the same grid of patches (Xiao et al., arXiv:2106.14881).

    The first has stride 4: with stride 2, as in the source, it alone takes half of the encoder's time on a CPU. The
    last norm removes what all patches have in common. After a ReLU that is nearly everything, and layers that start
    from almost equal patches learn slowly to distinguish pictures.
    """
    widths = (24, 48, 96)
    blocks: list[nn.Module] = [nn.Conv2d(1, widths[0], 5, 4, 2, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU()]
    for before, after in zip(widths[:-1], widths[1:], strict=True):
        blocks += [nn.Conv2d(before, after, 3, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
    last = nn.Conv2d(widths[-1], embed_dim, 3, 2, 1, bias=False)
    # Convolutions on the CPU take two thirds of the time if the channels of a pixel are adjacent.
    return nn.Sequential(*blocks, last, nn.BatchNorm2d(embed_dim)).to(memory_format=torch.channels_last)
