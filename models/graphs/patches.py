"""Pictures cut into square patches, the nodes of their graphs."""

from dataclasses import dataclass

import torch
from torch import Tensor

from bench.errors import BenchError


@dataclass(frozen=True)
class Patches:
    """How square pictures of ``image_size`` pixels are cut: row by row, P patches of F pixels each.

    BenchError if the patches do not fill the picture, or if there is only one.
    """

    image_size: int
    patch_size: int

    def __post_init__(self) -> None:
        if self.patch_size < 1 or self.image_size % self.patch_size or self.image_size == self.patch_size:
            fitting = [str(size) for size in range(1, self.image_size) if self.image_size % size == 0]
            raise BenchError(
                f"patch_size = {self.patch_size} does not cut pictures of {self.image_size} x {self.image_size} pixels "
                f"into equal patches, at least two a side; fitting: {', '.join(fitting) or 'none, enlarge image_size'}"
            )

    @property
    def side(self) -> int:
        """The number of patches along a side."""
        return self.image_size // self.patch_size

    @property
    def count(self) -> int:
        """P, the number of patches of a picture."""
        return self.side**2

    @property
    def width(self) -> int:
        """F, the number of pixels of a patch."""
        return self.patch_size**2

    def cut(self, pictures: Tensor) -> Tensor:
        """Return the patches (B, P, F) of uint8 pictures (B, H, W), from -1 to 1."""
        tiles = pictures.unflatten(2, (self.side, -1)).unflatten(1, (self.side, -1)).transpose(2, 3)
        # Cut and convert in one pass.
        cut = tiles.to(torch.get_default_dtype(), memory_format=torch.contiguous_format)
        return cut.div_(127.5).sub_(1).flatten(3).flatten(1, 2)
