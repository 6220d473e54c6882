"""Settings given by name, checked against those that are read: what changes nothing is refused."""

from collections.abc import Collection

from bench.config.loading import EVERY_MODEL, Config
from bench.errors import BenchError, unknown
from bench.registered.registry import Registry


def check_names(config: Config, explicit: Collection[str], used: Collection[str], registry: Registry) -> None:
    """Refuse settings of a name that is registered nowhere, and those on the command line of a name not ``used``."""
    for name in config.settings.keys() - {*used, *(name.removesuffix(":") for name in used)}:
        if not (registry.knows(name) or registry.knows(f"{name}:")):
            every = [
                each for kind in ("model", "task", "dataset", "teacher", "watcher") for each in registry.every(kind)
            ]
            raise unknown("name in settings", name, [*every, EVERY_MODEL, *Config.model_fields])
        idle = sorted(key for key in explicit if key.startswith(f"{name}."))
        if idle:
            raise BenchError(f"--set {idle[0]} changes nothing: this command reads {', '.join(sorted(used))}")


def check_keys(explicit: Collection[str], read: Collection[str]) -> None:
    """Refuse keys of the config that the command does not read."""
    for key in sorted(explicit):
        first = key.partition(".")[0]
        if first in Config.model_fields and first not in read:
            raise BenchError(f"--set {key} changes nothing: of a run's choices this command reads {', '.join(read)}")
