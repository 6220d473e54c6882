"""When memory runs out: how that is told from other errors, and what is given back before a smaller try."""

import torch

_SAID = ("out of memory", "can't allocate memory")
"""What torch says of it in a plain RuntimeError: of some devices, and of the CPU."""


def out_of_memory(error: BaseException) -> bool:
    """Tell whether an error says that memory ran out."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(text in str(error).lower() for text in _SAID)


def release() -> None:
    """Give the memory that torch keeps for later back to the device."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
