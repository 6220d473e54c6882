"""The ConvNets of torchvision, each with its depth as a setting."""

from typing import Annotated, Literal

from torch import nn
from torchvision.models import alexnet as torchvision_alexnet
from torchvision.models import get_model, squeezenet1_1
from torchvision.models import googlenet as torchvision_googlenet

from bench.specs import Setting

DropoutBeforeLast = Annotated[float, Setting("dropout before the last layer", ge=0, lt=1)]
DropoutOfLast = Annotated[float, Setting("dropout of the last layers", ge=0, lt=1)]


def alexnet(num_classes: int, dropout: DropoutOfLast = 0.5) -> nn.Module:
    """Krizhevsky 2014, one stream."""
    return torchvision_alexnet(num_classes=num_classes, dropout=dropout)


def densenet(
    num_classes: int,
    layers: Annotated[Literal[121, 161, 169, 201], Setting("number of layers")] = 121,
    dropout: Annotated[float, Setting("dropout of each layer", ge=0, lt=1)] = 0.0,
) -> nn.Module:
    """Huang et al. 2017."""
    return get_model(f"densenet{layers}", weights=None, num_classes=num_classes, drop_rate=dropout)


def resnet(
    num_classes: int, layers: Annotated[Literal[18, 34, 50, 101, 152], Setting("number of layers")] = 18
) -> nn.Module:
    """He et al. 2016."""
    return get_model(f"resnet{layers}", weights=None, num_classes=num_classes)


def vgg(
    num_classes: int,
    layers: Annotated[Literal[11, 13, 16, 19], Setting("number of layers")] = 11,
    batch_norm: Annotated[
        bool, Setting("whether convolutions are normalised over the batch, which is later work")
    ] = False,
    dropout: DropoutOfLast = 0.5,
) -> nn.Module:
    """Simonyan and Zisserman 2015."""
    name = f"vgg{layers}_bn" if batch_norm else f"vgg{layers}"
    return get_model(name, weights=None, num_classes=num_classes, dropout=dropout)


def googlenet(num_classes: int, dropout: DropoutBeforeLast = 0.2) -> nn.Module:
    """Szegedy et al. 2015, without the auxiliary classifiers, which return a tuple in training."""
    return torchvision_googlenet(
        weights=None, num_classes=num_classes, dropout=dropout, aux_logits=False, init_weights=True
    )


def squeezenet(num_classes: int, dropout: DropoutBeforeLast = 0.5) -> nn.Module:
    """Iandola et al. 2016, version 1.1."""
    return squeezenet1_1(num_classes=num_classes, dropout=dropout)
