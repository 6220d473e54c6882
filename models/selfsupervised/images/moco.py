"""MoCo v2, He et al. 2020: find the other view of a picture among views of many earlier pictures, kept in a queue."""

from copy import deepcopy

from lightly.loss import NTXentLoss
from lightly.models.modules import MoCoProjectionHead
from torch import Tensor, nn

from bench.models.selfsupervised.images.banks import with_state
from bench.models.selfsupervised.images.encoders import ResNet
from bench.models.selfsupervised.images.simsiam import VIEWS
from bench.models.selfsupervised.method import Follower, Method, Moment, rising
from bench.models.selfsupervised.settings import BankSize, HiddenDim, Momentum, OutputDim, Temperature


class MoCo(Method):
    """Heads, loss and views of MoCo, from lightly."""

    views = VIEWS

    def __init__(
        self,
        encoder: ResNet,
        momentum: Momentum = 0.996,
        temperature: Temperature = 0.2,
        bank_size: BankSize = 1024,
        hidden_dim: HiddenDim = 512,
        output_dim: OutputDim = 128,
    ) -> None:
        super().__init__(encoder)
        self.query = nn.Sequential(encoder, MoCoProjectionHead(encoder.width, hidden_dim, output_dim))
        self.key = Follower(self.query, deepcopy(self.query))
        self.contrast = NTXentLoss(temperature, memory_bank_size=(bank_size, output_dim))
        with_state(self.contrast.memory_bank)
        self.momentum = momentum

    def outputs(self, shown: list[Tensor], moment: Moment) -> tuple[Tensor, ...]:
        """Return the query (B, D) of the first view and the key (B, D) of the second."""
        self.key.follow(self.query, rising(self.momentum, moment.done))
        return self.query(shown[0]), self.key(shown[1])

    def loss(self, query: Tensor, key: Tensor) -> Tensor:
        """Return the cross-entropy of finding the key among those of the bank; then add the keys to the bank."""
        return self.contrast(query, key)
