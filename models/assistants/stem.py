"""A stem of convolutions in the place of the linear patches of transformers' vision towers."""

from typing import Any

from torch import Tensor, nn
from transformers import PreTrainedModel

from bench.models.stem import PATCH, Stem, stem_of


class GreyStem(nn.Sequential):
    """The stem of one channel, for pictures (B, 3, H, W) whose three channels are equal."""

    @property
    def weight(self) -> Tensor:
        """The first kernel: transformers asks the patch embedding for the number type of its weight."""
        first: Any = self[0]
        return first.weight

    def forward(self, input: Tensor) -> Tensor:
        """Return the patches (B, D, H / 32, W / 32)."""
        return super().forward(input[:, :1])


def stemmed(kind: type[PreTrainedModel]) -> type[PreTrainedModel]:
    """Return a model class of transformers that builds the stem which ``vision_config.stem`` of its config names.

    Its config.json names the stem, so that a folder that ``save_pretrained`` wrote is read with it again.
    """

    class Stemmed(kind):
        def __init__(self, config: Any, *others: Any, **named: Any) -> None:
            super().__init__(config, *others, **named)
            stem = getattr(config.vision_config, "stem", None)
            if stem not in (None, "linear"):
                _put_in_place(self, stem)

    Stemmed.__name__ = Stemmed.__qualname__ = kind.__name__  # which save_pretrained writes down
    return Stemmed


def _put_in_place(model: nn.Module, stem: Stem) -> None:
    """Put the stem in the place of a model's linear patches, which are as many."""
    holder: Any = next(
        part for part in model.modules() if isinstance(getattr(part, "patch_embedding", None), nn.Conv2d)
    )
    assert holder.patch_embedding.stride == (PATCH, PATCH), "other patches were refused with the settings"
    holder.patch_embedding = GreyStem(*stem_of(stem, holder.patch_embedding.out_channels).children())
