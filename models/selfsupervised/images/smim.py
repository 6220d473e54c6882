"""SimMIM, Xie et al. 2021: predict hidden patches from the others with one layer after the encoder."""

from dataclasses import replace

from lightly.models.utils import get_at_index
from torch import Tensor, nn
from torch.nn.functional import l1_loss

from bench.models.selfsupervised.images.encoders import ViT
from bench.models.selfsupervised.images.masked import Masked
from bench.models.selfsupervised.method import Moment
from bench.models.selfsupervised.settings import MaskRatio


class SimMIM(Masked):
    """Head, loss and view of SimMIM, which crops less than a masked autoencoder does; the masks are lightly's."""

    views = (replace(Masked.views[0], scale=(0.67, 1.0)),)

    def __init__(self, encoder: ViT, mask_ratio: MaskRatio = 0.6) -> None:
        super().__init__(encoder, mask_ratio)
        self.prediction = nn.Linear(encoder.network.embed_dim, 3 * self.patch_size**2)

    def outputs(self, shown: list[Tensor], moment: Moment) -> tuple[Tensor, ...]:
        """Return the predicted and the true pixels (B, M, F) of the hidden patches."""
        pictures = shown[0]
        _, places = self.drawn(pictures)
        tokens = self.masked.encode(pictures, idx_mask=places)
        return self.prediction(get_at_index(tokens, places)), self.hidden(pictures, places)

    def loss(self, guessed: Tensor, true: Tensor) -> Tensor:
        """Return the mean absolute difference."""
        return l1_loss(guessed, true)
