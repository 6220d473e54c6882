"""The settings that networks of pictures share, by name: each builder puts its own default beside them."""

from typing import Annotated

from bench.specs import Setting

PatchSize = Annotated[int, Setting("side of a patch in pixels", ge=1, le=4096)]
EmbedDim = Annotated[int, Setting("width of a token", ge=1, le=65_536)]
Depth = Annotated[int, Setting("number of layers", ge=1, le=1000)]
NumHeads = Annotated[int, Setting("attention heads, which share the width", ge=1, le=1024)]
MlpRatio = Annotated[float, Setting("width of an MLP in widths of a token", gt=0, le=100)]
Dropout = Annotated[float, Setting("dropout within the layers", ge=0, lt=1)]
DropPath = Annotated[float, Setting("share of pictures that skip a layer", ge=0, lt=1)]
EmbedDims = Annotated[tuple[int, ...], Setting("width of a token, one value a stage", ge=1, le=65_536)]
Depths = Annotated[tuple[int, ...], Setting("number of layers, one value a stage", ge=1, le=1000)]
Heads = Annotated[tuple[int, ...], Setting("attention heads, one value a stage", ge=1, le=1024)]
