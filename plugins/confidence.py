"""How far the confidence of classifiers can be trusted: the table, whose figure shows calibration and coverage."""

from collections.abc import Callable

from bench.specs import Column, TableSpec
from bench.specs.hookspecs import hookimpl

_CALIBRATION = TableSpec(
    name="calibration",
    number=15,
    title="Classification: confidence, and accuracy on the pictures that a model is surest of.",
    task="classification",
    columns=(
        Column("top1", "Top-1"),
        Column("top1_of_surest_80", "Top-1 of surest 80 %"),
        Column("top1_of_surest_50", "Top-1 of surest 50 %"),
        Column("calibration_error", "ECE", higher_is_better=None),
        Column("aurc", "AURC", higher_is_better=False),
    ),
    draws="bench.figures.calibration:of_table",
    notes=(
        "ECE: expected calibration error, the mean distance between confidence and accuracy. Less is better, but no "
        "model is ranked by it: one that knows nothing and says so has an error of 0.",
        "AURC: area under the risk-coverage curve, the mean share of errors if the n surest pictures are answered, n "
        "from 1 to all. Less is better.",
    ),
    options={"controls_by": ("Top-1",)},
)


@hookimpl
def register_tables(register: Callable[[TableSpec], None]) -> None:
    """Register the table."""
    register(_CALIBRATION)
