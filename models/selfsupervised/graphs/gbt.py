"""Graph Barlow Twins, Bielak et al. 2021: a node's features agree in two alterations and are uncorrelated."""

from lightly.loss import BarlowTwinsLoss
from torch import Tensor

from bench.models.graphs.batches import GraphBatch
from bench.models.selfsupervised.graphs.altered import Altered
from bench.models.selfsupervised.graphs.encoder import GraphEncoder
from bench.models.selfsupervised.method import Moment
from bench.models.selfsupervised.settings import DropEdges, MaskFeatures


class GBT(Altered):
    """Loss of Graph Barlow Twins, which has no heads; redundancy is weighted 1 / width, as in the paper."""

    def __init__(self, encoder: GraphEncoder, drop_edges: DropEdges = 0.5, mask_features: MaskFeatures = 0.1) -> None:
        super().__init__(encoder, drop_edges, mask_features)
        self.correlation = BarlowTwinsLoss(1 / encoder.width)

    def outputs(self, shown: GraphBatch, moment: Moment) -> tuple[Tensor, ...]:
        """Return the nodes (N, D) of both alterations."""
        return tuple(self.encoder.nodes(*altered) for altered in self.seen(shown))

    def loss(self, first: Tensor, second: Tensor) -> Tensor:
        """Return the distance of both's correlation matrix from the identity."""
        return self.correlation(first, second)
