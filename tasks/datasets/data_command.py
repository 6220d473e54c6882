"""Download a dataset, show its pictures, or write them to files."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.errors import BenchError
from bench.inputs import folder_of, new_path, path_of

if TYPE_CHECKING:
    from bench.config.loading import Config
    from bench.contracts import Dataset
    from bench.specs.json_data import JSONObject

Text = str | None
_WIDEST = 16_384
"""The pixels of a row of a sheet at most: a sheet of ten categories then fits into memory."""
LabelsFile = Annotated[Text, typer.Option("--labels", help="CSV file with the path and category of each picture")]
AsJSON = Annotated[bool, typer.Option("--json", help="print JSON")]
Assignments = Annotated[list[str] | None, typer.Option("--set", help="name.key=value, repeatable")]

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
    help="Download a dataset, show its pictures, or write them to files.",
)


@app.command("sheet")
def sheet_command(
    out: Annotated[Path, typer.Option(help="the PNG file to write")],
    dataset: Annotated[Text, typer.Option(help="the micrographs; see `bench list datasets`")] = None,
    labels: LabelsFile = None,
    beside: Annotated[Text, typer.Option(help="folder of category folders to show on the right")] = None,
    per_category: Annotated[int, typer.Option(help="number of pictures per category and column")] = 4,
    size: Annotated[int, typer.Option(help="side of a picture on the sheet in pixels")] = 224,
    mask_bar: Annotated[bool, typer.Option("--mask-bar", help="mask the data bars, as `bench run` does")] = False,
    assignments: Assignments = None,
) -> None:
    """Draw a contact sheet with one row per category."""
    from bench.api.output import by_suffix, writing
    from bench.data.masking import as_shown
    from bench.tasks.datasets.sheet import contact_sheet
    from bench.terminal.progress import Lines

    if per_category < 1 or not 16 <= size <= 2048 or per_category * size > _WIDEST:
        raise BenchError(
            f"--per-category {per_category} --size {size}: at least one picture of 16 to 2048 pixels is needed, and a "
            f"row of them may have {_WIDEST} pixels"
        )
    by_suffix(out, {".png": "png"})
    sides = [_for_sheet(dataset, assignments, mask_bar, size, labels)]
    if beside is not None:
        bars = [text for text in assignments or () if text.startswith(("image_size=", "mask_bar=", "standardise="))]
        sides.append(_for_sheet(f"folder:{beside}", bars, mask_bar, size))
    # Both datasets are opened before the pictures of one are loaded, which may take a minute.
    shown = [as_shown(opened, config, Lines()) for opened, config in sides]
    sheet = contact_sheet(shown, per_category, size)
    with writing(out) as path:
        sheet.save(path, optimize=True)
    typer.echo(f"wrote {out}: {sheet.width} x {sheet.height} pixels, one row per category")


@app.command("export")
def export_command(
    out: Annotated[Path, typer.Option(help="folder to write: one folder per category, records.jsonl, labels.csv")],
    count: Annotated[int | None, typer.Option(help="number of pictures [default: all of the dataset]")] = None,
    size: Annotated[str, typer.Option(help="width x height in pixels")] = "1024x768",
    dataset: Annotated[Text, typer.Option(help="the micrographs; see `bench list datasets`")] = None,
    teacher: Annotated[
        str, typer.Option(help="the teacher that writes the records; see `bench list teachers`")
    ] = "scripted",
    licence: Annotated[Text, typer.Option(help="the licence for croissant.json, such as cc-by-4.0")] = None,
    assignments: Assignments = None,
) -> None:
    """Draw pictures at any size, with records, sizes and counts, into files that `--dataset folder:DIR` reads."""
    from bench.data.teacher import open_teacher
    from bench.publishing.croissant import CROISSANT, EXTRA, is_available
    from bench.registered.registry import Registry
    from bench.tasks.datasets.described import describe
    from bench.tasks.datasets.export import LABELS, RECORDS, export

    width, height = _width_and_height(size)
    folder = new_path(out, "--out")
    source, config = _opened(dataset, assignments)
    writer = open_teacher(Registry(), teacher, config.settings, 0)
    pictures, records = export(source, writer, folder, count, (height, width))
    typer.echo(
        f"wrote {out}: {pictures} pictures in category folders, {records} records in {RECORDS}, numbers in {LABELS}"
    )
    if is_available():
        describe(folder, source.name, licence or "")
    else:
        typer.echo(f"no {CROISSANT}: {EXTRA}", err=True)


@app.command("fetch")
def fetch_command(
    name: Annotated[str, typer.Argument(help="the dataset to fetch: sem, microvqa, matcha, matvqa or ubench")],
    edition: Annotated[str, typer.Option(help="of sem, the published set of labels: sem, majority or all")] = "sem",
    revision: Annotated[Text, typer.Option(help="of a benchmark, another revision than the known one")] = None,
    out: Annotated[Path | None, typer.Option(help="folder to write [default: the cache]")] = None,
    tars: Annotated[Path | None, typer.Option(help="folder of sem's tars: unpack them, download nothing")] = None,
    files: Annotated[
        Path | None, typer.Option(help="folder of a benchmark's files: read them, download nothing")
    ] = None,
) -> None:
    """Download a published dataset; the same command resumes an interrupted download."""
    from bench.errors import unknown
    from bench.tasks.datasets.benchmarks import BENCHMARKS

    folder = None if out is None else new_path(folder_of(out, "--out"), "--out")
    if name == "sem":
        typer.echo(_fetched_sem(edition, folder, tars))
    elif name in BENCHMARKS:
        typer.echo(_fetched_benchmark(name, folder, files, revision))
    else:
        raise unknown("dataset to fetch", name, ["sem", *BENCHMARKS])


def _fetched_sem(edition: str, out: Path | None, tars: Path | None) -> str:
    """Fetch the SEM dataset and say where it is."""
    from bench.errors import unknown
    from bench.tasks.datasets.editions import EDITIONS, home
    from bench.tasks.datasets.sem_fetch import fetch_edition, unpack_tars
    from bench.terminal.progress import Lines

    if edition not in EDITIONS:
        raise unknown("edition", edition, EDITIONS)
    folder = home(edition) if out is None else out
    if tars is None:
        fetch_edition(edition, folder, Lines())
    else:
        unpack_tars(folder_of(tars, "--tars"), folder, Lines())
    return f"the pictures are in {folder}"


def _fetched_benchmark(name: str, out: Path | None, files: Path | None, revision: str | None) -> str:
    """Fetch a benchmark and say where it is."""
    from bench.tasks.datasets.benchmarks import QUESTIONS, benchmark_home
    from bench.tasks.datasets.hub_fetch import fetch_benchmark
    from bench.terminal.progress import Lines

    folder = benchmark_home(name) if out is None else out
    source = None if files is None else folder_of(files, "--files")
    done = fetch_benchmark(name, folder, Lines(), source, revision)
    left_out = f", {len(done.left_out):,} are left out ({done.left_out[0]})" if done.left_out else ""
    dataset = f"benchmark:{name}" if out is None else f"choices:{folder / QUESTIONS}"
    return f"{done.questions:,} questions{left_out}; ask them with --dataset {dataset} --task choice --split whole"


@app.command("info")
def info_command(
    dataset: Annotated[Text, typer.Option(help="the micrographs; see `bench list datasets`")] = None,
    labels: LabelsFile = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="print JSON: every file, what it holds, or why it is set aside")
    ] = False,
    assignments: Assignments = None,
) -> None:
    """Show a dataset's picture counts (found and published), sizes, scale, pictures set aside, and near-duplicates."""
    from bench.data.duplicates import known_duplicates
    from bench.tasks.datasets.overview import info
    from bench.terminal.text import json_text, safe_lines

    if as_json:
        typer.echo(json_text(_files(dataset, assignments, labels)))
        return
    opened, config = _opened(dataset, assignments, "image_size", "duplicate_distance", labels=labels)
    text = info(opened, known_duplicates(opened, config.duplicate_distance))
    typer.echo(safe_lines(text))


@app.command("duplicates")
def duplicates_command(
    dataset: Annotated[Text, typer.Option(help="the micrographs; see `bench list datasets`")] = None,
    labels: LabelsFile = None,
    assignments: Assignments = None,
    as_json: AsJSON = False,
) -> None:
    """Show the near-duplicates that `--split grouped` keeps together; see --set duplicate_distance=BITS."""
    from bench.data.duplicates import duplicates
    from bench.tasks.datasets.overview import duplicates_by_picture, duplicates_listed
    from bench.terminal.progress import Lines
    from bench.terminal.text import json_text, safe_lines

    opened, config = _opened(dataset, assignments, "image_size", "duplicate_distance", labels=labels)
    most = config.duplicate_distance
    micrographs, near = opened.load(), duplicates(opened, most, Lines())
    if as_json:
        typer.echo(json_text([row._asdict() for row in duplicates_by_picture(micrographs, near)]))
    else:
        typer.echo(safe_lines(duplicates_listed(micrographs, near, most)))


@app.command("check")
def check_command(
    records: Annotated[Path, typer.Argument(help="the JSONL file of records")],
    dataset: Annotated[Text, typer.Option(help="the dataset that the records should cover")] = None,
    pictures: Annotated[Text, typer.Option(help="a folder of pictures that the records should cover")] = None,
    assignments: Assignments = None,
    as_json: AsJSON = False,
) -> None:
    """Check records: coverage by prompt group, lengths, empty and refused answers, pictures without records."""
    from bench.tasks.records_check import as_json_data, as_text, check
    from bench.terminal.text import json_text

    if dataset and pictures:
        raise BenchError("--pictures and --dataset both name what the records should cover; use one of them")
    result = check(path_of(records, "RECORDS"), *_covered(dataset, pictures, assignments))
    typer.echo(json_text(as_json_data(result)) if as_json else as_text(result))
    raise typer.Exit(1 if result.stops_a_training else 0)


def _covered(
    dataset: str | None, pictures: str | None, assignments: list[str] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids of all readable pictures, and a sentence for each picture that was set aside."""
    from bench.tasks.teachers.subjects import of_folder
    from bench.terminal.progress import Lines

    if pictures:
        subjects = of_folder(str(folder_of(pictures, "--pictures")), 224, None, Lines())
        return subjects.ids, subjects.aside
    if dataset:
        opened = _opened(dataset, assignments, "image_size")[0]
        return opened.load().ids, opened.set_aside()
    return (), ()


def _width_and_height(size: str) -> tuple[int, int]:
    match = re.fullmatch("([0-9]{1,5})x([0-9]{1,5})", size)
    if match is None:
        raise BenchError(f"--size {size!r} is not of the form WIDTHxHEIGHT, for example 1024x768")
    return int(match[1]), int(match[2])


_OF_PICTURES = ("image_size", "mask_bar", "standardise")
"""The keys of a config that change a dataset's pictures."""


def _for_sheet(
    name: str | None, assignments: list[str] | None, mask_bar: bool, size: int, labels: str | None = None
) -> "tuple[Dataset, Config]":
    """Build a dataset for a sheet; data bars to be masked are found at the size that a run uses."""
    config = _config(
        name, [*(assignments or ()), *(["mask_bar=true"] if mask_bar else [])], *_OF_PICTURES, labels=labels
    )
    return _open(config, config.image_size if config.mask_bar else size), config


def _opened(
    name: str | None, assignments: list[str] | None, *read: str, labels: str | None = None
) -> "tuple[Dataset, Config]":
    """Build a dataset with the settings and the size that `bench run` would use."""
    config = _config(name, assignments, *read, labels=labels)
    return _open(config, config.image_size), config


def _files(name: str | None, assignments: list[str] | None, labels: str | None) -> "JSONObject":
    """Return what every file of a dataset holds, also of a folder that cannot be learned from."""
    from bench.config.loading import complete
    from bench.data.dataset import given_settings
    from bench.registered.checked import Checked
    from bench.registered.registry import Registry
    from bench.tasks.datasets.overview import inventory
    from bench.terminal.progress import Lines

    config, registry = _config(name, assignments, "image_size", labels=labels), Registry()
    spec, argument = registry.find("dataset", config.dataset)
    settings = complete(spec.name, registry.settings(spec), given_settings(config.settings, spec.name))
    return inventory(Checked("dataset", ("name",), spec.builds, argument, config.image_size, Lines(), **settings))


def _open(config: "Config", size: int) -> "Dataset":
    from bench.data.dataset import open_dataset
    from bench.registered.registry import Registry
    from bench.terminal.progress import Lines

    return open_dataset(Registry(), config.dataset, config.settings, size, Lines())


def _config(name: str | None, assignments: list[str] | None, *read: str, labels: str | None = None) -> "Config":
    """Return a config with the dataset's settings; BenchError for choices other than the dataset and ``read``."""
    from bench.config.loading import DEFAULT, load_config
    from bench.planning.settings import check_keys, check_names
    from bench.registered.registry import Registry

    options = {key: value for key, value in {"dataset": name, "labels": labels}.items() if value}
    config, explicit = load_config(DEFAULT, assignments or (), options)
    registry = Registry()
    check_keys(explicit, ("dataset", *read))
    check_names(config, explicit, {registry.find("dataset", config.dataset)[0].name}, registry)
    return config
