"""``bench run``: compute the cells of models on a task."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, cast

import typer

from bench.cli.options import AsJSON, StoreFolder, Text
from bench.cli.suggestions import configs, launchers, registered
from bench.terminal.text import safe_lines

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def run_command(
    task: Annotated[
        str,
        typer.Option(
            help="what is measured; see `bench list tasks` and `bench list suites`",
            autocompletion=registered("task", "suite"),
        ),
    ],
    models: Annotated[
        Text,
        typer.Option(
            help="comma-separated names, or `all` (except controls, upper rows and variants); a suite names its own",
            autocompletion=registered("model"),
        ),
    ] = None,
    dataset: Annotated[
        Text, typer.Option(help="the micrographs; see `bench list datasets`", autocompletion=registered("dataset"))
    ] = None,
    test_dataset: Annotated[Text, typer.Option(help="train on --dataset, test on this one")] = None,
    records: Annotated[Text, typer.Option(help="a teacher's name, or a file, FILE.jsonl or .json")] = None,
    config: Annotated[
        str,
        typer.Option(
            help="demo, fair, evening, classify, paper, pretrained, bundled, slurm or a YAML file; comma-separated, "
            "later ones override",
            autocompletion=configs,
        ),
    ] = "demo",
    folds: Annotated[Text, typer.Option(help="such as all, 0-2 or 0,3")] = None,
    repeats: Annotated[int | None, typer.Option(min=1, help="number of repeats, each with its own partition")] = None,
    seeds: Annotated[
        int | None, typer.Option(min=1, help="trainings on each fold, with other initial weights and order")
    ] = None,
    subset: Annotated[
        Text, typer.Option(help="the pictures of a study (nffa-rs), or of a file with a name in each line")
    ] = None,
    labels: Annotated[
        Text, typer.Option(help="CSV file with the path and category of each picture of a dataset of folders")
    ] = None,
    split: Annotated[
        Text,
        typer.Option(help="stratified, grouped (near-duplicates stay on one side), or whole (tests all pictures)"),
    ] = None,
    group_by: Annotated[
        Text, typer.Option(help="keep pictures of one value together, such as specimen, a column of --labels")
    ] = None,
    unlabelled: Annotated[
        Text, typer.Option(help="folder of pictures without labels, for models that pretrain")
    ] = None,
    fraction: Annotated[Text, typer.Option(help="shares of the training side to use, such as 0.1,0.3,1")] = None,
    hold_out_group: Annotated[
        int | None, typer.Option(help="leave this prompt group out of training, and test only on it")
    ] = None,
    picture: Annotated[
        str | None, typer.Option(help="native: pictures in their own size, for the models that take them")
    ] = None,
    mask_bar: Annotated[bool | None, typer.Option("--mask-bar", help="mask each picture's data bar")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="model.key=value, NAME.key=value, recipe.key=value or key=value"
        ),
    ] = None,
    launcher: Annotated[str, typer.Option(help="inline, local or slurm", autocompletion=launchers)] = "inline",
    jobs: Annotated[
        int | None, typer.Option(min=1, help="local: workers [default: 1]; slurm: jobs at once [default: all]")
    ] = None,
    race: Annotated[
        bool, typer.Option("--race", help="fold by fold; models clearly worse than the best stop after at least 3")
    ] = False,
    watch: Annotated[
        list[str] | None,
        typer.Option(
            help="send what happens to this watcher, such as file or trackio; can be repeated",
            autocompletion=registered("watcher"),
        ),
    ] = None,
    store: StoreFolder = None,
    force: Annotated[bool, typer.Option("--force", help="recompute finished stages")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only show what is done, stale and missing")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="list the changed inputs; implies --dry-run")] = False,
    probe: Annotated[
        bool, typer.Option("--probe", help="run two steps of each model to estimate time and memory; implies --dry-run")
    ] = False,
    as_json: AsJSON = False,
) -> None:
    """Train, evaluate and score models; finished results are reused."""
    from bench.api.runs import RunChoices, forecast, run
    from bench.inputs import words

    options: dict[str, Any] = {
        "dataset": dataset,
        "records": records,
        "folds": folds,
        "repeats": repeats,
        "seeds": seeds,
        "split": split,
        "labels": labels,
        "subset": subset,
        "group_by": group_by,
        "unlabelled": unlabelled,
    }
    options |= {
        "picture": picture,
        "mask_bar": mask_bar,
        "test_dataset": test_dataset,
        "hold_out_group": hold_out_group,
    }
    options["fraction"] = None if fraction is None else words(fraction, "--fraction")
    options |= {"config": config, "settings": settings, "launcher": launcher, "jobs": jobs, "store": store}
    options |= {"race": race, "watch": watch or None}
    choices = cast(RunChoices, {key: value for key, value in options.items() if value is not None})
    with _printed_at_the_end() as lines:
        if dry_run or explain or probe:
            expected = forecast(task, models, explain=explain, probe=probe, **choices)
            lines.append(expected.json if as_json else expected.text)
            return
        tell = (lambda sentence: None) if as_json else lines.append
        done = run(task, models, force=force, tell=tell, **choices)
        if as_json:
            lines.append(done.json)
    raise typer.Exit(1 if done.failed else 0)


@contextmanager
def _printed_at_the_end() -> Iterator[list[str]]:
    """Print the collected lines after the last bar has left the screen, even after an error."""
    lines: list[str] = []
    try:
        yield lines
    finally:
        if lines:
            typer.echo(safe_lines("\n".join(lines)))
