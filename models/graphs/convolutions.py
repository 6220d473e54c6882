"""The convolutions of the graph rows, from torch_geometric; each maps nodes (N, D) and their batch to nodes (N, D)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import elu, relu
from torch_geometric.nn import (
    APPNP,
    AGNNConv,
    ARMAConv,
    ChebConv,
    DNAConv,
    GATConv,
    GatedGraphConv,
    GCN2Conv,
    GCNConv,
    GraphConv,
    GraphUNet,
    NNConv,
    ResGatedGraphConv,
    SuperGATConv,
)

from bench.errors import BenchError
from bench.models.graphs.batches import GraphBatch
from bench.specs import Setting

Depth = Annotated[int, Setting("convolutions, or steps of one", ge=1, le=1000)]
NumHeads = Annotated[int, Setting("attention heads", ge=1, le=1024)]
Alpha = Annotated[float, Setting("share of the first nodes in every step", ge=0, le=1)]


class Stack(nn.Module):
    """Convolutions one after another, each followed by an activation and dropout."""

    def __init__(
        self, convolutions: Iterable[nn.Module], dropout: float, activation: Callable[[Tensor], Tensor] = relu
    ) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(convolutions)
        self.dropout = nn.Dropout(dropout)
        self.activation = activation

    def forward(self, x: Tensor, graphs: GraphBatch) -> Tensor:
        """Return the nodes (N, D)."""
        for convolution in self.convolutions:
            x = self.dropout(self.activation(self.convolved(convolution, x, graphs)))
        return x

    def convolved(self, convolution: nn.Module, x: Tensor, graphs: GraphBatch) -> Tensor:
        """Apply one convolution."""
        return convolution(x, graphs.edge_index)


def appnp(embed_dim: int, dropout: float, depth: Depth = 10, alpha: Alpha = 0.1) -> Stack:
    """Build APPNP; ``depth`` counts the steps of its propagation, which has no weights."""
    return Stack([APPNP(K=depth, alpha=alpha)], dropout)


def agnn(embed_dim: int, dropout: float, depth: Depth = 2) -> Stack:
    """Build attention by cosine, one learned number a layer."""
    return Stack([AGNNConv() for _ in range(depth)], dropout)


def arma(
    embed_dim: int,
    dropout: float,
    depth: Depth = 2,
    num_stacks: Annotated[int, Setting("filters side by side", ge=1, le=1000)] = 3,
    num_layers: Annotated[int, Setting("steps of each filter", ge=1, le=1000)] = 2,
    skip_dropout: Annotated[float, Setting("dropout of what a step is fed beside the last one", ge=0, lt=1)] = 0.25,
) -> Stack:
    """Build auto-regressive moving average filters."""
    own = {"num_stacks": num_stacks, "num_layers": num_layers, "shared_weights": True, "dropout": skip_dropout}
    return Stack([ARMAConv(embed_dim, embed_dim, **own) for _ in range(depth)], dropout)


def gat(embed_dim: int, dropout: float, depth: Depth = 2, num_heads: NumHeads = 4) -> Stack:
    """Build graph attention, the heads concatenated; ``dropout`` also drops edges' attention."""
    width = _head_width(embed_dim, num_heads)
    return Stack([GATConv(embed_dim, width, num_heads, dropout=dropout) for _ in range(depth)], dropout, elu)


def ggconv(embed_dim: int, dropout: float, depth: Depth = 2) -> Stack:
    """Build a gated graph network; ``depth`` counts the steps of its one recurrent unit."""
    return Stack([GatedGraphConv(embed_dim, num_layers=depth)], dropout)


def gcn(embed_dim: int, dropout: float, depth: Depth = 2) -> Stack:
    """Build the graph convolution of Kipf and Welling."""
    return Stack([GCNConv(embed_dim, embed_dim) for _ in range(depth)], dropout)


def chebconv(
    embed_dim: int,
    dropout: float,
    depth: Depth = 2,
    order: Annotated[int, Setting("size of a filter", ge=1, le=100)] = 3,
) -> Stack:
    """Build Chebyshev filters; they want edges that run both ways."""
    return Stack([ChebConv(embed_dim, embed_dim, K=order) for _ in range(depth)], dropout)


def graphconv(embed_dim: int, dropout: float, depth: Depth = 2) -> Stack:
    """Build the graph convolution of Morris et al."""
    return Stack([GraphConv(embed_dim, embed_dim) for _ in range(depth)], dropout)


class ResidualGated(Stack):
    """Residual gated graph convolutions: each is normalised over the batch and added to what it was given."""

    def __init__(self, embed_dim: int, dropout: float, depth: Depth = 2) -> None:
        super().__init__([ResGatedGraphConv(embed_dim, embed_dim) for _ in range(depth)], dropout)
        self.norms = nn.ModuleList(nn.BatchNorm1d(embed_dim) for _ in range(depth))

    def forward(self, x: Tensor, graphs: GraphBatch) -> Tensor:
        """Return the nodes (N, D)."""
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = x + self.dropout(norm(convolution(x, graphs.edge_index)).relu())
        return x


class DNA(Stack):
    """Just Jump: every convolution attends to all earlier features of each neighbour."""

    def __init__(self, embed_dim: int, dropout: float, depth: Depth = 2, num_heads: NumHeads = 4) -> None:
        _head_width(embed_dim, num_heads)
        super().__init__([DNAConv(embed_dim, heads=num_heads, groups=num_heads) for _ in range(depth)], dropout)

    def forward(self, x: Tensor, graphs: GraphBatch) -> Tensor:
        """Return the nodes (N, D); the history is (N, layers so far, D)."""
        history = [x]
        for convolution in self.convolutions:
            features = convolution(torch.stack(history, dim=1), graphs.edge_index)
            history.append(self.dropout(features.relu()))
        return history[-1]


class GCN2(Stack):
    """GCNII: every convolution also gets the first nodes."""

    def __init__(
        self,
        embed_dim: int,
        dropout: float,
        depth: Depth = 4,
        alpha: Alpha = 0.1,
        theta: Annotated[float, Setting("how fast a layer's weights give way to the identity", ge=0, le=1000)] = 0.5,
    ) -> None:
        super().__init__([GCN2Conv(embed_dim, alpha, theta, layer=layer + 1) for layer in range(depth)], dropout)

    def forward(self, x: Tensor, graphs: GraphBatch) -> Tensor:
        """Return the nodes (N, D)."""
        first = x
        for convolution in self.convolutions:
            x = self.dropout(convolution(x, first, graphs.edge_index).relu())
        return x


class UNet(nn.Module):
    """Graph U-Net: half of the nodes are dropped ``depth`` times, and restored on the way up."""

    def __init__(
        self,
        embed_dim: int,
        dropout: float,
        depth: Depth = 3,
        pool_ratio: Annotated[float, Setting("share of the nodes that a level keeps", gt=0, le=1)] = 0.5,
    ) -> None:
        super().__init__()
        self.network = GraphUNet(embed_dim, embed_dim, embed_dim, depth, pool_ratios=pool_ratio)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, graphs: GraphBatch) -> Tensor:
        """Return the nodes (N, D)."""
        return self.dropout(self.network(x, graphs.edge_index, graphs.batch).relu())


class MPNN(nn.Module):
    """Message passing, Gilmer et al. 2017: an edge network makes the messages, a recurrent unit takes in their sum."""

    def __init__(
        self,
        embed_dim: int,
        dropout: float,
        depth: Depth = 3,
        edge_dim: Annotated[int, Setting("width of the network of an edge", ge=1, le=65_536)] = 32,
    ) -> None:
        super().__init__()
        edge = nn.Sequential(nn.Linear(3, edge_dim), nn.ReLU(), nn.Linear(edge_dim, embed_dim**2))
        self.convolution = NNConv(embed_dim, embed_dim, edge, root_weight=False, bias=False)
        self.unit = nn.GRUCell(embed_dim, embed_dim)
        self.depth, self.dropout = depth, nn.Dropout(dropout)

    def forward(self, x: Tensor, graphs: GraphBatch) -> Tensor:
        """Return the nodes (N, D) after ``depth`` rounds of one convolution."""
        attributes = graphs.edge_attr
        for _ in range(self.depth):
            message = self.dropout(self.convolution(x, graphs.edge_index, attributes))
            x = self.unit(message, x)
        return x


class SuperGAT(Stack):
    """Graph attention that also learns to tell edges from other pairs; ``attention_weight`` weights that loss."""

    def __init__(
        self,
        embed_dim: int,
        dropout: float,
        depth: Depth = 2,
        num_heads: NumHeads = 4,
        attention_weight: Annotated[
            float, Setting("weight of the loss of telling edges from other pairs", ge=0, le=1_000_000)
        ] = 1.0,
    ) -> None:
        width = _head_width(embed_dim, num_heads)
        super().__init__(
            [
                SuperGATConv(
                    embed_dim,
                    width,
                    num_heads,
                    dropout=dropout,
                    attention_type="MX",
                    edge_sample_ratio=0.8,
                    is_undirected=True,
                )
                for _ in range(depth)
            ],
            dropout,
            elu,
        )
        self.attention_weight = attention_weight

    def convolved(self, convolution: nn.Module, x: Tensor, graphs: GraphBatch) -> Tensor:
        """Apply one convolution; the negative pairs are drawn within each graph."""
        return convolution(x, graphs.edge_index, batch=graphs.batch)

    def extra_loss(self) -> Mapping[str, Tensor]:
        """Return the last call's loss for distinguishing edges from other pairs."""
        losses = torch.stack([cast(SuperGATConv, each).get_attention_loss() for each in self.convolutions])
        return {"attention": self.attention_weight * losses.sum()}


def _head_width(embed_dim: int, num_heads: int) -> int:
    """Return the width of a head; BenchError if the heads do not divide the width."""
    if num_heads < 1 or embed_dim % num_heads:
        raise BenchError(f"embed_dim = {embed_dim} cannot be shared by num_heads = {num_heads}; take a divisor of it")
    return embed_dim // num_heads
