"""``bench list``: what is registered."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from bench.registry import Plugin


def list_command(
    kind: Annotated[str, typer.Argument(help="models, tasks, datasets, teachers, tables or plugins")],
    family: Annotated[str | None, typer.Option(help="only models of this family")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """List what is registered."""
    import json

    from bench.errors import unknown
    from bench.registry import PLURALS, Kind, Registry

    kinds: dict[str, Kind] = {plural: kind for kind, plural in PLURALS.items() if kind != "family"}
    registry = Registry()
    if kind == "plugins":
        rows = [_plugin(plugin) for plugin in registry.load_all()]
    elif kind in kinds:
        if family is not None:
            registry.find("family", family)
        specs = registry.every(kinds[kind]).values()
        rows = [_data(spec) for spec in specs if family in (None, getattr(spec, "family", None))]
    else:
        raise unknown("list", kind, [*kinds, "plugins"])
    typer.echo(json.dumps(rows, indent=1, ensure_ascii=False) if as_json else _text(rows, kind))


def _data(spec: Any) -> dict[str, Any]:
    """Return a spec's fields as JSON data."""
    from dataclasses import asdict, fields

    return {field.name: asdict(spec)[field.name] for field in fields(spec)}


def _plugin(plugin: "Plugin") -> dict[str, Any]:
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "module": plugin.entry_point.value,
        "registered": plugin.registered,
        "failure": plugin.failure,
    }


def _text(rows: list[dict[str, Any]], kind: str) -> str:
    from tabulate import tabulate

    if kind == "plugins":
        shown = [
            [row["name"], row["distribution"], "failed" if row["failure"] else ", ".join(row["registered"])]
            for row in rows
        ]
        failures = [
            f"plugin {row['name']} of {row['distribution']} failed:\n{row['failure']}" for row in rows if row["failure"]
        ]
        return "\n\n".join([tabulate(shown, headers=["plugin", "distribution", "registers"]), *failures])
    columns = [name for name in ("name", "number", "label", "title", "family", "asks") if rows and name in rows[0]]
    return tabulate([[row[name] for name in columns] for row in rows], headers=columns)
