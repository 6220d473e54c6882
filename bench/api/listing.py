"""What is registered: models, tasks, datasets and the others, with their settings."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

from bench.errors import BenchError, unknown
from bench.inputs import checked
from bench.registered.plugin import PLURALS, Kind, Plugin
from bench.registered.registry import Registry
from bench.specs import Spec
from bench.specs.json_data import JSONObject
from bench.terminal.text import json_text, running, safe_lines

Entry = JSONObject
"""What a spec or a plugin says, by field; the settings of a spec below ``settings``."""
PLUGINS = "plugins"
KINDS: dict[str, Kind] = {plural: kind for kind, plural in PLURALS.items() if kind != "family"}
"""What can be listed beside plugins."""


@dataclass(frozen=True)
class Registrations:
    """Registered specs or plugins as ``entries``; ``print`` shows a table, of one entry every field.

    ``failures`` says which plugins failed to load, '' if none did.
    """

    kind: str
    entries: Sequence[Entry]
    failures: str
    detailed: bool

    @property
    def json(self) -> str:
        """The entries as JSON."""
        return json_text(self.entries)

    def __str__(self) -> str:
        if self.kind == PLUGINS:
            return _plugins(self.entries)
        return _one(self.entries[0]) if self.detailed else _several(self.entries)


@checked
def listing(kind: str, name: str | None = None, *, family: str | None = None, settings: bool = False) -> Registrations:
    """Return what is registered of a kind, such as "models"; by ``name`` only this one, a table also by its number.

    ``family`` chooses models; ``settings`` reads the settings of all, not only of the one named. BenchError for an
    unknown kind, name or family.
    """
    if kind not in KINDS and kind != PLUGINS:
        raise unknown("list", kind, [*KINDS, PLUGINS])
    if family is not None and (kind != "models" or name is not None):
        raise BenchError("--family chooses among all models; use it with `bench list models` and no name")
    registry = Registry()
    if kind == PLUGINS:
        return Registrations(kind, _of_plugins(registry, name), "", False)
    if name is not None:
        return Registrations(kind, [_entry(_spec_of(KINDS[kind], name, registry), registry)], registry.failures, True)
    if family is not None:
        registry.find("family", family)
    specs = registry.every(KINDS[kind]).values()
    chosen = [spec for spec in specs if family in (None, getattr(spec, "family", None))]
    entries = [_listed(spec, registry if settings else None) for spec in chosen]
    return Registrations(kind, entries, registry.failures, False)


def _of_plugins(registry: Registry, name: str | None) -> list[Entry]:
    """Return the plugins, or the one of a name."""
    plugins = registry.load_all()
    chosen = [plugin for plugin in plugins if name in (None, plugin.name)]
    if not chosen:
        raise unknown("plugin", name or "", [plugin.name for plugin in plugins])
    return [_plugin(plugin) for plugin in chosen]


def _spec_of(kind: Kind, name: str, registry: Registry) -> Spec:
    """Return one spec, a table also by its number."""
    from bench.tables.build import chosen

    if kind == "table" and name == "all":  # what `bench table` takes
        raise unknown("table", name, registry.every("table"))
    return chosen([name], registry)[0] if kind == "table" else registry.find(kind, name)[0]


def _listed(spec: Spec, registry: Registry | None) -> Entry:
    """Return a spec's entry; if its settings cannot be read, with the reason in their place."""
    try:
        return _entry(spec, registry)
    except BenchError as error:
        return {**_entry(spec, None), "failure": str(error)}


def _entry(spec: Spec, registry: Registry | None) -> Entry:
    """Return a spec's fields as JSON data, with its settings where a registry is there to read them."""
    # A default in which a row departs from what it builds stands among its settings.
    entry = {field.name: asdict(spec)[field.name] for field in fields(spec) if field.name != "defaults"}
    settings = registry.settings(spec) if registry else {}
    shown = {key: {**asdict(setting), "values": setting.values} for key, setting in settings.items()}
    return {**entry, **({"settings": shown} if shown else {})}


def _plugin(plugin: Plugin) -> Entry:
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "module": plugin.entry_point.value,
        "registered": plugin.registered,
        "reason": plugin.reason,
        "failure": plugin.failure,
    }


def _plugins(rows: Sequence[Entry]) -> str:
    shown = [
        [row["name"], row["distribution"], "failed" if row["failure"] else ", ".join(row["registered"]) or "nothing"]
        for row in rows
    ]
    return "\n\n".join(
        [
            _grid(shown, ["plugin", "distribution", "registers"]),
            *(_failure(row) for row in rows if row["failure"]),
            *(
                f"plugin {row['name']} of {row['distribution']} registers nothing; {row['module']} must define a hook "
                "such as register_models, under @hookimpl"
                for row in rows
                if not row["failure"] and not row["registered"]
            ),
        ]
    )


def _failure(row: Entry) -> str:
    """Return why a plugin failed: one sentence, then the traceback if there is one."""
    sentence = f"plugin {row['name']} of {row['distribution']} failed: {row['reason']}"
    return safe_lines(sentence if row["failure"] == row["reason"] else f"{sentence}\n{row['failure'].rstrip()}")


def _one(row: Entry) -> str:
    """Render one spec: its fields, then its settings or columns as a table."""
    settings, columns = row.get("settings", {}), row.get("columns", ())
    plain = {name: value for name, value in row.items() if name not in ("settings", "columns")}
    lines = _grid([[name, str(value)] for name, value in plain.items() if value not in (None, "", (), {})])
    if columns:
        return "\n\n".join([lines, _grid([list(column.values()) for column in columns], list(columns[0]))])
    if not settings:
        return lines
    rows = [
        [
            key,
            setting["default"],
            setting["stage"] if setting["decides"] else "nothing",
            setting["values"],
            setting["help"],
        ]
        for key, setting in settings.items()
    ]
    return "\n\n".join([lines, _grid(rows, ["setting", "default", "a change redoes", "values", "what it is"])])


def _several(rows: Sequence[Entry]) -> str:
    columns = [name for name in ("name", "number", "label", "title", "family", "asks") if rows and name in rows[0]]
    return _grid([[row[name] for name in columns] for row in rows], columns)


def _grid(rows: Sequence[Sequence[object]], head: Sequence[str] = ()) -> str:
    """Return aligned columns of values of any origin, with a dash for what is missing."""
    from tabulate import tabulate

    cells = [[running(value) if isinstance(value, str) else value for value in row] for row in rows]
    return tabulate(cells, headers=[*head], tablefmt="simple" if head else "plain", missingval="-" if head else "")
