"""The common base of contrastive graph methods: two alterations of the same graphs, and their encoded nodes."""

from collections.abc import Callable

from torch import Tensor
from torch_geometric.utils import dropout_edge, mask_feature

from bench.models.graphs.batches import GraphBatch
from bench.models.selfsupervised.graphs.encoder import GraphEncoder
from bench.models.selfsupervised.method import Method

Nodes = Callable[[Tensor, Tensor], Tensor]
"""From what nodes are at first (N, F) and edges (2, E) to features (N, D)."""


class Altered(Method):
    """Sees graphs twice, each time without a share ``drop_edges`` of edges and ``mask_features`` of features.

    The same features of all patches are masked at once, as in GRACE (Zhu et al. 2020, section 3.2).
    """

    encoder: GraphEncoder

    def __init__(self, encoder: GraphEncoder, drop_edges: float, mask_features: float) -> None:
        super().__init__(encoder)
        self.drop_edges, self.mask_features = drop_edges, mask_features

    def seen(self, graphs: GraphBatch) -> list[tuple[Tensor, Tensor]]:
        """Return the nodes at first (N, F) and edges (2, E) of two alterations."""
        features = self.encoder.features(graphs)
        return [
            (
                mask_feature(features, self.mask_features, mode="col")[0],
                dropout_edge(graphs.edge_index, self.drop_edges)[0],
            )
            for _ in range(2)
        ]
