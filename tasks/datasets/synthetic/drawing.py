"""From a scene to its picture: which drawer draws which category."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.devices import devices
from bench.tasks.datasets.synthetic.fibres import fibres
from bench.tasks.datasets.synthetic.films import films
from bench.tasks.datasets.synthetic.grains import particles, powder
from bench.tasks.datasets.synthetic.microscope import photograph
from bench.tasks.datasets.synthetic.organisms import organisms
from bench.tasks.datasets.synthetic.patterned import patterned
from bench.tasks.datasets.synthetic.porous import porous
from bench.tasks.datasets.synthetic.scene import GEOMETRY, Scene
from bench.tasks.datasets.synthetic.specimens.camera import native, pictured
from bench.tasks.datasets.synthetic.specimens.catalogue import CATALOGUE, Drawer
from bench.tasks.datasets.synthetic.structures import Structures, visible
from bench.tasks.datasets.synthetic.threads import nanowires
from bench.tasks.datasets.synthetic.tips import tips

DRAWERS: Mapping[str, Drawer] = {
    "biological": organisms,
    "fibres": fibres,
    "films_coated_surface": films,
    "mems_devices_electrodes": devices,
    "nanowires": nanowires,
    "particles": particles,
    "patterned_surface": patterned,
    "porous_sponge": porous,
    "powder": powder,
    "tips": tips,
}


class Drawing(NamedTuple):
    """A picture (height, width) uint8, and what is true of it.

    ``numbers`` are those of ``bench.tasks.numbers`` that are known: a size only with ``pixel_sizes``, the nanometres
    that a pixel is high and wide, which the scale bar states; None without one. What a bar or a label hides does not
    count.
    """

    picture: np.ndarray
    numbers: Mapping[str, float]
    pixel_sizes: tuple[float, float] | None


def drawn(scene: Scene, shape: tuple[int, int]) -> Drawing:
    """Draw a scene at ``shape`` (height, width).

    Natively in the plain look, where a wider picture shows more of the scene at both sides; squeezed from the
    picture's own proportions in the varied one.
    """
    canvas = Canvas(shape if scene.specimen is None else native(scene, shape))
    structures = _drawer(scene)(canvas, scene, scene.stream(GEOMETRY))
    shown, field = np.ones(canvas.shape, bool), None
    if scene.specimen is None:
        picture, bar = photograph(canvas, scene)
        if bar:
            shown[bar.first : bar.end], field = False, bar.reading.field
    else:
        picture, caption = pictured(canvas, scene, shape)
        if caption:
            shown[caption.rows, caption.columns], field = False, caption.field
    own = field / canvas.shape[1] if field else None
    sizes = (own * canvas.shape[0] / shape[0], own * canvas.shape[1] / shape[1]) if own else None
    return Drawing(picture, _numbers(structures, shown, own) if structures else {}, sizes)


def draw(scene: Scene, shape: tuple[int, int]) -> np.ndarray:
    """Return the picture of a scene alone, as ``drawn`` draws it."""
    return drawn(scene, shape).picture


def _drawer(scene: Scene) -> Drawer:
    specimen = None if scene.specimen is None else CATALOGUE[scene["category"]][scene.specimen]
    return (specimen and specimen.drawer) or DRAWERS[scene["category"]]


def _numbers(structures: Structures, shown: np.ndarray, pixel: float | None) -> Mapping[str, float]:
    """Return what is known of structures where they are shown, by the nanometres of a canvas's pixel if known."""
    diameters = visible(structures, shown)
    if not len(diameters):
        return {}
    numbers = {"size_nm": float(diameters.mean()) * len(shown) * pixel} if pixel else {}
    return numbers | ({"count": float(len(diameters))} if structures.countable else {})
