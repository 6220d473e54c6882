"""A table as data: rows of cells with value, spread, number of folds, published number and sources."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class TableCell:
    """One number: ``std`` is None with one fold; ``published`` is None if the paper prints none.

    ``std`` is over ``n`` folds and repeats. The score of a fold with several ``seeds`` is their mean, and ``seed_std``
    is between the seeds of one fold, None if none has several.

    ``best``: the best of its column; ``tie``: it ties with the best (see ``bench.tables.standing``). ``below`` has
    the labels of the controls that it does not beat, ``apart`` of those that share no fold with it; ``share`` is how
    much of the way from the best control to the upper row it has gone (see ``bench.tables.controls``). ``footnotes``
    are the cell's own; ``fingerprints`` are of the score stages behind it. ``doubt`` says why the published number
    cannot be true, or in which reading alone; it is empty unless the table is audited.
    """

    value: float | None = None
    std: float | None = None
    n: int = 0
    seeds: int = 1
    seed_std: float | None = None
    published: float | None = None
    published_std: float | None = None
    best: bool = False
    tie: bool = False
    below: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    share: float | None = None
    digits: int = 3
    footnotes: tuple[str, ...] = ()
    fingerprints: tuple[str, ...] = ()
    doubt: str = ""

    @property
    def difference(self) -> float | None:
        """The measured number minus the published one, None if either is missing."""
        return None if self.value is None or self.published is None else self.value - self.published


@dataclass(frozen=True)
class TableRow:
    """One row: numbers by column label, texts by column label, and footnotes.

    ``condition`` distinguishes rows of one label: a part of the questions, another protocol. ``control``: it is not
    ranked, because models must beat it, or, if it is an ``upper`` row, because its answers come from the task.
    ``published_label`` is the label of the published line, if it is another. ``stale``: whether the code behind it is
    another than that of now; None if that is unknown. ``measured_by``: who measured it, '' if it was measured here.
    """

    label: str
    model: str
    block: str
    cells: dict[str, TableCell]
    texts: dict[str, str] = field(default_factory=dict)
    condition: str = ""
    control: bool = False
    upper: bool = False
    stale: bool | None = False
    picture: str | None = None
    footnotes: tuple[str, ...] = ()
    published_label: str = ""
    measured_by: str = ""

    @property
    def registered_model(self) -> str:
        """The name of the row's model where it was measured."""
        return self.model.removesuffix(f"@{self.measured_by}") if self.measured_by else self.model

    @property
    def judges(self) -> bool:
        """Whether models must beat this row."""
        return self.control and not self.upper


def rank(row: TableRow) -> int:
    """Return a row's place among the blocks below one another: models, controls, upper rows."""
    return row.control + row.upper


@dataclass(frozen=True)
class Table:
    """Rows under a caption that names dataset and protocol; ``problems`` are what ``--strict`` refuses.

    ``folds`` is how many folds and repeats the fullest row has. ``beside`` puts published numbers in columns of
    their own, with the difference, and a heading over each block; otherwise they have a line of their own. ``of_paper``
    are notes on published numbers, shown with them.
    """

    name: str
    number: int
    caption: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[str, ...]
    dataset: str
    protocol: str
    problems: tuple[str, ...] = ()
    folds: int = 0
    beside: bool = False
    of_paper: tuple[str, ...] = ()
