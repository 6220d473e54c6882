"""The control that learns nothing: size and number of structures by image processing.

What stands out from the background by its grey level is cut out (Otsu). Round structures that touch are parted by a
watershed on the distance to their outline, and are as wide as circles of equal area; elongated ones are as wide as
twice that distance along their middle lines. All of it is scikit-image's.
"""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from scipy import ndimage

from bench.contracts import DISTRIBUTION_QUESTION, SIZE_QUESTION, Context, Instructions, Micrographs
from bench.data.databar import find_bars

if TYPE_CHECKING:
    from skimage.measure._regionprops import RegionProperties

_SMOOTH = 1 / 220
"""The width of the blur against noise, as a share of the picture's height; at least a pixel."""
_LEAST = 1 / 90
"""The side of the smallest square that counts as a structure, as a share of the picture's height."""
_FRAGMENT = 0.2
"""What is smaller than this share of the median is a fragment, and does not count."""
_ELONGATED = 3.5
"""Structures are elongated if most of their area is in parts so many times as long as wide."""
_WAIST = 0.12
"""Structures that touch are parted where they are narrower than beside by this share of their width."""
_LONG_WORDS = ("fibre", "fiber", "wire", "thread", "tube", "filament", "yarn")


class Structures(NamedTuple):
    """The structures of a picture: the mean diameter in pixels, None if nothing stands out, and their number."""

    diameter: float | None
    number: int


class Measured:
    """Answers what was measured; an ``Answerer`` that needs pictures with a known scale to state a size.

    The caption, if the prompt has one, decides whether structures are taken for elongated; else the picture does.
    """

    def __init__(self, context: Context) -> None:
        self._measured: dict[tuple[int, bool | None], Structures] = {}

    def fit(self, train: Micrographs, validation: Micrographs) -> None:
        """Learn nothing."""

    def save(self, folder: Path) -> None:
        """Write nothing."""

    @classmethod
    def load(cls, folder: Path, context: Context) -> Self:
        """Return one that is as good as any."""
        return cls(context)

    def answer(self, questions: Instructions) -> list[str]:
        """Return the answer to each question about size or distribution; another is not answered."""
        return [self._answer(questions, position) for position in range(len(questions))]

    def _answer(self, questions: Instructions, position: int) -> str:
        question, picture = questions.records[position].question, int(questions.pictures[position])
        if not question.startswith((SIZE_QUESTION, DISTRIBUTION_QUESTION)):
            return "That cannot be measured."
        shown, nanometres = squared(questions.micrographs, picture)
        seen = self._structures(shown, picture, _is_elongated(questions.caption(position)))
        if question.startswith(DISTRIBUTION_QUESTION):
            return f"There are {seen.number} of them."
        if nanometres is None or seen.diameter is None:
            return "The size cannot be measured."
        return f"Their mean diameter is {seen.diameter * nanometres:.4g} nm."

    def _structures(self, shown: np.ndarray, picture: int, elongated: bool | None) -> Structures:
        key = (picture, elongated)
        if key not in self._measured:
            self._measured[key] = structures(shown, elongated)
        return self._measured[key]


def squared(micrographs: Micrographs, position: int) -> tuple[np.ndarray, float | None]:
    """Return a picture (H, W) with pixels as high as wide, and the nanometres of one; None if its scale is unknown."""
    from skimage.transform import resize

    picture = micrographs.batch(np.array([position]))[0]
    if micrographs.pixel_sizes is None or not np.isfinite(micrographs.pixel_sizes[position]).all():
        return picture, None
    high, wide = micrographs.pixel_sizes[position].tolist()
    if abs(high / wide - 1) < 0.01:
        return picture, high
    size = min(high, wide)
    shape = (round(picture.shape[0] * high / size), round(picture.shape[1] * wide / size))
    return np.asarray(resize(picture, shape, order=1, preserve_range=True)).astype(np.uint8), size


def structures(picture: np.ndarray, elongated: bool | None = None) -> Structures:
    """Measure the structures of a grey picture (H, W) of uint8; without ``elongated`` the picture decides."""
    mask = foreground(picture)
    if not mask.any():
        return Structures(None, 0)
    distance = np.asarray(ndimage.distance_transform_edt(mask))
    parts = None if elongated else _parted(mask, distance)
    if parts is None or (elongated is None and _lengthiness(parts) > _ELONGATED):
        return _threads(mask, distance)
    return _grains(parts, mask.shape)


def foreground(picture: np.ndarray) -> np.ndarray:
    """Return where structures are (H, W): the rarer side of Otsu's threshold, without the data bar and specks."""
    from skimage.filters import threshold_otsu
    from skimage.morphology import remove_small_holes, remove_small_objects

    height = len(picture)
    first, end = find_bars(picture[None])[0].tolist()
    specimen = np.ones(picture.shape, bool)
    specimen[first:end] = False
    if np.ptp(picture[specimen]) == 0:
        return np.zeros(picture.shape, bool)
    smooth = ndimage.gaussian_filter(picture.astype(np.float32), max(1.0, _SMOOTH * height))
    bright = smooth > threshold_otsu(smooth[specimen])
    mask = specimen & (bright if bright[specimen].mean() < 0.5 else ~bright)
    least = max(4, round((_LEAST * height) ** 2))
    return remove_small_holes(remove_small_objects(mask, max_size=least), max_size=least)


def _parted(mask: np.ndarray, distance: np.ndarray) -> "list[RegionProperties]":
    """Return the structures of a mask, those that touch parted at the waists between them."""
    from skimage.measure import label, regionprops
    from skimage.morphology import h_maxima
    from skimage.segmentation import watershed

    smooth = ndimage.gaussian_filter(distance, 1.0)
    waist = max(0.5, _WAIST * 2 * float(np.median(distance[mask])))
    seeds = label(h_maxima(smooth, waist))
    return regionprops(watershed(-smooth, seeds, mask=mask))


def _lengthiness(parts: "list[RegionProperties]") -> float:
    """Return how many times as long as wide structures are, the median over the area that they take."""
    ratios = np.array([part.axis_major_length / max(part.axis_minor_length, 1.0) for part in parts])
    areas = np.array([part.area for part in parts])
    order = np.argsort(ratios)
    return float(ratios[order][np.searchsorted(np.cumsum(areas[order]), areas.sum() / 2)])


def _grains(parts: "list[RegionProperties]", shape: tuple[int, ...]) -> Structures:
    """Count structures and measure those that the picture's border does not cut."""
    areas = np.array([part.area for part in parts], float)
    boxes = np.array([part.bbox for part in parts])
    whole = (boxes[:, :2] > 0).all(1) & (boxes[:, 2:] < shape).all(1)
    counts = areas > _FRAGMENT * np.median(areas)
    sized = areas[counts & whole] if (counts & whole).any() else areas[counts]
    return Structures(float(np.mean(2 * np.sqrt(sized / np.pi))), int(counts.sum()))


def _threads(mask: np.ndarray, distance: np.ndarray) -> Structures:
    """Measure across middle lines; two ends make one thread, be they in the picture or at its border."""
    from skimage.morphology import skeletonize

    middle = skeletonize(mask)
    neighbours = ndimage.convolve(middle.astype(np.uint8), np.ones((3, 3), np.uint8), mode="constant") - 1
    ends = int((middle & (neighbours == 1)).sum())
    return Structures(2 * float(np.mean(distance[middle])), max(1, round(ends / 2)))


def _is_elongated(caption: str) -> bool | None:
    """Return whether a caption names something elongated; None without one."""
    return any(word in caption.lower() for word in _LONG_WORDS) if caption else None
