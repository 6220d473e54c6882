"""The most memory that a computation holds, in its process and on its device."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class Peak:
    """Watches memory from its construction on.

    The process counts as a whole, with what it holds already: that is what a machine must have. If the system cannot
    reset its count, the result is the process's peak so far.
    """

    def __init__(self, device: str) -> None:
        self._device = device
        with suppress(OSError):
            _CLEAR.write_text("5")  # Linux: VmHWM begins anew
        if self._on_card:
            _cuda().reset_peak_memory_stats(device)

    def taken(self) -> dict[str, int]:
        """Return bytes of the ``process``, and of the ``device`` if that is a graphics card."""
        card = {"device": int(_cuda().max_memory_allocated(self._device))} if self._on_card else {}
        return {"process": _process(), **card}

    @property
    def _on_card(self) -> bool:
        return self._device.startswith("cuda")


def _cuda() -> Any:
    import torch

    return torch.cuda


def _process() -> int:
    try:
        lines = _STATUS.read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return _of_other_systems()


def _of_other_systems() -> int:
    """Return the peak as macOS and other Unixes count it, else as Windows does."""
    try:
        import resource
    except ImportError:
        import psutil

        memory = psutil.Process().memory_info()
        return int(getattr(memory, "peak_wset", memory.rss))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
