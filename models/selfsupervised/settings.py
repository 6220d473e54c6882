"""The settings that self-supervised methods share."""

from typing import Annotated

from bench.specs import Setting

HiddenDim = Annotated[int, Setting("width of the heads' hidden layers", ge=1, le=65_536)]
OutputDim = Annotated[int, Setting("width of what the loss compares", ge=1, le=65_536)]
Momentum = Annotated[
    float, Setting("share of its weights that the following encoder keeps at first; it rises to 1", ge=0, le=1)
]
Temperature = Annotated[float, Setting("cosines are divided by it", gt=0, le=1000)]
BankSize = Annotated[int, Setting("how many earlier projections are kept", ge=1, le=1_000_000)]
MaskRatio = Annotated[float, Setting("share of patches that are hidden", gt=0, lt=1)]
DropEdges = Annotated[float, Setting("share of edges that an alteration lacks", ge=0, lt=1)]
MaskFeatures = Annotated[float, Setting("share of a patch's pixels that an alteration lacks", ge=0, lt=1)]
