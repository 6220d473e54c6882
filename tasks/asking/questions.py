"""A question about one picture of one's own, as a trained model is asked it."""

from pathlib import Path
from typing import Any

import numpy as np

from bench.contracts import Bounded, InstructionRecord, Instructions, Micrographs
from bench.data.databar import find_bars, without_bars
from bench.errors import BenchError, unknown
from bench.exports.exported import Exported
from bench.tasks.asking.words import there
from bench.tasks.datasets.decoding import Unreadable, grey


def read(path: Path, exported: Exported) -> Micrographs:
    """Return a picture as the model was shown its own: squashed, grey, without data bar; raises Unreadable."""
    if not there(path):
        raise Unreadable("is not there; check its path")
    pixels = grey(path, exported.image_size)[None]
    if exported.mask_bar:
        pixels = without_bars(pixels, find_bars(pixels))
    return Micrographs(pixels, np.arange(1), ("0",), np.array([-1]), exported.categories)


def question(picture: Micrographs, text: str, caption: str = "") -> Instructions:
    """Return a question about a picture; the caption may name its category."""
    record = InstructionRecord("0", picture.ids[0], 1, text, "", (), "")
    return Instructions(picture, (record,), np.zeros(1, np.int64), (caption,), picture.categories)


def caption_of(category: str | None, exported: Exported) -> str:
    """Return the caption that names a category as the model learned it, '' for none; BenchError if it has no such."""
    if category is None:
        return ""
    if category not in exported.categories:
        raise unknown("category", category, exported.categories, "or leave --category away")
    return exported.captions[exported.categories.index(category)]


def check_length(text: str, caption: str, estimator: Any, exported: Exported) -> None:
    """Refuse a question of which the model would not read all."""
    if not isinstance(estimator, Bounded):
        return
    size = exported.image_size
    blank = Micrographs(np.zeros((1, size, size), np.uint8), np.arange(1), ("0",), np.array([-1]), exported.categories)
    (length,) = estimator.prompt_lengths(question(blank, text, caption))
    if length > estimator.longest_prompt:
        beside = ", the caption among them," if caption else ""
        raise BenchError(
            f"the question has {length} tokens{beside} in {len(text.split())} words, and {exported.label} reads "
            f"{estimator.longest_prompt}; ask a shorter one"
        )
