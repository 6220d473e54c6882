"""Random views cropped from the uint8 cache, against lightly's default transform."""

import numpy as np
import torch
from lightly.transforms import SimCLRTransform
from PIL import Image

from bench.models.images.picture_input import PLAIN
from bench.models.selfsupervised.images.simclr import SimCLR
from bench.models.selfsupervised.images.views import drawn
from benchmarks.measurement import Row, in_turns

SIZE = 224


def rows() -> list[Row]:
    """Return the one row."""
    return [two_views()]


def two_views(count: int = 48, repetitions: int = 9) -> Row:
    """Measure two views of ``count`` cached pictures as a network's input, in this process only."""
    random = np.random.default_rng(0)
    rough = random.integers(40, 200, (count, 28, 28), dtype=np.uint8)
    pictures = np.stack([np.asarray(Image.fromarray(each).resize((SIZE, SIZE))) for each in rough])
    transform = SimCLRTransform(input_size=SIZE)

    def ours() -> None:
        for view in SimCLR.views:
            _check(PLAIN(torch.from_numpy(drawn(pictures, view, SIZE, random))).contiguous(), count)

    def theirs() -> None:
        pairs = [transform(Image.fromarray(each).convert("RGB")) for each in pictures]
        for views in zip(*pairs, strict=True):
            _check(torch.stack(views), count)

    what = f"two views of {SIZE} px of {count} cached pictures"
    return Row(what, "lightly's SimCLRTransform", in_turns(ours, theirs, repetitions), "times faster", 5.0)


def _check(batch: torch.Tensor, count: int) -> None:
    assert batch.shape == (count, 3, SIZE, SIZE)
