"""Vision transformers in stages with fewer tokens for keys and values than for queries, from transformers.

Only the scores are returned; tensors have the same names as in transformers.
"""

from typing import Any, cast

from torch import Tensor, nn
from transformers import CvtConfig, CvtForImageClassification, PvtConfig, PvtForImageClassification

from bench.errors import BenchError
from bench.models.images.settings import Depths, Dropout, DropPath, EmbedDims, Heads, MlpRatio
from bench.models.images.sizes import divides, heads_of_stages, one_a_stage


class _Cvt(CvtForImageClassification):
    def forward(self, pixels: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride] -- scores alone
        return cast(Any, super().forward(pixels)).logits


class _Pvt(PvtForImageClassification):
    def forward(self, pixels: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride] -- scores alone
        return cast(Any, super().forward(pixels)).logits


def convvit(
    num_classes: int,
    embed_dims: EmbedDims = (64, 128, 256),
    depths: Depths = (1, 2, 3),
    heads: Heads = (1, 2, 4),
    mlp_ratio: MlpRatio = 4.0,
    dropout: Dropout = 0.0,
    drop_path: DropPath = 0.0,
) -> nn.Module:
    """Wu et al. 2021, Convolutional vision Transformer: queries, keys and values from convolutions."""
    stages = one_a_stage(embed_dims=embed_dims, depths=depths, heads=heads)
    heads_of_stages(embed_dims, heads)
    config = CvtConfig(
        num_labels=num_classes,  # pyright: ignore[reportCallIssue] -- of every config
        embed_dim=list(embed_dims),
        depth=list(depths),
        num_heads=list(heads),
        mlp_ratio=[mlp_ratio] * stages,
        drop_rate=[dropout] * stages,
        drop_path_rate=[0.0] * (stages - 1) + [drop_path],
    )
    return _Cvt(config)


def pvtc(
    num_classes: int,
    image_size: int,
    embed_dims: EmbedDims = (32, 64, 128, 256),
    depths: Depths = (2, 2, 2, 2),
    heads: Heads = (1, 2, 4, 8),
    mlp_ratio: MlpRatio = 4.0,
    dropout: Dropout = 0.0,
    drop_path: DropPath = 0.0,
) -> nn.Module:
    """Wang et al. 2021, Pyramid Vision Transformer: fewer tokens for keys and values than for queries."""
    stages = one_a_stage(embed_dims=embed_dims, depths=depths, heads=heads)
    heads_of_stages(embed_dims, heads)
    if mlp_ratio != int(mlp_ratio):
        raise BenchError(f"mlp_ratio {mlp_ratio} of pvtc is no whole number; choose one, such as {round(mlp_ratio)}")
    divides(image_size, "image_size", 4 * 2 ** (stages - 1), "the steps of the stages")
    config = PvtConfig(
        image_size=image_size,
        num_labels=num_classes,  # pyright: ignore[reportCallIssue] -- of every config
        num_encoder_blocks=stages,
        hidden_sizes=list(embed_dims),
        depths=list(depths),
        num_attention_heads=list(heads),
        mlp_ratios=[int(mlp_ratio)] * stages,
        hidden_dropout_prob=dropout,
        drop_path_rate=drop_path,
    )
    return _Pvt(config)
