"""Tables of scores: mean and spread over folds and repeats, published beside measured, controls below."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.specs import Column, TableSpec
from bench.store.record import Record
from bench.store.store import Store
from bench.tables.ablation import limits, with_limits
from bench.tables.checks import absent, check_controls_by, check_headings, check_most_frequent, check_options
from bench.tables.controls import against_controls, begun_by, losses, strangers
from bench.tables.frames import table_cells, where
from bench.tables.judged import judged
from bench.tables.places import apart, in_words, missing, places_of, seeds_of
from bench.tables.published import Published, published
from bench.tables.selection import PRETRAINED, Selection
from bench.tables.staleness import stale
from bench.tables.standing import TIES, Comparisons, comparisons, drops, gains, with_best
from bench.tables.table import Table, TableCell, TableRow, rank

WORDS = (
    "Protocol: the digest of the rules that all rows share (pictures, folds, questions, metrics). Fold: a part of the "
    "pictures that is held back from training and asked about; n is the number of folds behind a row. Records: who "
    "wrote the reference answers, see `bench list teachers`."
)
RACE = (
    "Race: from the third fold on, models that were clearly worse than the best one did not run on further folds. A "
    "mean over fewer folds is of other pictures; rows are compared on the folds that both have."
)
_RECIPE: Mapping[str, str] = {
    "fewest_steps": "fewest steps of a training",
    "beta2": "Adam's memory of squared gradients",
    "warmup": "warm-up in steps or as their share",
    "vision_rate": "learning rate of the image encoder as a share of the others'",
    "halve_after": "stagnant epochs before the learning rate is halved",
    "stop_after": "stagnant epochs before training stops",
    "questions_per_picture": "questions of a picture in a batch",
    "caption_dropout": "share of training questions without caption",
}
"""The keys of a recipe in words, if the key is unclear; stagnant: without a better validation loss."""


def scores_table(spec: TableSpec, selection: Selection, registry: Registry, store: Store) -> Table:
    """Build a table with one row per model: the paper's in printed order, then others, then controls.

    The spec's options: ``families`` limits the table to models of these families and controls; ``others`` adds models
    of families that no table of the task names; ``ablates`` limits it to a model, its variants and controls, and no
    other table of the task shows these variants; ``beside`` puts published numbers in columns of their own;
    ``controls_by`` are the columns that say most, by which mistakes and the figure are chosen; ``gain``: see
    ``bench.tables.standing``; ``parts``: see ``bench.tables.ablation``; ``most_frequent``: see
    ``bench.tables.constant``.
    """
    check_options(spec, ("controls_by", "families", "others", "ablates", "parts", "beside", "gain", "most_frequent"))
    check_controls_by(spec)
    check_most_frequent(spec)
    printed = published(spec.number)
    check_headings(spec, {heading for _, heading in printed})
    spec = replace(spec, columns=selection.defined(spec.columns))
    every, selection = selection, _with_own_controls(_of_families(spec, selection, registry))
    compared = comparisons(spec, every, selection, registry.every("table").values(), store)
    measured = {column.label: measured_cells(column, selection) for column in spec.columns}
    rows = [_row(spec, model, selection, registry, printed, measured) for model in _in_order(spec, printed, selection)]
    rows = with_best(spec, compared, against_controls(spec, selection, sorted(rows, key=rank)))
    rows = with_limits(spec, selection, rows)
    folds = apart(selection)
    return Table(
        spec.name,
        spec.number,
        caption(spec, selection),
        tuple(column.label for column in spec.columns),
        tuple(rows),
        (
            *spec.notes,
            WORDS,
            TIES,
            *([RACE] if selection.stops else []),
            *_standings(spec, compared, selection, rows),
            *limits(spec, selection, rows),
            *selection.caveats,
            *judged(selection),
            *absent(spec, selection),
            *folds,
        ),
        selection.dataset,
        selection.protocol,
        (
            *losses(rows),
            *(sentence for row in rows for sentence in strangers(row)),
            *folds,
            *missing(selection),
            *_left_out(selection),
        ),
        max(len(places_of(records)) for records in selection.by_model.values()),
        spec.options.get("beside", False),
        tuple(gains(spec, rows, "paper")),
    )


def _of_families(spec: TableSpec, selection: Selection, registry: Registry) -> Selection:
    """Keep the models of the table's families and controls; keep all if the table names no family.

    The option ``others`` also keeps models of families that no table of the task names. BenchError if no model is
    left.
    """
    tables = [table for table in registry.every("table").values() if table.task == spec.task]
    selection = _of_ablation(spec, selection, tables)
    own = spec.options.get("families", ())
    if not own:
        return selection
    elsewhere = {family for table in tables for family in table.options.get("families", ())} - set(own)
    by_model = {}
    for model, records in selection.by_model.items():
        about = records[0].model
        stray = spec.options.get("others", False) and about.family not in elsewhere
        if about.family in own or about.control or stray:
            by_model[model] = records
    if not by_model:
        raise BenchError(f"no model of table {spec.number} was measured; its families are {', '.join(own)}")
    return replace(selection, by_model=by_model)


def _of_ablation(spec: TableSpec, selection: Selection, tables: Sequence[TableSpec]) -> Selection:
    """Keep the model that the table ablates, its variants and controls; in other tables all but such variants."""
    full = spec.options.get("ablates")
    ablated = {table.options.get("ablates") for table in tables} - {None}
    by_model = {}
    for model, records in selection.by_model.items():
        about = records[0].model
        variant = about.variant_of
        if (full in (records[0].registered_model, variant) or about.control) if full else variant not in ablated:
            by_model[model] = records
    if not by_model:
        raise BenchError(f"nothing that table {spec.number} shows was measured; run the models it names")
    return replace(selection, by_model=by_model)


def _with_own_controls(selection: Selection) -> Selection:
    """Leave out the controls whose step before training no shown model shares."""
    models = selection.by_model
    first_steps = {begun_by(selection, model) for model, records in models.items() if not records[0].model.control}
    by_model = {
        model: records
        for model, records in models.items()
        if not first_steps or begun_by(selection, model) in (None, *first_steps)
    }
    return replace(selection, by_model=by_model)


def _standings(spec: TableSpec, compared: Comparisons, selection: Selection, rows: list[TableRow]) -> list[str]:
    return [*gains(spec, rows, "measured"), *drops(spec, compared, selection, rows), *_between_seeds(rows)]


def _between_seeds(rows: Sequence[TableRow]) -> list[str]:
    """Give the standard deviation between the seeds of one fold, row by row; that over folds stands in the table."""
    notes: list[str] = []
    for row in rows:
        seeds = max((cell.seeds for cell in row.cells.values()), default=1)
        spreads = [f"{name} {c.seed_std:.{c.digits}f}" for name, c in row.cells.items() if c.seed_std is not None]
        if spreads:
            notes.append(f"{row.label}: standard deviation between the {seeds} seeds of a fold {', '.join(spreads)}.")
    return notes


def _in_order(spec: TableSpec, printed: Mapping[tuple[str, str], Published], selection: Selection) -> list[str]:
    """Return the names of all rows: a model that is not in the paper follows the paper's models of its block.

    Models of another block come last, but before the model whose gain the table reports.
    """
    blocks = {number.model: number.block for number in printed.values()}
    names = list(blocks)
    for model in sorted(selection.by_model, key=lambda model: _order(selection.by_model[model][0])):
        if model not in blocks:
            block = selection.by_model[model][0].model.family_label
            same = [place for place, name in enumerate(names) if blocks[name] == block]
            blocks[model] = block
            last = names.index(spec.options["gain"]) if spec.options.get("gain") in names else len(names)
            names.insert(same[-1] + 1 if same else last, model)
    return names


def caption(spec: TableSpec, selection: Selection) -> str:
    """Say what the table shows: title, dataset, protocol, folds."""
    records = [record for own in selection.by_model.values() for record in own]
    folds = sorted({record.cell.fold for record in records})
    split = selection.clear["split"]
    repeats = selection.clear["repeats"]
    seeds = max(map(seeds_of, selection.by_model.values()))
    averaged = f", each the mean of its {seeds} seeds" if seeds > 1 else ""
    return (
        f"Table {spec.number}. {spec.title} Dataset {selection.dataset}, protocol {selection.protocol}"
        + (f" ({selection.choices})" if selection.choices else "")
        + f", {in_words(folds)} of {split['k']}"
        + (f", {repeats} repeats." if repeats > 1 else ".")
        + _elsewhere(selection)
        + (
            f" Measured numbers are mean ± standard deviation over folds and repeats{averaged}."
            if len(folds) * repeats > 1
            else f" Measured numbers are the mean of {seeds} seeds."
            if averaged
            else ""
        )
    )


def _elsewhere(selection: Selection) -> str:
    """Name the other dataset that the models were tested on, '' if there is none."""
    tested = selection.clear.get("test_data")
    if not tested:
        return ""
    shared = ", ".join(tested["categories"])
    return f" Trained there, tested on all pictures of {tested['dataset']} of the categories that both have: {shared}."


def _order(record: Record) -> tuple[float, str]:
    return record.model.order, record.model.label.lower()


def _row(
    spec: TableSpec,
    model: str,
    selection: Selection,
    registry: Registry,
    printed: Mapping[tuple[str, str], Published],
    measured: Mapping[str, Mapping[str, TableCell]],
) -> TableRow:
    records = selection.by_model.get(model, ())
    in_paper = next((number for number in printed.values() if number.model == model), None)
    stopped = _stopped(model, selection)
    cells = {}
    for column in spec.columns:
        number = printed.get((model, column.published or ""))
        cell = measured[column.label].get(model) or undefined_cell(column, records)
        cell = replace(cell, footnotes=stopped) if cell.value is not None else cell
        cells[column.label] = replace(cell, published=number.value, published_std=number.std) if number else cell
    about = records[0].model if records else None
    return TableRow(
        label=in_paper.row + PRETRAINED * bool(about and about.weights)
        if in_paper
        else about.label
        if about
        else model,
        model=model,
        block=in_paper.block if in_paper else about.family_label if about else "",
        cells=cells,
        control=about is not None and about.control,
        upper=about is not None and about.upper,
        stale=stale(records, registry),
        measured_by=records[0].measured_by if records else "",
        footnotes=tuple(_footnotes(model, records, selection)),
        published_label=in_paper.row if in_paper else "",
    )


def _stopped(model: str, selection: Selection) -> tuple[str, ...]:
    """Return the footnote of a model that a race stopped, on each of its numbers."""
    if (stop := selection.stops.get(model)) is None:
        return ()
    best = selection.by_model.get(stop.best)
    return (f"{selection.by_model[model][0].model.label}: {stop.sentence(best[0].model.label if best else stop.best)}",)


def measured_cells(column: Column, selection: Selection) -> Mapping[str, TableCell]:
    """Return a column's cell by model: mean and spread over folds and repeats."""
    cells = table_cells(where(selection.scores, "metric", column.metric), ["model"], column.digits)
    return {str(model): cell for model, cell in cells.items()}


def undefined_cell(column: Column, records: Sequence[Record]) -> TableCell:
    """Return the cell of a score that no record has."""
    return TableCell(digits=column.digits, fingerprints=tuple(record.stages["score"] for record in records))


def _footnotes(model: str, records: tuple[Record, ...], selection: Selection) -> Iterable[str]:
    if not records:
        return
    about = records[0].model
    label = about.label.removesuffix(PRETRAINED)
    if about.footnote:
        yield about.footnote
    if about.departures:
        yield f"{label} departs from its source: {'; '.join(about.departures)}"
    changed = _changes(records[0].config_recipe, about.recipe) if records[0].learned else []
    changed += about.deviations
    if changed:
        yield f"{label}: {', '.join(changed)}"
    stuck = dict.fromkeys(name for record in records for name in record.losses_at_chance)
    if stuck:
        yield f"{label}: {' and '.join(stuck)} never left chance, which tells nothing of what it could teach"
    missing = sum((record.usage or {}).get(reason, 0) for record in records for reason in ("refused", "empty"))
    if missing:
        total = sum(record.n for record in records)
        yield f"{label}: {missing} of {total} questions got a reply without an answer, which counts as wrong"
    if selection.left_out[model]:
        yield _left_out_of(label, selection.left_out[model])


def _left_out(selection: Selection) -> list[str]:
    labels = {model: records[0].model.label for model, records in selection.by_model.items()}
    return [_left_out_of(labels[model], count) for model, count in selection.left_out.items() if count]


def _left_out_of(label: str, count: int) -> str:
    return f"{label}: {count} fold(s) with other settings or code are left out"


def _changes(usual: Mapping[str, object], own: Mapping[str, object]) -> list[str]:
    return [
        f"{_RECIPE.get(key, key.replace('_', ' '))} {value} (others {usual[key]})"
        for key, value in own.items()
        if usual[key] != value
    ]
