"""A table as data: rows of cells that know value, spread, number of folds, and the published number."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class TableCell:
    """One number: ``std`` is None with one fold; ``published`` None where the paper prints none."""

    value: float | None = None
    std: float | None = None
    n: int = 0
    published: float | None = None
    published_std: float | None = None
    best: bool = False
    digits: int = 3


@dataclass(frozen=True)
class TableRow:
    """One row: numbers by column label, texts by column label, and what has to be said of it.

    ``stale`` tells whether the code behind it has changed since; None where that cannot be told.
    """

    label: str
    model: str
    block: str
    cells: dict[str, TableCell]
    texts: dict[str, str] = field(default_factory=dict)
    control: bool = False
    stale: bool | None = False
    picture: str | None = None
    footnotes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """Rows under a caption that names dataset and protocol."""

    name: str
    number: int
    caption: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[str, ...]
    dataset: str
    protocol: str
