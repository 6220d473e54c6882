"""The ConvNets of the paper's Table 2, from torchvision; the paper does not say which depths."""

from collections.abc import Callable

from bench.specs import ModelSpec, PublishedWeights
from bench.specs.hookspecs import hookimpl

_MEGABYTES = {
    "alexnet": ("alexnet", 233),
    "densenet": ("densenet121", 31),
    "resnet": ("resnet18", 45),
    "vgg": ("vgg11", 507),
    "googlenet": ("googlenet", 50),
    "squeezenet": ("squeezenet1_1", 5),
}
"""The network of torchvision that each row is by default, and what its weights of ImageNet weigh."""


def _row(name: str, label: str, source: str, *departures: str) -> ModelSpec:
    network, megabytes = _MEGABYTES[name]
    return ModelSpec(
        name=name,
        label=label,
        family="convnet",
        builds=f"bench.models.images.convnets:{name}",
        defaults={"memory_format": "channels_last"},
        source=f"{source}; torchvision",
        departures=departures,
        large=True,
        published=PublishedWeights(f"torchvision:{network}", "BSD-3-Clause", megabytes),
    )


ROWS = (
    _row(
        "alexnet",
        "AlexNet",
        "Krizhevsky et al. 2012",
        "one stream without local response normalisation, the author's own version of 2014",
    ),
    _row("densenet", "DenseNet", "Huang et al. 2017"),
    _row("resnet", "ResNet", "He et al. 2016"),
    _row("vgg", "VGG", "Simonyan and Zisserman 2015"),
    _row(
        "googlenet",
        "GoogleNet",
        "Szegedy et al. 2015",
        "no auxiliary classifiers",
        "batch normalisation behind every convolution",
        "filters of 3 pixels in place of those of 5",
    ),
    _row(
        "squeezenet",
        "SqueezeNet",
        "Iandola et al. 2016",
        "the authors' version 1.1, with a smaller first filter and earlier pooling",
    ),
)


@hookimpl
def register_models(register: Callable[[ModelSpec], None]) -> None:
    """Register the ConvNets."""
    for row in ROWS:
        register(row)
