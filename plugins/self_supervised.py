"""The self-supervised rows of the paper's Tables 2 and 3, pretrained without labels and probed, and their controls.

Heads follow lightly's examples for a residual network of 512 features; graph augmentations follow PyGCL.
"""

from collections.abc import Callable
from dataclasses import replace

from bench.plugins.families import GRAPH_ENCODERS, PROBED, RESNETS
from bench.specs import ModelSpec
from bench.specs.hookspecs import hookimpl

VITS = "bench.models.selfsupervised.images.pretraining:ViTPretraining"
_BELOW = "published below 0.22, which naming the largest category alone would get on the paper's dataset"


def _row(family: str, name: str, label: str, path: str, source: str) -> ModelSpec:
    return ModelSpec(
        name=name,
        label=label,
        family=family,
        builds=f"bench.models.selfsupervised.{path}",
        source=source,
    )


def _vsl(name: str, label: str, method: str, source: str) -> ModelSpec:
    row = _row("vsl", name, label, f"images.{name}:{method}", f"{source}; lightly")
    return replace(row, footnote=_BELOW, large=True)


def _vit(name: str, label: str, method: str, source: str) -> ModelSpec:
    row = _row("vit", name, label, f"images.{name}:{method}", f"{source}; lightly")
    return replace(row, footnote=_BELOW, estimator=PROBED, pretrains=VITS, pretrain_share=1.0)


def _gcl(name: str, label: str, method: str, source: str) -> ModelSpec:
    return _row("gcl", name, label, f"graphs.{name}:{method}", source)


def _random(name: str, label: str, pretrains: str) -> ModelSpec:
    return ModelSpec(
        name=name,
        label=label,
        family="control",
        estimator=PROBED,
        pretrains=pretrains,
        contracts=("classifier",),
        trains_on="micrographs",
        source="the same probe of an encoder that has learned nothing",
    )


ROWS = (
    _vsl("barlowtwins", "Barlowtwins", "BarlowTwins", "Zbontar et al. 2021"),
    _vsl("simclr", "SimCLR", "SimCLR", "Chen et al. 2020"),
    _vsl("byol", "byol", "BYOL", "Grill et al. 2020"),
    _vsl("moco", "moco", "MoCo", "v2, Chen et al. 2020"),
    _vsl("nnclr", "nnclr", "NNCLR", "Dwibedi et al. 2021"),
    _vsl("simsiam", "simsiam", "SimSiam", "Chen and He 2021"),
    _vit("dino", "Dino", "DINO", "Caron et al. 2021"),
    _vit("ma", "MA", "MaskedAutoencoder", "He et al. 2021"),
    _vit("smim", "SMIM", "SimMIM", "Xie et al. 2021"),
    _gcl("gbt", "GBT", "GBT", "Graph Barlow Twins, Bielak et al. 2021"),
    _gcl("grace", "GRACE", "GRACE", "Zhu et al. 2020"),
    _gcl("bgrl", "BGRL", "BGRL", "Thakoor et al. 2021"),
    _gcl("infograph", "InfoGraph", "InfoGraph", "Sun et al. 2019"),
    _random("random-resnet", "Random ResNet", RESNETS),
    _random("random-vit", "Random ViT", VITS),
    _random("random-gcn", "Random GCN", GRAPH_ENCODERS),
)


@hookimpl
def register_models(register: Callable[[ModelSpec], None]) -> None:
    """Register the self-supervised rows and the controls of their probes."""
    for row in ROWS:
        register(row)
