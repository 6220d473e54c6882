"""Which specimens a category shows in the varied look, how often, and which shape of the vocabulary each has."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.priors import kinds_of
from bench.tasks.datasets.synthetic.scene import FACTS, Scene, generator, one_of
from bench.tasks.datasets.synthetic.specimens import (
    arrays,
    biology,
    chips,
    cloth,
    coatings,
    dots,
    heaps,
    probes,
    sponges,
    wires,
)
from bench.tasks.datasets.synthetic.specimens.strokes import between
from bench.tasks.datasets.synthetic.structures import Structures

Drawer = Callable[[Canvas, Scene, np.random.Generator], Structures | None]


class Specimen(NamedTuple):
    """A kind of specimen: its weight in its category, its shape ("" if the vocabulary has none), its drawer.

    Without a drawer it is what the plain look draws of this shape, at another magnification.
    """

    weight: float
    shape: str = ""
    drawer: Drawer | None = None


CATALOGUE: Mapping[str, tuple[Specimen, ...]] = {
    "biological": (
        *(Specimen(0.4, shape) for shape in ("cell", "neurite", "pollen", "diatom")),
        Specimen(2.0, "neurite", biology.neuron),
        Specimen(2.0, "neurite", biology.web),
        Specimen(1.2, "", biology.tissue),
        Specimen(2.0, "cell", biology.soft_cells),
        Specimen(0.7, "", biology.microbes),
    ),
    "fibres": (
        *(Specimen(0.7, shape) for shape in ("woven", "twisted", "single")),
        Specimen(2.5, "single", cloth.bundle),
        Specimen(1.5, "single", cloth.crossing),
        Specimen(1.5, "woven", cloth.knitted),
        Specimen(1.0, "", cloth.ribbons),
    ),
    "films_coated_surface": (
        *(Specimen(0.7, shape) for shape in ("flat", "layered", "wrinkled", "columnar")),
        Specimen(1.0, "columnar", coatings.broken_grains),
        Specimen(1.2, "flat", coatings.pinholes),
        Specimen(1.2, "layered", coatings.section),
        Specimen(0.8, "", coatings.islands),
        Specimen(0.7, "", coatings.dried_mud),
        Specimen(1.0, "flat", coatings.fine_grains),
    ),
    "mems_devices_electrodes": (
        *(Specimen(0.4, shape) for shape in ("comb", "cantilever", "electrode", "gear")),
        Specimen(1.5, "electrode", chips.dies),
        Specimen(1.5, "electrode", chips.leads),
        Specimen(2.0, "", chips.steps),
        Specimen(1.0, "", chips.meander),
        Specimen(1.0, "cantilever", chips.levers),
    ),
    "nanowires": (
        *(Specimen(0.5, shape) for shape in ("straight", "curved", "upright")),
        Specimen(2.5, "", wires.forest),
        Specimen(2.0, "", wires.tangle),
        Specimen(1.0, "upright", wires.cleaved),
        Specimen(1.0, "", wires.lone_wires),
        Specimen(0.7, "", wires.tufts),
    ),
    "particles": (
        *(Specimen(0.5, shape) for shape in ("spherical", "faceted", "rod")),
        Specimen(2.0, "spherical", dots.specks),
        Specimen(1.2, "spherical", dots.packed_balls),
        Specimen(1.0, "", dots.bodies_alone),
        Specimen(1.2, "", dots.agglomerates),
        Specimen(0.8, "faceted", dots.cubes),
        Specimen(0.8, "", dots.drops),
    ),
    "patterned_surface": (
        *(Specimen(0.5, shape) for shape in ("lines", "holes", "pillars", "checkerboard")),
        Specimen(1.5, "lines", arrays.gratings),
        Specimen(1.8, "", arrays.dot_array),
        Specimen(1.2, "pillars", arrays.posts),
        Specimen(1.2, "", arrays.test_patterns),
    ),
    "porous_sponge": (
        *(Specimen(0.6, shape) for shape in ("foam", "honeycomb", "labyrinth")),
        Specimen(2.0, "foam", sponges.open_foam),
        Specimen(1.0, "foam", sponges.beaded),
        Specimen(1.5, "labyrinth", sponges.network),
    ),
    "powder": (
        *(Specimen(0.5, shape) for shape in ("clumped", "flaky", "shard")),
        Specimen(2.0, "clumped", heaps.fine_heap),
        Specimen(1.2, "clumped", heaps.clumps),
        Specimen(1.5, "clumped", heaps.loose_grains),
        Specimen(0.8, "", heaps.plates),
    ),
    "tips": (
        *(Specimen(0.5, shape) for shape in ("cone", "pyramid", "wire")),
        Specimen(2.5, "cone", probes.needle),
        Specimen(1.0, "pyramid", probes.lever_tip),
        Specimen(0.8, "cone", probes.point),
    ),
}


def varied_scene(seed: int, index: int, category: str) -> Scene:
    """Draw specimen and facts of picture ``index`` in the varied look."""
    random = generator(seed, FACTS, index)
    specimens = CATALOGUE[category]
    number = one_of(random, {place: specimen.weight for place, specimen in enumerate(specimens)})
    specimen = specimens[number]
    facts = {"category": category}
    if specimen.shape:
        facts["shape"] = specimen.shape
    if specimen.drawer is None:
        for kind, weights in kinds_of(category, specimen.shape).items():
            facts[kind] = one_of(random, weights)
    return Scene(seed, index, tuple(facts.items()), number, between(random, 0.5, 1.7))
