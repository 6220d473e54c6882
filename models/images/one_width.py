"""Vision transformers that keep one width through all layers, from timm and vit-pytorch."""

from typing import Annotated, cast

import numpy as np
import torch
from timm.models.cait import Cait
from timm.models.convit import ConVit
from timm.models.vision_transformer import VisionTransformer
from torch import Tensor, nn
from vit_pytorch.ats_vit import ViT as AdaptiveTokenViT
from vit_pytorch.cct import CCT
from vit_pytorch.deepvit import DeepViT
from vit_pytorch.t2t import T2TViT
from vit_pytorch.vit_with_patch_merger import ViT as PatchMergerViT

from bench.errors import BenchError
from bench.models.images.layers import Layers, PatchLayers
from bench.models.images.sizes import patches
from bench.specs import Setting

_FEWEST_TOKENS = 8
"""The default number of tokens that adaptive sampling keeps in the last layer."""


def vanillavit(num_classes: int, image_size: int, layers: PatchLayers) -> nn.Module:
    """Dosovitskiy et al. 2020."""
    return VisionTransformer(num_classes=num_classes, **layers.of_timm(image_size))


def cait(num_classes: int, image_size: int, layers: PatchLayers) -> nn.Module:
    """Touvron et al. 2021: scaled layers, then two layers of class attention."""
    return Cait(num_classes=num_classes, init_values=1e-5, **layers.of_timm(image_size))


def convit(
    num_classes: int,
    image_size: int,
    layers: PatchLayers,
    local_layers: Annotated[int, Setting("first layers, whose attention begins as convolution", ge=0, le=1000)] = 4,
) -> nn.Module:
    """D'Ascoli et al. 2021: the attention of the first layers begins as convolution."""
    arguments = layers.of_timm(image_size)
    arguments["embed_dim"] //= layers.num_heads  # timm counts a head's width here
    return ConVit(num_classes=num_classes, local_up_to_layer=local_layers, **arguments)


def deepvit(num_classes: int, image_size: int, layers: PatchLayers) -> nn.Module:
    """Zhou et al. 2021: attention maps mixed between heads."""
    return DeepViT(num_classes=num_classes, **layers.on_patches(image_size))


def patchmerger(
    num_classes: int,
    image_size: int,
    layers: PatchLayers,
    merged_tokens: Annotated[int, Setting("tokens behind the middle layer", ge=1, le=1_000_000)] = 8,
) -> nn.Module:
    """Renggli et al. 2022: behind the middle layer all tokens are merged into a few."""
    return PatchMergerViT(
        num_classes=num_classes,
        patch_merge_num_tokens=merged_tokens,
        **layers.on_patches(image_size),
    )


class _RepeatableATS(AdaptiveTokenViT):
    """Adaptive token sampling, which has noise outside training too; there the noise is fixed."""

    def forward(self, pixels: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride] -- scores alone
        """Return scores (B, C) of pictures (B, 3, H, W)."""
        if self.training:
            return cast(Tensor, super().forward(pixels))
        with torch.random.fork_rng([pixels.device] if pixels.is_cuda else []):
            torch.manual_seed(0)
            return cast(Tensor, super().forward(pixels))


def ats(
    num_classes: int,
    image_size: int,
    layers: PatchLayers,
    max_tokens: Annotated[
        tuple[int, ...], Setting("most tokens of each layer; without values they fall evenly to 8", ge=1, le=1_000_000)
    ] = (),
) -> nn.Module:
    """Fayyaz et al. 2021: each layer keeps at most ``max_tokens`` of its tokens, sampled by their attention."""
    arguments, depth = layers.on_patches(image_size), layers.depth
    tokens = patches(image_size, layers.patch_size) ** 2
    counts = max_tokens or tuple(int(count) for count in np.linspace(tokens, min(_FEWEST_TOKENS, tokens), depth))
    if len(counts) != depth or sorted(counts, reverse=True) != list(counts) or min(counts) < 1:
        raise BenchError(
            f"max_tokens {list(counts)} must never rise from layer to layer and have depth = {depth} values"
        )
    return _RepeatableATS(num_classes=num_classes, max_tokens_per_depth=counts, **arguments)


def cct(
    num_classes: int,
    image_size: int,
    layers: Layers,
    convolutions: Annotated[int, Setting("convolutions that make the tokens", ge=1, le=1000)] = 2,
) -> nn.Module:
    """Hassani et al. 2021, Compact Convolutional Transformer: tokens from convolutions, sequence pooling."""
    return CCT(
        img_size=image_size,
        n_conv_layers=convolutions,
        kernel_size=7,
        stride=2,
        padding=3,
        num_classes=num_classes,
        **layers.of_cct,
    )


def cvt(num_classes: int, image_size: int, layers: PatchLayers) -> nn.Module:
    """Hassani et al. 2021, Compact Vision Transformer: square patches, sequence pooling; not Microsoft's CvT."""
    patches(image_size, layers.patch_size)
    network = CCT(
        img_size=image_size,
        n_conv_layers=1,
        kernel_size=layers.patch_size,
        stride=layers.patch_size,
        padding=0,
        pooling_kernel_size=1,
        pooling_stride=1,
        pooling_padding=0,
        num_classes=num_classes,
        **layers.of_cct,
    )
    cast(nn.Sequential, network.tokenizer.conv_layers[0])[1] = nn.Identity()  # a patch's embedding is linear
    return network


def t2tvit(
    num_classes: int,
    image_size: int,
    layers: Layers,
    t2t_layers: Annotated[
        tuple[tuple[int, int], ...], Setting("steps that join tokens, each (side of a token, stride)", ge=1, le=1000)
    ] = ((7, 4), (3, 2), (3, 2)),
) -> nn.Module:
    """Yuan et al. 2021: overlapping tokens joined step by step, ``t2t_layers`` being each step's (kernel, stride)."""
    return T2TViT(image_size=image_size, num_classes=num_classes, t2t_layers=t2t_layers, **layers.of_vit_pytorch)
