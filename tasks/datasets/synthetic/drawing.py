"""From a scene to its picture: which drawer draws which category."""

from collections.abc import Callable, Mapping
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
from bench.tasks.datasets.synthetic.specimens.catalogue import CATALOGUE, Specimen
from bench.tasks.datasets.synthetic.structures import Structures, visible
from bench.tasks.datasets.synthetic.threads import nanowires
from bench.tasks.datasets.synthetic.tips import tips

DRAWERS: Mapping[str, Callable[[Canvas, Scene, np.random.Generator], Structures | None]] = {
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

    ``numbers`` are those of ``bench.tasks.numbers`` that are known: a size only with ``pixel_size_nm``, the nanometres
    that a pixel is wide, which the scale bar states; None without one. What the data bar hides does not count. Of the
    varied look neither is known: its drawers trace no structures.
    """

    picture: np.ndarray
    numbers: Mapping[str, float]
    pixel_size_nm: float | None


def drawn(scene: Scene, shape: tuple[int, int]) -> Drawing:
    """Draw a scene at ``shape`` (height, width).

    Natively in the plain look, where a wider picture shows more of the scene at both sides; squeezed from the
    picture's own proportions in the varied one.
    """
    if scene.specimen is not None:
        return Drawing(_varied(scene, shape, CATALOGUE[scene["category"]][scene.specimen]), {}, None)
    canvas = Canvas(shape)
    structures = DRAWERS[scene["category"]](canvas, scene, scene.stream(GEOMETRY))
    picture, bar = photograph(canvas, scene)
    scale = bar.reading.field / shape[1] if bar else None
    if structures is None:
        return Drawing(picture, {}, scale)
    rows = np.ones(shape[0], bool)
    if bar:
        rows[bar.first : bar.end] = False
    diameters = visible(structures, rows)
    numbers = {"size_nm": float(diameters.mean()) * shape[0] * scale} if scale and len(diameters) else {}
    counted = {"count": float(len(diameters))} if structures.countable and len(diameters) else {}
    return Drawing(picture, numbers | counted, scale)


def draw(scene: Scene, shape: tuple[int, int]) -> np.ndarray:
    """Return the picture of a scene alone, as ``drawn`` draws it."""
    return drawn(scene, shape).picture


def _varied(scene: Scene, shape: tuple[int, int], specimen: Specimen) -> np.ndarray:
    canvas = Canvas(native(scene, shape))
    drawer = specimen.drawer or DRAWERS[scene["category"]]
    drawer(canvas, scene, scene.stream(GEOMETRY))
    return pictured(canvas, scene, shape)
