"""What plugins register, each loaded in isolation and only when a command needs it."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, product
from typing import Any

from bench.errors import BenchError, unknown
from bench.registered.plugin import DISTRIBUTION, PLURALS, Kind, Plugin, discovered
from bench.registered.signature import class_settings, model_settings
from bench.specs import DatasetSpec, FamilySpec, ModelSpec, Settings, Spec, TaskSpec, TeacherSpec, WatcherSpec

ALIKE: tuple[tuple[Kind, ...], ...] = (("model", "task", "dataset", "teacher", "watcher"), ("task", "suite"))
"""Kinds whose names must differ: a config has settings by name, and ``--task`` names a task or a suite."""


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

    def search(
        self, kind: Kind, matches: Callable[[Any], bool], order: Callable[[Any], Any] = lambda spec: 0
    ) -> Any | None:
        """Return a spec that matches, of several the first in order, loading no more plugins than it takes to have one.

        None if none matches.
        """
        for _ in self._loading(None):
            if specs := [*filter(matches, self._specs[kind].values())]:
                return min(specs, key=order)
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
        family = self.family(spec) if isinstance(spec, ModelSpec) else None
        try:
            if isinstance(spec, ModelSpec) and family:
                return model_settings(spec, family)
            return class_settings(spec) if isinstance(spec, DatasetSpec | TaskSpec | TeacherSpec | WatcherSpec) else {}
        except BenchError as error:
            for (kind, name), owner in self._owners.items():
                if self._specs[kind][name] is spec and owner.distribution != DISTRIBUTION:
                    raise BenchError(f"{kind} {name!r} of {owner.distribution}: {error}") from error
            raise

    def rivals(self, names: Iterable[str]) -> list[str]:
        """Say of each plugin that is set aside because it takes one of these names that it is, and why.

        Only plugins whose source names one are loaded for that, so that no other slows a command down.
        """
        wanted = [*names]
        for _ in self._loading("", lambda plugin: plugin.mentions(wanted)):
            pass
        taking = [f"'{name}' is registered already" for name in wanted]
        return [
            f"plugin {plugin.name} of {plugin.distribution} is set aside: {plugin.reason}"
            for plugin in self.plugins
            if any(sentence in plugin.reason for sentence in taking)
        ]

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

    def _loading(self, wanted: str | None, chosen: Callable[[Plugin], bool] = lambda plugin: True) -> Iterator[None]:
        """Load our own plugins, then the chosen others one by one, that of the wanted name first; yield after each."""
        own = [plugin for plugin in self.plugins if plugin.distribution == DISTRIBUTION]
        others = [plugin for plugin in self.plugins if plugin.distribution != DISTRIBUTION and chosen(plugin)]
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
        for kind, spec in plugin.load():
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

    def _unknown(self, kind: Kind, name: str) -> BenchError:
        return unknown(kind, name, self._specs[kind], cause=self.failures)


def _by(owner: Plugin) -> str:
    return f"by plugin {owner.name!r} of {owner.distribution}"
