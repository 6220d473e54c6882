"""``bench gate``: a model's scores held against earlier ones, for its tests."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.api.output import by_suffix, write_out
from bench.errors import BenchError, unknown
from bench.inputs import check_number, checked, path_of, words
from bench.publishing import hub
from bench.publishing.merging import unpacked
from bench.publishing.publication import is_publication, read
from bench.registered.registry import Registry
from bench.specs import Column
from bench.store.store import Store, opened
from bench.tables.baseline import Baseline, baseline, read_baseline
from bench.tables.gate import Gate
from bench.tables.gate import gate as held_against
from bench.tables.model_scores import column_of, columns_of
from bench.tables.selection import Selection, measured_task, select, select_from

_EVERY = "all"


@checked
def save_scores(
    out: str | Path,
    *,
    task: str | None = None,
    models: str | Sequence[str] | None = None,
    metric: str | Sequence[str] | None = None,
    dataset: str | None = None,
    protocol: str | None = None,
    store: str | Path | None = None,
) -> Baseline:
    """Write the scores of a store to a file that ``gate`` reads, and return them; the options are those of ``gate``."""
    by_suffix(out, {".json": "json"})
    now, _ = _scores_now(task, models, metric, dataset, protocol, store)
    write_out(out, now.as_text())
    return now


@checked
def gate(
    against: str | Path,
    *,
    task: str | None = None,
    models: str | Sequence[str] | None = None,
    metric: str | Sequence[str] | None = None,
    dataset: str | None = None,
    protocol: str | None = None,
    level: float = 0.05,
    by: str | None = None,
    store: str | Path | None = None,
) -> Gate:
    """Hold a store's scores against those of another store, a publication, or a file of ``save_scores``.

    ``models`` are by default all that both have, without controls; ``metric`` those of the task's first table, "all"
    those of every table; ``task``, ``dataset`` and ``protocol`` as elsewhere. ``level`` is how often a score that did
    not change may be taken for one that fell; ``by`` whose scores of a publication count. BenchError if the two cannot
    be compared.
    """
    check_number(level, "--level", 1e-9, 0.5)
    now, columns = _scores_now(task, models, metric, dataset, protocol, store)
    named = words(models, "models")
    before = _scores_before(against, now, columns, by)
    for model in named:
        if model not in before.scores:
            raise unknown(f"model measured in {str(against)!r}", model, before.scores)
    return held_against(now, before, named, columns, level)


def _scores_now(
    task: str | None,
    models: str | Sequence[str] | None,
    metric: str | Sequence[str] | None,
    dataset: str | None,
    protocol: str | None,
    store: str | Path | None,
) -> tuple[Baseline, list[Column]]:
    open_store, registry = opened(store), Registry()
    name = measured_task(open_store, task)
    selection = select(open_store, name, dataset, protocol)
    named = words(models, "models")
    for model in named:
        if model not in selection.by_model:
            raise unknown("measured model", model, selection.by_model)
    columns = _columns(name, words(metric, "metric"), selection, registry)
    chosen = named or [
        model for model, own in selection.by_model.items() if not own[0].model.control and not own[0].measured_by
    ]
    if not chosen:
        raise BenchError(
            f"only controls of task {name!r} were measured, which are there to lose; name them with --models"
        )
    return baseline(selection, open_store, name, chosen, columns), columns


def _columns(task: str, metrics: Sequence[str], selection: Selection, registry: Registry) -> list[Column]:
    """Return the columns of the named metrics, by default those of the task's first table, that say what is better."""
    tables = sorted(
        (spec for spec in registry.every("table").values() if spec.task == task), key=lambda spec: spec.number
    )
    every = columns_of(task, tables)
    if metrics and [*metrics] != [_EVERY]:
        columns = [column_of(metric, selection, every) for metric in metrics]
        for column in columns:
            if column.higher_is_better is None:
                raise BenchError(
                    f"no table says whether more or less {column.metric} is better; leave it out of --metric"
                )
        return columns
    ranking = [
        column for column in (every if metrics else columns_of(task, tables[:1])) if column.higher_is_better is not None
    ]
    if not ranking:
        raise BenchError(f"no table of task {task!r} says which scores are better; name a task that has one")
    return ranking


def _scores_before(against: str | Path, now: Baseline, columns: Sequence[Column], by: str | None) -> Baseline:
    path = None if hub.on_hub(against) else path_of(against, "--against")
    if by is not None and (path is None or not is_publication(path)) and hub.on_hub(against) is None:
        raise BenchError(f"--by says whose scores of a publication count, and {str(against)!r} is none; leave it out")
    if path is not None and not path.exists():
        raise BenchError(f"--against {str(against)!r} does not exist; name a store, a publication or a file of scores")
    if path is not None and path.is_file():
        return read_baseline(path)
    with _store_of(against, path, by) as earlier:
        records = [record for record in earlier.records() if record.cell.task == now.task]
        same = [record for record in records if record.cell.protocol == now.protocol]
        if records and not same:
            latest = max(records, key=lambda record: record.finished)
            return Baseline(1, now.task, latest.cell.dataset, latest.cell.protocol, latest.protocol, now.k, {}, {})
        dataset = now.dataset if any(record.cell.dataset == now.dataset for record in same) else None
        selection = select_from(records, earlier, now.task, dataset, now.protocol if same else None)
        own = [model for model, each in selection.by_model.items() if model in now.scores or not each[0].model.control]
        return baseline(selection, earlier, now.task, own, columns)


@contextmanager
def _store_of(against: str | Path, path: Path | None, by: str | None) -> Iterator[Store]:
    """Yield a store, or one that is gone afterwards with the cells of a publication as one person measured them."""
    if path is not None and not is_publication(path):
        yield opened(path)
        return
    with TemporaryDirectory(prefix="bench-gate-") as temporary:
        target = opened(temporary)
        if path is not None:
            unpacked(read(path), target, by, str(against))
        else:
            with hub.downloaded(hub.on_hub(against) or "") as copy:
                unpacked(read(copy.folder, str(against)), target, by, str(against))
        yield target
