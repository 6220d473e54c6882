"""Controls: models that never look at the picture, and must lose."""

from collections.abc import Callable

from bench import ModelSpec, hookimpl
from bench.plugins.mvaema import SETTINGS


@hookimpl
def register_models(register: Callable[[ModelSpec], None]) -> None:
    """Register the controls."""
    register(
        ModelSpec(
            name="blind",
            label="Blind MVaEMa",
            family="control",
            estimator="bench.models.controls.blind:Blind",
            settings=SETTINGS,
            source="MVaEMa, trained and asked with a constant in the picture's place",
            seconds=10.0,
        )
    )
    register(
        ModelSpec(
            name="majority",
            label="Majority answer",
            family="control",
            estimator="bench.models.controls.majority:Majority",
            source="per question, and category when captioned, the training answer of the most frequent facts",
            seconds=0.01,
        )
    )
