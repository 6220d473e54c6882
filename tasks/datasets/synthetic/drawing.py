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
    """Draw a scene natively at ``shape`` (height, width): uint8; a wider picture shows more of it at both sides."""
    canvas = Canvas(shape)
    DRAWERS[scene["category"]](canvas, scene, scene.stream(GEOMETRY))
    return photograph(canvas, scene)
