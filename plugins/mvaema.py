"""The paper's model."""

from collections.abc import Callable

from bench.specs import ModelSpec
from bench.specs.hookspecs import hookimpl

VARIANTS = {"itc": "w/o ITC", "itm": "w/o CTC", "sa": "w/o SA", "ca": "w/o CA", "csa": "w/o CSA"}
"""What the ablations switch off, in the order and under the labels of the paper's Tables 5 and 6."""


def _row(name: str, label: str, without: tuple[str, ...] = ()) -> ModelSpec:
    return ModelSpec(
        name=name,
        label=label,
        family="mvaema",
        estimator="bench.models.mvaema.estimator:MVaEMa",
        contracts=("answerer", "classifier") if "itc" in without else None,  # there is no common space
        defaults={"without": without},
        variant_of="mvaema" if without else None,
        source="the paper's Model Architecture and Experimental Setup",
    )


@hookimpl
def register_models(register: Callable[[ModelSpec], None]) -> None:
    """Register MVaEMa and its ablations."""
    register(_row("mvaema", "MVaEMa"))
    for part, label in VARIANTS.items():
        register(_row(f"mvaema-no-{part}", label, (part,)))
