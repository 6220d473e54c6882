"""Out of memory: how to recognise that error, and what to release before a smaller try."""

import torch

_SAID = ("out of memory", "can't allocate memory")
"""Torch's words for it in a plain RuntimeError: on some devices, and on the CPU."""


def out_of_memory(error: BaseException) -> bool:
    """Return whether an error says that memory ran out."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(text in str(error).lower() for text in _SAID)


def release() -> None:
    """Return the memory that torch keeps in reserve to the device."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
