"""What the nodes of every graph row are: settings that models over graphs of patches share."""

from dataclasses import dataclass
from typing import Annotated, Literal

from bench.specs import Setting

NodeKind = Literal["pixels", "statistics"]
ReadoutKind = Literal["mean", "sum", "max", "mean-max", "mean-max-std", "gated", "set2set"]


@dataclass(frozen=True)
class NodeSettings:
    """What a node is at first, its width behind that, and how a graph's nodes become one vector."""

    node_features: Annotated[
        NodeKind, Setting("what a node is at first: its pixels, or their mean, contrast, gradients and spectrum")
    ] = "statistics"
    readout: Annotated[
        ReadoutKind, Setting("how the nodes of a graph become one vector; gated and set2set learn it")
    ] = "mean-max-std"
    embed_dim: Annotated[int, Setting("width of a node", ge=1, le=65_536)] = 64
