"""NNCLR, Dwibedi et al. 2021: a view is similar to the nearest neighbour, among earlier pictures, of the other view."""

from lightly.loss import NTXentLoss
from lightly.models.modules import NNCLRPredictionHead, NNCLRProjectionHead
from torch import Tensor

from bench.models.selfsupervised.images.banks import Bank
from bench.models.selfsupervised.images.encoders import ResNet
from bench.models.selfsupervised.images.views import ImageView
from bench.models.selfsupervised.method import Method, Moment
from bench.models.selfsupervised.settings import BankSize, HiddenDim, OutputDim, Temperature


class NNCLR(Method):
    """Heads, loss and views of NNCLR, from lightly; a view's neighbour is never of its own picture."""

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
        self.bank = Bank(bank_size, output_dim)
        self.contrast = NTXentLoss(temperature)

    def outputs(self, shown: list[Tensor], moment: Moment) -> tuple[Tensor, ...]:
        """Return the predictions of both views, then both projections, each (B, D), and their pictures (B,)."""
        projected = tuple(self.projection(self.encoder(view)) for view in shown)
        pictures = moment.pictures.to(shown[0].device)
        return *(self.prediction(each) for each in projected), *projected, pictures

    def loss(
        self, predicted0: Tensor, predicted1: Tensor, projected0: Tensor, projected1: Tensor, pictures: Tensor
    ) -> Tensor:
        """Return the contrastive loss of predictions and neighbours; add the second view's projections to the bank."""
        nearest0, nearest1 = (
            self.bank.entries[self.bank.likeness(each.detach(), pictures).argmax(1)]
            for each in (projected0, projected1)
        )
        self.bank.add(projected1.detach(), pictures)
        return (self.contrast(nearest0, predicted1) + self.contrast(nearest1, predicted0)) / 2
