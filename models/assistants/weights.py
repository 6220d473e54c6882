"""Pretrained weights of an assistant: opened from a folder or the hub, tuned whole or by adapters (LoRA)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig
from transformers import PreTrainedModel, ProcessorMixin

from bench.errors import BenchError

SCRATCH = "scratch"
_ADAPTED = r".*language_model.*\.(q_proj|k_proj|v_proj|o_proj|out_proj|gate_proj|up_proj|down_proj|fc1|fc2)"


def open_pretrained(
    model_class: type[PreTrainedModel], processor_class: type[ProcessorMixin], source: str, settings: Mapping[str, Any]
) -> tuple[PreTrainedModel, Any]:
    """Read a model and its processor from a local folder or the hub (``HF_HUB_OFFLINE=1``: its cache alone).

    No code of the folder's own is run. BenchError where there is no such model.
    """
    try:
        model = model_class.from_pretrained(source, dtype=getattr(torch, settings["weights_dtype"]))
        return model, processor_class.from_pretrained(source)
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise BenchError(
            f"weights={source!r} cannot be opened as a {model_class.__name__} with its processor ({reason}); "
            f"name a folder written by save_pretrained, a hub id that can be reached, or {SCRATCH!r}"
        ) from error


def add_adapters(model: PreTrainedModel, settings: Mapping[str, Any], whole: tuple[str, ...]) -> None:
    """Freeze a model and let low-rank adapters of its language model learn, and the modules named whole.

    What learns is float32, whatever the number type of the rest.
    """
    model.add_adapter(
        LoraConfig(
            r=settings["lora_rank"],
            lora_alpha=settings["lora_alpha"],
            lora_dropout=settings["lora_dropout"],
            target_modules=_ADAPTED,
            modules_to_save=list(whole),
        )
    )
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()


def load_adapters(model: PreTrainedModel, folder: Path) -> None:
    """Put the adapters that ``save_pretrained`` wrote into their model."""
    model.load_adapter(str(folder))
