"""The paper's model."""

from collections.abc import Callable
from dataclasses import replace

from bench.hookspecs import hookimpl
from bench.specs import SCRATCH, ModelSpec, Setting

VARIANTS = {"itc": "w/o ITC", "itm": "w/o CTC", "sa": "w/o SA", "ca": "w/o CA", "csa": "w/o CSA"}
"""What the ablations switch off, in the order and under the labels of the paper's Tables 5 and 6."""
_WITHOUT = Setting((), f"parts that are switched off, of {', '.join(VARIANTS)}")
SETTINGS = {
    "weights": Setting(SCRATCH, "'scratch', or a folder that `bench export` wrote, to train on from there"),
    "stem": Setting("linear", "how a patch becomes a vector: one linear map, or convolutions", ("linear", "conv")),
    "embed_dim": Setting(64, "width of all encoders and of the decoder"),
    "depth": Setting(6, "layers of the image encoder and of the text encoder"),
    "num_heads": Setting(4, "attention heads"),
    "without": _WITHOUT,
    "itc_weight": Setting(1.0, "what the image-text contrastive loss counts in the sum of the three"),
    "itm_weight": Setting(1.0, "what the image-text matching loss counts in the sum of the three"),
    "lm_weight": Setting(1.0, "what the language modelling loss counts in the sum of the three"),
    "vocabulary_size": Setting(2000, "most tokens of the vocabulary"),
    "prompt_tokens": Setting(64, "tokens a prompt can have; of a longer one the end is read"),
    "answer_tokens": Setting(128, "tokens an answer can have"),
    "max_new_tokens": Setting(128, "longest answer in tokens", stage="predict"),
    "num_beams": Setting(1, "beams of the search; 1 is greedy", stage="predict"),
    "temperature": Setting(0.0, "temperature of sampling; 0 takes the likeliest", stage="predict"),
    "top_p": Setting(1.0, "sampling: share of probability that the candidates hold", stage="predict"),
    "rank": Setting(
        "likelihood",
        "how a category's name is judged in classification: by decoder, matching head or common space",
        ("likelihood", "matching", "contrastive"),
        stage="predict",
    ),
    "rank_mean": Setting(False, "by the mean log-likelihood of a name's tokens instead of their sum", stage="predict"),
}


def _row(name: str, label: str, without: tuple[str, ...] = ()) -> ModelSpec:
    return ModelSpec(
        name=name,
        label=label,
        family="mvaema",
        estimator="bench.models.mvaema.estimator:MVaEMa",
        settings={**SETTINGS, "without": replace(_WITHOUT, default=without)},
        variant_of="mvaema" if without else None,
        source="the paper's Model Architecture and Experimental Setup",
    )


@hookimpl
def register_models(register: Callable[[ModelSpec], None]) -> None:
    """Register MVaEMa and its ablations."""
    register(_row("mvaema", "MVaEMa"))
    for part, label in VARIANTS.items():
        register(_row(f"mvaema-no-{part}", label, (part,)))
