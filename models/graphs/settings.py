"""The settings that models over graphs of patches share."""

from typing import Annotated, Literal

from bench.specs import Setting

GraphKind = Annotated[Literal["knn", "grid"], Setting("knn joins the patches most alike, grid those side by side")]
Neighbours = Annotated[int, Setting("knn: how many patches each is joined to at least", ge=1, le=10_000)]
PatchSize = Annotated[int, Setting("side of a patch in pixels", ge=1, le=4096)]
EmbedDim = Annotated[int, Setting("width of a node", ge=1, le=65_536)]
