"""The kinds of facts a micrograph can show, and their values: the shared vocabulary of scenes and answers.

A scene shows at most one value of a kind. Every value must be visible at 224 x 224 pixels.
"""

CATEGORIES = (
    "biological",
    "fibres",
    "films_coated_surface",
    "mems_devices_electrodes",
    "nanowires",
    "particles",
    "patterned_surface",
    "porous_sponge",
    "powder",
    "tips",
)

SHAPES: dict[str, tuple[str, ...]] = {
    "biological": ("cell", "neurite", "pollen", "diatom"),
    "fibres": ("woven", "twisted", "single"),
    "films_coated_surface": ("flat", "layered", "wrinkled", "columnar"),
    "mems_devices_electrodes": ("comb", "cantilever", "electrode", "gear"),
    "nanowires": ("straight", "curved", "upright"),
    "particles": ("spherical", "faceted", "rod"),
    "patterned_surface": ("lines", "holes", "pillars", "checkerboard"),
    "porous_sponge": ("foam", "honeycomb", "labyrinth"),
    "powder": ("clumped", "flaky", "shard"),
    "tips": ("cone", "pyramid", "wire"),
}
"""The values of kind ``shape`` that each category can have; no value belongs to two categories."""

KINDS: dict[str, tuple[str, ...]] = {
    "category": CATEGORIES,
    "shape": tuple(shape for shapes in SHAPES.values() for shape in shapes),
    "size": ("small", "medium", "large"),  # of the typical structure, relative to the field of view
    "coverage": ("sparse", "moderate", "dense"),  # share of the field the structures take
    "arrangement": ("ordered", "clustered", "random"),
    "uniformity": ("uniform", "varied"),  # of the structures' sizes
    "direction": ("horizontal", "vertical", "diagonal"),  # of elongated structures, or where a tip points from
    "texture": ("smooth", "granular", "ridged"),  # of the structures' surface
    "defect": ("none", "cracks", "pits", "debris"),
    "contact": ("separate", "touching"),
    "phases": ("one", "two"),  # two: clearly brighter inclusions or domains
    "background": ("dark", "bright"),
    "contrast": ("low", "high"),
    "focus": ("sharp", "blurred"),
    "charging": ("none", "streaks"),
    "bar": ("absent", "short", "long"),  # the data bar's scale bar: under or over a quarter of the width
}
