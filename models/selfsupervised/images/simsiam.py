"""SimSiam, Chen and He 2021: predict one view from the other, with no gradient through the target."""

from typing import Annotated

from lightly.loss import NegativeCosineSimilarity
from lightly.models.modules import SimSiamPredictionHead, SimSiamProjectionHead
from torch import Tensor

from bench.models.selfsupervised.images.encoders import ResNet
from bench.models.selfsupervised.images.views import ImageView
from bench.models.selfsupervised.method import Method, Moment
from bench.models.selfsupervised.settings import HiddenDim, OutputDim
from bench.specs import Setting

VIEWS = (ImageView(scale=(0.2, 1.0), brightness=0.4, contrast=0.4),) * 2
"""The views of SimSiam, which are those of MoCo v2."""


class SimSiam(Method):
    """Heads, loss and views of SimSiam, from lightly."""

    views = VIEWS

    def __init__(
        self,
        encoder: ResNet,
        hidden_dim: HiddenDim = 512,
        output_dim: OutputDim = 128,
        bottleneck_dim: Annotated[int, Setting("width of the prediction's hidden layer", ge=1, le=65_536)] = 64,
    ) -> None:
        super().__init__(encoder)
        self.projection = SimSiamProjectionHead(encoder.width, hidden_dim, output_dim)
        self.prediction = SimSiamPredictionHead(output_dim, bottleneck_dim, output_dim)
        self.likeness = NegativeCosineSimilarity()

    def outputs(self, shown: list[Tensor], moment: Moment) -> tuple[Tensor, ...]:
        """Return the predictions of both views, then both projections, each (B, D)."""
        projected = tuple(self.projection(self.encoder(view)) for view in shown)
        return *(self.prediction(each) for each in projected), *projected

    def loss(self, predicted0: Tensor, predicted1: Tensor, projected0: Tensor, projected1: Tensor) -> Tensor:
        """Return the dissimilarity of each prediction to the projection of the other view, which gets no gradient."""
        return (self.likeness(predicted0, projected1.detach()) + self.likeness(predicted1, projected0.detach())) / 2
