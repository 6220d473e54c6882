"""The settings that networks of pictures share, by name: each builder puts its own default beside them."""

from typing import Annotated

from bench.specs import Setting

PatchSize = Annotated[int, Setting("side of a patch in pixels")]
EmbedDim = Annotated[int, Setting("width of a token")]
Depth = Annotated[int, Setting("number of layers")]
NumHeads = Annotated[int, Setting("attention heads, which share the width")]
MlpRatio = Annotated[float, Setting("width of an MLP in widths of a token")]
Dropout = Annotated[float, Setting("dropout within the layers")]
DropPath = Annotated[float, Setting("share of pictures that skip a layer")]
EmbedDims = Annotated[tuple[int, ...], Setting("width of a token, one value a stage")]
Depths = Annotated[tuple[int, ...], Setting("number of layers, one value a stage")]
Heads = Annotated[tuple[int, ...], Setting("attention heads, one value a stage")]
