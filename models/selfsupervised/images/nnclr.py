"""NNCLR, Dwibedi et al. 2021: a view is similar to the nearest neighbour, among earlier pictures, of the other view."""

from lightly.loss import NTXentLoss
from lightly.models.modules import NNCLRPredictionHead, NNCLRProjectionHead, NNMemoryBankModule
from torch import Tensor

from bench.models.selfsupervised.images.banks import with_state
from bench.models.selfsupervised.images.encoders import ResNet
from bench.models.selfsupervised.images.views import ImageView
from bench.models.selfsupervised.method import Method, Moment
from bench.models.selfsupervised.settings import BankSize, HiddenDim, OutputDim, Temperature


class NNCLR(Method):
    """Heads, loss and views of NNCLR, from lightly."""

    views = (ImageView(), ImageView())

    def __init__(
        self,
        encoder: ResNet,
        temperature: Temperature = 0.1,
        bank_size: BankSize = 1024,
        hidden_dim: HiddenDim = 512,
        output_dim: OutputDim = 128,
    ) -> None:
        super().__init__(encoder)
        self.projection = NNCLRProjectionHead(encoder.width, hidden_dim, output_dim)
        self.prediction = NNCLRPredictionHead(output_dim, hidden_dim, output_dim)
        self.bank = with_state(NNMemoryBankModule(size=(bank_size, output_dim)))
        self.contrast = NTXentLoss(temperature)

    def outputs(self, shown: list[Tensor], moment: Moment) -> tuple[Tensor, ...]:
        """Return the predictions of both views, then both projections, each (B, D)."""
        projected = tuple(self.projection(self.encoder(view)) for view in shown)
        return *(self.prediction(each) for each in projected), *projected

    def loss(self, predicted0: Tensor, predicted1: Tensor, projected0: Tensor, projected1: Tensor) -> Tensor:
        """Return the contrastive loss of predictions and neighbours; add the second view's projections to the bank."""
        nearest0 = self.bank(projected0.detach(), update=False)
        nearest1 = self.bank(projected1.detach(), update=True)
        return (self.contrast(nearest0, predicted1) + self.contrast(nearest1, predicted0)) / 2
