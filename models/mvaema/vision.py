"""The image encoder: a vision transformer over 32-pixel patches (Dosovitskiy et al., arXiv:2010.11929)."""

from typing import Literal

import torch
from torch import Tensor, nn

from bench.models.mvaema.attention import FeedForward, Sizes

PATCH = 32
Stem = Literal["linear", "conv"]


class ImageEncoder(nn.Module):
    """Grey pictures (P, H, W), uint8, to features (P, 1 + patches, D), the first being [CLS].

    The paper feeds three equal channels; one channel whose kernel is the sum of the three is the same function.
    """

    def __init__(self, image_size: int, sizes: Sizes, depth: int, stem: Stem) -> None:
        super().__init__()
        embed_dim = sizes.embed_dim
        self.stem = linear_stem(embed_dim) if stem == "linear" else conv_stem(embed_dim)
        patches = (image_size // PATCH) ** 2
        self.cls = nn.Parameter(torch.randn(1, 1, embed_dim) * 0.02)
        self.positions = nn.Parameter(torch.randn(1, 1 + patches, embed_dim) * 0.02)
        self.layers = nn.ModuleList(ImageLayer(sizes) for _ in range(depth))
        self.norm = nn.LayerNorm(embed_dim)

    def forward(self, pixels: Tensor) -> Tensor:
        """Encode pictures; pixel values 0 to 255 become -1 to 1 (the paper: mean and deviation 0.5)."""
        # In place: fresh memory for every intermediate picture costs more than the arithmetic.
        normalised = pixels.unsqueeze(1).to(self.positions.dtype, copy=True).div_(127.5).sub_(1)
        patches = self.stem(normalised).flatten(2).transpose(1, 2)
        features = torch.cat([self.cls.expand(len(patches), -1, -1), patches], dim=1) + self.positions
        for layer in self.layers:
            features = layer(features)
        return self.norm(features)


class ImageLayer(nn.Module):
    """Self-attention over patches, then feed-forward."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.attention = sizes.attention("sa")
        self.feed_forward = FeedForward(sizes.embed_dim)

    def forward(self, features: Tensor) -> Tensor:
        """Return features of the same shape (P, T, D)."""
        features = features + self.attention(features)
        return features + self.feed_forward(features)


def linear_stem(embed_dim: int) -> nn.Module:
    """Return the paper's stem: one linear map of each patch."""
    return nn.Conv2d(1, embed_dim, PATCH, PATCH)


def conv_stem(embed_dim: int) -> nn.Module:
    """Return four strided convolutions onto the same grid of patches (Xiao et al., arXiv:2106.14881).

    The first goes four pixels at a time: at two, as there, it alone takes half of the encoder's time on a CPU. The last
    norm takes away what all patches have in common: behind a ReLU that is nearly all there is, and layers that start
    from almost equal patches take long to tell pictures apart.
    """
    widths = (32, 64, 128)
    blocks: list[nn.Module] = [nn.Conv2d(1, widths[0], 5, 4, 2, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU()]
    for before, after in zip(widths[:-1], widths[1:], strict=True):
        blocks += [nn.Conv2d(before, after, 3, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
    last = nn.Conv2d(widths[-1], embed_dim, 3, 2, 1, bias=False)
    # Convolutions on the CPU take two thirds of the time where the channels of a pixel lie together.
    return nn.Sequential(*blocks, last, nn.BatchNorm2d(embed_dim)).to(memory_format=torch.channels_last)
