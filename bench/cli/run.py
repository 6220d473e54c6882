"""``bench run``: compute the cells of models on a task."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from bench.cli.options import StoreFolder
from bench.terminal import safe_lines

Text = str | None


app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def run_command(
    task: Annotated[str, typer.Option(help="what is measured; see `bench list tasks` and `bench list suites`")],
    models: Annotated[
        Text, typer.Option(help="names with commas, or all but controls and variants: all; a suite brings its own")
    ] = None,
    dataset: Annotated[Text, typer.Option(help="the micrographs; see `bench list datasets`")] = None,
    test_dataset: Annotated[Text, typer.Option(help="test on this dataset what is trained on the other")] = None,
    records: Annotated[Text, typer.Option(help="a teacher's name or FILE.jsonl")] = None,
    config: Annotated[
        str, typer.Option(help="demo, evening, paper, slurm or a YAML file; several with commas: later ones win")
    ] = "demo",
    folds: Annotated[Text, typer.Option(help="all, 0-2 or 0,3")] = None,
    repeats: Annotated[int | None, typer.Option(help="how often the partition is redrawn")] = None,
    split: Annotated[Text, typer.Option(help="stratified, or grouped: near-duplicates stay on one side")] = None,
    fraction: Annotated[Text, typer.Option(help="shares of the training side to train on: 0.1,0.3,1")] = None,
    hold_out_group: Annotated[
        int | None, typer.Option(help="leave a prompt group out of training, ask it alone")
    ] = None,
    mask_bar: Annotated[bool | None, typer.Option("--mask-bar", help="blank each picture's data bar")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="model.key=value, NAME.key=value, recipe.key=value or key=value"
        ),
    ] = None,
    launcher: Annotated[str, typer.Option(help="inline, local or slurm")] = "inline",
    jobs: Annotated[
        int | None, typer.Option(min=1, help="local: workers [default: 1]; slurm: jobs at once [default: all]")
    ] = None,
    store: StoreFolder = None,
    force: Annotated[bool, typer.Option("--force", help="compute again what stands")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what is done, stale, missing")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="name the inputs that changed; implies --dry-run")] = False,
    probe: Annotated[bool, typer.Option("--probe", help="try two steps of each model; implies --dry-run")] = False,
) -> None:
    """Train, ask and score models; what stands already is not computed again."""
    from bench.api.runs import forecast, run

    options = {"dataset": dataset, "records": records, "folds": folds, "repeats": repeats, "split": split}
    options |= {"mask_bar": mask_bar, "test_dataset": test_dataset, "hold_out_group": hold_out_group}
    options["fraction"] = None if fraction is None else fraction.split(",")
    given = {key: value for key, value in options.items() if value is not None}
    asked = {"config": config, "settings": settings or [], "launcher": launcher, "jobs": jobs, "store": store, **given}
    with _summed_up() as said:
        if dry_run or explain or probe:
            said.append(forecast(task, models, explain=explain, probe=probe, **asked))
            return
        done = run(task, models, force=force, tell=said.append, **asked)
    raise typer.Exit(1 if done.failed else 0)


@contextmanager
def _summed_up() -> Iterator[list[str]]:
    """Print what is said once the last bar has left the screen, on a line of its own; after an error, too."""
    said: list[str] = []
    try:
        yield said
    finally:
        if said:
            typer.echo(safe_lines("\n".join(said)))
