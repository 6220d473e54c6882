"""Checkpoints of a training: two files, the newer and the one before, and the random states in them."""

import pickle
import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from bench.store.fingerprint import file_digest
from bench.store.sealed import DamagedError, read_json, write_json
from bench.store.stages import STANDING
from bench.store.whole import sweep, whole
from bench.terminal.progress import Progress
from bench.training.fabric import Fabric


class Checkpoints:
    """The checkpoints in one folder, at most one every ``seconds``; read with ``weights_only``.

    A file next to them gives in clear the finished epochs and the share of steps, for `--dry-run`, which loads no
    torch, and the digests of both: it is written first, so that a file of another digest is damaged.
    """

    _ended: ClassVar[set[Path]] = set()

    def __init__(self, folder: Path, fabric: Fabric, seconds: float) -> None:
        self._folder = folder
        self._newest, self._previous = folder / "checkpoint.pt", folder / "checkpoint.previous.pt"
        self._standing = folder / STANDING
        self._strategy = fabric.strategy  # Fabric's own save waits for all ranks, but only the first writes
        self._seconds = seconds
        self._written = time.monotonic()

    def write_if_due(self, state: Callable[[], dict[str, Any]]) -> None:
        """Write the state if the last checkpoint is long enough ago."""
        if time.monotonic() - self._written >= self._seconds:
            self.write(state())

    def write(self, state: dict[str, Any]) -> None:
        """Write the state; the one before is kept until the next."""
        self._newest.parent.mkdir(parents=True, exist_ok=True)
        sweep(self._newest)
        with whole(self._newest) as part:
            self._strategy.save_checkpoint(part, state)
            digests = [file_digest(part), *self._digests()[:2]]
            done = {key: state["standing"][key] for key in ("epoch", "share")}
            write_json(self._standing, {**done, "digests": digests})
            if self._newest.exists():
                self._newest.replace(self._previous)
        self._written = time.monotonic()

    def read(self, progress: Progress) -> dict[str, Any] | None:
        """Return the newest state that can be read, None if there is none; a damaged file is reported.

        Those of a training that ended in this process are not read: this is another one.
        """
        if self._folder in self._ended:
            self._ended.remove(self._folder)
            return None
        for path in (self._newest, self._previous):
            if not path.exists():
                continue
            try:
                if file_digest(path) not in self._digests():
                    raise ValueError("it was changed after it was stored")
                return dict(self._strategy.load_checkpoint(path, weights_only=True))
            except (OSError, RuntimeError, EOFError, ValueError, pickle.UnpicklingError) as error:
                progress.say(f"checkpoint {path} cannot be read and is skipped: {str(error).splitlines()[0]}")
        return None

    def end(self) -> None:
        """Note that the training has ended.

        The files stay until the stage has its product, so that a process that is killed before then costs no training.
        """
        self._ended.add(self._folder)

    def _digests(self) -> list[str]:
        """Return the digests of the newest state and of the one before, as far as they are stored."""
        with suppress(DamagedError, KeyError, TypeError):
            return list(read_json(self._standing)["digests"])
        return []


def random_states() -> dict[str, Any]:
    """Return the states of the global generators of torch, numpy and Python, as tensors and numbers."""
    name, keys, *rest = np.random.get_state(legacy=True)
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        "numpy": [str(name), torch.from_numpy(np.asarray(keys, dtype=np.int64)), *rest],
        "python": random.getstate(),
    }


def restore_random_states(states: dict[str, Any]) -> None:
    """Set the global generators to states that ``random_states`` returned."""
    torch.set_rng_state(states["torch"])
    if states["cuda"]:
        torch.cuda.set_rng_state_all(states["cuda"])
    name, keys, *rest = states["numpy"]
    np.random.set_state((name, keys.numpy().astype(np.uint32), *rest))
    random.setstate(states["python"])


def trained_state(module: nn.Module) -> dict[str, Tensor]:
    """Return the module's state without its frozen parameters."""
    frozen = {name for name, value in module.named_parameters(remove_duplicate=False) if not value.requires_grad}
    return {name: value for name, value in module.state_dict().items() if name not in frozen}
