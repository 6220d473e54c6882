"""The dataset ``synthetic``: procedural micrographs of the ten categories, with their facts."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import cached_property, partial
from math import isnan, nan
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np

from bench.config.cores import spread
from bench.contracts import Micrographs
from bench.errors import BenchError
from bench.specs import Setting
from bench.store.cache import cached
from bench.store.code_digest import code_digests
from bench.tasks.datasets.captions import caption
from bench.tasks.datasets.synthetic.canvas import WIDEST
from bench.tasks.datasets.synthetic.drawing import Drawing, drawn
from bench.tasks.datasets.synthetic.scene import Scene, labels, scene
from bench.tasks.datasets.synthetic.specimens.catalogue import varied_scene
from bench.tasks.facts import CATEGORIES
from bench.terminal.progress import Progress

_PIXELS, _NUMBERS = "pixels.npy", "numbers.npy"
_KNOWN = ("size_nm", "count")
"""The first columns of the file of numbers; the nanometres that a pixel is high and wide follow."""
_LARGEST = 8192
_NATIVE = 768
"""The side in pixels of a picture in its own size."""
_SHARE = 16
"""The number of pictures that a process draws at a time."""
_WORTH_PROCESSES = 40
"""The least number of shares for which starting processes pays off."""


class Synthetic:
    """Pictures drawn from scenes; picture i depends on the seed and i, its category on the settings too."""

    name = "synthetic"
    categories = CATEGORIES

    def __init__(
        self,
        argument: str,
        image_size: int,
        progress: Progress,
        *,
        size: Annotated[int, Setting("how many pictures", ge=1, le=10_000_000)] = 1200,
        seed: Annotated[int, Setting("another seed draws other pictures", ge=0, le=4_294_967_295)] = 0,
        balanced: Annotated[
            bool, Setting("as many pictures of every category, instead of the SEM dataset's shares")
        ] = False,
        look: Annotated[
            Literal["plain", "varied"],
            Setting(
                "varied: more kinds of specimens under many microscopes, as real files differ; of their facts only "
                "category and shape are asked"
            ),
        ] = "plain",
    ) -> None:
        if argument:
            raise BenchError(
                f"the dataset 'synthetic' takes no argument, not {argument!r}; "
                "its settings are size, seed, balanced, look"
            )
        self.size, self.seed, self.balanced, self.look = size, seed, balanced, look
        if self.size < 2 * len(CATEGORIES) or self.seed < 0:
            raise BenchError(
                f"synthetic.size = {self.size}, synthetic.seed = {self.seed}: "
                f"at least {2 * len(CATEGORIES)} pictures and a seed from 0 are needed"
            )
        self.image_size, self.progress = image_size, progress

    def identity(self) -> dict[str, Any]:
        """Return what determines the data, including the generator's code; draws nothing."""
        return {
            "name": self.name,
            "size": self.size,
            "seed": self.seed,
            "balanced": self.balanced,
            "look": self.look,
            "image size": self.image_size,
            "code": code_digests("bench.tasks.datasets.synthetic.drawing", "bench.tasks.datasets.captions"),
        }

    @cached_property
    def _labels(self) -> np.ndarray:
        return labels(self.seed, self.size, self.balanced)

    def labels(self) -> np.ndarray:
        """Return the category index of every picture (N,)."""
        return self._labels.copy()

    def scene(self, position: int) -> Scene:
        """Return the scene of the picture at this position."""
        drawn_from = varied_scene if self.look == "varied" else scene
        return drawn_from(self.seed, position, CATEGORIES[self._labels[position]])

    def facts(self, position: int) -> Mapping[str, str]:
        """Return the facts of the picture at this position, kind to value."""
        return dict(self.scene(position).certain)

    def numbers(self, position: int) -> Mapping[str, float]:
        """Return the size and number of the structures in the picture at this position, as far as they are known.

        A size is known of a picture with a scale bar, a number of structures that can be told apart.
        """
        row = zip(_KNOWN, self._numbers[position].tolist(), strict=False)
        return {kind: number for kind, number in row if not isnan(number)}

    def caption(self, label: int) -> str:
        """Return the sentence that names a category."""
        return caption(CATEGORIES[label])

    def draw(self, position: int, shape: tuple[int, int]) -> np.ndarray:
        """Return the picture of a ``drawing`` alone."""
        return self.drawing(position, shape).picture

    def native(self, position: int) -> np.ndarray:
        """Return the picture at this position as its microscope would store it (H, W) uint8: the same scene, larger."""
        return self.draw(position, (_NATIVE, _NATIVE))

    def drawing(self, position: int, shape: tuple[int, int]) -> Drawing:
        """Return the picture at this position drawn natively at ``shape`` (height, width), and what is true of it.

        BenchError if it is too small, too large, taller than wide or wider than 3:2.
        """
        height, width = shape
        if not (16 <= height <= width <= WIDEST * height and width <= _LARGEST):
            raise BenchError(
                f"{width}x{height}: pictures are drawn from 16 to {_LARGEST} pixels, square to 3:2; try 1024x768"
            )
        return drawn(self.scene(position), shape)

    def set_aside(self) -> tuple[str, ...]:
        """Return nothing, because every picture is readable."""
        return ()

    def load(self) -> Micrographs:
        """Return all pictures, drawn once into the cache."""
        ids = tuple(f"synthetic-{number:06d}" for number in range(self.size))
        pixels = np.load(self._folder / _PIXELS, mmap_mode="r")
        scale = self._numbers[:, len(_KNOWN) :]
        return Micrographs(pixels, np.arange(self.size), ids, self.labels(), CATEGORIES, pixel_sizes=scale)

    @cached_property
    def _folder(self) -> Path:
        return cached("synthetic", self.identity(), self._draw_all)

    @cached_property
    def _numbers(self) -> np.ndarray:
        return np.load(self._folder / _NUMBERS)

    def _draw_all(self, folder: Path) -> None:
        self.progress.start("drawing pictures", self.size)
        shape = (self.size, self.image_size, self.image_size)
        pixels = np.lib.format.open_memmap(folder / _PIXELS, "w+", np.uint8, shape)
        scenes = [self.scene(position) for position in range(self.size)]
        shares = [scenes[first : first + _SHARE] for first in range(0, self.size, _SHARE)]
        draw_share = partial(_drawn, side=self.image_size)
        known: list[np.ndarray] = []
        done = 0
        with closing(spread(draw_share, shares, _WORTH_PROCESSES)) as all_drawn:
            for pictures, numbers in all_drawn:
                pixels[done : done + len(pictures)] = pictures
                known.append(numbers)
                done += len(pictures)
                self.progress.advance(done)
        pixels.flush()
        np.save(folder / _NUMBERS, np.concatenate(known))


def _drawn(scenes: Sequence[Scene], side: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the square pictures (N, side, side) of scenes, and what is known of them (N, 4), NaN for what is not."""
    drawings = [drawn(shown, (side, side)) for shown in scenes]
    return np.stack([drawing.picture for drawing in drawings]), np.array([_row(drawing) for drawing in drawings])


def _row(drawing: Drawing) -> list[float]:
    return [*(drawing.numbers.get(kind, nan) for kind in _KNOWN), *(drawing.pixel_sizes or (nan, nan))]
