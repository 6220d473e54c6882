"""``bench doctor``: what this machine has, and remedies for what it lacks."""

from typing import Annotated

import typer

from bench.cli.options import AsJSON, StoreFolder

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def doctor_command(
    store: StoreFolder = None,
    node: Annotated[bool, typer.Option("--node", help="check a node of the cluster, through a job")] = False,
    config: Annotated[
        str | None, typer.Option(help="with --node: the config with the cluster's settings [default: demo]")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="with --node: such as cluster.partition=gpu")
    ] = None,
    as_json: AsJSON = False,
) -> None:
    """Check this machine (versions, devices, disk, resources) and suggest remedies."""
    import json

    from tabulate import tabulate

    from bench.api.health import doctor

    findings = doctor(node=node, config=config, settings=settings or (), store=store)
    if as_json:
        typer.echo(json.dumps([finding.as_json() for finding in findings], indent=1))
    else:
        rows = [["ok" if not finding.remedy else "!", *finding] for finding in findings]
        typer.echo(tabulate(rows, headers=["", "what", "found", "remedy"]))
    raise typer.Exit(1 if any(finding.remedy for finding in findings) else 0)
