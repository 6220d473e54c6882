"""Which kinds of facts a scene of a category shows, and how frequent each value is.

A fact is drawn on its own: its weights depend on the category (or on the shape, where a shape leaves no room
for a kind), never on another fact's value, so that no fact can be guessed from the others.
"""

from collections.abc import Mapping

from bench.tasks.facts import SHAPES

Weights = Mapping[str, float]

SEM_COUNTS: Mapping[str, int] = {
    "biological": 973,
    "fibres": 163,
    "films_coated_surface": 327,
    "mems_devices_electrodes": 4591,
    "nanowires": 3821,
    "particles": 3926,
    "patterned_surface": 4756,
    "porous_sponge": 182,
    "powder": 918,
    "tips": 1625,
}
"""Number of pictures per category of the SEM dataset (Aversa et al., Scientific Data 5:180172, 2018)."""

_SIZE = {"small": 0.3, "medium": 0.4, "large": 0.3}
_COVERAGE = {"sparse": 0.35, "moderate": 0.35, "dense": 0.3}
_DIRECTION = {"horizontal": 0.33, "vertical": 0.34, "diagonal": 0.33}
_TEXTURE = {"smooth": 0.4, "granular": 0.3, "ridged": 0.3}
_DEFECT = {"none": 0.4, "cracks": 0.2, "pits": 0.2, "debris": 0.2}
_UNIFORMITY = {"uniform": 0.55, "varied": 0.45}
_PHASES = {"one": 0.6, "two": 0.4}
_CONTACT = {"separate": 0.5, "touching": 0.5}
_BACKGROUND = {"dark": 0.6, "bright": 0.4}

EVERYWHERE: Mapping[str, Weights] = {
    "contrast": {"high": 0.65, "low": 0.35},
    "focus": {"sharp": 0.7, "blurred": 0.3},
    "charging": {"none": 0.85, "streaks": 0.15},
    "bar": {"absent": 0.2, "short": 0.4, "long": 0.4},
}
"""Kinds of the microscope, equally distributed in every category, so that none reveals the category."""

OF_CATEGORY: Mapping[str, Mapping[str, Weights]] = {
    "biological": {"size": _SIZE, "background": {"dark": 0.4, "bright": 0.6}},
    "fibres": {"size": _SIZE, "phases": _PHASES},
    "films_coated_surface": {"defect": _DEFECT, "phases": _PHASES},
    "mems_devices_electrodes": {
        "size": _SIZE,
        "direction": _DIRECTION,
        "texture": {"smooth": 0.6, "granular": 0.4},
        "defect": _DEFECT,
        "background": _BACKGROUND,
    },
    "nanowires": {
        "size": _SIZE,
        "coverage": _COVERAGE,
        "background": {"dark": 0.7, "bright": 0.3},
    },
    "particles": {
        "size": _SIZE,
        "coverage": _COVERAGE,
        "arrangement": {"ordered": 0.25, "clustered": 0.35, "random": 0.4},
        "uniformity": _UNIFORMITY,
        "phases": _PHASES,
        "background": _BACKGROUND,
    },
    "patterned_surface": {"size": _SIZE, "phases": _PHASES, "defect": _DEFECT},
    "porous_sponge": {"size": _SIZE, "coverage": _COVERAGE, "phases": _PHASES},
    "powder": {"size": _SIZE, "coverage": {"moderate": 0.5, "dense": 0.5}, "phases": _PHASES},
    "tips": {
        "size": _SIZE,
        "direction": _DIRECTION,
        "background": {"dark": 0.75, "bright": 0.25},
    },
}
"""Kinds of a category, whatever the shape."""

OF_SHAPE: Mapping[str, Mapping[str, Weights]] = {
    "cell": {"coverage": {"sparse": 0.5, "moderate": 0.5}, "texture": _TEXTURE},
    "pollen": {"coverage": {"sparse": 0.5, "moderate": 0.5}},
    "diatom": {"direction": _DIRECTION},
    "twisted": {"direction": _DIRECTION},
    "single": {"direction": _DIRECTION, "texture": _TEXTURE},
    "flat": {"texture": _TEXTURE},
    "layered": {"size": _SIZE, "direction": _DIRECTION},
    "wrinkled": {"size": _SIZE, "direction": _DIRECTION},
    "columnar": {"size": _SIZE, "uniformity": _UNIFORMITY},
    "straight": {"direction": _DIRECTION},
    "upright": {"uniformity": _UNIFORMITY, "arrangement": {"ordered": 0.5, "random": 0.5}},
    "spherical": {"contact": _CONTACT},
    "faceted": {"contact": _CONTACT},
    "rod": {"direction": _DIRECTION},
    "lines": {"direction": _DIRECTION, "background": _BACKGROUND},
    "cone": {"texture": {"smooth": 0.55, "granular": 0.45}},
    "pyramid": {"texture": {"smooth": 0.55, "granular": 0.45}},
    "pillars": {"background": _BACKGROUND},
    "foam": {"uniformity": _UNIFORMITY},
}
"""Kinds that only some shapes leave room for."""


def kinds_of(category: str, shape: str) -> Mapping[str, Weights]:
    """Return kind to value weights of a scene of this category and shape, in a fixed order."""
    return {**OF_CATEGORY[category], **OF_SHAPE.get(shape, {}), **EVERYWHERE}


def shapes_of(category: str) -> Weights:
    """Return the weights of a category's shapes."""
    return dict.fromkeys(SHAPES[category], 1.0)
