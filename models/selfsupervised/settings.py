"""The settings that self-supervised methods share."""

from typing import Annotated

from bench.specs import Setting

HiddenDim = Annotated[int, Setting("width of the heads' hidden layers")]
OutputDim = Annotated[int, Setting("width of what the loss compares")]
Momentum = Annotated[float, Setting("share of its weights that the following encoder keeps at first; it rises to 1")]
Temperature = Annotated[float, Setting("cosines are divided by it")]
BankSize = Annotated[int, Setting("how many earlier projections are kept")]
MaskRatio = Annotated[float, Setting("share of patches that are hidden")]
DropEdges = Annotated[float, Setting("share of edges that an alteration lacks")]
MaskFeatures = Annotated[float, Setting("share of a patch's pixels that an alteration lacks")]
