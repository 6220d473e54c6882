"""The start of a stage: seeds, determinism, threads and the device."""

import logging
import sys

from bench.config.loading import Machine
from bench.errors import BenchError
from bench.training import heap, resident
from bench.training.seeding import seed_all


def prepare(machine: Machine, seed: int) -> str:
    """Seed all random sources, set the threads, and return the device; BenchError if a setting needs a GPU.

    Call it after the model's code is imported: torch is configured only if that code uses it.
    """
    seed_all(seed)
    if "torch" not in sys.modules:
        return chosen_device(machine)
    import torch

    heap.keep()
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)  # it reports its precision at every start
    torch.use_deterministic_algorithms(True, warn_only=True)
    # Allocated memory is written before it is read: filling it first took 4 % of a step in the profiler.
    torch.utils.deterministic.fill_uninitialized_memory = False  # pyright: ignore[reportAttributeAccessIssue] -- torch makes it at run time
    if machine.threads:
        torch.set_num_threads(machine.threads)
    device = chosen_device(machine)
    if (machine.compile or machine.pictures_on_gpu) and not device.startswith("cuda"):
        key = "compile" if machine.compile else "pictures_on_gpu"
        raise BenchError(f"machine.{key}=true is for a GPU, and this computes on {device}; leave it away")
    resident.keep(machine.pictures_on_gpu)
    return device


def chosen_device(machine: Machine) -> str:
    """Return the device that a stage computes on; import the stage's code before."""
    torch = sys.modules.get("torch")
    if torch is None:
        return "cpu"
    if machine.device != "auto":
        return machine.device
    return "cuda" if torch.cuda.is_available() else "cpu"
