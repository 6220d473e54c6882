"""From a spec to its network: call the function that ``builds`` names with the arguments that it accepts."""

import inspect
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from bench.errors import BenchError, in_one_line
from bench.registered.parameters import inspected
from bench.registered.signature import handed
from bench.specs import ModelSpec, resolve


def build(spec: ModelSpec, settings: Mapping[str, Any], num_classes: int, image_size: int) -> nn.Module:
    """Build a network from (B, 3, H, W) pictures to (B, C) scores.

    The callable gets ``num_classes``, the settings that its signature names, and ``image_size`` where it names that.
    BenchError where it refuses them.
    """
    if spec.builds is None:
        raise BenchError(
            f"model {spec.name!r} names no network; add builds='mypackage.module:Class' to its spec, or, for a class "
            "with fit, save, load and predict_proba, estimator='mypackage.module:Class'"
        )
    make = resolve(spec.builds)
    arguments, own = handed(make, settings), inspected(make)
    named = {name: settings[name] for name in (*own.settings, *own.required) if name in settings}
    signature = inspect.signature(make)
    if "image_size" in signature.parameters:
        arguments["image_size"] = named["image_size"] = image_size
    try:
        signature.bind(num_classes=num_classes, **arguments)
    except TypeError as error:
        raise BenchError(
            f"{spec.builds!r} of model {spec.name!r} cannot be called with {', '.join(['num_classes', *arguments])}: "
            f"{error}; `builds` names a torch module that takes num_classes and whose other parameters have defaults, "
            "`estimator` a class with fit, save, load and predict_proba"
        ) from error
    try:
        return make(num_classes=num_classes, **arguments)
    except (AssertionError, IndexError, RuntimeError, TypeError, ValueError, ZeroDivisionError) as error:
        arguments_text = ", ".join(f"{name}={value!r}" for name, value in named.items()) or "no settings"
        raise BenchError(
            f"{spec.name} cannot be built with {arguments_text}: {in_one_line(error)}; change these"
        ) from error


@torch.no_grad()
def check_scores(network: nn.Module, name: str, num_classes: int, image_size: int, channels: int = 3) -> None:
    """Feed a network one blank picture; BenchError unless it returns scores (1, C)."""
    network.eval()
    try:
        scores = network(torch.zeros(1, channels, image_size, image_size))
    except (AssertionError, IndexError, RuntimeError, TypeError, ValueError) as error:
        size = f"{image_size} x {image_size}"
        raise BenchError(
            f"{name} cannot take pictures (B, 3, H, W) of {size}: {in_one_line(error)}; change image_size or its "
            "settings"
        ) from error
    returned = tuple(scores.shape) if isinstance(scores, Tensor) else type(scores).__name__
    if returned != (1, num_classes):
        raise BenchError(
            f"{name} returns {returned} for one picture of {num_classes} categories; a tensor of scores "
            f"{(1, num_classes)} is wanted"
        )
