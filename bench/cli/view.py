"""``bench view``: the page on this machine, with results as they come and questions about dropped pictures."""

from typing import Annotated

import typer

from bench.cli.options import StoreFolder

app = typer.Typer(rich_markup_mode=None, add_completion=False)
_MOST_PORT = 65_535


@app.command()
def view_command(
    store: StoreFolder = None,
    models: Annotated[
        list[str] | None,
        typer.Option(
            help="what can be asked, too: a folder of an export or of exports, or a model that is asked as it is, such "
            "as hf:FOLDER; may be repeated"
        ),
    ] = None,
    corrections: Annotated[
        str, typer.Option(help="folder for answers that you correct, with their pictures; made when you keep the first")
    ] = "corrections",
    host: Annotated[
        str, typer.Option(help="address to serve on; one other than loopback needs the key that is printed")
    ] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(min=1, max=_MOST_PORT, help="port [default: the first free from 8765]")
    ] = None,
    key: Annotated[
        bool, typer.Option("--key", help="need a key on loopback, too, as on a machine that others log in to")
    ] = False,
    browser: Annotated[bool, typer.Option(help="open the page in a browser")] = True,
) -> None:
    """Serve a page with your results, cells as they run, and questions about pictures that you drop on it."""
    from bench.api.viewing import view

    view(
        store=store,
        models=models or (),
        corrections=corrections,
        host=host,
        port=port,
        key=key,
        browser=browser,
        tell=typer.echo,
    )
