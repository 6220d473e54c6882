"""What the scripted teacher says of each fact, each use and each topic.

Every phrase fits after a verb or preposition ('shows …', 'with …') and states by the lexicon its own fact alone.
"""

from collections.abc import Mapping

SAID: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "category": {
        "biological": ("biological material",),
        "fibres": ("fibres",),
        "films_coated_surface": ("films and coated surfaces",),
        "mems_devices_electrodes": ("MEMS devices and electrodes",),
        "nanowires": ("nanowires",),
        "particles": ("particles",),
        "patterned_surface": ("patterned surfaces",),
        "porous_sponge": ("porous sponges",),
        "powder": ("powders",),
        "tips": ("tips",),
    },
    "shape": {
        "cell": ("a rounded, cell-like shape",),
        "neurite": ("a branching, neurite-like shape",),
        "pollen": ("a spiny, pollen-like shape",),
        "diatom": ("a diatom-like shape",),
        "woven": ("a woven, interlaced shape",),
        "twisted": ("a twisted, rope-like shape",),
        "single": ("the shape of a single strand",),
        "flat": ("a flat, planar shape",),
        "layered": ("a layered, stacked shape",),
        "wrinkled": ("a wrinkled, folded shape",),
        "columnar": ("a columnar shape",),
        "comb": ("an interdigitated comb shape",),
        "cantilever": ("a cantilever shape",),
        "electrode": ("an electrode shape",),
        "gear": ("a toothed gear shape",),
        "straight": ("a straight, needle-like shape",),
        "curved": ("a curved, bent shape",),
        "upright": ("an upright, standing shape",),
        "spherical": ("a spherical, ball-like shape",),
        "faceted": ("a faceted, crystal-like shape",),
        "rod": ("a rod-like shape",),
        "lines": ("a shape of parallel lines",),
        "holes": ("a shape of round holes",),
        "pillars": ("a shape of raised pillars",),
        "checkerboard": ("a checkerboard shape",),
        "foam": ("a foam-like, bubble-like shape",),
        "honeycomb": ("a honeycomb shape",),
        "labyrinth": ("a labyrinth-like shape",),
        "clumped": ("a lumpy, clumped shape",),
        "flaky": ("a thin, flaky shape",),
        "shard": ("a jagged, shard-like shape",),
        "cone": ("a cone shape that tapers",),
        "pyramid": ("a pyramid shape",),
        "wire": ("a thin, wire-like shape",),
    },
    "size": {
        "small": ("a small size relative to the field of view",),
        "medium": (
            "a medium size relative to the field of view",
            "medium dimensions compared with the field of view",
        ),
        "large": ("a large size relative to the field of view",),
    },
    "coverage": {
        "sparse": ("a sparse coverage of the field of view",),
        "moderate": ("a moderate coverage of the field of view",),
        "dense": ("a dense coverage of the field of view",),
    },
    "arrangement": {
        "ordered": ("an ordered, evenly spaced arrangement",),
        "clustered": ("a clustered arrangement",),
        "random": ("a random arrangement",),
    },
    "uniformity": {
        "uniform": ("a uniform size throughout",),
        "varied": ("a varied size throughout",),
    },
    "direction": {
        "horizontal": ("a horizontal orientation",),
        "vertical": ("a vertical orientation",),
        "diagonal": ("a diagonal orientation",),
    },
    "texture": {
        "smooth": ("a smooth texture",),
        "granular": ("a granular texture",),
        "ridged": ("a ridged texture",),
    },
    "defect": {
        "none": ("no visible defects",),
        "cracks": ("thin cracks",),
        "pits": ("round pits",),
        "debris": ("loose debris",),
    },
    "contact": {
        "separate": ("separate structures with gaps between them",),
        "touching": ("touching structures with shared edges",),
    },
    "phases": {
        "one": ("a single phase",),
        "two": ("two phases, one as brighter inclusions",),
    },
    "background": {"dark": ("a dark background",), "bright": ("a bright background",)},
    "contrast": {"low": ("a low contrast",), "high": ("a high contrast",)},
    "focus": {
        "sharp": ("a sharp focus",),
        "blurred": ("a blurred focus",),
    },
    "charging": {
        "none": ("no charging",),
        "streaks": ("bright streaks",),
    },
    "bar": {"absent": ("no scale bar",), "short": ("a short scale bar",), "long": ("a long scale bar",)},
}
"""Kind to value to what the teacher says of it."""

USES: Mapping[str, str] = {
    "biological": "medical research and life science",
    "fibres": "composites, filters and technical textiles",
    "films_coated_surface": "protective and optical layers",
    "mems_devices_electrodes": "sensors, actuators and circuits",
    "nanowires": "sensors, batteries and electronics",
    "particles": "catalysis, pigments and drug delivery",
    "patterned_surface": "optics, photonics and data storage",
    "porous_sponge": "filtration, insulation and energy storage",
    "powder": "sintering, ceramics and pressed parts",
    "tips": "scanning probes and nanoindentation",
}
"""What each category is commonly used for; fills the slot ``use``."""

TOPICS = (
    "more about the type of the nanomaterial",
    "the real-world length per unit",
    "the overall shape and morphology",
    "the presence of layers, phases or domains",
    "the consistency in size and shape",
    "the size range of the nanostructures",
    "the distribution over the field of view",
    "the degree of aggregation or bundling",
    "the texture of the surface",
    "the presence of defects, pores or impurities",
    "the variation of the composition",
    "the presence of labels or markers",
    "the way in which the structures interact",
    "the course of the boundaries",
    "the interaction with the surroundings",
    "the presence of other objects",
    "the imaging technique",
    "the presence of post-processing",
    "the presence of functional regions",
    "the presence of dynamic processes",
    "the intended use",
    "the experimental or theoretical origin",
)
"""What each of the 22 questions is about, in their order."""
