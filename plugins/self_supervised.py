"""The self-supervised rows of the paper's Tables 2 and 3, pretrained without labels and probed, and their controls.

Heads follow lightly's examples for a residual network of 512 features; graph augmentations follow PyGCL.
"""

from collections.abc import Callable
from dataclasses import replace

from bench.plugins.families import GRAPH_ENCODERS, ISOMORPHISM_ENCODERS, PROBED, RESNETS
from bench.specs import ModelSpec
from bench.specs.hookspecs import hookimpl

VITS = "bench.models.selfsupervised.images.pretraining:ViTPretraining"
_BELOW = "published below 0.22, which naming the largest category alone would get on the paper's dataset"


def _row(family: str, name: str, label: str, path: str, source: str, departures: tuple[str, ...]) -> ModelSpec:
    return ModelSpec(
        name=name,
        label=label,
        family=family,
        builds=f"bench.models.selfsupervised.{path}",
        source=source,
        departures=departures,
    )


def _vsl(name: str, label: str, method: str, source: str, *departures: str) -> ModelSpec:
    row = _row("vsl", name, label, f"images.{name}:{method}", f"{source}; lightly", ("ResNet-18, not 50", *departures))
    return replace(row, footnote=_BELOW, large=True)


def _vit(name: str, label: str, method: str, source: str, *departures: str) -> ModelSpec:
    row = _row("vit", name, label, f"images.{name}:{method}", f"{source}; lightly", departures)
    return replace(row, footnote=_BELOW, estimator=PROBED, pretrains=VITS, pretrain_share=1.0)


def _gcl(name: str, label: str, method: str, source: str, *departures: str) -> ModelSpec:
    return _row("gcl", name, label, f"graphs.{name}:{method}", source, departures)


def _isomorphic(row: ModelSpec) -> ModelSpec:
    """Return a row over InfoGraph's encoder, whose graphs are the sums of their nodes."""
    return replace(row, pretrains=ISOMORPHISM_ENCODERS, defaults={"readout": "sum"})


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
    _vsl("barlowtwins", "Barlowtwins", "BarlowTwins", "Zbontar et al. 2021", "projections of 2,048 numbers, not 8,192"),
    _vsl("simclr", "SimCLR", "SimCLR", "Chen et al. 2020"),
    _vsl("byol", "byol", "BYOL", "Grill et al. 2020", "heads 1,024 wide, not 4,096"),
    _vsl(
        "moco",
        "moco",
        "MoCo",
        "v2, Chen et al. 2020",
        "a queue far below 65,536 keys",
        "a momentum that rises from 0.996 to 1, not 0.999 throughout",
        "batch normalisation that is not shuffled",
    ),
    _vsl(
        "nnclr",
        "nnclr",
        "NNCLR",
        "Dwibedi et al. 2021",
        "a queue far below 98,304 projections",
        "heads 512 wide, not 2,048 and 4,096",
    ),
    _vsl("simsiam", "simsiam", "SimSiam", "Chen and He 2021", "projections of 128 numbers, not 2,048"),
    _vit(
        "dino", "Dino", "DINO", "Caron et al. 2021", "1,024 outputs, not 65,536", "a weight decay that stays the same"
    ),
    _vit("ma", "MA", "MaskedAutoencoder", "He et al. 2021", "a decoder of 2 layers of width 64, not 8 of 512"),
    _vit("smim", "SMIM", "SimMIM", "Xie et al. 2021"),
    _gcl("gbt", "GBT", "GBT", "Graph Barlow Twins, Bielak et al. 2021"),
    _gcl(
        "grace",
        "GRACE",
        "GRACE",
        "Zhu et al. 2020",
        "batch normalisation between the convolutions",
        "the nodes of all graphs of a batch are negatives",
    ),
    _gcl("bgrl", "BGRL", "BGRL", "Thakoor et al. 2021", "no batch normalisation behind the last convolution"),
    _isomorphic(_gcl("infograph", "InfoGraph", "InfoGraph", "Sun et al. 2019")),
    _random("random-resnet", "Random ResNet", RESNETS),
    _random("random-vit", "Random ViT", VITS),
    _random("random-gcn", "Random GCN", GRAPH_ENCODERS),
    _isomorphic(_random("random-gin", "Random GIN", ISOMORPHISM_ENCODERS)),
)


@hookimpl
def register_models(register: Callable[[ModelSpec], None]) -> None:
    """Register the self-supervised rows and the controls of their probes."""
    for row in ROWS:
        register(row)
