"""The state of the machine as `bench doctor` shows it: each finding with its remedy if one is needed."""

import os
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from bench.endpoint.address import KEY_VARIABLE, URL_VARIABLE, Address, default_url
from bench.errors import BenchError
from bench.inputs import whole_number
from bench.registered.registry import DISTRIBUTION, Registry
from bench.stages.environment import required
from bench.store.cache import cache_folder

ENOUGH_ROOM = 5 * 2**30
"""Bytes: a run of the paper's size keeps a cache of 1 GB and weights."""


class Finding(NamedTuple):
    """The result of one check; ``remedy`` is empty if all is well."""

    what: str
    found: str
    remedy: str = ""


def examine(store: Path) -> list[Finding]:
    """Check versions, devices, threads, disk, caches, plugins and the resources that tests and metrics need."""
    return [
        Finding("python", platform.python_version(), "" if sys.version_info >= (3, 11) else "install Python 3.11"),
        *_packages(),
        _torch_pair(),
        _device(),
        _threads(),
        _room("store", store),
        _room("cache", cache_folder()),
        _plugins(),
        _endpoint(),
    ]


def _packages() -> list[Finding]:
    """Return a finding per required package that is missing or of a version that does not fit."""
    needed = required(DISTRIBUTION)
    findings = [Finding(DISTRIBUTION, version(DISTRIBUTION))]
    for requirement in needed:
        try:
            own = version(requirement.name)
        except PackageNotFoundError:
            findings.append(Finding(requirement.name, "missing", f"pip install '{requirement}'"))
            continue
        if not requirement.specifier.contains(own, prereleases=True):
            findings.append(Finding(requirement.name, own, f"pip install '{requirement}'"))
    if len(findings) == 1:
        findings.append(Finding("packages", f"{len(needed)} required, all there"))
    return findings


def _torch_pair() -> Finding:
    """Check whether the installed torchvision was built for the installed torch, as its package says."""
    try:
        torch, vision = version("torch"), version("torchvision")
    except PackageNotFoundError:
        return Finding("torch", "missing", "pip install torch torchvision")
    specifiers = [each.specifier for each in required("torchvision") if each.name == "torch"]
    fits = all(versions.contains(torch, prereleases=True) for versions in specifiers)
    remedy = "" if fits else "install a pair: pip install --upgrade torch torchvision"
    return Finding("torch, torchvision", f"{torch}, {vision}", remedy)


def _device() -> Finding:
    try:
        import torch
    except ImportError as error:
        return Finding("device", "torch cannot be imported", f"reinstall torch: {error}")
    if not torch.cuda.is_available():
        return Finding("device", "cpu")
    names = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    return Finding("device", ", ".join(names))


def _threads() -> Finding:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    threads = os.environ.get("OMP_NUM_THREADS")
    if threads is not None and (whole_number(threads) or 0) > usable:
        return Finding("threads", f"OMP_NUM_THREADS={threads} on {usable} cores", f"export OMP_NUM_THREADS={usable}")
    return Finding("threads", f"{usable} cores" + (f", OMP_NUM_THREADS={threads}" if threads else ""))


def _room(what: str, folder: Path) -> Finding:
    """Check whether a folder can be written and has room; nothing is created."""
    existing = folder.absolute()
    while not existing.exists():
        existing = existing.parent
    if not os.access(existing, os.W_OK) or not existing.is_dir():
        variable = {"store": "BENCH_STORE", "cache": "BENCH_CACHE"}[what]
        return Finding(what, f"{folder} cannot be written", f"export {variable}=/path to another place")
    free = shutil.disk_usage(existing).free
    remedy = "" if free >= ENOUGH_ROOM else f"make room: {ENOUGH_ROOM / 2**30:.0f} GB are wanted"
    return Finding(what, f"{folder}, {free / 2**30:.0f} GB free", remedy)


def _endpoint() -> Finding:
    """Check whether a model behind a server would receive pictures elsewhere; nothing is called."""
    key = f"{KEY_VARIABLE} is {'set' if os.environ.get(KEY_VARIABLE, '').strip() else 'not set'}"
    try:
        address = Address(default_url())
    except BenchError as error:
        return Finding("endpoint", f"{URL_VARIABLE} cannot be used, {key}", str(error))
    if not address.url and key.endswith("not set"):
        return Finding(
            "endpoint", f"nothing would leave this machine: neither {URL_VARIABLE} nor {KEY_VARIABLE} is set"
        )
    far = {
        "machine": "nothing would leave this machine",
        "network": "pictures and questions would go to another machine of a private network",
        "outside": "pictures and questions would leave this machine",
    }
    return Finding("endpoint", f"{address}: {far[address.reach]} with a model or teacher behind a server; {key}")


def _plugins() -> Finding:
    registry = Registry()
    plugins = registry.load_all()
    failed = [plugin.name for plugin in plugins if plugin.failure]
    state = f"{len(plugins)} installed" + (f", failed: {', '.join(failed)}" if failed else "")
    return Finding("plugins", state, "see `bench list plugins`" if failed else "")
