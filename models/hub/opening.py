"""A model and its processor read from a folder, after a look at whether memory holds them."""

from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import torch
from safetensors import SafetensorError, safe_open
from transformers import AutoModelForImageTextToText, AutoProcessor, BitsAndBytesConfig
from transformers.dynamic_module_utils import get_class_from_dynamic_module
from transformers.utils.logging import disable_progress_bar

from bench.errors import BenchError
from bench.models.hub.settings import Opening, Tuning
from bench.models.hub.source import CONFIG, WEIGHTS, ModelSource
from bench.terminal.quantities import size

_MODEL = "AutoModelForImageTextToText"
_OWN_CLASSES = (_MODEL, "AutoModelForVision2Seq", "AutoModelForCausalLM", "AutoModel")
"""Under which of these names a folder's own code may register its model, the first that there is."""
_QUARTER = 0.56
"""Bytes of a weight of 4 bits, with its share of the scales."""
_TRAINED = 4
"""Numbers held for each weight that learns: itself, its gradient and Adam's two means."""


class Opened(NamedTuple):
    """A model in eval mode on its device, and its processor, which pads at the left."""

    model: Any
    processor: Any


def opened(source: ModelSource, settings: Opening, tuning: Tuning, device: str) -> Opened:
    """Read a model of the number type that the device suits; nothing is unpickled.

    BenchError, before anything is read, if its weights are larger than the free memory; and if it cannot be read.
    """
    disable_progress_bar()  # transformers' own, over the harness's
    folder, dtype = source.with_weights(), number_type(settings.dtype, device)
    require_memory(source.name, folder, settings, tuning, device)
    try:
        model = _model(source, folder, settings, dtype, device)
        trusted = settings.trust_remote_code
        processor = AutoProcessor.from_pretrained(folder, trust_remote_code=trusted)  # nosec B615 -- from a folder
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, SafetensorError) as error:
        reason = " ".join(str(error).split())[:300]
        remedy = "install what it names" if isinstance(error, ImportError) else "download it again, or name another"
        raise BenchError(f"{source.name!r} cannot be opened with its processor ({reason}); {remedy}") from error
    words = getattr(processor, "tokenizer", None)
    if words is None:
        raise BenchError(f"{source.name!r} has no tokenizer beside its processor; name a complete folder")
    words.padding_side = "left"
    if words.pad_token is None:
        words.pad_token = words.eos_token
    if settings.quantisation == "none":  # 4-bit weights are read onto their card
        model.to(device)
    return Opened(model.eval(), processor)


def number_type(chosen: str, device: str) -> torch.dtype:
    """Return the number type of weights on a device; ``auto`` is bfloat16 on a card that computes in it."""
    if chosen != "auto":
        return getattr(torch, chosen)
    has_bfloat16 = device.startswith("cuda") and torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.bfloat16 if has_bfloat16 else torch.float32


def require_memory(name: str, folder: Path, settings: Opening, tuning: Tuning, device: str) -> None:
    """Raise BenchError if a model's weights, and what learning adds to them, are larger than the free memory."""
    each = _QUARTER if settings.quantisation == "4bit" else number_type(settings.dtype, device).itemsize
    needed = int(weights_of(folder) * (_TRAINED * 4 if tuning == "full" else each))
    card = device.startswith("cuda")
    free = torch.cuda.mem_get_info(device)[0] if card else psutil.virtual_memory().available
    if needed > free:
        learning = " with their gradients and Adam's means" if tuning == "full" else ""
        smaller = "tuning=lora" if tuning == "full" else "dtype=bfloat16" if each == 4 else "quantisation=4bit"
        raise BenchError(
            f"the weights of {name!r}{learning} take {size(needed)}, and {device} has {size(free)} free; take a "
            f"smaller model, a device with more memory, or --set hf:{name}.{smaller}"
        )


def weights_of(folder: Path) -> int:
    """Return how many numbers the weights of a folder are, by the heads of its files."""
    total = 0
    for file in sorted(folder.glob(WEIGHTS)):
        try:
            with safe_open(file, "pt") as tensors:
                total += sum(prod(tensors.get_slice(key).get_shape()) for key in tensors.keys())  # noqa: SIM118 -- no mapping
        except SafetensorError as error:
            raise BenchError(f"{str(file)!r} is damaged ({error}); download it again") from error
    return total


def _model(source: ModelSource, folder: Path, settings: Opening, dtype: torch.dtype, device: str) -> Any:
    quantised = (
        {
            "quantization_config": BitsAndBytesConfig(
                load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype
            ),
            "device_map": {"": device},
        }
        if settings.quantisation == "4bit"
        else {}
    )
    if quantised and not device.startswith("cuda"):
        raise BenchError(f"quantisation=4bit needs a graphics card, and the device is {device}; leave it away")
    attention = {} if settings.attention == "auto" else {"attn_implementation": settings.attention}
    model, report = _model_class(source, settings).from_pretrained(
        folder,
        dtype=dtype,
        use_safetensors=True,
        weights_only=True,
        local_files_only=True,
        trust_remote_code=settings.trust_remote_code,
        output_loading_info=True,
        **attention,
        **quantised,
    )
    if report["missing_keys"]:
        raise ValueError(f"it has no {min(report['missing_keys'])}")
    return model


def _model_class(source: ModelSource, settings: Opening) -> Any:
    """Return the class of transformers, or the folder's own if it brings one and it is trusted."""
    own = source.read(CONFIG).get("auto_map", {})
    path = next((own[name] for name in _OWN_CLASSES if name in own), None)
    if not (path and settings.trust_remote_code):
        return AutoModelForImageTextToText
    return get_class_from_dynamic_module(path, str(source.folder))
