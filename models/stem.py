"""How a patch of a grey picture becomes a vector: by one linear map, by convolutions, or by residual blocks of them."""

from typing import Literal

import torch
from torch import Tensor, nn

PATCH = 32
"""The side of a patch in pixels."""
Stem = Literal["linear", "conv", "residual"]


def stem_of(stem: Stem, embed_dim: int) -> nn.Module:
    """Return the stem of this name, from pictures (B, 1, H, W) to patches (B, D, H / 32, W / 32)."""
    return {"linear": linear_stem, "conv": conv_stem, "residual": residual_stem}[stem](embed_dim)


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


def residual_stem(embed_dim: int) -> nn.Sequential:
    """Return a small residual network onto the same grid of patches (the hybrid of Dosovitskiy et al., section 3.1).

    What four convolutions in a row cannot tell apart, such as pictures of many microscopes, seven and their shortcuts
    can, for about four times the work.
    """
    first = [nn.Conv2d(1, 32, 5, 4, 2, bias=False), nn.BatchNorm2d(32), nn.ReLU()]
    blocks = [ResidualBlock(32, 64), ResidualBlock(64, 128), ResidualBlock(128, embed_dim)]
    return nn.Sequential(*first, *blocks, nn.BatchNorm2d(embed_dim)).to(memory_format=torch.channels_last)


class ResidualBlock(nn.Module):
    """Two convolutions beside a shortcut, to half the side (He et al., arXiv:1512.03385)."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.blocks = nn.Sequential(
            nn.Conv2d(before, after, 3, 2, 1, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(),
            nn.Conv2d(after, after, 3, 1, 1, bias=False),
            nn.BatchNorm2d(after),
        )
        self.shortcut = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(before, after, 1, bias=False), nn.BatchNorm2d(after))
        nn.init.zeros_(self.blocks[-1].weight)  # pyright: ignore[reportArgumentType] -- a batch norm's

    def forward(self, pictures: Tensor) -> Tensor:
        """Return maps (B, after, H / 2, W / 2) of maps (B, before, H, W)."""
        return torch.relu(self.shortcut(pictures) + self.blocks(pictures))
