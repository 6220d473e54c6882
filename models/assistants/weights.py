"""Pretrained weights of an assistant: opened from a folder or the hub; all, adapters or one part may learn."""

from pathlib import Path
from typing import Any, NamedTuple, cast

import torch
from peft import LoraConfig
from safetensors.torch import load_file, save_file
from transformers import PreTrainedConfig, PreTrainedModel, ProcessorMixin

from bench.errors import BenchError
from bench.exports.exported import PICKLES
from bench.specs import SCRATCH

_ADAPTED = r".*language_model.*\.(q_proj|k_proj|v_proj|o_proj|out_proj|gate_proj|up_proj|down_proj|fc1|fc2)"
_PART = "part.safetensors"


def open_pretrained(
    model_class: type[PreTrainedModel], processor_class: type[ProcessorMixin], source: str, dtype: str
) -> tuple[PreTrainedModel, Any]:
    """Read a model, in a number type of torch, and its processor from a folder or the hub.

    With ``HF_HUB_OFFLINE=1`` the hub is its cache alone.

    Nothing is unpickled and no code of the folder's own is run. BenchError if there is no such model.
    """
    _check_folder(Path(source))
    opened: Any = model_class.from_pretrained  # which returns a pair if asked to report
    wanted = cast(type[PreTrainedConfig], model_class.config_class).model_type
    try:
        model_type = PreTrainedConfig.get_config_dict(source)[0].get("model_type")
        if model_type != wanted:
            raise ValueError(f"it is of type {model_type!r}, not {wanted!r}")
        model, report = opened(
            source,
            dtype=getattr(torch, dtype),
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
        if report["missing_keys"]:
            raise ValueError(f"it has no {min(report['missing_keys'])}")
        return model, processor_class.from_pretrained(source, trust_remote_code=False)
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise BenchError(
            f"weights={source!r} cannot be opened as a {model_class.__name__} with its processor ({reason}); "
            f"name a folder written by save_pretrained, a hub id with safetensors that can be reached, or {SCRATCH!r}"
        ) from error


class Adapters(NamedTuple):
    """How low-rank adapters are made."""

    rank: int
    alpha: int
    dropout: float


def add_adapters(model: PreTrainedModel, adapters: Adapters, whole: tuple[str, ...]) -> None:
    """Freeze a model and let low-rank adapters of its language model learn, and the modules named whole.

    What learns is float32, whatever the number type of the rest.
    """
    model.add_adapter(
        LoraConfig(
            r=adapters.rank,
            lora_alpha=adapters.alpha,
            lora_dropout=adapters.dropout,
            target_modules=_ADAPTED,
            modules_to_save=list(whole),
        )
    )
    _learn_in_float32(model)


def load_adapters(model: PreTrainedModel, folder: Path) -> None:
    """Put the adapters that ``save_pretrained`` wrote into their model."""
    model.load_adapter(str(folder))


def free_part(model: PreTrainedModel, part: str) -> None:
    """Freeze a model but for one part, which learns in float32."""
    model.requires_grad_(False)
    model.get_submodule(part).requires_grad_(True)
    _learn_in_float32(model)


def save_part(model: PreTrainedModel, part: str, folder: Path) -> None:
    """Write one part of a model alone."""
    save_file(model.get_submodule(part).state_dict(), folder / _PART)


def load_part(model: PreTrainedModel, part: str, folder: Path) -> None:
    """Put what ``save_part`` wrote into its model, in the number type in which it learned."""
    model.get_submodule(part).float().load_state_dict(load_file(folder / _PART))


def _learn_in_float32(model: PreTrainedModel) -> None:
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()


def _check_folder(folder: Path) -> None:
    """Refuse a folder without weights, or with pickled ones, which may run anything when they are read."""
    if not folder.is_dir() or any(folder.glob("*.safetensors")):
        return
    pickled = sorted(file.name for file in folder.iterdir() if file.suffix.lower() in PICKLES)
    if pickled:
        raise BenchError(
            f"weights={str(folder)!r} holds pickled weights ({pickled[0]}), which could run code and are not read; "
            "convert them where you trust them: from_pretrained, then save_pretrained(..., safe_serialization=True)"
        )
    raise BenchError(
        f"weights={str(folder)!r} holds no weights (*.safetensors); name a folder written by save_pretrained, a hub id "
        f"or {SCRATCH!r}"
    )
