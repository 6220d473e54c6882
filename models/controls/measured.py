"""The control that learns nothing: size and number of structures by image processing.

What stands out from the background by its grey level is cut out (Otsu). Round structures that touch are parted by a
watershed on the distance to their outline, and are as wide as circles of equal area; elongated ones are as wide as
twice that distance along their middle lines, or as the dark gaps between them are apart if they fill the picture.
"""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple, Self

import numpy as np
from scipy import ndimage
from scipy.signal import find_peaks

from bench.contracts import DISTRIBUTION_QUESTION, SIZE_QUESTION, Context, Instructions, Micrographs
from bench.data.databar import find_bars

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
_FULL, _ALIKE = 0.4, 0.6
"""Fibres fill a picture if so much of it is bright, or if they run so much alike."""
_FINE, _ALONG, _GAP = 1 / 150, 0.04, 0.3
"""Blur across and along threads that fill a picture, as shares of its side; how deep the gaps between them are, as a
share of the span of grey levels."""
Form = Literal["fibre", "wire", "grain"]
"""What structures are taken for: threads side by side, thin ones on a background, or about as long as wide."""
_FORMS: Mapping[Form, tuple[str, ...]] = {
    "wire": ("wire", "tube", "filament", "needle"),
    "fibre": ("fibre", "fiber", "thread", "yarn"),
}
"""The words of a caption that name a form."""


class Measurement(NamedTuple):
    """The structures of a picture: the mean diameter in pixels, None if nothing stands out, and their number."""

    diameter: float | None
    number: int


class Measured:
    """Answers what was measured; an ``Answerer`` that needs pictures with a known scale to state a size.

    The caption, if the prompt has one, decides what structures are taken for; else the picture does.
    """

    def __init__(self, context: Context) -> None:
        self._measured: dict[tuple[int, Form | None], Measurement] = {}

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
        seen = self._structures(shown, picture, _form(questions.caption(position)))
        if question.startswith(DISTRIBUTION_QUESTION):
            return f"There are {seen.number} of them."
        if nanometres is None or seen.diameter is None:
            return "The size cannot be measured."
        return f"Their mean diameter is {seen.diameter * nanometres:.4g} nm."

    def _structures(self, shown: np.ndarray, picture: int, form: Form | None) -> Measurement:
        key = (picture, form)
        if key not in self._measured:
            self._measured[key] = structures(shown, form)
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


def structures(picture: np.ndarray, form: Form | None = None) -> Measurement:
    """Measure the structures of a grey picture (H, W) of uint8; without a ``form`` the picture decides."""
    specimen = _specimen(picture)
    mask, bright = foreground(specimen)
    if not mask.any():
        return Measurement(None, 0)
    if form == "fibre":
        direction = _direction(specimen)
        fills = bright > _FULL or direction.alike > _ALIKE
        packed = _side_by_side(specimen, direction.across) if fills else None
        if packed is not None:
            return packed
    distance = np.asarray(ndimage.distance_transform_edt(mask))
    parts = _parted(mask, distance) if form in ("grain", None) else None
    if parts is None or (form is None and _lengthiness(parts) > _ELONGATED):
        return _threads(mask, distance)
    return _grains(parts)


def _specimen(picture: np.ndarray) -> np.ndarray:
    """Return the larger part of a picture above or below its data bar."""
    first, end = find_bars(picture[None])[0].tolist()
    return picture[:first] if first >= len(picture) - end else picture[end:]


def foreground(specimen: np.ndarray) -> tuple[np.ndarray, float]:
    """Return where structures are (H, W), the rarer side of Otsu's threshold without specks, and the bright share."""
    from skimage.filters import threshold_otsu
    from skimage.morphology import remove_small_holes, remove_small_objects

    if np.ptp(specimen) == 0:
        return np.zeros(specimen.shape, bool), 0.0
    smooth = ndimage.gaussian_filter(specimen.astype(np.float32), max(1.0, _SMOOTH * len(specimen)))
    mask = smooth > threshold_otsu(smooth)
    share = float(mask.mean())
    mask = mask if share < 0.5 else ~mask
    least = max(4, round((_LEAST * len(specimen)) ** 2))
    return remove_small_holes(remove_small_objects(mask, max_size=least), max_size=least), share


class _Parts(NamedTuple):
    """The parts of a mask (n,): area, how many times as long as wide, and whether the border leaves them whole."""

    area: np.ndarray
    lengthiness: np.ndarray
    whole: np.ndarray


def _parted(mask: np.ndarray, distance: np.ndarray) -> _Parts:
    """Return the structures of a mask, those that touch parted at the waists between them."""
    from skimage.measure import label, regionprops_table
    from skimage.morphology import h_maxima
    from skimage.segmentation import watershed

    smooth = ndimage.gaussian_filter(distance, 1.0)
    waist = max(0.5, _WAIST * 2 * float(np.median(distance[mask])))
    parted = watershed(-smooth, label(h_maxima(smooth, waist)), mask=mask)
    kinds = ("area", "axis_major_length", "axis_minor_length", "bbox")
    known = regionprops_table(parted, properties=kinds)
    top, left, bottom, right = (known[f"bbox-{number}"] for number in range(4))
    return _Parts(
        known["area"],
        known["axis_major_length"] / np.maximum(known["axis_minor_length"], 1.0),
        (top > 0) & (left > 0) & (bottom < mask.shape[0]) & (right < mask.shape[1]),
    )


def _lengthiness(parts: _Parts) -> float:
    """Return how many times as long as wide structures are, the median over the area that they take."""
    order = np.argsort(parts.lengthiness)
    return float(parts.lengthiness[order][np.searchsorted(np.cumsum(parts.area[order]), parts.area.sum() / 2)])


def _grains(parts: _Parts) -> Measurement:
    """Count structures and measure those that the picture's border does not cut."""
    counts = parts.area > _FRAGMENT * np.median(parts.area)
    sized = parts.area[counts & parts.whole] if (counts & parts.whole).any() else parts.area[counts]
    return Measurement(float(np.mean(2 * np.sqrt(sized / np.pi))), int(counts.sum()))


def _threads(mask: np.ndarray, distance: np.ndarray) -> Measurement:
    """Measure across middle lines; two ends make one thread, be they in the picture or at its border."""
    from skimage.morphology import skeletonize

    middle = skeletonize(mask)
    neighbours = ndimage.convolve(middle.astype(np.uint8), np.ones((3, 3), np.uint8), mode="constant") - 1
    ends = int((middle & (neighbours == 1)).sum())
    return Measurement(2 * float(np.mean(distance[middle])), max(1, round(ends / 2)))


class _Direction(NamedTuple):
    """The angle across which grey levels change most, in radians, and how alike it is over a picture, from 0 to 1."""

    across: float
    alike: float


def _direction(specimen: np.ndarray) -> _Direction:
    """Return the direction that the structure tensor of the whole picture has."""
    grey, fine = specimen.astype(np.float32), max(1.0, _FINE * min(specimen.shape))
    down, right = np.gradient(ndimage.gaussian_filter(grey, fine))
    both, squares = 2 * float((right * down).mean()), (float((right**2).mean()), float((down**2).mean()))
    difference, total = squares[0] - squares[1], sum(squares)
    return _Direction(0.5 * np.arctan2(both, difference), np.hypot(difference, both) / max(total, 1e-9))


def _side_by_side(specimen: np.ndarray, across: float) -> Measurement | None:
    """Measure threads that fill a picture, between the dark gaps along them; None if there are no two gaps.

    The picture is turned so that its threads stand upright, and smoothed along them.
    """
    side = min(specimen.shape)
    grey, fine = specimen.astype(np.float32), max(1.0, _FINE * side)
    turned, inside = (
        np.asarray(ndimage.rotate(field, np.degrees(across), order=1)) for field in (grey, np.ones_like(grey))
    )
    blur = (_ALONG * side, fine)
    weight = ndimage.gaussian_filter(inside, blur)
    profile = ndimage.gaussian_filter(turned, blur) / np.maximum(weight, 1e-3)
    shown = inside > 0.5
    low, dim, high = np.percentile(profile[shown], [5, 30, 95])
    lines = range(len(profile) // 5, len(profile) - len(profile) // 5, max(1, len(profile) // 25))
    widths = [width for row in lines for width in _between_gaps(profile[row][shown[row]], _GAP * (high - low), dim)]
    if not widths:
        return None
    ordered = np.sort(widths)
    width = float(ordered[np.searchsorted(np.cumsum(ordered), ordered.sum() / 2)])
    reach = abs(np.cos(across)) * specimen.shape[1] + abs(np.sin(across)) * specimen.shape[0]
    return Measurement(width, max(1, round(reach / width)))


def _between_gaps(profile: np.ndarray, depth: float, dim: float) -> list[int]:
    """Return the distances of neighbouring gaps, at least so deep, between which it is not dim."""
    gaps = find_peaks(-profile, prominence=max(depth, 1e-6))[0].tolist()
    return [end - start for start, end in pairwise(gaps) if np.median(profile[start:end]) > dim]


def _form(caption: str) -> Form | None:
    """Return the form that a caption names; None without one."""
    for form, words in _FORMS.items():
        if any(word in caption.lower() for word in words):
            return form
    return "grain" if caption else None
