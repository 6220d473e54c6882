"""The learning rate of each weight: image encoders may learn at a rate of their own."""

from typing import Any

from torch import nn

from bench.config.loading import Recipe

ENCODERS = frozenset({"vision", "vision_model", "vision_tower"})
"""Names of an image encoder next to a language part, here and in transformers."""


def paced(module: nn.Module, recipe: Recipe) -> list[dict[str, Any]]:
    """Return Adam's groups of the trained weights: all at the recipe's rate, image encoders at their share of it.

    ``initial_lr`` is the rate that a schedule scales.
    """
    rates: dict[float, list[nn.Parameter]] = {recipe.learning_rate: []}
    for name, parameter in module.named_parameters():
        if parameter.requires_grad:
            share = 1.0 if ENCODERS.isdisjoint(name.split(".")) else recipe.vision_rate
            rates.setdefault(share * recipe.learning_rate, []).append(parameter)
    return [{"params": parameters, "lr": rate, "initial_lr": rate} for rate, parameters in rates.items() if parameters]
