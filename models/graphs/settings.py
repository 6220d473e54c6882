"""The settings that models over graphs of patches share."""

from typing import Annotated, Literal

from bench.specs import Setting

GraphKind = Annotated[Literal["knn", "grid"], Setting("knn joins the patches most alike, grid those side by side")]
Neighbours = Annotated[int, Setting("knn: how many patches each is joined to at least", ge=1, le=10_000)]
PatchSize = Annotated[int, Setting("side of a patch in pixels", ge=1, le=4096)]
EmbedDim = Annotated[int, Setting("width of a node", ge=1, le=65_536)]
NodeKind = Literal["pixels", "statistics"]
NodeFeatures = Annotated[
    NodeKind, Setting("what a node is at first: its pixels, or their mean, contrast, gradients and spectrum")
]
ReadoutKind = Literal["mean", "sum", "max", "mean-max", "mean-max-std", "gated", "set2set"]
ReadoutSetting = Annotated[
    ReadoutKind, Setting("how the nodes of a graph become one vector; gated and set2set learn it")
]
