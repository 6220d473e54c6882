"""The image encoder: a vision transformer over 32-pixel patches (Dosovitskiy et al., arXiv:2010.11929)."""

import torch
from torch import Tensor, nn

from bench.models.mvaema.attention import FeedForward, Sizes
from bench.models.stem import PATCH, Stem, stem_of


class ImageEncoder(nn.Module):
    """Grey pictures (P, H, W), uint8, to features (P, 1 + patches, D), the first being [CLS].

    The paper feeds three equal channels; one channel whose kernel is the sum of the three is the same function.
    """

    def __init__(self, image_size: int, sizes: Sizes, depth: int, stem: Stem) -> None:
        super().__init__()
        embed_dim = sizes.embed_dim
        self.stem = stem_of(stem, embed_dim)
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
