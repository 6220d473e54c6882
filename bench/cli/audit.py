"""``bench audit``: whether published numbers can be true."""

from typing import Annotated

import typer

from bench.cli.options import AsJSON, Text
from bench.terminal.text import safe

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def audit_command(
    numbers: Annotated[
        Text,
        typer.Argument(
            metavar="FILE",
            help="CSV of published numbers, see docs/audit.md [default: the paper's]",
            show_default=False,
        ),
    ] = None,
    statements: Annotated[Text, typer.Option(help="CSV of what the text statements of these numbers")] = None,
    texts: Annotated[
        Text, typer.Option(help="CSV of printed answers and references whose scores are among them")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="show all numbers, not only those with a remark")] = False,
    form: Annotated[
        Text,
        typer.Option(
            "--format", help="markdown, latex, html, csv or json [default: from the suffix of --out, else markdown]"
        ),
    ] = None,
    as_json: AsJSON = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="exit with 1 if a number or a statement is impossible in every reading")
    ] = False,
    out: Annotated[Text, typer.Option(help="file to write (.md, .tex, .html, .csv or .json)")] = None,
) -> None:
    """Check whether published numbers can be true: possible, impossible, or impossible unless something holds."""
    from bench.api.audits import audit
    from bench.api.tables import form_of
    from bench.errors import BenchError

    if as_json and form not in (None, "json"):
        raise BenchError(f"--json and --format {form} exclude each other; give one of them")
    chosen_form = form_of("json" if as_json else form, out)
    report = audit(numbers, statements=statements, texts=texts, every=every)
    if out is None:
        typer.echo(report.render(chosen_form))
    else:
        report.save(out, chosen_form)
    if strict and report.problems:
        typer.echo("\n".join(map(safe, report.problems)), err=True)
        raise typer.Exit(1)
