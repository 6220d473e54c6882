"""What the task classification asks a model: the category of each test picture, and nothing beside it."""

from collections.abc import Mapping
from typing import Any

from bench.contracts import Micrographs


def pose(test: Micrographs, settings: Mapping[str, Any]) -> Micrographs:
    """Return the pictures to classify: all of the test side."""
    return test


def protocol(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return in clear what must agree, beside the data and the split, for two rows to stand in one table."""
    return {"asked": "the category of each test picture"}
