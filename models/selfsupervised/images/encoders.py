"""The encoders that self-supervised methods pretrain: from pictures (B, 3, H, W) to features (B, ``width``)."""

from typing import cast

import torch
from timm.models.vision_transformer import VisionTransformer
from torch import Tensor, nn
from torchvision.models import get_model

from bench.models.images.layers import PatchLayers


class ResNet(nn.Module):
    """A residual network of torchvision without its last layer; the features are its averaged last maps."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.network = get_model(name, weights=None)
        self.width = cast(nn.Linear, self.network.fc).in_features
        self.network.fc = nn.Identity()
        self.network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue] -- its overloads lack it

    def forward(self, pictures: Tensor) -> Tensor:
        """Return features (B, ``width``)."""
        return self.network(pictures)


class ViT(nn.Module):
    """The vision transformer of vanillavit without its head; it accepts smaller pictures too.

    The features are the class token and the mean of the patches, because some methods train only one of them.
    """

    def __init__(self, image_size: int, layers: PatchLayers) -> None:
        super().__init__()
        self.network = VisionTransformer(num_classes=0, dynamic_img_size=True, **layers.of_timm(image_size))
        self.width: int = 2 * self.network.embed_dim

    def forward(self, pictures: Tensor) -> Tensor:
        """Return features (B, ``width``)."""
        tokens = self.network.forward_features(pictures)
        return torch.cat([tokens[:, 0], tokens[:, 1:].mean(1)], dim=1)
