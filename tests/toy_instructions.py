"""Dark and bright pictures with questions that only the picture answers, and contexts for small models."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bench import ModelSpec
from bench.config.loading import Recipe
from bench.contracts import Context, InstructionRecord, Instructions, Micrographs
from bench.terminal.progress import NoProgress

QUESTIONS = (
    "What is the tone of this picture?",
    "How bright is the surface of the sample, seen as a whole?",
    "Name it.",
)
ANSWERS = (
    "The picture is {tone}.",
    "As a whole, the surface of the sample looks rather {tone} in this view.",
    "It is {tone}.",
)
CAPTION = "A micrograph of a sample."


def toy_instructions(pictures: int = 40, size: int = 64, seed: int = 0) -> Instructions:
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, pictures)
    pixels = (random.integers(0, 60, (pictures, size, size)) + labels[:, None, None] * 150).astype(np.uint8)
    ids = tuple(f"p{number}" for number in range(pictures))
    micrographs = Micrographs(pixels, np.arange(pictures), ids, labels, ("dark", "bright"))
    records = tuple(
        _record(ids[picture], number, micrographs.categories[labels[picture]])
        for picture in range(pictures)
        for number in range(len(QUESTIONS))
    )
    return Instructions(micrographs, records, np.repeat(np.arange(pictures), len(QUESTIONS)), (CAPTION,) * pictures)


def toy_context(folder: Path, settings: Mapping[str, Any], **recipe: Any) -> Context:
    spec = ModelSpec("toy", "Toy", "assistant")
    return Context(spec, settings, Recipe(**recipe), 0, "cpu", NoProgress(), folder)


def _record(picture: str, number: int, tone: str) -> InstructionRecord:
    answer = ANSWERS[number].format(tone=tone)
    return InstructionRecord(
        f"{picture}-{number}", picture, number + 1, QUESTIONS[number], answer, (("tone", tone),), "toy"
    )
