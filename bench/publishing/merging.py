"""Cells of a publication in a store: rows of their own in its tables, named after who measured them.

A cell's stages get names of their own, too, so that nothing of them is ever taken for what was computed here: no run
goes on from somebody else's training, and no export of a model here has somebody else's scores.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path

from bench.errors import BenchError, unknown
from bench.publishing.publication import ITEMS_FILE, SCORES_FILE, Publication, PublishedCell
from bench.registered.registry import Registry
from bench.specs.json_data import JSONObject
from bench.store.fingerprint import digest
from bench.store.record import Record
from bench.store.sealed import write_text
from bench.store.store import Store
from bench.tables.staleness import stale
from bench.terminal.quantities import count

_NAMED = 3


@dataclass(frozen=True)
class Merged:
    """What became of a publication's cells.

    ``fresh`` are new in the store, ``replaced`` took the place of older ones of the same person, ``same`` were there,
    ``own`` have the stages and scores of a cell that was measured here. ``daggers`` are the models, by the reason,
    whose rows have a mark: their code is another, or they are not installed. ``unknown`` are protocols of no cell
    measured here.
    """

    source: str
    fresh: int
    replaced: int
    same: int
    own: int
    daggers: Mapping[str, tuple[str, ...]]
    unknown: tuple[str, ...]

    def as_json(self) -> JSONObject:
        """Return it as JSON data."""
        return asdict(self)

    def __str__(self) -> str:
        lines = [
            f"{count(self.fresh, 'cell')} merged from {self.source}"
            + (f", {count(self.replaced, 'cell')} replaced" if self.replaced else "")
            + (f", {count(self.same, 'cell')} were there" if self.same else "")
            + (
                f", {count(self.own, 'cell')} left out: you have the same stages with the same scores"
                if self.own
                else ""
            )
        ]
        lines += [f"{reason}: {', '.join(names)}" for reason, names in self.daggers.items()]
        if self.unknown:
            lines.append(
                f"under a protocol of which you measured nothing: {', '.join(self.unknown)}; "
                "`bench table all --protocol DIGITS` shows these rows, beside none of yours"
            )
        return "\n".join(lines)


def merge(publication: Publication, target: Store, registry: Registry, source: str, replace_older: bool) -> Merged:
    """Write the cells of a publication into a store.

    BenchError, with nothing written, if answers are not those of their record, or the store has other scores of a cell
    by the same person and older ones are not to be replaced.
    """
    own = {record.cell.id: record for record in target.records() if not record.measured_by}
    names = {(record.cell.task, record.cell.protocol): record.cell.dataset for record in own.values()}
    protocols = {record.cell.protocol for record in own.values()}
    fresh: list[PublishedCell] = []
    conflicts: list[PublishedCell] = []
    same = known = 0
    for cell in (_as_named_here(cell, names) for cell in publication.cells):
        mine, before = own.get(cell.record.cell.id), target.record(marked(cell).cell.id)
        if mine is not None and (mine.stages, mine.metrics) == (cell.record.stages, cell.record.metrics):
            known += 1
        elif before is None:
            fresh.append(cell)
        elif (before.stages, before.metrics) == (marked(cell).stages, marked(cell).metrics):
            same += 1
        else:
            conflicts.append(cell)
    if conflicts and not replace_older:
        more = f" and {len(conflicts) - _NAMED} more" if len(conflicts) > _NAMED else ""
        named = ", ".join(f"{cell.record.cell} of {cell.measured_by}" for cell in conflicts[:_NAMED])
        raise BenchError(
            f"{str(target.root)!r} has other scores of {named}{more} than {source!r}; take those of the publication "
            "with --replace, or keep yours"
        )
    for cell in [*fresh, *conflicts]:
        _product_of(cell, source)  # all is read before anything is written
    target.prepare()
    for cell in [*fresh, *conflicts]:
        _write(cell, marked(cell), target, source)
    written = [marked(cell) for cell in [*fresh, *conflicts]]
    unknown = {record.cell.protocol for record in written} - protocols if protocols else set[str]()
    return Merged(source, len(fresh), len(conflicts), same, known, _daggers(written, registry), tuple(sorted(unknown)))


def _as_named_here(cell: PublishedCell, names: Mapping[tuple[str, str], str]) -> PublishedCell:
    """Return a cell with the name that its pictures have here: of one protocol they are the same, wherever they lie."""
    own = cell.record.cell
    name = names.get((own.task, own.protocol), own.dataset)
    return replace(cell, record=replace(cell.record, cell=replace(own, dataset=name)))


def unpacked(publication: Publication, target: Store, by: str | None, source: str) -> None:
    """Write the cells of one person into an empty store as if they had been measured there.

    BenchError if that person published nothing, or several did and none is named.
    """
    names = {cell.measured_by for cell in publication.cells}
    if by is None and len(names) != 1:
        raise BenchError(
            f"{source!r} holds cells of {', '.join(sorted(names)) or 'nobody'}; name one of them with --by"
        )
    if by is not None and by not in names:
        raise unknown(f"name of who measured in {source!r}", by, names)
    target.prepare()
    for cell in publication.cells:
        if by in (None, cell.measured_by):
            _write(cell, cell.record, target, source)


def marked(cell: PublishedCell) -> Record:
    """Return a cell's record as a store of somebody else has it: its model and its stages are named after who measured.

    The model it is a variant of keeps its name: tables of ablations show variants beside what was measured here.
    """
    record, who = cell.record, cell.measured_by
    return replace(
        record,
        cell=replace(record.cell, model=f"{record.cell.model}@{who}"),
        model=replace(record.model, label=f"{record.model.label} (by {who})"),
        stages={stage: _name(fingerprint, who) for stage, fingerprint in record.stages.items()},
        measured_by=who,
    )


def _name(fingerprint: str, who: str) -> str:
    """Return the fingerprint of somebody's stage in a store of somebody else."""
    return digest({"measured by": who, "stage": fingerprint})[:32]


def _product_of(cell: PublishedCell, source: str) -> dict[str, str]:
    """Return the files of a cell's score product, none if its answers are not published.

    BenchError if they are not those that the record refers to.
    """
    lines = cell.items()
    if lines is None or not cell.scores:
        return {}
    files = {SCORES_FILE: cell.scores, ITEMS_FILE: "".join(f"{line}\n" for line in lines)}
    expected = cell.record.products.get("score")
    listed = {name: _text_digest(text) for name, text in files.items()}
    if expected is not None and digest(listed) != expected:
        raise BenchError(
            f"the answers of {cell.record.cell} by {cell.measured_by} in {source!r} are not those that its record "
            "refers to; do not trust them, and tell the owner"
        )
    return files


def _text_digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _write(cell: PublishedCell, record: Record, target: Store, source: str) -> None:
    for stage, clear in cell.inputs.items():
        target.stages.write_inputs(record.stages[stage], clear)
    files = _product_of(cell, source)
    if files:
        score = record.stages["score"]
        target.stages.drop(score)
        target.stages.make_product(score, cell.inputs.get("score", {}), _maker(files))
    target.write_record(record.cell.id, record)


def _maker(files: Mapping[str, str]) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        for name, text in files.items():
            write_text(folder / name, text)

    return make


def _daggers(records: list[Record], registry: Registry) -> dict[str, tuple[str, ...]]:
    """Return the models whose rows have a mark, by the reason."""
    by_model: dict[str, list[Record]] = {}
    for record in records:
        by_model.setdefault(record.cell.model, []).append(record)
    marks = {model: stale(own, registry) for model, own in by_model.items()}
    reasons = {
        "marked by a dagger, because their code is not that of this version": True,
        "marked by a double dagger, because no such model is installed": None,
    }
    named = {
        reason: tuple(model for model, mark in marks.items() if mark is value) for reason, value in reasons.items()
    }
    return {reason: models for reason, models in named.items() if models}
