"""From a scene to its picture: which drawer draws which category."""

from collections.abc import Callable, Mapping

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
from bench.tasks.datasets.synthetic.threads import nanowires
from bench.tasks.datasets.synthetic.tips import tips

DRAWERS: Mapping[str, Callable[[Canvas, Scene, np.random.Generator], None]] = {
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


def draw(scene: Scene, shape: tuple[int, int]) -> np.ndarray:
    """Draw a scene at ``shape`` (height, width): uint8.

    Natively in the plain look, where a wider picture shows more of the scene at both sides; squeezed from the
    picture's own proportions in the varied one.
    """
    if scene.specimen is not None:
        return _varied(scene, shape, CATALOGUE[scene["category"]][scene.specimen])
    canvas = Canvas(shape)
    DRAWERS[scene["category"]](canvas, scene, scene.stream(GEOMETRY))
    return photograph(canvas, scene)


def _varied(scene: Scene, shape: tuple[int, int], specimen: Specimen) -> np.ndarray:
    canvas = Canvas(native(scene, shape))
    drawer = specimen.drawer or DRAWERS[scene["category"]]
    drawer(canvas, scene, scene.stream(GEOMETRY))
    return pictured(canvas, scene, shape)
