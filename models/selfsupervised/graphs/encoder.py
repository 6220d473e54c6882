"""The encoders of contrastive graph methods: from graphs of patches to features of nodes and of whole graphs."""

from torch import Tensor, nn
from torch_geometric.nn import GCN, GIN

from bench.models.graphs.batches import GraphBatch
from bench.models.graphs.nodes import Nodes
from bench.models.graphs.readout import Readout
from bench.models.graphs.settings import ReadoutKind


class GraphEncoder(nn.Module):
    """A network over graphs and a readout of its nodes, which have ``width`` features each."""

    def __init__(self, described: Nodes, network: nn.Module, width: int, readout: ReadoutKind) -> None:
        super().__init__()
        self.described, self.network, self.width = described, network, width
        self.readout = Readout(readout, described.patches.count, width)

    def features(self, graphs: GraphBatch) -> Tensor:
        """Return what the nodes are at first (B*P, F)."""
        return self.described(graphs.pixels).flatten(0, 1)

    def nodes(self, features: Tensor, edge_index: Tensor) -> Tensor:
        """Return the features of nodes (B*P, ``width``) from what they were at first."""
        return self.network(features, edge_index)

    def forward(self, graphs: GraphBatch) -> Tensor:
        """Return the features of graphs (B, ``readout.width``)."""
        return self.readout(self.nodes(self.features(graphs), graphs.edge_index))


def gcn(described: Nodes, embed_dim: int, depth: int, readout: ReadoutKind) -> GraphEncoder:
    """Build graph convolutions with batch normalisation and PReLU between them, as BGRL and GBT have."""
    network = GCN(described.width, embed_dim, depth, act="prelu", norm="batch_norm")
    return GraphEncoder(described, network, embed_dim, readout)


def gin(described: Nodes, embed_dim: int, depth: int, readout: ReadoutKind) -> GraphEncoder:
    """Build InfoGraph's isomorphism network, whose layers are normalised behind the ReLU and all of them read out."""
    network = GIN(described.width, embed_dim, depth, norm="batch_norm", act_first=True, jk="cat")
    network.register_module("lin", nn.Identity())  # torch_geometric would project the joined layers back to one's width
    return GraphEncoder(described, network, depth * embed_dim, readout)
