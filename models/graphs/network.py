"""The network of every graph row: patches embedded, convolved over their graph, read out and classified."""

from collections.abc import Mapping
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from bench.models.graphs.batches import GraphBatch
from bench.models.graphs.nodes import Nodes
from bench.models.graphs.readout import Readout
from bench.models.graphs.settings import ReadoutKind


class PatchGraphNetwork(nn.Module):
    """From B graphs of P patches to scores (B, C).

    ``convolutions`` maps nodes (B*P, D) and their batch to nodes (B*P, D). Where it has an ``extra_loss()``, training
    adds it.
    """

    def __init__(
        self,
        convolutions: nn.Module,
        nodes: Nodes,
        readout: ReadoutKind,
        embed_dim: int,
        dropout: float,
        num_classes: int,
    ) -> None:
        super().__init__()
        self.nodes = nodes
        self.embedding = nn.Linear(nodes.width, embed_dim)
        self.position = nn.Parameter(0.02 * torch.randn(nodes.patches.count, embed_dim))
        self.convolutions = convolutions
        self.readout = Readout(readout, nodes.patches.count, embed_dim)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(self.readout.width, num_classes)

    def forward(self, graphs: GraphBatch) -> Tensor:
        """Return the scores (B, C)."""
        nodes = self.embedding(self.nodes(graphs.pixels)) + self.position
        nodes = self.convolutions(self.dropout(nodes.flatten(0, 1).relu()), graphs)
        return self.head(self.dropout(self.readout(nodes)))

    def extra_loss(self) -> Mapping[str, Tensor]:
        """Return the convolutions' own loss terms at the last call, by name; empty if they have none."""
        own = getattr(self.convolutions, "extra_loss", None)
        return own() if own else {}


def graph_loss(network: nn.Module, graphs: GraphBatch, labels: Tensor) -> Mapping[str, Tensor]:
    """Return the cross-entropy of the scores, and the loss terms of the convolutions."""
    loss = cross_entropy(network(graphs), labels)
    extra = cast(PatchGraphNetwork, network).extra_loss()  # Fabric's wrapper forwards it
    return {"loss": sum(extra.values(), loss), **extra}
