"""Write what docs/ takes from the code: help texts, hooks, metrics, facts, tables. Run it after any change to them."""

import ast
import dataclasses
import inspect
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import typer.main
from typer.core import TyperGroup

from bench.auditing.audit import audit_of_the_paper
from bench.cli.main import added, app
from bench.config.cluster import Cluster
from bench.config.loading import FORMS, Config, Machine, Recipe
from bench.data.task import open_task, task_settings
from bench.registered.plugin import DISTRIBUTION
from bench.registered.registry import Registry
from bench.registered.signature import judge_settings
from bench.specs import Setting, Settings, hookspecs
from bench.tables.audited import rendered as audit_text
from bench.tables.table import Table, TableCell, TableRow
from bench.tasks.facts import KINDS
from bench.tasks.judging import INJECTION, INSTRUCTIONS, definitions, prompt_digest

DOCS = Path(__file__).resolve().parent.parent / "docs"


def commands() -> str:
    """Return the help text of every verb as one page."""
    pages = ["# Commands", "This page is generated: `python scripts/generate_docs.py`."]
    pages += [f"## {name}\n\n```\n{text}\n```" for name, text in _helps("bench", typer.main.get_command(app))]
    return "\n\n".join(pages) + "\n"


def _helps(name: str, command: Any, parent: Any = None) -> Iterator[tuple[str, str]]:
    """Yield name and help of a command and its subcommands; verbs of other packages are left out."""
    with command.make_context(name, [], parent, resilient_parsing=True, terminal_width=100) as context:
        if not isinstance(command, TyperGroup):
            yield context.command_path, command.get_help(context)
            return
        strangers = {name for name, verb in added().items() if verb.distribution != DISTRIBUTION}
        for verb in command.list_commands(context):
            if verb not in strangers:
                yield from _helps(verb, command.get_command(context, verb), context)


def hooks() -> str:
    """Return every hook with its signature and purpose."""
    specs = [hook for name, hook in vars(hookspecs).items() if name.startswith("register_")]
    return "\n".join(f"- `{hook.__name__}(register)`: {inspect.getdoc(hook)}" for hook in specs)


def metrics() -> str:
    """Return the metrics of each of our tasks, by name."""
    lines = ["| task | metric | what it is |", "|---|---|---|"]
    for task in Registry().every("task").values():
        if task.builds.startswith("bench."):
            meanings = open_task(task, task_settings(task, {})).definitions()
            lines += [f"| `{task.name}` | `{name}` | {meaning} |" for name, meaning in meanings.items()]
    return "\n".join(lines)


def fields_of_tables() -> str:
    """Return the fields and docstrings of a table, its rows and its cells."""
    lines = []
    for kind in (Table, TableRow, TableCell):
        names = ", ".join(f"`{field.name}`" for field in dataclasses.fields(kind))
        lines.append(f"- `{kind.__name__}`: {names}. {' '.join((inspect.getdoc(kind) or '').split())}")
    return "\n".join(lines)


def facts() -> str:
    """Return the vocabulary of facts, one line per kind."""
    lines = ["| kind | values |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{kind}` | {', '.join(values)} |" for kind, values in KINDS.items())])


def config_keys() -> str:
    """Return the keys of a config, with defaults and valid values."""
    lines = ["| key | default | values | what it is |", "|---|---|---|---|"]
    for prefix, model in (("", Config), ("recipe.", Recipe), ("machine.", Machine), ("cluster.", Cluster)):
        meanings = _attribute_docstrings(model)
        for name, field in model.model_fields.items():
            if name not in ("recipe", "machine", "cluster", "settings"):
                default = "" if field.is_required() else _code(field.default)
                values = FORMS.get(f"{prefix}{name}") or _valid(model.model_json_schema()["properties"][name])
                lines.append(f"| `{prefix}{name}` | {default} | {values} | {meanings.get(name, '')} |")
    return "\n".join(lines)


def _attribute_docstrings(kind: type) -> dict[str, str]:
    """Return the text below each field of a class."""
    (node,) = ast.parse(inspect.getsource(kind)).body
    assert isinstance(node, ast.ClassDef)
    texts: dict[str, str] = {}
    for field, text in pairwise(node.body):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            texts[ast.unparse(field.target)] = _cell(text.value.value)
    return texts


def _valid(schema: dict[str, Any]) -> str:
    """Return the valid values of a field in words, from its JSON schema."""
    if "anyOf" in schema:
        return ", or ".join(filter(None, map(_valid, schema["anyOf"])))
    if "const" in schema:
        return _code(schema["const"])
    if "enum" in schema:
        return ", ".join(_code(value) for value in schema["enum"])
    if "items" in schema:
        return _valid(schema["items"])
    names = {"minimum": "ge", "exclusiveMinimum": "gt", "maximum": "le", "exclusiveMaximum": "lt"}
    return Setting(**{short: schema[name] for name, short in names.items() if name in schema}).range


def departures() -> str:
    """Return how our models depart from their sources, by model."""
    lines = ["| row | source | here |", "|---|---|---|"]
    for spec in Registry().every("model").values():
        if spec.departures:
            lines.append(f"| `{spec.name}` | {_cell(spec.source)} | {_cell('; '.join(spec.departures))} |")
    return "\n".join(lines)


def published_weights() -> str:
    """Return the rows that have published weights, and name the others that a table of the paper has."""
    lines = ["| row | weights | licence | size |", "|---|---|---|---|"]
    rest = []
    registry = Registry()
    for spec in registry.every("model").values():
        if published := spec.published:
            lines.append(f"| `{spec.name}` | `{published.weights}` | {published.licence} | {published.size} |")
        elif not (spec.argument or spec.variant_of or registry.family(spec).control):
            rest.append(f"`{spec.name}`")
    return "\n".join([*lines, "", f"Without published weights that can be read: {', '.join(rest)}."])


def settings_by_name() -> str:
    """Return the settings of our tasks, datasets and teachers, and of each family's models."""
    registry, parts = Registry(), []
    for kind in ("task", "dataset", "teacher", "watcher"):
        specs = [spec for spec in registry.every(kind).values() if spec.builds.startswith("bench.")]
        parts += _listing(f"{kind.capitalize()}s", {spec.name: registry.settings(spec) for spec in specs})
    for family in registry.every("family").values():
        models = [spec for spec in registry.every("model").values() if spec.family == family.name]
        own = [spec for spec in models if (spec.builds or spec.estimator or "bench.").startswith("bench.")]
        parts += _listing(f"Models: {family.label}", {spec.name: registry.settings(spec) for spec in own})
    judges = [spec for spec in registry.every("model").values() if (spec.judge or "").startswith("bench.")]
    parts += _listing("Models as judges", {spec.name: judge_settings(spec) for spec in judges})
    return "\n".join(parts)


def judge() -> str:
    """Return what a judge is told, word for word, and what its metrics mean, for each way of marking."""
    parts: list[str] = []
    for scheme, instructions in INSTRUCTIONS.items():
        parts += [f"With `vqa.judge_by={scheme}` (digest `{prompt_digest(scheme)}`):", f"```text\n{instructions}\n```"]
    parts += ["A malformed reply is asked for again, and its form repeated. The instruction to mark well is:"]
    parts += [f"```text\n{INJECTION}\n```", "| metric | what it is |\n|---|---|"]
    meanings = {name: definitions(scheme)[name] for scheme in INSTRUCTIONS for name in definitions(scheme)}
    rows = [f"| `{name}` | {_cell(meanings[name])} |" for name in meanings if name != "judged"]
    rows = [f"| `judged`, {scheme} | {_cell(definitions(scheme)['judged'])} |" for scheme in INSTRUCTIONS] + rows
    return "\n\n".join([*parts[:-1], "\n".join([parts[-1], *rows])])


def checks() -> str:
    """Return the checks of published numbers that come with bench."""
    specs = [spec for spec in Registry().every("check").values() if spec.checks.startswith("bench.")]
    return "\n".join(
        ["| check | what it holds against what |", "|---|---|", *(f"| `{s.name}` | {s.label} |" for s in specs)]
    )


def audit() -> str:
    """Return the audit of the paper's numbers."""
    return audit_text(audit_of_the_paper(), "the paper's numbers", "markdown", every=False)


def _listing(title: str, by_name: dict[str, Settings]) -> list[str]:
    """Return a table of settings; what several names share is one line."""
    owners: dict[tuple[str, ...], list[str]] = {}
    for name, settings in by_name.items():
        for key, setting in settings.items():
            redoes = setting.stage if setting.decides else "nothing"
            line = (f"`{key}`", _code(setting.default), _cell(setting.values), redoes, _cell(setting.help))
            owners.setdefault(line, []).append(name)
    if not owners:
        return []
    head = ["| of | key | default | values | a change redoes | what it is |", "|---|---|---|---|---|---|"]
    rows = []
    for line, names in owners.items():
        who = "all" if len(names) == len(by_name) > 1 else ", ".join(f"`{name}`" for name in names)
        rows.append(f"| {who} | {' | '.join(line)} |")
    return [f"### {title}\n", *head, *rows, ""]


def _code(value: Any) -> str:
    return f"`{list(value) if isinstance(value, tuple) else value}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("``", "`")


GENERATED = {
    "hooks": hooks,
    "facts": facts,
    "metrics": metrics,
    "fields of tables": fields_of_tables,
    "config keys": config_keys,
    "departures": departures,
    "settings": settings_by_name,
    "judge": judge,
    "checks": checks,
    "audit": audit,
    "published weights": published_weights,
}
"""The text between the markers of a page: ``<!-- hooks -->`` to ``<!-- /hooks -->``."""


def renewed(page: str) -> str:
    """Return a page with the text between all markers renewed."""
    for name, make in GENERATED.items():
        if f"<!-- {name} -->" in page:
            marked = f"<!-- {name} -->\n{make()}\n<!-- /{name} -->"
            page = re.sub(rf"<!-- {name} -->.*?<!-- /{name} -->", lambda _, text=marked: text, page, flags=re.DOTALL)
    return page


def main() -> None:
    """Write the pages."""
    (DOCS / "commands.md").write_text(commands(), encoding="utf-8")
    for page in DOCS.glob("*.md"):
        page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
