"""Vision transformers that keep one width through all layers, from timm and vit-pytorch.

The ``num_heads`` heads of each share ``embed_dim``, D, evenly.
"""

from typing import Annotated, Any, cast

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
from bench.models.images.settings import Depth, Dropout, EmbedDim, MlpRatio, NumHeads, PatchSize
from bench.models.images.sizes import patches, width_of_head
from bench.specs import Setting

_FEWEST_TOKENS = 8
"""The default number of tokens that adaptive sampling keeps in the last layer."""


def vanillavit(
    num_classes: int,
    image_size: int,
    patch_size: PatchSize = 32,
    embed_dim: EmbedDim = 64,
    depth: Depth = 6,
    num_heads: NumHeads = 4,
    mlp_ratio: MlpRatio = 4.0,
    dropout: Dropout = 0.0,
) -> nn.Module:
    """Dosovitskiy et al. 2020."""
    return VisionTransformer(
        num_classes=num_classes, **of_timm(image_size, patch_size, embed_dim, depth, num_heads, mlp_ratio, dropout)
    )


def cait(
    num_classes: int,
    image_size: int,
    patch_size: PatchSize = 32,
    embed_dim: EmbedDim = 64,
    depth: Depth = 6,
    num_heads: NumHeads = 4,
    mlp_ratio: MlpRatio = 4.0,
    dropout: Dropout = 0.0,
) -> nn.Module:
    """Touvron et al. 2021: scaled layers, then two layers of class attention."""
    layers = of_timm(image_size, patch_size, embed_dim, depth, num_heads, mlp_ratio, dropout)
    return Cait(num_classes=num_classes, init_values=1e-5, **layers)


def convit(
    num_classes: int,
    image_size: int,
    patch_size: PatchSize = 32,
    embed_dim: EmbedDim = 64,
    depth: Depth = 6,
    num_heads: NumHeads = 4,
    mlp_ratio: MlpRatio = 4.0,
    dropout: Dropout = 0.0,
    local_layers: Annotated[int, Setting("first layers, whose attention begins as convolution", ge=0, le=1000)] = 4,
) -> nn.Module:
    """D'Ascoli et al. 2021: the attention of the first layers begins as convolution."""
    arguments = of_timm(image_size, patch_size, embed_dim, depth, num_heads, mlp_ratio, dropout)
    arguments["embed_dim"] //= arguments["num_heads"]  # timm counts a head's width here
    return ConVit(num_classes=num_classes, local_up_to_layer=local_layers, **arguments)


def deepvit(
    num_classes: int,
    image_size: int,
    patch_size: PatchSize = 32,
    embed_dim: EmbedDim = 64,
    depth: Depth = 6,
    num_heads: NumHeads = 4,
    mlp_ratio: MlpRatio = 4.0,
    dropout: Dropout = 0.0,
) -> nn.Module:
    """Zhou et al. 2021: attention maps mixed between heads."""
    return DeepViT(
        num_classes=num_classes,
        **of_vit_pytorch(image_size, patch_size, embed_dim, depth, num_heads, mlp_ratio, dropout),
    )


def patchmerger(
    num_classes: int,
    image_size: int,
    patch_size: PatchSize = 32,
    embed_dim: EmbedDim = 64,
    depth: Depth = 6,
    num_heads: NumHeads = 4,
    mlp_ratio: MlpRatio = 4.0,
    dropout: Dropout = 0.0,
    merged_tokens: Annotated[int, Setting("tokens behind the middle layer", ge=1, le=1_000_000)] = 8,
) -> nn.Module:
    """Renggli et al. 2022: behind the middle layer all tokens are merged into a few."""
    arguments = of_vit_pytorch(image_size, patch_size, embed_dim, depth, num_heads, mlp_ratio, dropout)
    return PatchMergerViT(num_classes=num_classes, patch_merge_num_tokens=merged_tokens, **arguments)


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
    patch_size: PatchSize = 32,
    embed_dim: EmbedDim = 64,
    depth: Depth = 6,
    num_heads: NumHeads = 4,
    mlp_ratio: MlpRatio = 4.0,
    dropout: Dropout = 0.0,
    max_tokens: Annotated[
        tuple[int, ...], Setting("most tokens of each layer; without values they fall evenly to 8", ge=1, le=1_000_000)
    ] = (),
) -> nn.Module:
    """Fayyaz et al. 2021: each layer keeps at most ``max_tokens`` of its tokens, sampled by their attention."""
    arguments = of_vit_pytorch(image_size, patch_size, embed_dim, depth, num_heads, mlp_ratio, dropout)
    tokens = patches(image_size, patch_size) ** 2
    counts = max_tokens or tuple(int(count) for count in np.linspace(tokens, min(_FEWEST_TOKENS, tokens), depth))
    if len(counts) != depth or sorted(counts, reverse=True) != list(counts) or min(counts) < 1:
        raise BenchError(
            f"max_tokens {list(counts)} must never rise from layer to layer and have depth = {depth} values"
        )
    return _RepeatableATS(num_classes=num_classes, max_tokens_per_depth=counts, **arguments)


def cct(
    num_classes: int,
    image_size: int,
    embed_dim: EmbedDim = 64,
    depth: Depth = 6,
    num_heads: NumHeads = 4,
    mlp_ratio: MlpRatio = 4.0,
    dropout: Dropout = 0.0,
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
        **_of_cct(embed_dim, depth, num_heads, mlp_ratio, dropout),
    )


def cvt(
    num_classes: int,
    image_size: int,
    patch_size: PatchSize = 32,
    embed_dim: EmbedDim = 64,
    depth: Depth = 6,
    num_heads: NumHeads = 4,
    mlp_ratio: MlpRatio = 4.0,
    dropout: Dropout = 0.0,
) -> nn.Module:
    """Hassani et al. 2021, Compact Vision Transformer: square patches, sequence pooling; not Microsoft's CvT."""
    patches(image_size, patch_size)
    network = CCT(
        img_size=image_size,
        n_conv_layers=1,
        kernel_size=patch_size,
        stride=patch_size,
        padding=0,
        pooling_kernel_size=1,
        pooling_stride=1,
        pooling_padding=0,
        num_classes=num_classes,
        **_of_cct(embed_dim, depth, num_heads, mlp_ratio, dropout),
    )
    cast(nn.Sequential, network.tokenizer.conv_layers[0])[1] = nn.Identity()  # a patch's embedding is linear
    return network


def t2tvit(
    num_classes: int,
    image_size: int,
    embed_dim: EmbedDim = 64,
    depth: Depth = 6,
    num_heads: NumHeads = 4,
    mlp_ratio: MlpRatio = 4.0,
    dropout: Dropout = 0.0,
    t2t_layers: Annotated[
        tuple[tuple[int, int], ...], Setting("steps that join tokens, each (side of a token, stride)", ge=1, le=1000)
    ] = ((7, 4), (3, 2), (3, 2)),
) -> nn.Module:
    """Yuan et al. 2021: overlapping tokens joined step by step, ``t2t_layers`` being each step's (kernel, stride)."""
    layers = _of_layers(embed_dim, depth, num_heads, mlp_ratio, dropout)
    return T2TViT(image_size=image_size, num_classes=num_classes, t2t_layers=t2t_layers, **layers)


def of_vit_pytorch(
    image_size: int, patch_size: int, embed_dim: int, depth: int, num_heads: int, mlp_ratio: float, dropout: float
) -> dict[str, Any]:
    """Return the settings as vit-pytorch names them; BenchError where they do not agree."""
    patches(image_size, patch_size)
    layers = _of_layers(embed_dim, depth, num_heads, mlp_ratio, dropout)
    return {"image_size": image_size, "patch_size": patch_size, **layers}


def _of_layers(embed_dim: int, depth: int, num_heads: int, mlp_ratio: float, dropout: float) -> dict[str, Any]:
    return {
        "dim": embed_dim,
        "depth": depth,
        "heads": num_heads,
        "dim_head": width_of_head(embed_dim, num_heads),
        "mlp_dim": int(embed_dim * mlp_ratio),
        "dropout": dropout,
    }


def of_timm(
    image_size: int, patch_size: int, embed_dim: int, depth: int, num_heads: int, mlp_ratio: float, dropout: float
) -> dict[str, Any]:
    """Return these layers under timm's names; BenchError if they do not fit the picture or each other."""
    patches(image_size, patch_size)
    width_of_head(embed_dim, num_heads)
    return {
        "img_size": image_size,
        "patch_size": patch_size,
        "embed_dim": embed_dim,
        "depth": depth,
        "num_heads": num_heads,
        "mlp_ratio": mlp_ratio,
        "proj_drop_rate": dropout,
    }


def _of_cct(embed_dim: int, depth: int, num_heads: int, mlp_ratio: float, dropout: float) -> dict[str, Any]:
    width_of_head(embed_dim, num_heads)
    return {
        "embedding_dim": embed_dim,
        "num_layers": depth,
        "num_heads": num_heads,
        "mlp_ratio": mlp_ratio,
        "dropout_rate": dropout,
        "positional_embedding": "learnable",
    }
