"""The ConvNets of the paper's Table 2, from torchvision; the paper does not say which depths."""

from collections.abc import Callable

from bench.hookspecs import hookimpl
from bench.specs import SCRATCH, ModelSpec, Setting

WEIGHTS = Setting(
    SCRATCH,
    "scratch, a file or folder of tensors, or a pretrained torchvision:NAME, timm:NAME or transformers:NAME",
)
MEMORY_FORMAT = Setting("channels_last", "how pictures lie in memory", ("channels_last", "contiguous"))


def _row(name: str, label: str, source: str, **own: Setting) -> ModelSpec:
    return ModelSpec(
        name=name,
        label=label,
        family="convnet",
        builds=f"bench.models.images.convnets:{name}",
        settings={**own, "weights": WEIGHTS, "memory_format": MEMORY_FORMAT},
        source=source,
        large=True,
    )


def _layers(default: int, *choices: int) -> Setting:
    return Setting(default, "number of layers", choices)


def _dropout(default: float, place: str = "before the last layer") -> Setting:
    return Setting(default, f"dropout {place}")


ROWS = (
    _row("alexnet", "AlexNet", "Krizhevsky et al. 2012", dropout=_dropout(0.5, "of the last layers")),
    _row(
        "densenet",
        "DenseNet",
        "Huang et al. 2017",
        layers=_layers(121, 121, 161, 169, 201),
        dropout=_dropout(0.0, "of each layer"),
    ),
    _row("resnet", "ResNet", "He et al. 2016", layers=_layers(18, 18, 34, 50, 101, 152)),
    _row(
        "vgg",
        "VGG",
        "Simonyan and Zisserman 2015",
        layers=_layers(11, 11, 13, 16, 19),
        dropout=_dropout(0.5, "of the last layers"),
    ),
    _row("googlenet", "GoogleNet", "Szegedy et al. 2015", dropout=_dropout(0.2)),
    _row("squeezenet", "SqueezeNet", "Iandola et al. 2016", dropout=_dropout(0.5)),
)


@hookimpl
def register_models(register: Callable[[ModelSpec], None]) -> None:
    """Register the ConvNets."""
    for row in ROWS:
        register(row)
