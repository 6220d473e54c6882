"""The paper's numbers, from ``results/published.csv``."""

import csv
from functools import cache
from importlib import resources
from typing import NamedTuple


class Published(NamedTuple):
    """One printed number; ``std`` is None if the paper prints none."""

    block: str
    row: str
    model: str
    value: float
    std: float | None


@cache
def published(table: int) -> dict[tuple[str, str], Published]:
    """Return a table's numbers by (model, column as printed), in printed order."""
    text = resources.files("bench.results").joinpath("published.csv").read_text(encoding="utf-8")
    return {
        (line["model"], line["column"]): Published(
            line["block"], line["row"], line["model"], float(line["value"]), float(line["std"]) if line["std"] else None
        )
        for line in csv.DictReader(text.splitlines())
        if int(line["table"]) == table
    }
