"""How the nodes of a graph become one vector; layers of torch_geometric.

All graphs of patches have equally many nodes, so that their sum is their mean times a number.
"""

import torch
from torch import Tensor, nn
from torch_geometric.nn.aggr import Aggregation, MultiAggregation, Set2Set
from torch_geometric.utils import scatter

from bench.models.graphs.settings import ReadoutKind

_STEPS = 3
"""The steps of Set2Set, as in torch_geometric's own message passing example."""


class GatedSum(nn.Module):
    """The readout of gated graph networks (Li et al. 2015, equation 7), of the nodes' last states."""

    def __init__(self, embed_dim: int) -> None:
        super().__init__()
        self.gate, self.value = nn.Linear(embed_dim, embed_dim), nn.Linear(embed_dim, embed_dim)

    def forward(self, nodes: Tensor, index: Tensor, dim_size: int) -> Tensor:
        """Return, of ``dim_size`` graphs, the sums (B, D) of the nodes (N, D) that a gate lets through."""
        gated = self.gate(nodes).sigmoid() * self.value(nodes).tanh()
        return scatter(gated, index, dim_size=dim_size, reduce="sum").tanh()


class Readout(nn.Module):
    """From the nodes (B*P, D) of graphs of P nodes each to features (B, ``width``)."""

    def __init__(self, kind: ReadoutKind, nodes: int, embed_dim: int) -> None:
        super().__init__()
        self._nodes = nodes
        parts: list[Aggregation | str] = [*kind.split("-")]
        self.width = embed_dim * (2 if kind == "set2set" else len(parts))
        if kind == "set2set":
            self.aggregation: nn.Module = Set2Set(embed_dim, _STEPS)
        elif kind == "gated":
            self.aggregation = GatedSum(embed_dim)
        else:
            self.aggregation = MultiAggregation(parts)

    def forward(self, nodes: Tensor) -> Tensor:
        """Return the features of graphs."""
        count = len(nodes) // self._nodes
        index = torch.arange(len(nodes), device=nodes.device) // self._nodes
        return self.aggregation(nodes, index, dim_size=count)
