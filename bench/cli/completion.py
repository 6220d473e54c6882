"""``bench completion``: the Tab key completes verbs, options and registered names.

A verb instead of typer's two options, which guess the shell by the process above, take no shell's name, and stand in
every help.
"""

from typing import Annotated, Literal

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def completion_command(
    shell: Annotated[Literal["bash", "zsh", "fish", "powershell", "pwsh"], typer.Argument(help="your shell")],
    install: Annotated[
        bool, typer.Option("--install", help="add it to the shell's own files, for every shell from now on")
    ] = False,
) -> None:
    """Print a shell's script for completion with the Tab key, or install it."""
    # typer's own options use both, and it exports neither.
    from typer.completion import get_completion_script  # pyright: ignore[reportPrivateImportUsage]
    from typer.completion import install as install_script  # pyright: ignore[reportPrivateImportUsage]

    from bench.cli.main import COMPLETION

    if not install:
        # bandit takes every argument `shell` for a process's.
        typer.echo(get_completion_script(prog_name="bench", complete_var=COMPLETION, shell=shell))  # nosec B604
        return
    _, path = install_script(shell, "bench", COMPLETION)
    typer.echo(f"wrote {path}; open a new {shell} and press the Tab key behind `bench `")
