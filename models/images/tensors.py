"""Loading of tensors from a file or folder into a network whose head has other categories."""

import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from bench.errors import BenchError
from bench.terminal.progress import Progress

_TORCH_FILES = (".pth", ".pt", ".bin", ".tar")
_WRAPPINGS = ("state_dict", "model", "model_state_dict")
"""Keys under which training programs store a network's tensors, next to their own state."""

_COUNTERS = ".num_batches_tracked"
"""Counters that old files lack; no score depends on them."""

_SECOND_HEADS = {"aux1.", "aux2.", "AuxLogits.", "head_dist."}
"""Heads that our networks may lack: the auxiliary heads of GoogLeNet and Inception, DeiT's distillation head."""

_DENSENET_OF_OLD = re.compile(r"(denselayer\d+\.(?:norm|relu|conv))\.([12])\.")
"""Old names of a layer's modules in torchvision's published DenseNet file: norm.1 is now norm1."""

Tensors = Mapping[str, Tensor]


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read the tensors of a .safetensors, .pth, .pt or .bin file, or of the first such kind in a folder.

    BenchError if there is none, or if the file holds more than tensors and plain values.
    """
    files = _files(path)
    try:
        tensors = {name: value for file in files for name, value in _read(file).items()}
    except (SafetensorError, pickle.UnpicklingError, OSError, RuntimeError, EOFError) as error:
        reason = str(error).strip().splitlines()[0]
        raise BenchError(
            f"weights={str(path)!r} cannot be read as tensors alone ({reason}); save the network's state_dict()"
        ) from error
    if not tensors:
        raise BenchError(f"weights={str(path)!r} holds no tensors; save the network's state_dict()")
    return tensors


def heads(network: nn.Module, another: nn.Module) -> frozenset[str]:
    """Return the names of the tensors whose shape depends on the number of categories."""
    other = another.state_dict()
    return frozenset(name for name, value in network.state_dict().items() if value.shape != other[name].shape)


def put(network: nn.Module, tensors: Tensors, head: frozenset[str], source: str, progress: Progress) -> None:
    """Load all tensors except the head's; BenchError names the first that differs and both shapes.

    Where no name agrees but kinds and shapes do, in order, the tensors are paired in order: the same network written
    by someone else.
    """
    wanted = network.state_dict()
    given = dict(tensors)
    if not wanted.keys() & given.keys():
        given = _renamed(given, wanted, head) or given
        if wanted.keys() & given.keys():
            progress.say(f"{source}: no tensor has a name of this network; paired in order, since all shapes agree")
    _check(given, wanted, head, source)
    chosen = {name: value for name, value in given.items() if name in wanted and name not in head}
    network.load_state_dict(chosen, strict=False)
    left = sorted((given.keys() - chosen.keys()) | head)
    progress.say(f"{source}: {len(chosen)} of {len(wanted)} tensors loaded, left out: {', '.join(left) or 'none'}")


def _files(path: Path) -> list[Path]:
    if path.is_file():
        if path.suffix not in (".safetensors", *_TORCH_FILES):
            raise BenchError(
                f"weights={str(path)!r} ends in none of .safetensors, {', '.join(_TORCH_FILES)}; save it as one"
            )
        return [path]
    for suffix in (".safetensors", *_TORCH_FILES):
        if files := sorted(path.glob(f"*{suffix}")):
            return files
    raise BenchError(f"weights={str(path)!r} holds no file .safetensors, {', '.join(_TORCH_FILES)}")


def _read(file: Path) -> dict[str, Tensor]:
    if file.suffix == ".safetensors":
        return load_file(file)
    held: Any = torch.load(file, map_location="cpu", weights_only=True)
    for key in _WRAPPINGS:
        if isinstance(held, Mapping) and isinstance(held.get(key), Mapping):
            held = held[key]
    return {_today(name): value for name, value in held.items() if isinstance(value, Tensor)}


def _today(name: str) -> str:
    return _DENSENET_OF_OLD.sub(r"\1\2.", name.removeprefix("module."))


def _renamed(given: Tensors, wanted: Tensors, head: frozenset[str]) -> dict[str, Tensor]:
    """Return the given tensors under the expected names, by position; empty if any position disagrees."""
    pairs = list(zip(given.items(), wanted.items(), strict=False))
    alike = len(given) == len(wanted) and all(
        old.rpartition(".")[2] == new.rpartition(".")[2] and (new in head or value.shape == place.shape)
        for (old, value), (new, place) in pairs
    )
    return {new: value for (_, value), (new, _) in pairs} if alike else {}


def _check(given: Tensors, wanted: Tensors, head: frozenset[str], source: str) -> None:
    for name, value in wanted.items():
        if name in head or (name not in given and name.endswith(_COUNTERS)):
            continue
        shape = tuple(given[name].shape) if name in given else "missing"
        if shape != tuple(value.shape):
            raise _misfit(source, name, shape, tuple(value.shape))
    of_heads = tuple({name.rpartition(".")[0] + "." for name in head} | _SECOND_HEADS)
    for name, value in given.items():
        if name not in wanted and not name.startswith(of_heads):
            raise _misfit(source, name, tuple(value.shape), "missing")


def _misfit(source: str, name: str, given: Any, wanted: Any) -> BenchError:
    return BenchError(
        f"weights={source!r} do not fit this network: {name} is {given} in the file and {wanted} in the network; set "
        "the model's settings to the sizes of the file"
    )
