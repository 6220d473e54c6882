"""Whether a judge's marks agree with those made by hand, or another judge's: ``bench judge``."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.output import write_out
from bench.errors import BenchError, unknown
from bench.inputs import check_number, checked, words
from bench.store.store import opened
from bench.tables.selection import measured_task

if TYPE_CHECKING:
    from bench.statistics.agreement import Agreement
    from bench.tables.marks import Rater, Unit


@dataclass(frozen=True)
class RatersCompared:
    """Two raters on what both marked; ``values`` are the names of the marks, in the order of the agreement's table."""

    first: str
    second: str
    values: tuple[str, ...]
    agreement: "Agreement"

    def __str__(self) -> str:
        from bench.tables.markdown import grid, paragraph, plain

        own = self.agreement
        what = "marks of facts" if "correct" in self.values else "marks of whole answers"
        alpha = "undefined (all marks are alike)" if own.alpha is None else f"{own.alpha:.2f}"
        interval = "" if own.low is None else f" (95 % interval {own.low:.2f} to {own.high:.2f})"
        sentence = (
            f"{self.first} and {self.second}: alpha {alpha}{interval}; {100 * own.alike:.0f} % of {own.units:,} {what} "
            f"on {own.clusters:,} pictures are equal."
        )
        rows = [[plain(value), *map(str, row)] for value, row in zip(self.values, own.table, strict=True)]
        return f"{paragraph(sentence)}\n\n{grid(rows, [plain(f'{self.first} / {self.second}'), *self.values])}"


@dataclass(frozen=True)
class RatersAgreement:
    """The agreement of every two raters that marked the same; ``print`` shows each with a table of their marks."""

    pairs: tuple[RatersCompared, ...]

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.pairs))


@checked
def rater_agreement(
    marks: str | Path | Sequence[str | Path] = (),
    *,
    judges: str | Sequence[str] | None = None,
    task: str | None = None,
    dataset: str | None = None,
    store: str | Path | None = None,
) -> RatersAgreement:
    """Return how far judges agree with marks made by hand, and with each other; ``print`` shows it.

    ``marks`` are files as ``marking_sheet`` writes them, with the column ``mark`` filled; ``judges`` are by default all
    that marked answers of the ``task``, by default the latest record's, on the ``dataset``, by default all. BenchError
    if fewer than two raters marked the same, or a file is not as it should be.
    """
    from bench.statistics.agreement import agreement
    from bench.tables.marks import marks_by_hand

    units, raters = _judged(task, dataset, store)
    if named := words(judges, "--judges"):
        known = {rater.name: rater for rater in raters}
        if strangers := [name for name in named if name not in known]:
            raise unknown("judge of these records", strangers[0], known)
        raters = [known[name] for name in dict.fromkeys(named)]
    files = [marks] if isinstance(marks, str | Path) else [*marks]
    raters += [marks_by_hand(file, units) for file in files]
    if len(raters) < 2:
        raise BenchError(
            f"{raters[0].name} alone marked them; add --marks FILE.csv (`bench judge sheet` writes one to fill) "
            "or run a second judge"
        )
    pairs: list[RatersCompared] = []
    for first, second in combinations(raters, 2):
        for whole in (False, True):
            shared = [key for key in first.marks if key in second.marks and (not units[key].fact) == whole]
            if not shared:
                continue
            scale = units[shared[0]].scale
            marks_of = [[rater.marks[key] for key in shared] for rater in (first, second)]
            pictures = [units[key].picture for key in shared]
            own = agreement(marks_of[0], marks_of[1], pictures, [*scale.values()])
            pairs.append(RatersCompared(first.name, second.name, (*scale,), own))
    if not pairs:
        names = ", ".join(rater.name for rater in raters)
        raise BenchError(f"no two of {names} marked the same; let them mark the same answers in the same way")
    return RatersAgreement(tuple(pairs))


@checked
def marking_sheet(
    out: str | Path,
    *,
    count: int = 100,
    seed: int = 0,
    task: str | None = None,
    dataset: str | None = None,
    store: str | Path | None = None,
) -> int:
    """Write a sheet of answers that judges have marked, for marks by hand; return how many lines it has.

    It is CSV with an empty column ``mark``, drawn by ``seed``, without models and judges' marks. BenchError if no judge
    marked anything, or the file exists.
    """
    from bench.tables.marks import sheet

    check_number(count, "--count", 1, 1_000_000)
    if Path(out).expanduser().exists():
        raise BenchError(f"{str(out)!r} exists and may hold marks; name a new file")
    units, _ = _judged(task, dataset, store)
    write_out(out, sheet(units.values(), count, seed))
    return min(count, len(units))


def _judged(task: str | None, dataset: str | None, store: str | Path | None) -> "tuple[dict[str, Unit], list[Rater]]":
    """Return what judges marked, and their marks; BenchError if none did."""
    from bench.tables.marks import judged_units

    open_store = opened(store)
    name = measured_task(open_store, task)
    records = [record for record in open_store.records() if record.cell.task == name]
    if dataset is not None and dataset not in (datasets := {record.cell.dataset for record in records}):
        raise unknown("measured dataset", dataset, datasets)
    own = [record for record in records if dataset in (None, record.cell.dataset)]
    units, raters = judged_units(open_store, own)
    if not raters:
        raise BenchError(
            f"no judge marked an answer of task {name!r}; repeat its `bench run` with --set {name}.judge=NAME, which "
            "asks no model again"
        )
    return units, raters
