"""The state of the machine as `bench doctor` shows it: each finding with its remedy if one is needed."""

import os
import platform
import re
import shutil
import socket
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from bench.endpoint.address import KEY_VARIABLE, URL_VARIABLE, Address, default_url, key_for, lookup
from bench.endpoint.environment import (
    FILE_VARIABLE,
    FOLDER_VARIABLE,
    Proxy,
    check_headers,
    proxies,
    proxy_for,
    trusted,
)
from bench.errors import BenchError
from bench.inputs import whole_number
from bench.registered.plugin import DISTRIBUTION
from bench.registered.registry import Registry
from bench.stages.environment import required
from bench.store.cache import cache_folder

ENOUGH_ROOM = 5 * 2**30
"""Bytes: a run of the paper's size keeps a cache of 1 GB and weights."""
CLOCK_SECONDS, PROXY_SECONDS = 120.0, 3.0
"""How far a file may lie in the future, and how long a proxy may take to accept a connection."""


class Finding(NamedTuple):
    """The result of one check; ``remedy`` is empty if all is well."""

    what: str
    state: str
    remedy: str = ""

    def as_json(self) -> dict[str, str]:
        """Return it as JSON data."""
        return {"what": self.what, "found": self.state, "remedy": self.remedy}


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
        _clock(store),
        _certificates(),
        _proxies(),
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


def _clock(store: Path) -> Finding:
    """Compare the clock with the newest time that a file of the installation, or of the store, was written at."""
    now = time.time()
    shown = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(now))
    for what, folder in (("this installation", Path(__file__).parent), ("the store", store)):
        ahead = max(_times_in(folder), default=now) - now
        if ahead > CLOCK_SECONDS:
            return Finding(
                "clock", f"{shown}, {ahead:,.0f} s behind files of {what}", "set this machine's clock, or its server's"
            )
    return Finding("clock", shown)


def _times_in(folder: Path) -> list[float]:
    """Return when the files of a folder were written, of those that can be seen."""
    try:
        with os.scandir(folder) as entries:
            return [entry.stat().st_mtime for entry in entries if entry.is_file()]
    except OSError:
        return []


def _certificates() -> Finding:
    """Check the certificates that servers are trusted by, and the variables that name them."""
    try:
        trusted()
    except BenchError as error:
        return Finding("certificates", "no server outside could be trusted", str(error))
    variable = next((name for name in (FILE_VARIABLE, FOLDER_VARIABLE) if os.environ.get(name)), "")
    return Finding("certificates", f"{variable}={os.environ[variable]}" if variable else "the system's")


def _proxies() -> Finding:
    """Check the proxies that calls outside go through: each is connected to, and nothing is sent."""
    try:
        entries = {proxy.variable: proxy for proxy in proxies().values()}
    except BenchError as error:
        return Finding("proxies", "cannot be used", str(error))
    for variable, proxy in entries.items():
        try:
            socket.create_connection((proxy.host, proxy.port), PROXY_SECONDS).close()
        except (OSError, ValueError) as error:
            state = f"{variable}={proxy.shown} cannot be reached ({error})"
            return Finding("proxies", state, f"correct or unset {variable}")
    variable = "no_proxy" if os.environ.get("no_proxy") else "NO_PROXY"
    exceptions = os.environ.get(variable, "")
    if entries and re.search(r"[^\s,][\s;]+[^\s,]", exceptions):
        return Finding("proxies", f"{variable}={exceptions} is no list", f"separate the hosts of {variable} by commas")
    return Finding("proxies", ", ".join(f"{name}={proxy.shown}" for name, proxy in entries.items()) or "none")


def _endpoint() -> Finding:
    """Check whether a model behind a server would receive pictures elsewhere: names are looked up, nothing is sent."""
    key = f"{KEY_VARIABLE} is {'set' if os.environ.get(KEY_VARIABLE, '').strip() else 'not set'}"
    try:
        address = Address(default_url())
        if not address.url and key.endswith("not set"):
            return Finding(
                "endpoint", f"nothing would leave this machine: neither {URL_VARIABLE} nor {KEY_VARIABLE} is set"
            )
        key_for(address)
        check_headers()
    except BenchError as error:
        variable = URL_VARIABLE if URL_VARIABLE in str(error) or "base URL" in str(error) else "the environment"
        return Finding("endpoint", f"{variable} cannot be used, {key}", str(error))
    far = {
        "machine": "nothing would leave this machine",
        "network": "pictures and questions would go to another machine of a private network",
        "outside": "pictures and questions would leave this machine",
    }
    state = f"{address}: {far[address.reach]} with a model or teacher behind a server; {key}"
    nameless = address.url and _proxy_of(address) is None and not lookup(address.host)
    remedy = f"{address.host!r} has no address here: check {URL_VARIABLE}, the network and its DNS" if nameless else ""
    return Finding("endpoint", state, remedy)


def _proxy_of(address: Address) -> Proxy | None:
    try:
        return proxy_for(address)
    except BenchError:  # the finding on proxies says so
        return None


def _plugins() -> Finding:
    registry = Registry()
    plugins = registry.load_all()
    failed = [plugin.name for plugin in plugins if plugin.failure]
    state = f"{len(plugins)} installed" + (f", failed: {', '.join(failed)}" if failed else "")
    return Finding("plugins", state, "see `bench list plugins`" if failed else "")
