"""Vision transformers in stages, each with fewer and wider tokens than the one before, from timm and vit-pytorch.

Plural settings have one value per stage.
"""

from typing import Annotated

from timm.models.crossvit import CrossVit
from timm.models.levit import Levit
from timm.models.nest import Nest
from timm.models.pit import PoolingVisionTransformer
from timm.models.swin_transformer import SwinTransformer
from timm.models.visformer import Visformer
from torch import nn
from vit_pytorch.regionvit import RegionViT

from bench.models.images.settings import (
    Depths,
    Dropout,
    DropPath,
    EmbedDims,
    Heads,
    MlpRatio,
    NumHeads,
    PatchSize,
)
from bench.models.images.sizes import divides, heads_of_stages, one_a_stage, width_of_head
from bench.specs import Setting


def swint(
    num_classes: int,
    image_size: int,
    patch_size: PatchSize = 4,
    window_size: Annotated[int, Setting("side of a window in tokens", ge=1, le=4096)] = 7,
    embed_dim: Annotated[
        int, Setting("width of a token in the first stage, doubled by each next", ge=1, le=65_536)
    ] = 64,
    depths: Depths = (2, 2, 2, 2),
    heads: Heads = (4, 8, 16, 32),
    mlp_ratio: MlpRatio = 4.0,
    dropout: Dropout = 0.0,
    drop_path: DropPath = 0.1,
) -> nn.Module:
    """Liu et al. 2021: attention within shifted windows; ``embed_dim`` is the first stage's, doubled by each next."""
    one_a_stage(depths=depths, heads=heads)
    heads_of_stages(tuple(embed_dim << stage for stage in range(len(depths))), heads)
    divides(image_size, "image_size", patch_size, "patch_size")
    return SwinTransformer(
        img_size=image_size,
        patch_size=patch_size,
        window_size=window_size,
        embed_dim=embed_dim,
        depths=depths,
        num_heads=heads,
        mlp_ratio=mlp_ratio,
        proj_drop_rate=dropout,
        drop_path_rate=drop_path,
        num_classes=num_classes,
    )


def nest(
    num_classes: int,
    image_size: int,
    patch_size: PatchSize = 8,
    embed_dims: EmbedDims = (64, 128, 256),
    depths: Depths = (2, 2, 2),
    heads: Heads = (4, 8, 16),
    mlp_ratio: MlpRatio = 4.0,
    dropout: Dropout = 0.0,
    drop_path: DropPath = 0.1,
) -> nn.Module:
    """Zhang et al. 2021: blocks of tokens that are merged four by four."""
    levels = one_a_stage(embed_dims=embed_dims, depths=depths, heads=heads)
    heads_of_stages(embed_dims, heads)
    grid = divides(image_size, "image_size", patch_size, "patch_size")
    divides(grid, "grid of patches, a side", 2 ** (levels - 1), "blocks a side")
    return Nest(
        img_size=image_size,
        patch_size=patch_size,
        num_levels=levels,
        embed_dims=embed_dims,
        num_heads=heads,
        depths=depths,
        mlp_ratio=mlp_ratio,
        proj_drop_rate=dropout,
        drop_path_rate=drop_path,
        num_classes=num_classes,
    )


def pit(
    num_classes: int,
    image_size: int,
    patch_size: PatchSize = 32,
    stride: Annotated[int, Setting("pixels from patch to patch", ge=1, le=4096)] = 16,
    head_dim: Annotated[int, Setting("width of a head", ge=1, le=65_536)] = 16,
    depths: Depths = (2, 2, 2),
    heads: Heads = (4, 8, 16),
    mlp_ratio: MlpRatio = 4.0,
    dropout: Dropout = 0.0,
    drop_path: DropPath = 0.0,
) -> nn.Module:
    """Heo et al. 2021: tokens pooled between stages; a stage's width is its heads times ``head_dim``."""
    stages = one_a_stage(depths=depths, heads=heads)
    return PoolingVisionTransformer(
        img_size=image_size,
        patch_size=patch_size,
        stride=stride,
        base_dims=[head_dim] * stages,
        depth=depths,
        heads=heads,
        mlp_ratio=mlp_ratio,
        proj_drop_rate=dropout,
        drop_path_rate=drop_path,
        num_classes=num_classes,
    )


def levit(
    num_classes: int,
    image_size: int,
    embed_dims: EmbedDims = (64, 128, 192),
    depths: Depths = (2, 2, 2),
    heads: Heads = (4, 6, 8),
    head_dim: Annotated[int, Setting("width of a head's keys", ge=1, le=65_536)] = 16,
    mlp_ratio: MlpRatio = 2.0,
    drop_path: DropPath = 0.0,
) -> nn.Module:
    """Graham et al. 2021: a stem of convolutions, then attention whose keys have ``head_dim``."""
    one_a_stage(embed_dims=embed_dims, depths=depths, heads=heads)
    return Levit(
        img_size=image_size,
        embed_dim=embed_dims,
        key_dim=head_dim,
        depth=depths,
        num_heads=heads,
        mlp_ratio=mlp_ratio,
        drop_path_rate=drop_path,
        num_classes=num_classes,
    )


def visformer(
    num_classes: int,
    image_size: int,
    stem_channels: Annotated[int, Setting("channels of the first convolution", ge=1, le=65_536)] = 16,
    embed_dim: Annotated[
        int, Setting("width of a token in the second stage, half before and double behind it", ge=1, le=65_536)
    ] = 64,
    depths: Depths = (3, 2, 2),
    num_heads: NumHeads = 4,
    mlp_ratio: MlpRatio = 4.0,
    dropout: Dropout = 0.0,
    drop_path: DropPath = 0.0,
) -> nn.Module:
    """Chen et al. 2021: a stage of convolutions, then two of attention; ``embed_dim`` is the second stage's."""
    width_of_head(embed_dim, num_heads)
    divides(image_size, "image_size", 32, "the steps of stem and stages")
    return Visformer(
        img_size=image_size,
        init_channels=stem_channels,
        embed_dim=embed_dim,
        depth=depths,
        num_heads=num_heads,
        mlp_ratio=mlp_ratio,
        proj_drop_rate=dropout,
        drop_path_rate=drop_path,
        group=8,
        attn_stage="011",
        spatial_conv="100",
        norm_layer=nn.BatchNorm2d,
        embed_norm=nn.BatchNorm2d,
        conv_init=True,
        num_classes=num_classes,
    )


def crossvit(
    num_classes: int,
    image_size: int,
    patch_sizes: Annotated[tuple[int, ...], Setting("side of a patch in pixels, one value a branch", ge=1, le=4096)] = (
        16,
        32,
    ),
    embed_dims: Annotated[tuple[int, ...], Setting("width of a token, one value a branch", ge=1, le=65_536)] = (32, 64),
    depths: Annotated[
        tuple[int, ...],
        Setting("layers of each branch in a stage, then layers across branches less one", ge=0, le=1000),
    ] = (1, 2, 0),
    heads: Annotated[tuple[int, ...], Setting("attention heads, one value a branch", ge=1, le=1024)] = (4, 4),
    mlp_ratio: MlpRatio = 4.0,
    dropout: Dropout = 0.0,
    stages: Annotated[int, Setting("number of stages", ge=1, le=1000)] = 3,
) -> nn.Module:
    """Chen et al. 2021: branches of small and large patches that attend to each other.

    ``depths`` are the layers of each branch in a stage, then those of the attention across.
    """
    one_a_stage(patch_sizes=patch_sizes, embed_dims=embed_dims, heads=heads, depths=depths[:-1])
    heads_of_stages(embed_dims, heads)
    for size in patch_sizes:
        divides(image_size, "image_size", size, "patch_size")
    return CrossVit(
        img_size=image_size,
        patch_size=patch_sizes,
        embed_dim=embed_dims,
        depth=(depths,) * stages,
        num_heads=heads,
        mlp_ratio=(*[mlp_ratio] * len(patch_sizes), 1.0),
        proj_drop_rate=dropout,
        num_classes=num_classes,
    )


def regionvit(
    num_classes: int,
    image_size: int,
    patch_size: PatchSize = 4,
    window_size: Annotated[int, Setting("side of a region in patches", ge=1, le=4096)] = 7,
    embed_dims: EmbedDims = (64, 128, 256, 512),
    depths: Depths = (1, 1, 2, 1),
    dropout: Dropout = 0.0,
) -> nn.Module:
    """Chen et al. 2021: tokens of patches, and of the windows that hold them; 4 heads of 32 in every stage."""
    one_a_stage(embed_dims=embed_dims, depths=depths)
    divides(image_size, "image_size", patch_size * window_size, "patch_size x window_size")
    return RegionViT(
        dim=embed_dims,
        depth=depths,
        window_size=window_size,
        local_patch_size=patch_size,
        attn_dropout=dropout,
        ff_dropout=dropout,
        num_classes=num_classes,
    )
