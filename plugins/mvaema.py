"""The paper's model."""

from collections.abc import Callable

from bench.specs import ModelSpec
from bench.specs.hookspecs import hookimpl

VARIANTS = {"itc": "w/o ITC", "itm": "w/o CTC", "sa": "w/o SA", "ca": "w/o CA", "csa": "w/o CSA"}
"""What the ablations switch off, in the order and under the labels of the paper's Tables 5 and 6."""

TUNES = {"itc_weight": (0.03, 1.0)}
"""What tuning chooses besides the learning rate: in the weights that the losses share, the gradient of the contrastive
loss is a hundred times that of the matching loss."""


def _row(name: str, label: str, without: tuple[str, ...] = ()) -> ModelSpec:
    return ModelSpec(
        name=name,
        label=label,
        family="mvaema",
        estimator="bench.models.mvaema.estimator:MVaEMa",
        defaults={"without": without},
        variant_of="mvaema" if without else None,
        tunes=TUNES,
        source="the paper's Model Architecture and Experimental Setup",
    )


@hookimpl
def register_models(register: Callable[[ModelSpec], None]) -> None:
    """Register MVaEMa and its ablations."""
    register(_row("mvaema", "MVaEMa"))
    for part, label in VARIANTS.items():
        register(_row(f"mvaema-no-{part}", label, (part,)))
