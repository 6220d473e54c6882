"""``bench list``: what is registered."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bench.terminal import json_text, running, safe_lines

if TYPE_CHECKING:
    from bench.registered.registry import Kind, Plugin, Registry


app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def list_command(
    kind: Annotated[
        str, typer.Argument(help="models, tasks, suites, datasets, teachers, tables or plugins", show_default=False)
    ] = "",
    name: Annotated[
        str | None, typer.Argument(help="show only this one, with its settings; tables also by number")
    ] = None,
    family: Annotated[str | None, typer.Option(help="show only models of this family")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """List models, tasks, datasets and everything else that is registered."""
    from bench.errors import BenchError, unknown
    from bench.registered.registry import PLURALS, Kind, Registry

    kinds: dict[str, Kind] = {plural: kind for kind, plural in PLURALS.items() if kind != "family"}
    if not kind:
        raise BenchError(f"name what to list: {', '.join(kinds)} or plugins")
    registry = Registry()
    if kind == "plugins":
        rows = [_plugin(plugin) for plugin in registry.load_all() if name in (None, plugin.name)]
    elif kind not in kinds:
        raise unknown("list", kind, [*kinds, "plugins"])
    elif name is not None:
        rows = [_data(_spec_of(kinds[kind], name, registry), registry)]
    else:
        if family is not None:
            registry.find("family", family)
        specs = registry.every(kinds[kind]).values()
        shown = [spec for spec in specs if family in (None, getattr(spec, "family", None))]
        rows = [_listed(spec, registry if as_json else None) for spec in shown]
    if kind != "plugins" and registry.failures:
        typer.echo(f"note: {safe_lines(registry.failures)}", err=True)
    if as_json:
        typer.echo(json_text(rows))
    else:
        typer.echo(_plugins(rows) if kind == "plugins" else _one(rows[0]) if name else _several(rows))


def _spec_of(kind: "Kind", name: str, registry: "Registry") -> Any:
    """Return one spec, a table also by its number."""
    from bench.tables.build import chosen

    return chosen([name], registry)[0] if kind == "table" else registry.find(kind, name)[0]


def _listed(spec: Any, registry: "Registry | None") -> dict[str, Any]:
    """Return a spec as JSON data; if its settings cannot be read, with the reason in their place."""
    from bench.errors import BenchError

    try:
        return _data(spec, registry)
    except BenchError as error:
        return {**_data(spec, None), "failure": str(error)}


def _data(spec: Any, registry: "Registry | None") -> dict[str, Any]:
    """Return a spec's fields as JSON data, with its settings where a registry is there to read them."""
    from dataclasses import asdict, fields

    # A default in which a row departs from what it builds stands among its settings.
    data = {field.name: asdict(spec)[field.name] for field in fields(spec) if field.name != "defaults"}
    settings = registry.settings(spec) if registry else {}
    shown = {key: {**asdict(setting), "values": setting.values} for key, setting in settings.items()}
    return {**data, **({"settings": shown} if shown else {})}


def _plugin(plugin: "Plugin") -> dict[str, Any]:
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "module": plugin.entry_point.value,
        "registered": plugin.registered,
        "reason": plugin.reason,
        "failure": plugin.failure,
    }


def _plugins(rows: list[dict[str, Any]]) -> str:
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


def _failure(row: dict[str, Any]) -> str:
    """Return why a plugin failed: one sentence, then the traceback if there is one."""
    sentence = f"plugin {row['name']} of {row['distribution']} failed: {row['reason']}"
    return safe_lines(sentence if row["failure"] == row["reason"] else f"{sentence}\n{row['failure'].rstrip()}")


def _one(row: dict[str, Any]) -> str:
    """Render one spec: its fields, then its settings or columns as a table."""
    settings, columns = row.pop("settings", {}), row.pop("columns", ())
    fields = [[name, str(value)] for name, value in row.items() if value not in (None, "", (), {})]
    if columns:
        table = _grid([list(column.values()) for column in columns], list(columns[0]))
        return "\n\n".join([_grid(fields), table])
    if not settings:
        return _grid(fields)
    lines = [
        [key, setting["default"], setting["stage"], setting["values"], setting["help"]]
        for key, setting in settings.items()
    ]
    table = _grid(lines, ["setting", "default", "a change redoes", "values", "what it is"])
    return "\n\n".join([_grid(fields), table])


def _grid(rows: Sequence[Sequence[object]], head: Sequence[str] = ()) -> str:
    """Return aligned columns of values of any origin, with a dash for what is missing."""
    from tabulate import tabulate

    cells = [[running(value) if isinstance(value, str) else value for value in row] for row in rows]
    return tabulate(cells, headers=[*head], tablefmt="simple" if head else "plain", missingval="-" if head else "")


def _several(rows: list[dict[str, Any]]) -> str:
    columns = [name for name in ("name", "number", "label", "title", "family", "asks") if rows and name in rows[0]]
    return _grid([[row[name] for name in columns] for row in rows], columns)
