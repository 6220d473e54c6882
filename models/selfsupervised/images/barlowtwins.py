"""Barlow Twins, Zbontar et al. 2021: the features of two views agree and are uncorrelated with each other."""

from typing import Annotated

from lightly.loss import BarlowTwinsLoss
from lightly.models.modules import BarlowTwinsProjectionHead
from torch import Tensor

from bench.models.selfsupervised.images.byol import VIEWS
from bench.models.selfsupervised.images.encoders import ResNet
from bench.models.selfsupervised.method import Method, Moment
from bench.models.selfsupervised.settings import HiddenDim, OutputDim
from bench.specs import Setting


class BarlowTwins(Method):
    """Heads, loss and views of Barlow Twins, from lightly."""

    views = VIEWS

    def __init__(
        self,
        encoder: ResNet,
        redundancy_weight: Annotated[
            float, Setting("weight of the correlations that should be 0", ge=0, le=1_000_000)
        ] = 5e-3,
        hidden_dim: HiddenDim = 2048,
        output_dim: OutputDim = 2048,
    ) -> None:
        super().__init__(encoder)
        self.projection = BarlowTwinsProjectionHead(encoder.width, hidden_dim, output_dim)
        self.correlation = BarlowTwinsLoss(redundancy_weight)

    def outputs(self, shown: list[Tensor], moment: Moment) -> tuple[Tensor, ...]:
        """Return the projections (B, D) of both views."""
        return tuple(self.projection(self.encoder(view)) for view in shown)

    def loss(self, first: Tensor, second: Tensor) -> Tensor:
        """Return the distance of the projections' correlation matrix from the identity."""
        return self.correlation(first, second)
