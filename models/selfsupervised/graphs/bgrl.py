"""BGRL, Thakoor et al. 2021: from one alteration of a node, predict a momentum encoder's features of the other."""

from copy import deepcopy

from lightly.loss import NegativeCosineSimilarity
from torch import Tensor, nn

from bench.models.graphs.batches import GraphBatch
from bench.models.selfsupervised.graphs.altered import Altered
from bench.models.selfsupervised.graphs.encoder import GraphEncoder
from bench.models.selfsupervised.method import Follower, Moment, rising
from bench.models.selfsupervised.settings import DropEdges, HiddenDim, MaskFeatures, Momentum


class BGRL(Altered):
    """Head, momentum encoder and loss of BGRL; the momentum encoder sees the same two alterations."""

    def __init__(
        self,
        encoder: GraphEncoder,
        drop_edges: DropEdges = 0.5,
        mask_features: MaskFeatures = 0.1,
        momentum: Momentum = 0.99,
        hidden_dim: HiddenDim = 128,
    ) -> None:
        super().__init__(encoder, drop_edges, mask_features)
        self.prediction = nn.Sequential(
            nn.Linear(encoder.width, hidden_dim), nn.PReLU(), nn.Linear(hidden_dim, encoder.width)
        )
        self.target = Follower(encoder.network, deepcopy(encoder.network))
        self.likeness = NegativeCosineSimilarity()
        self.momentum = momentum

    def outputs(self, shown: GraphBatch, moment: Moment) -> tuple[Tensor, ...]:
        """Return the predictions of both alterations, then the targets of both, each (N, D)."""
        self.target.follow(self.encoder.network, rising(self.momentum, moment.done))
        seen = self.seen(shown)
        predicted = tuple(self.prediction(self.encoder.nodes(*altered)) for altered in seen)
        return *predicted, *(self.target(*altered) for altered in seen)

    def loss(self, predicted0: Tensor, predicted1: Tensor, target0: Tensor, target1: Tensor) -> Tensor:
        """Return the dissimilarity of each prediction to the target of the other alteration."""
        return (self.likeness(predicted0, target1) + self.likeness(predicted1, target0)) / 2
