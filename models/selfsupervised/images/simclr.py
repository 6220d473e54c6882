"""SimCLR, Chen et al. 2020: two views of a picture are similar, and dissimilar to all others of the batch."""

from lightly.loss import NTXentLoss
from lightly.models.modules import SimCLRProjectionHead
from torch import Tensor

from bench.models.selfsupervised.images.encoders import ResNet
from bench.models.selfsupervised.images.views import ImageView
from bench.models.selfsupervised.method import Method, Moment
from bench.models.selfsupervised.settings import HiddenDim, OutputDim, Temperature


class SimCLR(Method):
    """Heads, loss and views of SimCLR, from lightly."""

    views = (ImageView(), ImageView())

    def __init__(
        self, encoder: ResNet, temperature: Temperature = 0.5, hidden_dim: HiddenDim = 512, output_dim: OutputDim = 128
    ) -> None:
        super().__init__(encoder)
        self.projection = SimCLRProjectionHead(encoder.width, hidden_dim, output_dim)
        self.contrast = NTXentLoss(temperature)

    def outputs(self, shown: list[Tensor], moment: Moment) -> tuple[Tensor, ...]:
        """Return the projections (B, D) of both views."""
        return tuple(self.projection(self.encoder(view)) for view in shown)

    def loss(self, first: Tensor, second: Tensor) -> Tensor:
        """Return the contrastive cross-entropy of both projections."""
        return self.contrast(first, second)
