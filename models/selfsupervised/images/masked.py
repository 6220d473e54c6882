"""The common base of masked methods: the transformer with most of its patches hidden."""

import torch
from lightly.models.modules import MaskedVisionTransformerTIMM
from lightly.models.utils import patchify, random_token_mask
from torch import Tensor

from bench.models.selfsupervised.images.encoders import ViT
from bench.models.selfsupervised.images.views import ImageView
from bench.models.selfsupervised.method import Method


class Masked(Method):
    """Hides a share of the patches, ``mask_ratio``; the positions of patches are fixed sines, as lightly sets them."""

    views = (ImageView(scale=(0.2, 1.0), jitter=0.0, blur=0.0, interpolation="bicubic"),)

    def __init__(self, encoder: ViT, mask_ratio: float) -> None:
        super().__init__(encoder)
        self.masked = MaskedVisionTransformerTIMM(encoder.network)
        self.mask_ratio = mask_ratio
        self.patch_size: int = encoder.network.patch_embed.patch_size[0]

    def drawn(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Draw which tokens are visible (B, K) and which are hidden (B, M); the class token is always visible."""
        size = len(pictures), self.masked.sequence_length
        return random_token_mask(size, self.mask_ratio, device=pictures.device)

    def hidden(self, pictures: Tensor, places: Tensor) -> Tensor:
        """Return the pixels of hidden patches (B, M, F) of pictures; ``places`` include the class token."""
        patches = patchify(pictures, self.patch_size)
        return torch.gather(patches, 1, (places - 1).unsqueeze(-1).expand(-1, -1, patches.shape[-1]))
