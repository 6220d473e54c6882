"""Draft a config for a folder of pictures."""

from pathlib import Path
from typing import Annotated

import typer

from bench.errors import BenchError
from bench.inputs import folder_of, new_path, path_of

Text = str | None

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def init_command(
    folder: Annotated[str, typer.Argument(help="the folder of pictures, with a folder per category")],
    out: Annotated[Path, typer.Option(help="the YAML file to write; it must be new")] = Path("bench.yaml"),
    labels: Annotated[
        Text, typer.Option(help="CSV file with the path and category of each picture [default: labels.csv in there]")
    ] = None,
    records: Annotated[Text, typer.Option(help="JSONL file of records [default: records.jsonl in there]")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON: every choice with its reason")] = False,
) -> None:
    """Look at a folder of pictures and write a commented config for it."""
    from bench.api.output import by_suffix, write_out
    from bench.config.loading import DEFAULT, load_config
    from bench.data.dataset import open_dataset
    from bench.data.duplicates import duplicates
    from bench.registered.registry import Registry
    from bench.tasks.datasets.draft import DraftInputs, drafted
    from bench.terminal.progress import Lines
    from bench.terminal.text import json_text, safe_lines

    by_suffix(out, {".yaml": "config", ".yml": "config"})
    if new_path(out, "--out").exists():
        raise BenchError(f"{str(out)!r} exists already; name another file with --out, or move it away")
    place = folder_of(folder.removeprefix("folder:"), "FOLDER")
    if not place.is_dir():
        raise BenchError(f"there is no folder {str(place)!r}; name the folder of your pictures")
    table, written = _beside(place, labels, "labels.csv"), _beside(place, records, "records.jsonl")
    options = {"dataset": f"folder:{place.resolve()}", **({"labels": str(table)} if table else {})}
    config, _ = load_config(DEFAULT, (), options)
    dataset = open_dataset(Registry(), config.dataset, config.settings, config.image_size, Lines())
    near = duplicates(dataset, config.duplicate_distance, Lines())
    draft = drafted(dataset, near, DraftInputs(place.resolve(), table, written, out))
    write_out(out, draft.text)
    if as_json:
        choices = [choice._asdict() for choice in draft.choices]
        typer.echo(json_text({"out": str(out), "choices": choices, "commands": list(draft.commands)}))
        return
    lines = [f"  {choice.key}: {choice.reason}" for choice in draft.choices if not choice.proposed]
    typer.echo(safe_lines("\n".join([f"wrote {out}:", *lines, "next:", *(f"  {each}" for each in draft.commands)])))


def _beside(folder: Path, given: str | None, name: str) -> Path | None:
    """Return the file that is given, else the one of the usual name in the folder, if it is there."""
    if given is not None:
        path = path_of(given, f"--{name.partition('.')[0]}")
        if not path.is_file():
            raise BenchError(f"there is no file {given!r}; name one, or leave --{name.partition('.')[0]} away")
        return path.resolve()
    return (folder / name).resolve() if (folder / name).is_file() else None
