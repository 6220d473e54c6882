"""The ConvNets of torchvision, each with its depth as a setting."""

from torch import nn
from torchvision.models import alexnet as torchvision_alexnet
from torchvision.models import get_model, squeezenet1_1
from torchvision.models import googlenet as torchvision_googlenet


def alexnet(num_classes: int, dropout: float) -> nn.Module:
    """Krizhevsky 2014, one stream."""
    return torchvision_alexnet(num_classes=num_classes, dropout=dropout)


def densenet(num_classes: int, layers: int, dropout: float) -> nn.Module:
    """Huang et al. 2017."""
    return get_model(f"densenet{layers}", weights=None, num_classes=num_classes, drop_rate=dropout)


def resnet(num_classes: int, layers: int) -> nn.Module:
    """He et al. 2016."""
    return get_model(f"resnet{layers}", weights=None, num_classes=num_classes)


def vgg(num_classes: int, layers: int, dropout: float) -> nn.Module:
    """Simonyan and Zisserman 2015, with batch normalisation."""
    return get_model(f"vgg{layers}_bn", weights=None, num_classes=num_classes, dropout=dropout)


def googlenet(num_classes: int, dropout: float) -> nn.Module:
    """Szegedy et al. 2015, without the auxiliary classifiers, which return a tuple in training."""
    return torchvision_googlenet(
        weights=None, num_classes=num_classes, dropout=dropout, aux_logits=False, init_weights=True
    )


def squeezenet(num_classes: int, dropout: float) -> nn.Module:
    """Iandola et al. 2016, version 1.1."""
    return squeezenet1_1(num_classes=num_classes, dropout=dropout)
