"""Layers that keep one width, as settings that vision transformers share, and under the names of each library."""

from dataclasses import dataclass
from typing import TypedDict

from bench.models.images.settings import Depth, Dropout, EmbedDim, MlpRatio, NumHeads, PatchSize
from bench.models.images.sizes import patches, width_of_head


class OfTimm(TypedDict):
    """Layers under timm's names."""

    img_size: int
    patch_size: int
    embed_dim: int
    depth: int
    num_heads: int
    mlp_ratio: float
    proj_drop_rate: float


class OfVitPytorch(TypedDict):
    """Layers under vit-pytorch's names."""

    dim: int
    depth: int
    heads: int
    dim_head: int
    mlp_dim: int
    dropout: float


class OnPatches(OfVitPytorch):
    """Layers over square patches, under vit-pytorch's names."""

    image_size: int
    patch_size: int


class OfCCT(TypedDict):
    """Layers under the names of vit-pytorch's CCT."""

    embedding_dim: int
    num_layers: int
    num_heads: int
    mlp_ratio: float
    dropout_rate: float
    positional_embedding: str


@dataclass(frozen=True)
class Layers:
    """Layers whose ``num_heads`` heads share ``embed_dim``, D, evenly."""

    embed_dim: EmbedDim = 64
    depth: Depth = 6
    num_heads: NumHeads = 4
    mlp_ratio: MlpRatio = 4.0
    dropout: Dropout = 0.0

    @property
    def of_vit_pytorch(self) -> OfVitPytorch:
        """The layers as vit-pytorch names them; BenchError if heads and width do not agree."""
        return {
            "dim": self.embed_dim,
            "depth": self.depth,
            "heads": self.num_heads,
            "dim_head": width_of_head(self.embed_dim, self.num_heads),
            "mlp_dim": int(self.embed_dim * self.mlp_ratio),
            "dropout": self.dropout,
        }

    @property
    def of_cct(self) -> OfCCT:
        """The layers as vit-pytorch's CCT names them; BenchError if heads and width do not agree."""
        width_of_head(self.embed_dim, self.num_heads)
        return {
            "embedding_dim": self.embed_dim,
            "num_layers": self.depth,
            "num_heads": self.num_heads,
            "mlp_ratio": self.mlp_ratio,
            "dropout_rate": self.dropout,
            "positional_embedding": "learnable",
        }


@dataclass(frozen=True)
class PatchLayers(Layers):
    """Layers over the square patches of a picture."""

    patch_size: PatchSize = 32

    def on_patches(self, image_size: int) -> OnPatches:
        """Return patches and layers as vit-pytorch names them; BenchError if they do not fit the picture."""
        patches(image_size, self.patch_size)
        return {"image_size": image_size, "patch_size": self.patch_size, **self.of_vit_pytorch}

    def of_timm(self, image_size: int) -> OfTimm:
        """Return patches and layers as timm names them; BenchError if they do not fit the picture or each other."""
        patches(image_size, self.patch_size)
        width_of_head(self.embed_dim, self.num_heads)
        return {
            "img_size": image_size,
            "patch_size": self.patch_size,
            "embed_dim": self.embed_dim,
            "depth": self.depth,
            "num_heads": self.num_heads,
            "mlp_ratio": self.mlp_ratio,
            "proj_drop_rate": self.dropout,
        }
