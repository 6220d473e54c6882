"""A plugin: one entry point among those of the installed packages, loaded in isolation."""

import re
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import EntryPoint, distributions
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import pluggy

from bench.errors import BenchError, in_one_line, message, original, shortened
from bench.registered.source_file import LARGEST, source_file
from bench.registered.validation import validated
from bench.specs import (
    CheckSpec,
    DatasetSpec,
    FamilySpec,
    ModelSpec,
    ReaderSpec,
    Spec,
    SuiteSpec,
    TableSpec,
    TaskSpec,
    TeacherSpec,
    WatcherSpec,
    hookspecs,
)
from bench.specs.isolation import isolated
from bench.terminal.text import safe, safe_lines

DISTRIBUTION = "mvaema-bench"
GROUP = "bench"
"""The group of entry points that name plugins."""
Kind = Literal["family", "model", "task", "suite", "dataset", "reader", "check", "teacher", "table", "watcher"]
PLURALS: dict[Kind, str] = {
    "family": "families",
    "model": "models",
    "task": "tasks",
    "suite": "suites",
    "dataset": "datasets",
    "reader": "readers",
    "check": "checks",
    "teacher": "teachers",
    "table": "tables",
    "watcher": "watchers",
}
SPECS: dict[Kind, type[Spec]] = {
    "family": FamilySpec,
    "model": ModelSpec,
    "task": TaskSpec,
    "suite": SuiteSpec,
    "dataset": DatasetSpec,
    "reader": ReaderSpec,
    "check": CheckSpec,
    "teacher": TeacherSpec,
    "table": TableSpec,
    "watcher": WatcherSpec,
}
_MOST_FILES = 200
"""The most files of a plugin's folder that are searched for a name."""
_MOST_SPECS = 10_000
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

    def mentions(self, names: Sequence[str]) -> bool:
        """Return whether the folder of the plugin's module has Python text with one of these names in quotes."""
        quoted = re.compile("|".join(rf"[\"']{re.escape(name)}[\"']" for name in names).encode())
        try:
            module = source_file(self.entry_point.value.partition(":")[0].strip())
            files = sorted(module.parent.glob("*.py"))[:_MOST_FILES] if module else []
            return bool(names) and any(
                quoted.search(file.read_bytes()) for file in files if file.stat().st_size <= LARGEST
            )
        except (OSError, ImportError, ValueError):  # loading it says more
            return False

    def load(self) -> list[tuple[Kind, Spec]]:
        """Import the plugin, once, and return what it registers; nothing if that fails, as ``failure`` then says."""
        if self.loaded:
            return []
        self.loaded = True
        try:
            with isolated(), redirect_stdout(sys.stderr):  # what a plugin prints is no part of a command's output
                return self._hooked()
        except Exception as error:  # a plugin's module may fail in any way; it must not take others with it
            self.failure = safe_lines("".join(traceback.format_exception(original(error))))
            self.reason = safe(message(error) if isinstance(error, BenchError) else in_one_line(error))
            return []

    def _hooked(self) -> list[tuple[Kind, Spec]]:
        """Import the plugin and return what its hooks register; BenchError for what they may not do."""
        ours = self.distribution == DISTRIBUTION
        if not ours:
            _check_source(self.entry_point)
        manager = pluggy.PluginManager("bench")
        manager.add_hookspecs(hookspecs)
        module = self.entry_point.load()
        _check_marks(module)
        manager.register(module, self.name)
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


def _collector(kind: Kind, specs: list[tuple[Kind, Spec]], *, check: bool) -> Callable[[Any], None]:
    def register(spec: Any) -> None:
        if not isinstance(spec, SPECS[kind]):
            raise BenchError(
                f"register_{PLURALS[kind]} was given {shortened(spec)}, which is no {SPECS[kind].__name__}"
            )
        if len(specs) >= _MOST_SPECS:
            raise BenchError(f"it registers more than {_MOST_SPECS:,} specs; end its loop")
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
