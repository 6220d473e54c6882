"""What the task vqa asks a model: which questions of each test picture, with the caption or without."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from bench.contracts import Instructions
from bench.errors import BenchError

SUBSET_SEED = 22
"""Orders the questions from which a subset is taken in turn; a constant, so that every row meets the same."""


def pose(test: Instructions, settings: Mapping[str, Any]) -> Instructions:
    """Return the questions to answer: all of each picture or of one prompt group, or ``settings["questions"]`` of them.

    BenchError where no record is of the group. A subset is dealt in turn from one seeded order of questions, so that
    each is asked about equally often. ``settings["caption"] == "without"`` blanks the captions.
    """
    group = settings.get("group", "all")  # a task of a stranger's may pose as this one does, and know no groups
    asked = test if group == "all" else _of_group(test, group)
    posed = asked if settings["questions"] == "all" else asked.take(_subset(asked, int(settings["questions"])))
    if settings["caption"] == "without":
        posed = replace(posed, captions=("",) * len(posed.captions))
    return posed


def protocol(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return in clear what must agree, beside the data and the split, for two rows to stand in one table."""
    questions, group = settings["questions"], settings.get("group", "all")
    return {
        "caption": settings["caption"],
        "questions": "all of each picture" if questions == "all" else f"{questions} of each picture, dealt in turn",
        **({} if group == "all" else {"group": str(group)}),
        "subset_seed": None if questions == "all" else SUBSET_SEED,
    }


def _of_group(test: Instructions, group: int) -> Instructions:
    found = [position for position, record in enumerate(test.records) if record.group == group]
    if not found:
        groups = sorted({record.group for record in test.records})
        raise BenchError(f"no record is of prompt group {group}; the records' groups: {', '.join(map(str, groups))}")
    return test.take(found)


def _subset(test: Instructions, size: int) -> np.ndarray:
    """Return the positions of ``size`` records a picture (all, where it has fewer), ascending."""
    questions = sorted({record.question for record in test.records})
    order = np.random.default_rng(SUBSET_SEED).permutation(len(questions))
    rank = {question: order[place] for place, question in enumerate(questions)}
    chosen: list[int] = []
    for turn, positions in enumerate(test.by_picture):
        dealt = sorted(positions.tolist(), key=lambda position: rank[test.records[position].question])
        start = turn * size
        chosen += {dealt[(start + step) % len(dealt)] for step in range(min(size, len(dealt)))}
    return np.array(sorted(chosen), dtype=np.int64)
