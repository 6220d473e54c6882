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
        "cell": ("a rounded, cell-like shape", "a shape like soft, rounded cells"),
        "neurite": ("a branching, neurite-like shape", "a dendritic, branching shape"),
        "pollen": ("a spiny, pollen-like shape", "a shape like spiny pollen"),
        "diatom": ("a diatom-like shape", "a shape like the shell of diatoms"),
        "woven": ("a woven, interlaced shape", "a shape woven from crossing threads"),
        "twisted": ("a twisted, rope-like shape", "a shape twisted like a cable"),
        "single": ("the shape of a single strand", "a lone strand-like shape"),
        "flat": ("a flat, planar shape", "a flat shape of even height"),
        "layered": ("a layered, stacked shape", "a terraced, layered shape"),
        "wrinkled": ("a wrinkled, folded shape", "a shape folded into wrinkles"),
        "columnar": ("a columnar shape", "a shape built of tall columns"),
        "comb": ("an interdigitated comb shape", "a comb-like shape"),
        "cantilever": ("a cantilever shape", "a cantilever-like shape"),
        "electrode": ("an electrode shape", "an electrode-like shape"),
        "gear": ("a toothed gear shape", "a gear-like shape"),
        "straight": ("a straight, needle-like shape", "a thin and straight shape"),
        "curved": ("a curved, bent shape", "a thin and curved shape"),
        "upright": ("an upright, standing shape", "a shape standing like a bed of nails"),
        "spherical": ("a spherical, ball-like shape", "a round shape like spheres"),
        "faceted": ("a faceted, crystal-like shape", "a polyhedral, faceted shape"),
        "rod": ("a rod-like shape", "a rod-shaped form"),
        "lines": ("a shape of parallel lines", "a grating of parallel lines"),
        "holes": ("a shape of round holes", "a lattice of holes"),
        "pillars": ("a shape of raised pillars", "a lattice of pillars"),
        "checkerboard": ("a checkerboard shape", "a chequered, checkerboard shape"),
        "foam": ("a foam-like, bubble-like shape", "a shape like an open foam"),
        "honeycomb": ("a honeycomb shape", "a hexagonal, honeycomb-like shape"),
        "labyrinth": ("a labyrinth-like shape", "a winding, maze-like shape"),
        "clumped": ("a lumpy, clumped shape", "a shape of rounded clumps"),
        "flaky": ("a thin, flaky shape", "a shape of thin flakes"),
        "shard": ("a jagged, shard-like shape", "a splintered shape like shards"),
        "cone": ("a cone shape that tapers", "a conical shape that tapers"),
        "pyramid": ("a pyramid shape", "a pyramidal shape"),
        "wire": ("a thin, wire-like shape", "a thread-like shape of constant width"),
    },
    "size": {
        "small": ("a small size relative to the field of view", "small dimensions compared with the field of view"),
        "medium": (
            "a medium size relative to the field of view",
            "medium dimensions compared with the field of view",
        ),
        "large": ("a large size relative to the field of view", "large dimensions compared with the field of view"),
    },
    "coverage": {
        "sparse": ("a sparse coverage of the field of view", "a sparse population of structures"),
        "moderate": ("a moderate coverage of the field of view", "a moderate population of structures"),
        "dense": ("a dense coverage of the field of view", "a dense population of structures"),
    },
    "arrangement": {
        "ordered": ("an ordered, evenly spaced arrangement", "an ordered, periodic arrangement"),
        "clustered": ("a clustered arrangement", "an arrangement in clusters"),
        "random": ("a random arrangement", "a random, scattered arrangement"),
    },
    "uniformity": {
        "uniform": ("a uniform size throughout", "uniform, consistent dimensions"),
        "varied": ("a varied size throughout", "dimensions that vary widely"),
    },
    "direction": {
        "horizontal": ("a horizontal orientation", "a horizontal alignment"),
        "vertical": ("a vertical orientation", "a vertical alignment"),
        "diagonal": ("a diagonal orientation", "a diagonal alignment"),
    },
    "texture": {
        "smooth": ("a smooth texture", "a smooth surface"),
        "granular": ("a granular texture", "a grainy surface"),
        "ridged": ("a ridged texture", "a surface with ridges"),
    },
    "defect": {
        "none": ("no visible defects", "no visible imperfections"),
        "cracks": ("thin cracks", "cracks in the surface"),
        "pits": ("round pits", "pits in the surface"),
        "debris": ("loose debris", "debris on the surface"),
    },
    "contact": {
        "separate": ("separate structures with gaps between them", "structures isolated from their neighbours"),
        "touching": ("touching structures with shared edges", "structures in contact with their neighbours"),
    },
    "phases": {
        "one": ("a single phase", "one phase of even grey level"),
        "two": ("two phases, one as brighter inclusions", "two phases of different grey level"),
    },
    "background": {"dark": ("a dark background",), "bright": ("a bright background",)},
    "contrast": {"low": ("a low contrast", "a weak contrast"), "high": ("a high contrast", "a strong contrast")},
    "focus": {
        "sharp": ("a sharp focus", "a crisp focus"),
        "blurred": ("a blurred focus", "a soft, blurred focus"),
    },
    "charging": {
        "none": ("no charging", "no visible charging"),
        "streaks": ("bright streaks", "charging streaks"),
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
