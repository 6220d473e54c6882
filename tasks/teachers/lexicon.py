"""Which phrases state a fact: the lexicon by which an answer is read, whatever its question.

A phrase counts as a whole and the longest wins, so that 'single strand' states a shape and 'single phase' a number
of phases. A phrase after a negation in the same clause states nothing: 'no cracks' is not a crack.
"""

import re
from collections.abc import Iterable, Mapping

from bench.contracts import Facts
from bench.tasks.datasets.captions import category_name
from bench.tasks.facts import CATEGORIES

PHRASES: dict[str, dict[str, tuple[str, ...]]] = {
    "category": {
        "biological": ("biological", "biological material", "biological sample", "biological structures"),
        "fibres": ("fibres", "fibers", "fibre", "fiber"),
        "films_coated_surface": ("film", "films", "films and coated surfaces", "coated surface", "coated surfaces"),
        "mems_devices_electrodes": ("MEMS", "MEMS device", "MEMS devices", "MEMS devices and electrodes"),
        "nanowires": ("nanowires", "nanowire"),
        "particles": ("particles", "particle", "nanoparticles", "nanoparticle"),
        "patterned_surface": ("patterned surface", "patterned surfaces"),
        "porous_sponge": ("porous", "sponge", "porous sponge", "sponges", "porous sponges"),
        "powder": ("powder", "powders"),
        "tips": ("tip", "tips"),
    },
    "shape": {
        "cell": ("cell", "cells", "cell-like"),
        "neurite": ("neurite", "neurites", "neurite-like", "dendritic", "branching", "branched"),
        "pollen": ("pollen", "pollen-like", "spiny"),
        "diatom": ("diatom", "diatoms", "diatom-like", "perforated shell"),
        "woven": ("woven", "interlaced", "weave"),
        "twisted": ("twisted", "rope-like"),
        "single": ("single strand", "lone strand", "single fibre", "single fiber", "strand-like"),
        "flat": ("flat", "planar"),
        "layered": ("layered", "stacked", "terraced"),
        "wrinkled": ("wrinkled", "folded", "wrinkles"),
        "columnar": ("columnar", "columns"),
        "comb": ("comb", "combs", "comb-like", "interdigitated"),
        "cantilever": ("cantilever", "cantilevers", "cantilever-like"),
        "electrode": ("electrode", "electrodes", "electrode-like"),
        "gear": ("gear", "gears", "gear-like", "gear wheel", "toothed"),
        "straight": ("straight", "needle-like"),
        "curved": ("curved", "bent"),
        "upright": ("upright", "standing"),
        "spherical": ("spherical", "sphere", "spheres", "ball-like"),
        "faceted": ("faceted", "crystal-like", "polyhedral"),
        "rod": ("rod", "rods", "rod-like", "rod-shaped"),
        "lines": ("lines", "stripes", "grating"),
        "holes": ("hole", "holes"),
        "pillars": ("pillar", "pillars", "posts"),
        "checkerboard": ("checkerboard", "chessboard", "chequered"),
        "foam": ("foam", "foam-like", "bubble-like"),
        "honeycomb": ("honeycomb", "honeycomb-like", "hexagonal", "hexagonal cells"),
        "labyrinth": ("labyrinth", "labyrinth-like", "maze-like"),
        "clumped": ("clumped", "clumps", "lumpy"),
        "flaky": ("flaky", "flake-like", "flakes"),
        "shard": ("shard", "shards", "shard-like", "jagged", "splintered"),
        "cone": ("cone", "cones", "cone-like", "conical"),
        "pyramid": ("pyramid", "pyramids", "pyramid-like", "pyramidal"),
        "wire": ("wire", "wire-like", "thread-like"),
    },
    "size": {
        "small": ("small", "small-sized", "tiny"),
        "medium": ("medium", "medium-sized", "intermediate size"),
        "large": ("large", "large-sized"),
    },
    "coverage": {
        "sparse": ("sparse", "sparsely"),
        "moderate": ("moderate", "moderately"),
        "dense": ("dense", "densely", "closely packed"),
    },
    "arrangement": {
        "ordered": ("ordered", "evenly spaced", "periodic", "regular pattern"),
        "clustered": ("clustered", "clusters", "grouped"),
        "random": ("random", "randomly", "irregularly placed"),
    },
    "uniformity": {
        "uniform": ("uniform", "uniformly", "consistent"),
        "varied": ("varied", "vary", "varying", "variable", "non-uniform", "inconsistent"),
    },
    "direction": {
        "horizontal": ("horizontal", "horizontally"),
        "vertical": ("vertical", "vertically"),
        "diagonal": ("diagonal", "diagonally", "oblique"),
    },
    "texture": {
        "smooth": ("smooth texture", "smooth surface", "smooth surfaces", "even texture", "textureless"),
        "granular": ("granular", "grainy"),
        "ridged": ("ridged", "ridges", "grooved"),
    },
    "defect": {
        "none": ("no defects", "no visible defects", "no imperfections", "no visible imperfections", "defect-free"),
        "cracks": ("crack", "cracks", "fissures"),
        "pits": ("pit", "pits", "pitted"),
        "debris": ("debris", "dirt", "contamination"),
    },
    "contact": {
        "separate": ("separate", "separated", "isolated"),
        "touching": ("touching", "touch", "in contact"),
    },
    "phases": {
        "one": ("one phase", "single phase", "single-phase", "homogeneous"),
        "two": ("two phases", "two-phase", "second phase", "brighter inclusions", "brighter domains"),
    },
    "background": {
        "dark": ("dark background", "black background", "background is dark"),
        "bright": ("bright background", "light background", "background is bright"),
    },
    "contrast": {
        "low": ("low contrast", "weak contrast", "contrast is low"),
        "high": ("high contrast", "strong contrast", "contrast is high"),
    },
    "focus": {
        "sharp": ("sharp focus", "crisp focus", "in focus", "sharply focused"),
        "blurred": ("blurred", "blurry", "out of focus", "defocused"),
    },
    "charging": {
        "none": ("no charging", "no visible charging", "no streaks", "no charging streaks"),
        "streaks": ("charging", "streaks", "charging streaks"),
    },
    "bar": {
        "absent": ("no scale bar", "no visible scale bar", "scale bar is absent"),
        "short": ("short scale bar", "scale bar is short"),
        "long": ("long scale bar", "scale bar is long"),
    },
}
"""Kind to value to the phrases that state it; every kind and value of ``bench.tasks.facts`` stands here."""

_NEGATIONS = frozenset({"no", "not", "without", "neither", "nor", "never", "lacks", "lacking", "hardly"})
_REACH = 3
"""How many words after a negation are still denied."""
_LIST = frozenset({",", "or", "nor"})
_TOKEN = re.compile(r"\w+(?:['’-]\w+)*|[^\w\s]")


class Lexicon:
    """Reads the facts of a text; besides ``PHRASES`` it knows the names of a dataset's own categories.

    Such a name is free text and may be any word, so it counts only if it follows the word 'category'.
    """

    def __init__(self, categories: Iterable[str] = CATEGORIES) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], tuple[str, str]]]] = {}
        self._values = {(kind, value) for kind, values in PHRASES.items() for value in values}
        for kind, value in sorted(self._values):
            for phrase in PHRASES[kind][value]:
                self._add(phrase, (kind, value))
        for category in categories:
            self._values.add(("category", category))
            self._add(f"category {category_name(category)}", ("category", category))
        for phrases in self._by_first.values():
            phrases.sort(key=lambda entry: len(entry[0]), reverse=True)

    def __contains__(self, fact: tuple[str, str]) -> bool:
        """Return whether this (kind, value) has phrases."""
        return fact in self._values

    def parse(self, text: str) -> Facts:
        """Return the facts that a text states, each once, sorted."""
        tokens = _tokens(text)
        stated: set[tuple[str, str]] = set()
        denied: tuple[str, int] | None = None
        position = last = 0
        while position < len(tokens):
            match = self._longest(tokens, position)
            if match is None:
                position += 1
                continue
            end, fact = match
            if _negated(tokens[max(last, position - _REACH) : position]) or _continues(
                denied, fact[0], tokens, position
            ):
                denied = (fact[0], end)
            else:
                stated.add(fact)
            position = last = end
        return tuple(sorted(stated))

    def _add(self, phrase: str, fact: tuple[str, str]) -> None:
        tokens = _tokens(phrase)
        self._by_first.setdefault(tokens[0], []).append((tokens, fact))

    def _longest(self, tokens: tuple[str, ...], position: int) -> tuple[int, tuple[str, str]] | None:
        for phrase, fact in self._by_first.get(tokens[position], ()):
            end = position + len(phrase)
            if tokens[position:end] == phrase:
                return end, fact
        return None


def named(facts: Facts) -> Mapping[str, str]:
    """Return kind to value, for the kinds with exactly one stated value."""
    values: dict[str, set[str]] = {}
    for kind, value in facts:
        values.setdefault(kind, set()).add(value)
    return {kind: next(iter(several)) for kind, several in values.items() if len(several) == 1}


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(text.lower()))


def _negated(before: tuple[str, ...]) -> bool:
    """Return whether a negation is among the words before, with no punctuation after it."""
    for token in reversed(before):
        if token in _NEGATIONS:
            return True
        if not token[0].isalnum():
            return False
    return False


def _continues(denied: tuple[str, int] | None, kind: str, tokens: tuple[str, ...], position: int) -> bool:
    """Return whether a list of denied values of one kind continues: 'no cracks, pits or debris'."""
    return denied is not None and denied[0] == kind and set(tokens[denied[1] : position]) <= _LIST
