"""Let a teacher write instruction records about pictures."""

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bench.errors import BenchError
from bench.inputs import folder_of, new_path

if TYPE_CHECKING:
    from bench.config.loading import Config
    from bench.contracts import Dataset
    from bench.endpoint.prices import Price
    from bench.registered.registry import Registry
    from bench.specs import TeacherSpec
    from bench.tasks.teachers.subjects import Subjects
    from bench.tasks.teachers.teaching import Teaching

Text = str | None
_MOST = 1_000_000
"""The largest sensible seconds, tokens, calls or pixels."""
REMOTE = "openai"
"""The teacher that is asked over the network."""

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@dataclass(frozen=True)
class Remote:
    """The options of a remote teacher on the command line; None or False if not given."""

    model: str | None
    base_url: str | None
    pictures: str | None
    count: int | None
    budget_usd: float | None
    price_in: float | None
    price_out: float | None
    batch: bool
    dry_run: bool


@app.command()
def teach_command(
    out: Annotated[Path, typer.Option(help="the JSONL file of records to write or to continue")],
    teacher: Annotated[
        str, typer.Option(help="the teacher that writes the records; see `bench list teachers`")
    ] = "scripted",
    model: Annotated[Text, typer.Option(help="openai: the model's name on the server")] = None,
    dataset: Annotated[Text, typer.Option(help="the micrographs; see `bench list datasets`")] = None,
    pictures: Annotated[
        Text, typer.Option(help="openai: a folder of pictures instead of a dataset; without captions")
    ] = None,
    count: Annotated[int | None, typer.Option(help="openai: use only this many pictures, from the first")] = None,
    base_url: Annotated[
        Text, typer.Option(help="openai: your own server [default: $OPENAI_BASE_URL, else the public API]")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="openai: only show the number of calls, tokens and dollars")
    ] = False,
    budget_usd: Annotated[
        float | None, typer.Option(min=0, help="openai: limit in dollars for all runs with this --out")
    ] = None,
    price_in: Annotated[float | None, typer.Option(min=0, help="openai: dollars per million input tokens")] = None,
    price_out: Annotated[float | None, typer.Option(min=0, help="openai: dollars per million output tokens")] = None,
    batch: Annotated[bool, typer.Option("--batch", help="openai: use the Batch API, at half the price")] = False,
    config: Annotated[str, typer.Option(help="demo, evening, paper or a YAML file")] = "demo",
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="NAME.key=value, repeatable")
    ] = None,
) -> None:
    """Let a teacher write instruction records about pictures."""
    from bench.api.output import by_suffix
    from bench.config.loading import load_config
    from bench.planning.settings import check_keys, check_names
    from bench.registered.registry import Registry
    from bench.terminal.text import safe_lines

    by_suffix(out, {".jsonl": "records"})
    path = new_path(out, "--out")
    registry = Registry()
    spec = registry.find("teacher", teacher)[0]
    loaded, explicit = load_config(config, settings or [], {"dataset": dataset} if dataset else None)
    options = Remote(model, base_url, pictures, count, budget_usd, price_in, price_out, batch, dry_run)
    _check_idle(spec, options)
    check_keys(explicit, ("dataset", "image_size", "seed"))
    check_names(loaded, explicit, {spec.name, registry.find("dataset", loaded.dataset)[0].name}, registry)
    if spec.name == REMOTE:
        text, code = _remote(spec, loaded, options, dataset, path)
    else:
        text, code = _at_once(teacher, loaded, path, registry), 0
    typer.echo(safe_lines(text))
    raise typer.Exit(code)


def _check_idle(spec: "TeacherSpec", options: Remote) -> None:
    """Refuse options that only a remote teacher reads."""
    idle = [f"--{name.replace('_', '-')}" for name, value in asdict(options).items() if value not in (None, False)]
    if idle and spec.name != REMOTE:
        raise BenchError(f"{idle[0]} says nothing to the teacher {spec.name!r}; add --teacher {REMOTE}")


def _at_once(teacher: str, config: "Config", out: Path, registry: "Registry") -> str:
    """Write the records of a teacher that asks no server."""
    from bench.api.output import writing
    from bench.data.teacher import open_teacher
    from bench.tasks.records import write_records

    source = open_teacher(registry, teacher, config.settings, config.seed)
    records = source.records(_dataset(config, config.image_size))
    with writing(out) as path:
        write_records(path, records)
    return f"wrote {out}: {len(records)} records"


def _remote(spec: "TeacherSpec", config: "Config", options: Remote, dataset: str | None, out: Path) -> tuple[str, int]:
    """Ask a server, or only estimate the cost; return the text to print and the exit code."""
    from bench.config.loading import complete
    from bench.endpoint.address import key_for
    from bench.endpoint.prices import dollars_of, price_of
    from bench.registered.signature import class_settings
    from bench.terminal.progress import shown

    if not options.model:
        raise BenchError(f"the teacher {REMOTE!r} needs a model; add --model NAME, as the server calls it")
    if options.pictures and dataset:
        raise BenchError("--pictures and --dataset both say what to teach about; name one of them")
    for name in ("budget_usd", "price_in", "price_out"):
        dollars_of(f"--{name.replace('_', '-')}", getattr(options, name))
    chosen = complete(spec.name, class_settings(spec), config.settings.get(spec.name, {}))
    price = price_of(options.model, options.price_in, options.price_out)
    teaching = _teaching(chosen, config, options, price, out)
    if options.dry_run:
        return f"{teaching.forecast(price)}\nsent to {teaching.address}", 0
    key_for(teaching.address)
    if teaching.address.reach == "outside":
        typer.echo(f"pictures and questions leave this machine, to {teaching.address}", err=True)
    with shown() as progress:
        text = teaching.teach(price, options.budget_usd, progress, chosen["poll_seconds"])
    return text, 0 if teaching.complete else 1


def _teaching(
    chosen: dict[str, Any], config: "Config", options: Remote, price: "Price | None", out: Path
) -> "Teaching":
    from bench.endpoint.address import Address, default_url
    from bench.endpoint.dialect import Dialect
    from bench.endpoint.endpoint import Endpoint
    from bench.endpoint.ledger import Ledger
    from bench.endpoint.request import Sampling
    from bench.tasks.teachers.notebook import Notebook
    from bench.tasks.teachers.teaching import Teaching

    Ledger(price, budget=options.budget_usd)  # refuses a budget without a price before anything is read
    address = Address((options.base_url or default_url()).rstrip("/"))
    sampling = Sampling.of(chosen["temperature"], chosen["top_p"], chosen["max_tokens"])
    dialect = Dialect(**{each.name: chosen[each.name] for each in fields(Dialect)})
    model, calls, seconds = options.model or "", chosen["in_flight"], chosen["timeout"]
    endpoint = Endpoint(model, address, sampling, REMOTE, calls, seconds, dialect=dialect)
    return Teaching(endpoint, _subjects(options, config, chosen["size"]), Notebook(out), options.batch)


def _subjects(options: Remote, config: "Config", size: int) -> "Subjects":
    from bench.tasks.teachers.subjects import of_dataset, of_folder
    from bench.terminal.progress import Lines
    from bench.terminal.text import safe

    if options.pictures:
        subjects = of_folder(str(folder_of(options.pictures, "--pictures")), size, options.count, Lines())
    else:
        subjects = of_dataset(_dataset(config, size))
    for sentence in subjects.aside:
        typer.echo(f"set aside: {safe(sentence)}", err=True)
    return subjects.first(options.count)


def _dataset(config: "Config", size: int) -> "Dataset":
    from bench.data.dataset import open_dataset
    from bench.registered.registry import Registry
    from bench.terminal.progress import Lines

    return open_dataset(Registry(), config.dataset, config.settings, size, Lines())
