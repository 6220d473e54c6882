"""Pretrained networks by name, from torchvision, timm and transformers, with a new head for C categories.

Names are those of the packages: ``torchvision:resnet18``, ``torchvision:ResNet18_Weights.IMAGENET1K_V1``,
``timm:vit_small_patch32_224.augreg_in21k_ft_in1k``, ``transformers:microsoft/cvt-13``. Those of the Hugging Face hub,
that is of timm and transformers, may end in ``@REVISION``, a commit, tag or branch; in their place may stand a folder
that timm's ``save_for_hf`` or transformers' ``save_pretrained`` wrote.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import timm
import torchvision
from huggingface_hub import hf_hub_download
from torch import Tensor, nn
from torchvision.models import WeightsEnum, get_model, get_model_weights
from transformers import AutoConfig, AutoImageProcessor, AutoModelForImageClassification

from bench.errors import BenchError, in_one_line, unknown
from bench.models.images.picture_input import (
    IMAGENET,
    InputChoice,
    PictureInput,
    of_folder,
    of_processor,
    of_timm,
)
from bench.models.images.tensors import heads, put
from bench.terminal.progress import Progress


class TensorShape(NamedTuple):
    """The input and output sizes of a network."""

    num_classes: int
    image_size: int


class Start(NamedTuple):
    """What training starts from: a network, and how pictures enter it."""

    network: nn.Module
    input: PictureInput


class TensorScores(nn.Module):
    """A network of transformers that returns only its scores."""

    def __init__(self, network: Any, revision: str = "") -> None:
        super().__init__()
        self.network, self.revision = network, revision

    def forward(self, pixels: Tensor) -> Tensor:
        """Return scores (B, C) of pictures (B, 3, H, W)."""
        return self.network(pixels).logits


def pretrained(source: str, shape: TensorShape, progress: Progress, choice: InputChoice) -> Start:
    """Return the network ``package:name`` with its pretrained weights and a new head, for pictures as they want them.

    Missing weights are downloaded. BenchError if they are not available or do not fit.
    """
    package, _, name = source.partition(":")
    opens = {"torchvision": _from_torchvision, "timm": _from_timm, "transformers": _from_transformers}
    try:
        start = opens[package](name, shape, progress, choice)
    except BenchError:
        raise
    except Exception as error:  # errors of the package, its hub and the network have no common base
        raise BenchError(
            f"weights={source!r} is not available ({in_one_line(error)}); see the name, or download the file elsewhere "
            "and name its path"
        ) from error
    progress.say(f"{source}: pictures are fed as {start.input}")
    return start


def skeleton(source: str, shape: TensorShape, folder: Path) -> nn.Module:
    """Return the same network without its weights; ``folder`` holds what ``describe`` wrote."""
    package, _, name = source.partition(":")
    if package == "torchvision":
        return _torchvision_network(_torchvision_weights(name)[0], shape.num_classes)
    if package == "timm":
        return _timm_network(_with_revision(name)[0], shape, pretrained=False)
    config = AutoConfig.from_pretrained(folder)  # nosec B615 -- not from the hub, from the folder of the store
    return TensorScores(AutoModelForImageClassification.from_config(config))


def describe(network: nn.Module, folder: Path) -> None:
    """Write what ``skeleton`` needs apart from the name: the config of a network of transformers."""
    if isinstance(network, TensorScores):
        network.network.config.save_pretrained(folder)


def _with_revision(name: str) -> tuple[str, str]:
    """Return a name of the hub and its revision, "" without one; a folder has none."""
    if Path(name).is_dir():
        return name, ""
    name, _, revision = name.partition("@")
    return name, revision


def _from_torchvision(name: str, shape: TensorShape, progress: Progress, choice: InputChoice) -> Start:
    builder, weights = _torchvision_weights(name)
    transforms = weights.transforms()
    own = PictureInput(tuple(transforms.mean), tuple(transforms.std), *transforms.crop_size)
    own = replace(own, interpolation=transforms.interpolation.value)
    network = _torchvision_network(builder, shape.num_classes)
    head = heads(network, _torchvision_network(builder, shape.num_classes + 1))
    tensors = weights.get_state_dict(progress=False, check_hash=True, map_location="cpu", weights_only=True)
    put(network, tensors, head, f"torchvision:{name}", progress)
    return Start(network, choice.applied(own))


def _torchvision_weights(name: str) -> tuple[str, WeightsEnum]:
    """Return the name of a network and its weights, from the name of either."""
    networks = torchvision.models.list_models(module=torchvision.models)
    if name in networks:
        return name, get_model_weights(name)["DEFAULT"]
    every = {str(weights): (network, weights) for network in networks for weights in get_model_weights(network)}
    if name not in every:
        raise unknown("network of torchvision", name, networks, "or name its weights, such as ResNet18_Weights.DEFAULT")
    return every[name]


def _torchvision_network(builder: str, num_classes: int) -> nn.Module:
    # These two return a tuple in training unless they are built without their auxiliary heads, and their weights want
    # pictures from -1 to 1, into which they turn ImageNet's normalisation themselves.
    ported = {"aux_logits": False, "init_weights": True, "transform_input": True}
    plain = ported if builder in ("googlenet", "inception_v3") else {}
    return get_model(builder, weights=None, num_classes=num_classes, **plain)


def _from_timm(name: str, shape: TensorShape, progress: Progress, choice: InputChoice) -> Start:
    name, revision = timm_revision(name)
    own = choice.applied(timm_input(name))
    fitting = shape._replace(image_size=own.side or shape.image_size)
    network = _timm_network(name, fitting, pretrained=True, revision=revision)
    progress.say(f"timm:{name}: all tensors loaded, left out: the head")
    if revision:
        progress.say(f"timm:{name}: revision {revision}; timm:{name}@{revision} names it")
    vars(network)["revision"] = revision
    return Start(network, own)


def timm_revision(name: str) -> tuple[str, str]:
    """Return a network's name in timm and the commit of its weights on the hub, "" without one.

    BenchError if timm has no such network.
    """
    name, revision = _with_revision(name)
    if Path(name).is_dir():
        return name, ""
    architecture = name.partition(".")[0]
    if not timm.is_model(architecture):
        raise unknown("network of timm", name, timm.list_models(f"{architecture.partition('_')[0]}*"))
    hub_id = getattr(timm.get_pretrained_cfg(name), "hf_hub_id", None)
    if hub_id and not revision:
        config = hf_hub_download(hub_id, "config.json", revision="main")  # nosec B615 -- to learn the commit of main
        revision = Path(config).parent.name
    return name, revision


def timm_input(name: str) -> PictureInput:
    """Return how pictures enter a network of timm, or of a folder that timm wrote."""
    if Path(name).is_dir():
        return of_folder(Path(name)) or IMAGENET
    config = timm.get_pretrained_cfg(name)
    return of_timm(config.to_dict() if config else {})


def _timm_network(name: str, shape: TensorShape, pretrained: bool, revision: str = "") -> nn.Module:
    """Return a network with a replaced head: with its own head, timm requires every tensor to fit."""
    if Path(name).is_dir():
        network = timm.create_model(f"local-dir:{name}", pretrained=pretrained)
        network.reset_classifier(shape.num_classes)  # pyright: ignore[reportCallIssue] -- every network of timm has it
        return network
    config = timm.get_pretrained_cfg(name)
    fixed = config is not None and config.fixed_input_size and config.input_size[-1] != shape.image_size
    size: dict[str, Any] = {"img_size": shape.image_size} if fixed else {}
    if revision and config is not None and config.hf_hub_id:
        size["pretrained_cfg_overlay"] = {"hf_hub_id": f"{config.hf_hub_id}@{revision}"}
    network = timm.create_model(name, pretrained=pretrained, **size)
    network.reset_classifier(shape.num_classes)  # pyright: ignore[reportCallIssue] -- every network of timm has it
    return network


def _from_transformers(name: str, shape: TensorShape, progress: Progress, choice: InputChoice) -> Start:
    name, wanted = _with_revision(name)
    config = AutoConfig.from_pretrained(name, revision=wanted or "main", num_labels=shape.num_classes)
    revision = getattr(config, "_commit_hash", None) or wanted or "main"  # so that the weights are of the same commit
    own = choice.applied(processor_input(name, revision, getattr(config, "image_size", 0), progress))
    if hasattr(config, "image_size"):
        config.image_size = own.side or shape.image_size
    network, loading_info = AutoModelForImageClassification.from_pretrained(
        name, revision=revision, config=config, ignore_mismatched_sizes=True, output_loading_info=True
    )
    config.num_labels = shape.num_classes + 1
    head = heads(network, AutoModelForImageClassification.from_config(config))
    network.config.num_labels = shape.num_classes
    fresh = {*loading_info["missing_keys"], *(key for key, *_ in loading_info["mismatched_keys"])}
    if wrong := sorted(fresh - head):
        raise BenchError(
            f"weights='transformers:{name}' do not fit: {wrong[0]} is missing or has another shape; "
            "is image_size the network's own?"
        )
    progress.say(f"transformers:{name}: all tensors loaded, left out: {', '.join(sorted(fresh)) or 'none'}")
    if not Path(name).is_dir():
        progress.say(f"transformers:{name}: revision {revision}; transformers:{name}@{revision} names it")
    return Start(TensorScores(network, "" if Path(name).is_dir() else revision), own)


def processor_input(name: str, revision: str, side: Any, progress: Progress) -> PictureInput:
    """Return the input that the image processor of a model makes; ImageNet's at the model's ``side`` without one."""
    try:
        processor = AutoImageProcessor.from_pretrained(name, revision=revision, trust_remote_code=False)
    except (OSError, ValueError):
        progress.say(f"transformers:{name}: no image processor is with it; it is fed as most networks of ImageNet are")
        return replace(IMAGENET, side=side if isinstance(side, int) else 0)
    return of_processor(processor.to_dict())
