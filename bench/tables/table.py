"""A table as data: rows of cells that know value, spread, number of folds, the published number, and their sources."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class TableCell:
    """One number: ``std`` is None with one fold; ``published`` None where the paper prints none.

    ``best`` of its column, ``tie`` with the best one (see ``bench.tables.standing``). ``footnotes`` are the cell's own;
    ``fingerprints`` those of the score stages behind it.
    """

    value: float | None = None
    std: float | None = None
    n: int = 0
    published: float | None = None
    published_std: float | None = None
    best: bool = False
    tie: bool = False
    digits: int = 3
    footnotes: tuple[str, ...] = ()
    fingerprints: tuple[str, ...] = ()

    @property
    def difference(self) -> float | None:
        """What was measured less what was published, where there are both."""
        return None if self.value is None or self.published is None else self.value - self.published


@dataclass(frozen=True)
class TableRow:
    """One row: numbers by column label, texts by column label, and what has to be said of it.

    ``condition`` tells rows of one label apart: a part of the questions, another protocol. ``stale`` tells whether the
    code behind it has changed since; None where that cannot be told.
    """

    label: str
    model: str
    block: str
    cells: dict[str, TableCell]
    texts: dict[str, str] = field(default_factory=dict)
    condition: str = ""
    control: bool = False
    stale: bool | None = False
    picture: str | None = None
    footnotes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """Rows under a caption that names dataset and protocol; ``problems`` are what a strict reader refuses.

    ``folds`` is how many folds and repeats the fullest row has. ``beside`` has published numbers in columns of their
    own, with the difference, and a heading over each block; otherwise they stand in a line of their own. ``of_paper``
    are notes on published numbers, shown with these.
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
