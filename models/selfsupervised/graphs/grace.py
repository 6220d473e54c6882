"""GRACE, Zhu et al. 2020: a node's features agree in two alterations, and differ from all others' of the batch."""

from lightly.loss import NTXentLoss
from torch import Tensor, nn

from bench.models.graphs.batches import GraphBatch
from bench.models.selfsupervised.graphs.altered import Altered
from bench.models.selfsupervised.graphs.encoder import GraphEncoder
from bench.models.selfsupervised.method import Moment
from bench.models.selfsupervised.settings import DropEdges, HiddenDim, MaskFeatures, Temperature


class GRACE(Altered):
    """Head and loss of GRACE: SimCLR's equation, over nodes."""

    def __init__(
        self,
        encoder: GraphEncoder,
        drop_edges: DropEdges = 0.3,
        mask_features: MaskFeatures = 0.3,
        temperature: Temperature = 0.4,
        hidden_dim: HiddenDim = 64,
    ) -> None:
        super().__init__(encoder, drop_edges, mask_features)
        self.projection = nn.Sequential(
            nn.Linear(encoder.width, hidden_dim), nn.ELU(), nn.Linear(hidden_dim, encoder.width)
        )
        self.contrast = NTXentLoss(temperature)

    def outputs(self, shown: GraphBatch, moment: Moment) -> tuple[Tensor, ...]:
        """Return the projected nodes (N, D) of both alterations."""
        return tuple(self.projection(self.encoder.nodes(*altered)) for altered in self.seen(shown))

    def loss(self, first: Tensor, second: Tensor) -> Tensor:
        """Return the contrastive cross-entropy over nodes."""
        return self.contrast(first, second)
