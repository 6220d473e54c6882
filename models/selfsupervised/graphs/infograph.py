"""InfoGraph, Sun et al. 2019: nodes are trained to identify their graph among those of the batch."""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from bench.models.graphs.batches import GraphBatch
from bench.models.selfsupervised.graphs.encoder import GraphEncoder
from bench.models.selfsupervised.method import Method, Moment


class InfoGraph(Method):
    """Heads and loss of InfoGraph: the Jensen-Shannon bound of nodes' and graphs' mutual information."""

    encoder: GraphEncoder

    def __init__(self, encoder: GraphEncoder) -> None:
        super().__init__(encoder)
        self.of_nodes = _Head(encoder.width, encoder.width)
        self.of_graphs = _Head(encoder.readout.width, encoder.width)

    def outputs(self, shown: GraphBatch, moment: Moment) -> tuple[Tensor, ...]:
        """Return the projected nodes (N, D) and graphs (B, D)."""
        nodes = self.encoder.nodes(self.encoder.features(shown), shown.edge_index)
        return self.of_nodes(nodes), self.of_graphs(self.encoder.readout(nodes))

    def loss(self, nodes: Tensor, graphs: Tensor) -> Tensor:
        """Return the bound's negative; nodes are in the order of their graphs, which have equally many."""
        likeness = nodes @ graphs.T
        own = torch.eye(len(graphs), dtype=torch.bool, device=nodes.device)
        own = own.repeat_interleave(len(nodes) // len(graphs), dim=0)
        belonging, strange = likeness[own], likeness[~own]
        # log 2 - softplus(-l) and softplus(-l) + l - log 2: the log 2 of both makes 2 log 2
        return (softplus(-strange) + strange).mean() + softplus(-belonging).mean() - 2 * math.log(2)


class _Head(nn.Module):
    """Three layers with a linear shortcut."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        layers = [layer for first in (inputs, width, width) for layer in (nn.Linear(first, width), nn.ReLU())]
        self.layers, self.straight = nn.Sequential(*layers), nn.Linear(inputs, width)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the projections (…, ``width``)."""
        return self.layers(inputs) + self.straight(inputs)
