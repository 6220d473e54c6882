"""``bench doctor``: what this machine has, and what to do about what it lacks."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.options import StoreFolder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.running.health import Finding

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def doctor_command(
    store: StoreFolder = None,
    node: Annotated[bool, typer.Option("--node", help="look at a node of the cluster, through a job")] = False,
    config: Annotated[str, typer.Option(help="with --node: the config that says how to ask the cluster")] = "demo",
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="with --node: such as cluster.partition=gpu")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Look at this machine: versions, devices, room, resources, each with its remedy."""
    import json

    from tabulate import tabulate

    from bench.running.health import examine
    from bench.store.store import default_store

    folder = Path(store) if store else default_store()
    findings = _of_a_node(folder, config, settings or []) if node else examine(folder)
    if as_json:
        typer.echo(json.dumps([finding._asdict() for finding in findings], indent=1))
    else:
        rows = [["ok" if not finding.remedy else "!", *finding] for finding in findings]
        typer.echo(tabulate(rows, headers=["", "what", "found", "remedy"]))
    raise typer.Exit(1 if any(finding.remedy for finding in findings) else 0)


def _of_a_node(store: Path, config: str, settings: list[str]) -> "Sequence[Finding]":
    """Return what a node finds of itself; BenchError where none answers."""
    from bench.config.loading import load_config
    from bench.errors import BenchError
    from bench.launch.slurm.checks import check_cluster
    from bench.launch.slurm.probe import probed
    from bench.launch.slurm.site import read_site
    from bench.planning.settings import check_keys
    from bench.running.health import Finding
    from bench.store.store import Store

    loaded, explicit = load_config(config, settings)
    check_keys(explicit, ("cluster",))
    cluster = loaded.cluster
    check_cluster(cluster, read_site())
    Store(store).prepare()
    answer = probed(store.resolve(), cluster, examine=True)
    if answer is None:
        raise BenchError(f"no node was free within {cluster.probe_seconds} s; try later, or cluster.probe_seconds=3600")
    return [Finding("node", answer.node), *answer.findings]
