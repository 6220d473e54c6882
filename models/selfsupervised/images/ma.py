"""The masked autoencoder, He et al. 2021: decode the whole picture from a quarter of its patches."""

from typing import Annotated

from lightly.models.modules import MaskedVisionTransformerDecoderTIMM
from lightly.models.utils import get_at_index, repeat_token, set_at_index
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from bench.models.selfsupervised.images.encoders import ViT
from bench.models.selfsupervised.images.masked import Masked
from bench.models.selfsupervised.method import Moment
from bench.models.selfsupervised.settings import MaskRatio
from bench.specs import Setting

_SMALLEST = 1e-6
"""Added to a patch's variance before dividing by its root."""


class MaskedAutoencoder(Masked):
    """Decoder, loss and view of the masked autoencoder, from lightly."""

    def __init__(
        self,
        encoder: ViT,
        mask_ratio: MaskRatio = 0.75,
        norm_pix_loss: Annotated[
            bool, Setting("whether a patch is decoded about its own mean, in its own deviation")
        ] = True,
        decoder_embed_dim: Annotated[int, Setting("width of a token in the decoder", ge=1, le=65_536)] = 64,
        decoder_depth: Annotated[int, Setting("layers of the decoder", ge=1, le=1000)] = 2,
        decoder_num_heads: Annotated[int, Setting("attention heads of the decoder", ge=1, le=1024)] = 4,
    ) -> None:
        super().__init__(encoder, mask_ratio)
        network = encoder.network
        self.embedding = nn.Linear(network.embed_dim, decoder_embed_dim)
        self.decoder = MaskedVisionTransformerDecoderTIMM(
            network.patch_embed.num_patches, decoder_embed_dim, decoder_depth, decoder_num_heads
        )
        self.prediction = nn.Linear(decoder_embed_dim, 3 * self.patch_size**2)
        self.norm_pix_loss = norm_pix_loss

    def outputs(self, shown: list[Tensor], moment: Moment) -> tuple[Tensor, ...]:
        """Return the decoded and the true pixels (B, M, F) of the hidden patches."""
        pictures = shown[0]
        stay, places = self.drawn(pictures)
        seen = self.embedding(self.masked.encode(pictures, idx_keep=stay))
        size = len(pictures), self.masked.sequence_length
        tokens = set_at_index(repeat_token(self.decoder.mask_token, size), stay, seen.type_as(self.decoder.mask_token))
        return self.prediction(get_at_index(self.decoder(tokens), places)), self.hidden(pictures, places)

    def loss(self, decoded: Tensor, true: Tensor) -> Tensor:
        """Return the mean squared difference; each patch is normalised first if the setting says so."""
        if self.norm_pix_loss:
            true = (true - true.mean(-1, keepdim=True)) / (true.var(-1, keepdim=True) + _SMALLEST).sqrt()
        return mse_loss(decoded, true)
