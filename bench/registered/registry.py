"""What plugins register, each loaded in isolation and only when a command needs it."""

import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

import pluggy

from bench import hookspecs
from bench.errors import BenchError, in_one_line, unknown
from bench.registered.signature import class_settings, model_settings
from bench.specs import DatasetSpec, FamilySpec, ModelSpec, Settings, SuiteSpec, TableSpec, TaskSpec, TeacherSpec

DISTRIBUTION = "mvaema-bench"
Kind = Literal["family", "model", "task", "suite", "dataset", "teacher", "table"]
PLURALS: dict[Kind, str] = {
    "family": "families",
    "model": "models",
    "task": "tasks",
    "suite": "suites",
    "dataset": "datasets",
    "teacher": "teachers",
    "table": "tables",
}
_SPECS: dict[Kind, type] = {
    "family": FamilySpec,
    "model": ModelSpec,
    "task": TaskSpec,
    "suite": SuiteSpec,
    "dataset": DatasetSpec,
    "teacher": TeacherSpec,
    "table": TableSpec,
}


@dataclass
class Plugin:
    """One entry point: its distribution and, once loading was tried, what it registered or how it failed.

    ``failure`` may be a whole traceback; ``reason`` is its one sentence.
    """

    entry_point: EntryPoint
    distribution: str
    loaded: bool = False
    registered: list[str] = field(default_factory=list)
    failure: str = ""
    reason: str = ""

    @property
    def name(self) -> str:
        """The entry point's name."""
        return self.entry_point.name


class Registry:
    """Specs by kind and name.

    The distribution's own entry points are loaded first; those of other distributions follow one by one while a wanted
    name is still unknown, or all of them for a full listing. A plugin is set aside if it fails, takes a name or a
    table's number that another has, or puts a model into a family that is not registered.
    """

    def __init__(self, found: list[Plugin] | None = None) -> None:
        self.plugins = discovered() if found is None else found
        self._specs: dict[Kind, dict[str, Any]] = {kind: {} for kind in PLURALS}
        self._owners: dict[tuple[Kind, str], Plugin] = {}

    def find(self, kind: Kind, name: str) -> tuple[Any, str]:
        """Return the spec of this name and its argument, '' for a name that takes none; BenchError if unknown."""
        key, argument = (f"{name.partition(':')[0]}:", name.partition(":")[2]) if ":" in name else (name, "")
        for _ in self._loading(key):
            if key in self._specs[kind]:
                return self._specs[kind][key], argument
        raise self._unknown(kind, name)

    def search(self, kind: Kind, matches: Callable[[Any], bool]) -> Any | None:
        """Return the first spec that matches, loading no more plugins than that takes; None if none does."""
        for _ in self._loading(None):
            for spec in self._specs[kind].values():
                if matches(spec):
                    return spec
        return None

    def knows(self, name: str) -> bool:
        """Return whether a spec of any kind has this name."""
        return any(name in specs for _ in self._loading(name) for specs in self._specs.values())

    def every(self, kind: Kind) -> dict[str, Any]:
        """Return all specs of a kind by name, in the order of registration."""
        self.load_all()
        return self._specs[kind]

    def family(self, model: ModelSpec) -> FamilySpec:
        """Return the family of a model; BenchError names model and plugin if it is not registered."""
        try:
            return self.find("family", model.family)[0]
        except BenchError as error:
            raise BenchError(
                f"model {model.name!r} of plugin {self._owners['model', model.name].name!r}: {error}"
            ) from None

    def settings(self, spec: Any) -> Settings:
        """Return the settings of what a spec builds, none if it builds nothing; BenchError if that fails."""
        if isinstance(spec, ModelSpec):
            return model_settings(spec, self.family(spec))
        return class_settings(spec) if isinstance(spec, DatasetSpec | TaskSpec | TeacherSpec) else {}

    def load_all(self) -> list[Plugin]:
        """Load every plugin and return them with what each registered or how it failed."""
        for _ in self._loading(None):
            pass
        for model in list(self._specs["model"].values()):
            # A plugin's second stray model is gone with its first.
            if model.name in self._specs["model"] and model.family not in self._specs["family"]:
                self._set_aside(
                    self._owners["model", model.name], str(unknown("family", model.family, self._specs["family"]))
                )
        return self.plugins

    @property
    def failures(self) -> str:
        """One sentence naming the plugins that failed so far and why, '' if none did."""
        broken = [f"plugin {plugin.name} failed to load: {plugin.reason}" for plugin in self.plugins if plugin.failure]
        return f"{'; '.join(broken)} (see `bench list plugins`)" if broken else ""

    def _loading(self, wanted: str | None) -> Iterator[None]:
        """Load our own plugins, then the others one by one, the one of the wanted name first; yield after each."""
        own = [plugin for plugin in self.plugins if plugin.distribution == DISTRIBUTION]
        others = [plugin for plugin in self.plugins if plugin.distribution != DISTRIBUTION]
        for plugin in own:
            self._load(plugin)
        yield
        for plugin in sorted(others, key=lambda plugin: (plugin.name != wanted, plugin.name)):
            self._load(plugin)
            yield

    def _load(self, plugin: Plugin) -> None:
        if plugin.loaded:
            return
        plugin.loaded = True
        try:
            specs = self._hooked(plugin)
        except (
            Exception,
            SystemExit,
        ) as error:  # a plugin's module may fail in any way; it must not take others with it
            plugin.failure = traceback.format_exc()
            plugin.reason = str(error) if isinstance(error, BenchError) else in_one_line(error)
            return
        for kind, spec in specs:
            conflict = self._taken(kind, spec)
            if conflict:
                self._set_aside(plugin, conflict)
                return
            self._specs[kind][spec.name] = spec
            self._owners[kind, spec.name] = plugin
            plugin.registered.append(f"{kind} {spec.name}")

    def _taken(self, kind: Kind, spec: Any) -> str:
        """Say which plugin has a spec's name or a table's number already; '' if none has."""
        owner = self._owners.get((kind, spec.name))
        if owner is not None:
            return f"{kind} {spec.name!r} is registered already, {_by(owner)}; rename it, or uninstall one of the two"
        numbers = {table.number: table.name for table in self._specs["table"].values()} if kind == "table" else {}
        if numbers and spec.number in numbers:
            name = numbers[spec.number]
            return (
                f"number {spec.number} of table {spec.name!r} is taken already by table {name!r}, "
                f"{_by(self._owners['table', name])}; give it another, or uninstall one of the two"
            )
        return ""

    def _set_aside(self, plugin: Plugin, failure: str) -> None:
        """Forget all that a plugin registered."""
        plugin.failure = plugin.reason = failure
        plugin.registered.clear()
        for kind, name in [key for key, owner in self._owners.items() if owner is plugin]:
            del self._specs[kind][name], self._owners[kind, name]

    def _hooked(self, plugin: Plugin) -> list[tuple[Kind, Any]]:
        manager = pluggy.PluginManager("bench")
        manager.add_hookspecs(hookspecs)
        module = plugin.entry_point.load()
        _check_marks(module)
        manager.register(module, plugin.name)
        manager.check_pending()
        specs: list[tuple[Kind, Any]] = []
        for kind, plural in PLURALS.items():
            getattr(manager.hook, f"register_{plural}")(register=_collector(kind, specs))
        return specs

    def _unknown(self, kind: Kind, name: str) -> BenchError:
        return unknown(kind, name, self._specs[kind], self.failures)


def _collector(kind: Kind, taken: list[tuple[Kind, Any]]) -> Callable[[Any], None]:
    def register(spec: Any) -> None:
        if not isinstance(spec, _SPECS[kind]):
            raise BenchError(f"register_{PLURALS[kind]} was given {spec!r}, which is no {_SPECS[kind].__name__}")
        taken.append((kind, spec))

    return register


def _check_marks(module: Any) -> None:
    """Raise BenchError if a plugin's module defines a hook without its mark, which pluggy ignores silently."""
    for plural in PLURALS.values():
        hook = getattr(module, f"register_{plural}", None)
        if callable(hook) and not hasattr(hook, "bench_impl"):
            raise BenchError(
                f"register_{plural} lacks its mark; write @hookimpl above it, after `from bench import hookimpl`"
            )


def _by(owner: Plugin) -> str:
    return f"by plugin {owner.name!r} of {owner.distribution}"


def discovered() -> list[Plugin]:
    """Return the plugins that are installed, none loaded."""
    return [Plugin(point, point.dist.name if point.dist else "unknown") for point in _entry_points(tuple(sys.path))]


@cache
def _entry_points(path: tuple[str, ...]) -> list[EntryPoint]:
    """Return bench's entry points on the ``path`` of this process, by name; they are read once."""
    return sorted(entry_points(group="bench"), key=lambda point: point.name)
