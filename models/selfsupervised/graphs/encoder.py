"""The encoder of contrastive graph methods: from graphs of patches to features of nodes and of whole graphs."""

from torch import Tensor, nn
from torch_geometric.nn import GCN

from bench.models.graphs.batches import GraphBatch
from bench.models.graphs.patches import Patches


class GraphEncoder(nn.Module):
    """Graph convolutions with batch normalisation between them; a graph's features are the mean of its nodes'."""

    def __init__(self, patches: Patches, embed_dim: int, depth: int) -> None:
        super().__init__()
        self.patches, self.width = patches, embed_dim
        self.network = GCN(patches.width, embed_dim, depth, norm="batch_norm")

    def pixels(self, graphs: GraphBatch) -> Tensor:
        """Return the pixels (B*P, F) of the nodes, from -1 to 1."""
        return self.patches.cut(graphs.pixels).flatten(0, 1)

    def nodes(self, pixels: Tensor, edge_index: Tensor) -> Tensor:
        """Return the features of nodes (B*P, ``width``)."""
        return self.network(pixels, edge_index)

    def pooled(self, nodes: Tensor) -> Tensor:
        """Return the mean of each graph's nodes (B, ``width``)."""
        return nodes.unflatten(0, (-1, self.patches.count)).mean(1)

    def forward(self, graphs: GraphBatch) -> Tensor:
        """Return the features of graphs (B, ``width``)."""
        return self.pooled(self.nodes(self.pixels(graphs), graphs.edge_index))
