"""The contract of a watcher, and those of a run: chosen by its config, checked before anything is written."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, NamedTuple, Protocol

from bench.config.loading import Config, complete
from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.specs import WatcherSpec
from bench.watching.events import Event


class Watcher(Protocol):
    """Receives the events of a run, one after another, in a process of its own.

    It is built from a folder, which exists and is its own, and its settings. What it raises is written to its log; the
    next events come all the same. What it prints goes there, too.
    """

    def watch(self, event: Event) -> None:
        """Receive an event."""
        ...

    def close(self) -> None:
        """Finish: the run has ended, or was stopped; a few seconds remain. A watcher may do without this method."""
        ...


class Chosen(NamedTuple):
    """A watcher of a run, with all its settings."""

    spec: WatcherSpec
    settings: Mapping[str, Any]


def chosen_watchers(config: Config, registry: Registry) -> list[Chosen]:
    """Return the watchers that a config names; BenchError if one is unknown, lacks a package or has a wrong setting."""
    chosen: list[Chosen] = []
    for name in dict.fromkeys(config.watch):
        spec: WatcherSpec = registry.find("watcher", name)[0]
        if lacking := [module for module in spec.needs if find_spec(module.partition(".")[0]) is None]:
            install = f"pip install {spec.install}" if spec.install else "install its package"
            raise BenchError(f"watcher {name!r} needs {lacking[0]}, which is not installed; {install}")
        settings = complete(name, registry.settings(spec), config.settings.get(name, {}))
        chosen.append(Chosen(spec, settings))
    return chosen
