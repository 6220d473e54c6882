"""What a process computes with, as a record describes it: device, threads, versions, commit."""

import os
import platform
import subprocess
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from bench.config.loading import Machine
from bench.registered.plugin import DISTRIBUTION
from bench.store.sealed import read_json

COMMIT = "commit.json"
"""The file in which a copy of the code keeps its commit."""


def worker_threads(machine: Machine, jobs: int) -> int:
    """Return the number of threads for each of several workers on this machine."""
    return machine.threads or max(1, (os.cpu_count() or 1) // jobs)


def description(device: str, processes: int = 1, *, compiled: bool = False) -> dict[str, Any]:
    """Return versions, device, threads and commit, as a record keeps them.

    The number of processes is there if above one, and whether networks were compiled if they were.
    """
    torch = sys.modules.get("torch")
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cpu_count": os.cpu_count(),
        "device": device,
        "threads": torch.get_num_threads() if torch else 1,
        **({"processes": processes} if processes > 1 else {}),
        **({"compiled": True} if compiled else {}),
        "packages": _versions(),
        "code": commit(),
    }


def required(distribution: str) -> list[Requirement]:
    """Return an installed distribution's requirements, without extras; PackageNotFoundError if it is absent."""
    requirements = map(Requirement, requires(distribution) or ())
    return [each for each in requirements if each.marker is None or each.marker.evaluate({"extra": ""})]


@cache
def _versions() -> dict[str, str]:
    names = {DISTRIBUTION, *(requirement.name for requirement in required(DISTRIBUTION))}
    return {name: installed for name in sorted(names) if (installed := _version(name))}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


@cache
def commit() -> dict[str, Any] | None:
    """Return the checkout's commit and whether files differ from it; None outside a checkout and a copy of one."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return read_json(root / COMMIT)
    try:
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=True)
        status = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return {"commit": head.stdout.strip(), "dirty": bool(status.stdout.strip())}
