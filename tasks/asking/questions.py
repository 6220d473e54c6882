"""A question about one of the user's pictures, in the form that a trained model gets."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.contracts import Bounded, InstructionRecord, Instructions, Micrographs
from bench.data.decoding import frame_of, in_8_bits, shades, squashed
from bench.data.field_of_view import fields_of_view
from bench.data.frames import Unreadable
from bench.data.masking import prepared
from bench.errors import BenchError, unknown
from bench.exports.exported import Exported
from bench.tasks.asking.words import exists
from bench.tasks.datasets.decoded import bar_scale


def read(path: Path, exported: Exported) -> Micrographs:
    """Return a picture prepared as in training (grey, sized, masked, standardised); Unreadable if that fails.

    Its scale is the file's, or else that of its data bar.
    """
    if not exists(path):
        raise Unreadable("does not exist; check its path")
    if not path.is_file():  # a pipe or device may never end
        raise Unreadable("is no file; name a picture")
    frame = frame_of(path)

    def as_trained(picture: np.ndarray) -> np.ndarray:
        return prepared(picture[None], mask_bar=exported.mask_bar, standardise=exported.standardise)

    levels = shades(frame)
    pixels = as_trained(squashed(levels, exported.image_size))
    native = (partial(np.copy, as_trained(in_8_bits(levels))[0]),) if exported.native else None
    bar = bar_scale(frame, levels)
    pixel = bar.pixel_size_nm if bar else frame.pixel_size_nm or np.nan
    scale = pixel * np.array([frame.levels.shape]) / exported.image_size
    return Micrographs(
        pixels, np.arange(1), ("0",), np.array([-1]), exported.categories, pixel_sizes=scale, native=native
    )


def question(picture: Micrographs, text: str, caption: str = "", exported: Exported | None = None) -> Instructions:
    """Return a question about a picture; the caption may name its category. The scale is stated as in training."""
    record = InstructionRecord("0", picture.ids[0], 1, text, "", (), "")
    scales = fields_of_view(picture) if exported and exported.scale == "stated" else ()
    return Instructions(picture, (record,), np.zeros(1, np.int64), (caption,), picture.categories, scales)


def caption_of(category: str | None, exported: Exported) -> str:
    """Return the caption of a category as in the model's training, '' for None; BenchError for an unknown category."""
    if category is None:
        return ""
    if category not in exported.categories:
        raise unknown("category", category, exported.categories, "or omit --category")
    return exported.captions[exported.categories.index(category)]


def check_length(text: str, caption: str, estimator: Any, exported: Exported) -> None:
    """Raise BenchError for a question that is too long for the model."""
    if not isinstance(estimator, Bounded):
        return
    size = exported.image_size
    pixels, scale = np.zeros((1, size, size), np.uint8), np.ones((1, 2))
    blank = Micrographs(pixels, np.arange(1), ("0",), np.array([-1]), exported.categories, pixel_sizes=scale)
    (length,) = estimator.prompt_lengths(question(blank, text, caption, exported))
    if length > estimator.longest_prompt:
        included = ", including the caption," if caption else ""
        raise BenchError(
            f"the question has {length} tokens{included} in {len(text.split())} words, and {exported.label} reads "
            f"{estimator.longest_prompt}; ask a shorter one"
        )
