"""Frozen backbones: networks of timm and transformers with their pretrained weights, from pictures to features."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import timm
import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedConfig
from transformers.utils.logging import disable_progress_bar

from bench.errors import BenchError, in_one_line, unknown
from bench.models.images.picture_input import IMAGENET, InputChoice, PictureInput, of_timm
from bench.models.images.pretrained import processor_input, timm_input, timm_revision
from bench.models.images.tensors import heads, put, read_tensors
from bench.terminal.progress import Progress

_TIMM = "timm/"


class Backbone(NamedTuple):
    """A network from pictures, as ``input`` makes them, to features (B, D), and the commit of its weights.

    ``revision`` is '' for weights that are no commit of the hub.
    """

    network: nn.Module
    input: PictureInput
    revision: str


class BackboneSource(NamedTuple):
    """Which weights a backbone has: ``timm/NAME``, a hub id, a folder, or a file of tensors with its ``architecture``.

    The first two may end in ``@REVISION``; ``architecture`` is a network of timm.
    """

    name: str
    architecture: str = ""

    def opened(self, choice: InputChoice, progress: Progress) -> Backbone:
        """Return the backbone; missing weights are downloaded. BenchError if there are none or they do not fit."""
        disable_progress_bar()  # transformers' own, over the harness's
        path = Path(self.name)
        try:
            if path.is_file() or (path.is_dir() and not (path / "config.json").is_file()):
                backbone = self._of_tensors(path, choice, progress)
            elif path.is_dir():
                backbone = self._of_folder(path, choice, progress)
            elif self.name.startswith(_TIMM):
                backbone = _of_timm(self.name.removeprefix(_TIMM), choice)
            else:
                backbone = _of_hub(*_with_revision(self.name), choice, progress)
        except BenchError:
            raise
        except Exception as error:  # errors of the packages, the hub and the network have no common base
            raise BenchError(
                f"the weights {self.name!r} cannot be opened ({in_one_line(error)}); name a folder that is there, "
                "timm/NAME of `timm.list_pretrained()`, or the hub id of a model of transformers"
            ) from error
        backbone.network.eval().requires_grad_(False)
        progress.say(f"{self.name}: pictures are fed as {backbone.input}")
        return backbone

    def _of_folder(self, folder: Path, choice: InputChoice, progress: Progress) -> Backbone:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if "model_type" in config:
            return _of_transformers(str(folder), "", choice, progress)
        if "architecture" in config:
            return _of_timm(str(folder), choice)
        raise BenchError(
            f"{str(folder)!r} has a config.json that names neither a model_type of transformers nor an architecture of "
            "timm; name a folder that save_pretrained or timm's save_for_hf wrote"
        )

    def _of_tensors(self, path: Path, choice: InputChoice, progress: Progress) -> Backbone:
        """Return a network of timm with the tensors of a file or folder, such as an encoder of MicroNet."""
        if not timm.is_model(self.architecture):
            if self.architecture:
                raise unknown("network of timm", self.architecture, timm.list_models())
            raise BenchError(
                f"{str(path)!r} holds tensors alone, which do not say of what network; name it, a network of timm such "
                "as resnet50, by the setting architecture"
            )
        tensors = read_tensors(path)
        network = timm.create_model(self.architecture, num_classes=1000)
        head = heads(network, timm.create_model(self.architecture, num_classes=1001))
        put(network, tensors, head, str(path), progress)
        network.reset_classifier(0)  # pyright: ignore[reportCallIssue] -- every network of timm has it
        if choice.normalisation == "own":
            progress.say(f"{path}: no config is with these weights, so they are fed as most networks of ImageNet are")
        return Backbone(network, choice.applied(IMAGENET), "")


def _of_timm(name: str, choice: InputChoice) -> Backbone:
    name, revision = timm_revision(name)
    own = choice.applied(timm_input(name))
    sizes: dict[str, Any] = {}
    if Path(name).is_dir():
        return Backbone(timm.create_model(f"local-dir:{name}", pretrained=True, num_classes=0), own, "")
    config = timm.get_pretrained_cfg(name)
    if config is not None and config.fixed_input_size and config.input_size[-1] != own.side:
        sizes["img_size"] = own.side
    if revision and config is not None:
        sizes["pretrained_cfg_overlay"] = {"hf_hub_id": f"{config.hf_hub_id}@{revision}"}
    return Backbone(timm.create_model(name, pretrained=True, num_classes=0, **sizes), own, revision)


def _of_hub(name: str, revision: str, choice: InputChoice, progress: Progress) -> Backbone:
    config = PreTrainedConfig.get_config_dict(name, revision=revision or "main")[0]
    commit = str(config.get("_commit_hash") or revision)
    if "model_type" not in config and "architecture" in config:
        network: Any = timm.create_model(f"hf-hub:{name}@{commit}", pretrained=True, num_classes=0)
        return Backbone(network, choice.applied(of_timm(network.pretrained_cfg)), commit)
    return _of_transformers(name, commit, choice, progress)


def _of_transformers(name: str, revision: str, choice: InputChoice, progress: Progress) -> Backbone:
    commit = revision or "main"  # a folder of the user's own has none, and none is asked for
    config = AutoConfig.from_pretrained(name, revision=commit, trust_remote_code=False)
    vision = getattr(config, "vision_config", config)
    own = choice.applied(processor_input(name, commit, getattr(vision, "image_size", 0), progress))
    loaded, report = AutoModel.from_pretrained(
        name, revision=commit, dtype=torch.float32, trust_remote_code=False, output_loading_info=True
    )
    fresh = [key for key in report["missing_keys"] if "pooler" not in key]
    if fresh:
        raise BenchError(f"the weights {name!r} are not whole: {min(fresh)} is missing; name others")
    pooled = not report["missing_keys"]
    return Backbone(Features(loaded, pooled, own.side), own, revision)


class Features(nn.Module):
    """A model of transformers that returns one vector of each picture.

    Of maps it is the mean over places; of tokens, the class token beside the mean of the patches; without a class
    token, what the model pools itself if it has learned to, else the mean. Of a model of pictures and texts it is the
    picture's place in their common space.
    """

    def __init__(self, model: Any, pooled: bool, side: int) -> None:
        super().__init__()
        self.model, self._pooled = model, pooled
        config = getattr(model.config, "vision_config", model.config)
        self._registers = int(getattr(config, "num_register_tokens", 0) or 0)
        names = [name.rpartition(".")[2] for name, _ in model.named_parameters()]
        self._has_class = bool({"cls_token", "class_embedding", "class_token"} & {*names})
        own = getattr(config, "image_size", None)
        # A transformer for pictures of another size interpolates what it knows of places, if it can.
        self._options = {"interpolate_pos_encoding": True} if own and side and own != side else {}

    def forward(self, pictures: Tensor) -> Tensor:
        """Return features (B, D) of pictures (B, C, S, S)."""
        if hasattr(self.model, "get_image_features"):
            return vector_of(self.model.get_image_features(pixel_values=pictures, **self._options))
        outputs = self.model(pixel_values=pictures, **self._options)
        states = outputs.last_hidden_state
        if states.ndim == 4:
            return states.mean((2, 3))
        if self._has_class:
            return torch.cat([states[:, 0], states[:, 1 + self._registers :].mean(1)], dim=1)
        pooler = getattr(outputs, "pooler_output", None)
        return pooler.flatten(1) if self._pooled and pooler is not None else states.mean(1)


def vector_of(output: Any) -> Tensor:
    """Return the vectors (B, D) of what a model of pictures and texts returns of either."""
    return output if isinstance(output, Tensor) else output.pooler_output


def _with_revision(name: str) -> tuple[str, str]:
    name, _, revision = name.partition("@")
    return name, revision
