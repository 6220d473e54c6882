"""A publication written: one person's rows joined to those of others in the folder, and the pages around them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from bench.errors import BenchError
from bench.publishing.card import CARD, card
from bench.publishing.columns import ITEM, TABLES
from bench.publishing.croissant import CROISSANT, of_publication
from bench.publishing.evaluation import EVALUATION, benchmark_of, leaderboards, results_of
from bench.publishing.parquet import Row, require_pyarrow, write_rows
from bench.publishing.publication import (
    DATA,
    MANIFEST,
    Publication,
    PublishedCell,
    is_publication,
    manifest_of,
    read,
)
from bench.registered.plugin import DISTRIBUTION
from bench.registered.registry import Registry
from bench.store.fingerprint import file_digest
from bench.store.sealed import write_json, write_text
from bench.store.whole import discard, sweep, whole

LOCK = ".lock"
"""The file that one process at a time holds while it writes into a publication."""
_NAMED = 3
"""How many conflicts an error names."""


@dataclass(frozen=True)
class About:
    """What a publication says of itself: its id on the hub, ``owner/name``, and its licence, '' if none is chosen.

    ``is_on_hub`` whether its files are there, or in a folder.
    """

    id: str
    licence: str = ""
    is_on_hub: bool = False


class Joined(NamedTuple):
    """The cells that a publication will have: ``others`` and ``earlier`` are there already, ``fresh`` are new.

    ``replaced`` counts the earlier ones that fresh ones take the place of, ``same`` those published before just so.
    ``differing`` are sentences on cells whose stages somebody else computed with another result.
    """

    others: tuple[PublishedCell, ...]
    earlier: tuple[PublishedCell, ...]
    fresh: tuple[PublishedCell, ...]
    replaced: int
    same: int
    differing: tuple[str, ...]

    @property
    def own(self) -> tuple[PublishedCell, ...]:
        """All cells of who publishes, in order."""
        return tuple(sorted([*self.earlier, *self.fresh], key=lambda cell: cell.key))

    @property
    def cells(self) -> tuple[PublishedCell, ...]:
        """All cells, in order."""
        return tuple(sorted([*self.others, *self.own], key=lambda cell: cell.key))


@dataclass(frozen=True)
class WrittenPublication:
    """What was written: ``changed`` and ``removed`` files below the folder, by name."""

    joined: Joined
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = field(default=())


def joined(cells: Sequence[PublishedCell], present: Publication | None, replace: bool) -> Joined:
    """Join cells that one person measured to a publication.

    BenchError if that person published other scores of a cell before, unless they are to be replaced.
    """
    who = cells[0].measured_by
    there = present.by_key if present else {}
    conflicts, fresh, same = [], [], 0
    for cell in cells:
        before = there.get(cell.key)
        if before is None:
            fresh.append(cell)
        elif before.has_scores_of(cell):
            same += 1
        else:
            conflicts.append(cell)
    if conflicts and not replace:
        more = f" and {len(conflicts) - _NAMED} more" if len(conflicts) > _NAMED else ""
        raise BenchError(
            f"{who} published other scores of {', '.join(str(cell.record.cell) for cell in conflicts[:_NAMED])}{more} "
            "before; replace them with --replace, or publish under another name with --by"
        )
    fresh += conflicts
    keys = {cell.key for cell in fresh}
    others = tuple(cell for cell in there.values() if cell.measured_by != who)
    earlier = tuple(cell for cell in there.values() if cell.measured_by == who and cell.key not in keys)
    return Joined(others, earlier, tuple(fresh), len(conflicts), same, tuple(_differing(cells, others)))


def _differing(cells: Iterable[PublishedCell], others: Iterable[PublishedCell]) -> Iterator[str]:
    """Name the cells whose stages gave somebody other scores: hardware or libraries differ, or one is wrong."""
    by_score: dict[str, list[PublishedCell]] = {}
    for other in others:
        by_score.setdefault(other.record.stages["score"], []).append(other)
    for cell in cells:
        for other in by_score.get(cell.record.stages["score"], ()):
            if cell.record.metrics != other.record.metrics:
                name = next(name for name, own in cell.record.metrics.items() if own != other.record.metrics.get(name))
                theirs = other.record.metrics.get(name)
                value = "undefined" if theirs is None else f"{theirs.value:.6g}"
                yield (
                    f"{cell.record.cell}: {name} {cell.record.metrics[name].value:.6g}, that of {other.measured_by} is "
                    f"{value} with the same code, data and seed"
                )


def present_in(folder: Path, name: str = "") -> Publication | None:
    """Return the publication in a folder, None if there is nothing; BenchError if something else or half of one is."""
    if is_publication(folder):
        return read(folder, name)
    if folder.exists() and any(path.name != CARD and not path.name.startswith(".") for path in folder.iterdir()):
        raise BenchError(f"{name or str(folder)!r} holds something else; name a new folder, or one of `bench publish`")
    return None


@dataclass(frozen=True)
class Prepared:
    """A publication that is about to be written: what is in the folder, what joins it, and the pages by name."""

    present: Publication | None
    joined: Joined
    pages: Mapping[str, str]


def prepared(
    folder: Path, name: str, cells: Sequence[PublishedCell], about: About, registry: Registry, replace: bool
) -> Prepared:
    """Make all but the tables, and write nothing; BenchError if cells cannot be published there."""
    require_pyarrow()
    present = present_in(folder, name)
    together = joined(cells, present, replace)
    boards = leaderboards(together.cells, registry)
    earlier = (folder / CARD).read_text(encoding="utf-8") if (folder / CARD).is_file() else ""
    pages = {
        CARD: card(together.cells, about.id, about.licence, boards, earlier),
        EVALUATION: benchmark_of(boards, about.id),
        CROISSANT: of_publication(folder, about.id, about.licence, about.is_on_hub),
        **results_of(together.cells, boards, about.id),
    }
    return Prepared(present, together, pages)


def write(folder: Path, ready: Prepared) -> WrittenPublication:
    """Write a publication into a folder, the manifest after the tables; the files of others stay."""
    together, before = ready.joined, dict(ready.present.files) if ready.present else {}
    who = together.own[0].measured_by
    others = {name: own for name, own in before.items() if not _is_of(name, who)}
    own = _write_tables(folder, who, together.own)
    files = dict(sorted({**others, **own}.items()))
    write_json(folder / MANIFEST, manifest_of(files, version(DISTRIBUTION)))
    removed = [name for name in before if name not in files]
    for name in removed:
        (folder / name).unlink(missing_ok=True)
    for name, text in ready.pages.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_text(folder / name, text)
    _sweep(folder, files)
    return WrittenPublication(together, (*own, MANIFEST, *ready.pages), tuple(removed))


def _write_tables(folder: Path, who: str, cells: Sequence[PublishedCell]) -> dict[str, str]:
    """Write the tables of one person's cells; return the files' digests by name."""
    files: dict[str, str] = {}
    for table, rows_of in _ROWS.items():
        place = folder / DATA / table
        place.mkdir(parents=True, exist_ok=True)
        with whole(place / f"{who}.parquet") as part:
            write_rows(part, TABLES[table].columns, rows_of(cells))
            digest = file_digest(part)
            named = place / f"{who}-{digest[:12]}.parquet"
        if named.exists() and file_digest(named) == digest:
            (place / f"{who}.parquet").unlink()
        else:
            (place / f"{who}.parquet").replace(named)
        files[f"{DATA}/{table}/{named.name}"] = digest
    return files


def _is_of(name: str, who: str) -> bool:
    """Return whether a file of a publication is that of one person."""
    return Path(name).name.rpartition("-")[0] == who


def _sweep(folder: Path, files: Mapping[str, str]) -> None:
    """Remove what earlier calls that were broken off left among the tables."""
    for table in TABLES:
        for path in (folder / DATA / table).glob("*"):
            sweep(path)
            if path.is_file() and path.relative_to(folder).as_posix() not in files:
                discard(path)


def _place(cell: PublishedCell) -> dict[str, object]:
    own, about = cell.record.cell, cell.record.model
    return {
        "measured_by": cell.measured_by,
        "cell": own.id,
        **{
            name: getattr(own, name)
            for name in ("task", "dataset", "model", "fold", "repeat", "seed", "fraction", "protocol")
        },
        "label": about.label,
        "control": about.control,
    }


def _records(cells: Sequence[PublishedCell]) -> Iterator[Sequence[Row]]:
    for cell in cells:
        environment = cell.record.environment.get("score", {})
        commit = environment.get("code") or {}
        yield [
            {
                **_place(cell),
                "n": cell.record.n,
                "finished": datetime.fromisoformat(cell.record.finished),
                "bench": str(environment.get("packages", {}).get(DISTRIBUTION, "")),
                "commit": str(commit.get("commit", "")),
                "record": json.dumps(cell.record.as_json(), ensure_ascii=False),
                "scores": cell.scores,
            }
        ]


def _scores(cells: Sequence[PublishedCell]) -> Iterator[Sequence[Row]]:
    for cell in cells:
        yield [
            {**_place(cell), "metric": name, "value": score.value, "error": score.error, "n": score.n or cell.record.n}
            for name, score in cell.record.metrics.items()
        ]


def _answers(cells: Sequence[PublishedCell]) -> Iterator[Sequence[Row]]:
    for cell in cells:
        yield [
            {
                "measured_by": cell.measured_by,
                "cell": cell.record.cell.id,
                "place": place,
                **_fields(line),
                "item": line,
            }
            for place, line in enumerate(cell.items() or ())
        ]


def _fields(line: str) -> dict[str, str]:
    item = json.loads(line)
    return {name: str(item[name]) if isinstance(item.get(name), str) else "" for name in ITEM}


def _stages(cells: Sequence[PublishedCell]) -> Iterator[Sequence[Row]]:
    """Yield a row for each stage, once for all cells that share it."""
    done: set[str] = set()
    for cell in cells:
        fresh = {stage: clear for stage, clear in cell.inputs.items() if cell.record.stages[stage] not in done}
        done |= {cell.record.stages[stage] for stage in fresh}
        yield [
            {
                "measured_by": cell.measured_by,
                "fingerprint": cell.record.stages[stage],
                "stage": stage,
                "inputs": json.dumps(clear, ensure_ascii=False),
            }
            for stage, clear in fresh.items()
        ]


_ROWS = {"records": _records, "scores": _scores, "answers": _answers, "stages": _stages}
"""The rows of each table, in groups of a cell."""
