"""MoCo v2, He et al. 2020: find the other view of a picture among views of many earlier pictures, kept in a queue."""

from copy import deepcopy

import torch
from lightly.models.modules import MoCoProjectionHead
from torch import Tensor, nn
from torch.nn.functional import cosine_similarity, cross_entropy

from bench.models.selfsupervised.images.banks import Bank
from bench.models.selfsupervised.images.encoders import ResNet
from bench.models.selfsupervised.images.simsiam import VIEWS
from bench.models.selfsupervised.method import Follower, Method, Moment, rising
from bench.models.selfsupervised.settings import BankSize, HiddenDim, Momentum, OutputDim, Temperature


class MoCo(Method):
    """Head and views of MoCo, from lightly; a query meets no earlier key of its own picture."""

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
        self.bank = Bank(bank_size, output_dim)
        self.temperature, self.momentum = temperature, momentum

    def outputs(self, shown: list[Tensor], moment: Moment) -> tuple[Tensor, ...]:
        """Return the query (B, D) of the first view, the key (B, D) of the second, and their pictures (B,)."""
        self.key.follow(self.query, rising(self.momentum, moment.done))
        return self.query(shown[0]), self.key(shown[1]), moment.pictures.to(shown[0].device)

    def loss(self, query: Tensor, key: Tensor, pictures: Tensor) -> Tensor:
        """Return the cross-entropy of finding the key among those of the bank; then add the keys to the bank."""
        likeness = torch.cat([cosine_similarity(query, key)[:, None], self.bank.likeness(query, pictures)], dim=1)
        self.bank.add(key, pictures)
        return cross_entropy(likeness / self.temperature, torch.zeros_like(pictures))
