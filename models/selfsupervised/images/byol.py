"""BYOL, Grill et al. 2020: from one view, predict a momentum encoder's features of the other."""

from copy import deepcopy

from lightly.loss import NegativeCosineSimilarity
from lightly.models.modules import BYOLPredictionHead, BYOLProjectionHead
from torch import Tensor, nn

from bench.models.selfsupervised.images.encoders import ResNet
from bench.models.selfsupervised.images.views import ImageView
from bench.models.selfsupervised.method import Follower, Method, Moment, rising
from bench.models.selfsupervised.settings import HiddenDim, Momentum, OutputDim

VIEWS = (
    ImageView(brightness=0.4, contrast=0.4, blur=1.0),
    ImageView(brightness=0.4, contrast=0.4, blur=0.1, solarise=0.2),
)
"""The two views of BYOL and Barlow Twins, which are drawn differently."""


class BYOL(Method):
    """Heads, loss and views of BYOL, from lightly."""

    views = VIEWS

    def __init__(
        self, encoder: ResNet, momentum: Momentum = 0.996, hidden_dim: HiddenDim = 1024, output_dim: OutputDim = 256
    ) -> None:
        super().__init__(encoder)
        self.online = nn.Sequential(encoder, BYOLProjectionHead(encoder.width, hidden_dim, output_dim))
        self.prediction = BYOLPredictionHead(output_dim, hidden_dim, output_dim)
        self.target = Follower(self.online, deepcopy(self.online))
        self.likeness = NegativeCosineSimilarity()
        self.momentum = momentum

    def outputs(self, shown: list[Tensor], moment: Moment) -> tuple[Tensor, ...]:
        """Return the predictions of both views, then the targets of both, each (B, D)."""
        self.target.follow(self.online, rising(self.momentum, moment.done))
        predicted = tuple(self.prediction(self.online(view)) for view in shown)
        return *predicted, *(self.target(view) for view in shown)

    def loss(self, predicted0: Tensor, predicted1: Tensor, target0: Tensor, target1: Tensor) -> Tensor:
        """Return the dissimilarity of each prediction to the target of the other view."""
        return (self.likeness(predicted0, target1) + self.likeness(predicted1, target0)) / 2
