"""Models of which only pretrained weights are used: contrastive ones asked as they are, backbones with a probe."""

from collections.abc import Callable

from bench import ModelSpec, hookimpl

ROWS = (
    ModelSpec(
        name="clip:",
        label="a model of pictures and texts in one space, zero-shot (clip:NAME or clip:FOLDER)",
        family="other",
        estimator="bench.models.backbones.contrastive:Contrastive",
        contracts=("classifier", "matcher", "chooser"),
        trains_on="micrographs",
        source="zero-shot: nothing is trained; CLIP (Radford et al. 2021), SigLIP (Zhai et al. 2023); transformers",
        argument="weights",
        needs_training=False,
        deterministic=True,
    ),
    ModelSpec(
        name="probe:",
        label="a probe of a frozen backbone (probe:timm/NAME, probe:NAME, probe:FOLDER or probe:FILE)",
        family="other",
        estimator="bench.models.backbones.probe:BackboneProbe",
        contracts=("classifier", "chooser"),
        source="logistic regression, or nearest neighbours, on features of frozen weights; timm, transformers",
        argument="weights",
        deterministic=True,
    ),
)


@hookimpl
def register_models(register: Callable[[ModelSpec], None]) -> None:
    """Register the rows."""
    for row in ROWS:
        register(row)
