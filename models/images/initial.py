"""The network that training starts from: new, from a file or folder of tensors, or pretrained by name."""

from pathlib import Path

import torch
from torch import nn

from bench.contracts import Context
from bench.errors import BenchError
from bench.models.images.build import build, check_scores
from bench.models.images.picture_input import IMAGENET, PLAIN, InputChoice, PictureInput, of_folder
from bench.models.images.tensors import heads, put, read_tensors
from bench.specs import SCRATCH

PACKAGES = ("torchvision", "timm", "transformers")


def initial(
    source: str, context: Context, num_classes: int, image_size: int, choice: InputChoice
) -> tuple[nn.Module, PictureInput]:
    """Return the network by the setting ``weights``, and how pictures enter it.

    BenchError where the setting names nothing or does not fit.
    """
    own = PLAIN
    if named(source):
        # Here, not above: these packages take seconds to import, and most trainings need none of them.
        from bench.models.images.pretrained import TensorShape, pretrained

        network, own = pretrained(source, TensorShape(num_classes, image_size), context.progress, choice)
    elif source == SCRATCH:
        choice.check_idle(context.model.name)
        network = build(context.model, context.settings, num_classes, image_size)
    else:
        own = choice.applied(_input_of(source, choice, context))
        size = own.side or image_size
        network = build(context.model, context.settings, num_classes, size)
        _fill(network, source, context, num_classes, size)
    check_scores(network, context.model.name, num_classes, own.side or image_size, len(own.mean))
    return network, own


def again(folder: Path, source: str, context: Context, num_classes: int, image_size: int) -> nn.Module:
    """Return the same network without weights, from what ``keep`` wrote."""
    if not named(source):
        return build(context.model, context.settings, num_classes, image_size)
    from bench.models.images.pretrained import TensorShape, skeleton

    return skeleton(source, TensorShape(num_classes, image_size), folder)


def keep(network: nn.Module, folder: Path, source: str) -> None:
    """Write what ``again`` needs of a network that was pretrained by name."""
    if named(source):
        from bench.models.images.pretrained import describe

        describe(network, folder)


def named(source: str) -> bool:
    """Return whether weights have the form ``package:name``; an existing file or folder takes precedence."""
    return source.partition(":")[0] in PACKAGES and ":" in source and not Path(source).exists()


def _input_of(source: str, choice: InputChoice, context: Context) -> PictureInput:
    """Return the input of the weights in a file or folder; ImageNet's, and a word about it, if nothing tells it."""
    path = Path(source)
    own = of_folder(path) if path.is_dir() else None
    if own is None and choice.normalisation == "own":
        context.progress.say(
            f"{source}: no config is with these weights, so they are fed as most networks of ImageNet are; "
            f"{context.model.name}.normalisation=plain feeds them from -1 to 1"
        )
    return own or IMAGENET


def _fill(network: nn.Module, source: str, context: Context, num_classes: int, image_size: int) -> None:
    path = Path(source)
    if not path.exists():
        packages = ", ".join(f"{package}:NAME" for package in PACKAGES)
        raise BenchError(f"weights={source!r} is no file or folder, and none of {SCRATCH!r}, {packages}")
    tensors = read_tensors(path)
    with torch.random.fork_rng([]):
        head = heads(network, build(context.model, context.settings, num_classes + 1, image_size))
    put(network, tensors, head, source, context.progress)
