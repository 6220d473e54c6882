"""The paper's model."""

from collections.abc import Callable

from bench.specs import ModelSpec
from bench.specs.hookspecs import hookimpl

VARIANTS = {"itc": "w/o ITC", "itm": "w/o CTC", "sa": "w/o SA", "ca": "w/o CA", "csa": "w/o CSA"}
"""What the ablations switch off, in the order and under the labels of the paper's Tables 5 and 6."""
DEPARTURES = (
    "the decoder reads the question as the beginning of its own text, causally, and shares the weights of the "
    "image-grounded encoder, never its output",
    "hard negatives are drawn for every other text of a batch",
)
_LIMITS = {
    "sa": "w/o SA sums up pictures and texts by the mean of their tokens, because without self-attention the first "
    "token sees no other: compare it with `mvaema-mean`, the whole model with that summary",
    "ca": "w/o CA: without cross-attention no answer depends on the picture; the matching loss is off, too, because it "
    "would see texts alone",
    "csa": "w/o CSA: without causal self-attention the decoder sees neither the question nor more than the last word",
}
"""What else is off where a part is, below the table."""

TUNES = {"itc_weight": (0.03, 1.0)}
"""What tuning chooses besides the learning rate: in the weights that the losses share, the gradient of the contrastive
loss is a hundred times that of the matching loss."""


def _row(name: str, label: str, footnote: str = "", without: tuple[str, ...] = (), **own: object) -> ModelSpec:
    defaults = {"without": without, **own} if without else own
    return ModelSpec(
        name=name,
        label=label,
        family="mvaema",
        estimator="bench.models.mvaema.estimator:MVaEMa",
        contracts=("answerer", "classifier") if "itc" in without else None,  # there is no common space
        defaults=defaults,
        variant_of="mvaema" if defaults else None,
        tunes=TUNES,
        streams="bench.models.streaming:of_mvaema",
        source="the paper's Model Architecture and Experimental Setup",
        departures=() if defaults else DEPARTURES,
        footnote=footnote,
    )


@hookimpl
def register_models(register: Callable[[ModelSpec], None]) -> None:
    """Register MVaEMa and its ablations."""
    register(_row("mvaema", "MVaEMa"))
    register(_row("mvaema-mean", "MVaEMa (mean of tokens)", summary="mean"))
    for part, label in VARIANTS.items():
        own = {"summary": "mean"} if part == "sa" else {}
        register(_row(f"mvaema-no-{part}", label, _LIMITS.get(part, ""), without=(part,), **own))
