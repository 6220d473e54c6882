"""The precision that a training computes in."""

from typing import Literal

import torch

from bench.config.loading import Precision

_NATIVE_BF16 = ("amx_bf16", "avx512_bf16", "bf16")
"""Torch's names of processor instructions that multiply in bf16; the last is ARM's."""


def precision(choice: Literal["auto"] | Precision, large: bool, device: str) -> Precision:
    """Return the precision to train in: ``choice``, or for ``auto`` one that suits the network and the device."""
    if choice != "auto":
        return choice
    if device.startswith("cuda"):
        native = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        native = device == "cpu" and any(torch.cpu.get_capabilities().get(name) for name in _NATIVE_BF16)
    return "bf16-mixed" if large and native else "32-true"
