"""What plugins register, each loaded in isolation and only when a command needs it."""

import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import EntryPoint, distributions
from itertools import chain, product
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import pluggy

from bench.errors import BenchError, in_one_line, message, original, shortened, unknown
from bench.registered.signature import class_settings, model_settings
from bench.registered.source_file import LARGEST, source_file
from bench.registered.validation import validated
from bench.specs import (
    DatasetSpec,
    FamilySpec,
    ModelSpec,
    Settings,
    Spec,
    SuiteSpec,
    TableSpec,
    TaskSpec,
    TeacherSpec,
    hookspecs,
)
from bench.specs.isolation import isolated
from bench.terminal import safe, safe_lines

DISTRIBUTION = "mvaema-bench"
GROUP = "bench"
"""The group of entry points that name plugins."""
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
SPECS: dict[Kind, type[Spec]] = {
    "family": FamilySpec,
    "model": ModelSpec,
    "task": TaskSpec,
    "suite": SuiteSpec,
    "dataset": DatasetSpec,
    "teacher": TeacherSpec,
    "table": TableSpec,
}
ALIKE: tuple[tuple[Kind, ...], ...] = (("model", "task", "dataset", "teacher"), ("task", "suite"))
"""Kinds whose names must differ: a config has settings by name, and ``--task`` names a task or a suite."""
MOST_SPECS = 10_000
"""The most specs of one plugin: more are registered by a loop without an end."""


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
        """The entry point's name, printable."""
        return safe(self.entry_point.name)


class Registry:
    """Specs by kind and name.

    The distribution's own entry points are loaded first; those of other distributions follow one by one while a wanted
    name is still unknown, or all of them for a full listing. A plugin is set aside if it fails, takes a name or a
    table's number that another has, or puts a model into a family that is not registered.
    """

    def __init__(self, plugins: list[Plugin] | None = None) -> None:
        self.plugins = discovered() if plugins is None else plugins
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

    def settings(self, spec: Spec) -> Settings:
        """Return the settings of what a spec builds, none if it builds nothing; BenchError if that fails."""
        try:
            if isinstance(spec, ModelSpec):
                return model_settings(spec, self.family(spec))
            return class_settings(spec) if isinstance(spec, DatasetSpec | TaskSpec | TeacherSpec) else {}
        except BenchError as error:
            for (kind, name), owner in self._owners.items():
                if self._specs[kind][name] is spec and owner.distribution != DISTRIBUTION:
                    raise BenchError(f"{kind} {name!r} of {owner.distribution}: {error}") from error
            raise

    def flaw(self, spec: Spec) -> str:
        """Say why the settings of what a spec builds cannot be read, "" if they can."""
        try:
            self.settings(spec)
        except BenchError as error:
            return str(error)
        return ""

    def having(self, key: str, names: Iterable[str]) -> list[str]:
        """Return those of these names of models, tasks, datasets and teachers that have a setting of this key."""
        owners = []
        for name, kind in product(dict.fromkeys(names), ALIKE[0]):
            try:
                if key in self.settings(self.find(kind, name)[0]):
                    owners.append(name)
            except BenchError:  # it is of another kind
                continue
        return owners

    def load_all(self) -> list[Plugin]:
        """Load every plugin and return them with what each registered or how it failed."""
        for _ in self._loading(None):
            pass
        while stray := next(filter(self._lacks, self._specs["model"].values()), None):
            self._set_aside(self._owners["model", stray.name], self._lacks(stray))
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

    def _lacks(self, model: ModelSpec) -> str:
        """Say which family or model that a model names is not registered; '' if all are."""
        if model.family not in self._specs["family"]:
            return str(unknown("family", model.family, self._specs["family"], f"correct it in model {model.name!r}"))
        if model.variant_of and model.variant_of not in self._specs["model"]:
            return str(unknown("model", model.variant_of, self._specs["model"], f"{model.name!r} is a variant of none"))
        return ""

    def _load(self, plugin: Plugin) -> None:
        if plugin.loaded:
            return
        plugin.loaded = True
        try:
            with isolated(), redirect_stdout(sys.stderr):  # what a plugin prints is no part of a command's output
                specs = self._hooked(plugin)
        except Exception as error:  # a plugin's module may fail in any way; it must not take others with it
            plugin.failure = safe_lines("".join(traceback.format_exception(original(error))))
            plugin.reason = safe(message(error) if isinstance(error, BenchError) else in_one_line(error))
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
        for other in dict.fromkeys((kind, *chain(*(group for group in ALIKE if kind in group)))):
            owner = self._owners.get((other, spec.name))
            if owner is not None and (other == kind or not spec.name.endswith(":")):
                also = "" if other == kind else f" as a {other}"
                return (
                    f"{kind} {spec.name!r} is registered already{also}, {_by(owner)}; "
                    "rename it, or uninstall one of the two"
                )
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

    def _hooked(self, plugin: Plugin) -> list[tuple[Kind, Spec]]:
        """Import a plugin and return what its hooks register; BenchError for what they may not do."""
        ours = plugin.distribution == DISTRIBUTION
        if not ours:
            _check_source(plugin.entry_point)
        manager = pluggy.PluginManager("bench")
        manager.add_hookspecs(hookspecs)
        module = plugin.entry_point.load()
        _check_marks(module)
        manager.register(module, plugin.name)
        manager.check_pending()
        specs: list[tuple[Kind, Spec]] = []
        for kind, plural in PLURALS.items():
            results = getattr(manager.hook, f"register_{plural}")(register=_collector(kind, specs, check=not ours))
            if results:
                getattr(results[0], "close", lambda: None)()  # a coroutine left open warns
                raise BenchError(
                    f"register_{plural} returned {shortened(results[0])}, which registers nothing; "
                    "call register(...) with each spec, without return or yield"
                )
        return specs

    def _unknown(self, kind: Kind, name: str) -> BenchError:
        return unknown(kind, name, self._specs[kind], self.failures)


def _collector(kind: Kind, specs: list[tuple[Kind, Spec]], *, check: bool) -> Callable[[Any], None]:
    def register(spec: Any) -> None:
        if not isinstance(spec, SPECS[kind]):
            raise BenchError(
                f"register_{PLURALS[kind]} was given {shortened(spec)}, which is no {SPECS[kind].__name__}"
            )
        if len(specs) >= MOST_SPECS:
            raise BenchError(f"it registers more than {MOST_SPECS:,} specs; end its loop")
        specs.append((kind, validated(kind, spec) if check else spec))

    return register


def _check_source(point: EntryPoint) -> None:
    """Raise BenchError if an entry point cannot name a module, or the module is too large to be imported."""
    if not re.fullmatch(r"\w+(\.\w+)*(\s*:\s*\w+(\.\w+)*)?", point.value):
        raise BenchError(f"its entry point names {shortened(point.value)}, which is no module; write package.module")
    source = source_file(point.value.partition(":")[0].strip())
    if source and source.stat().st_size > LARGEST:
        size = source.stat().st_size
        raise BenchError(f"{source.name} has {size / 1e6:.0f} MB, and a plugin may have {LARGEST / 1e6:.0f}; divide it")


def _check_marks(module: ModuleType) -> None:
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
    return [replace(plugin, registered=[]) for plugin in _discovered(tuple(sys.path))]


@cache
def _discovered(path: tuple[str, ...]) -> list[Plugin]:
    """Return the plugins on the ``path`` of this process, by name; their packages' files are read once.

    Own code, because ``importlib.metadata.entry_points`` fails as a whole if the files of one package are damaged.
    """
    plugins: dict[str, list[Plugin]] = {}
    for distribution in distributions():
        try:
            if f"[{GROUP}]" not in (distribution.read_text("entry_points.txt") or ""):
                continue
            name = safe(distribution.name)  # of two copies of a package, the first on the path counts
            if name not in plugins:
                plugins[name] = [Plugin(point, name) for point in distribution.entry_points.select(group=GROUP)]
        except Exception as error:  # the files of a package may be damaged in any way
            folder = safe(Path(str(distribution.locate_file(""))).name)
            reason = f"the entry points of a package in {folder} cannot be read ({safe(message(error))}); reinstall it"
            plugins.setdefault(reason, [Plugin(EntryPoint(folder, "", GROUP), "unknown", True, [], reason, reason)])
    return sorted(chain(*plugins.values()), key=lambda plugin: (plugin.name, plugin.distribution))
