"""The tables of a publication and their columns: one declaration for the parquet files, the card and Croissant."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Kind = Literal["text", "integer", "number", "truth", "time", "image", "path"]
"""What values are; image and path are the contents and the place of a file, which no table has."""


class Column(NamedTuple):
    """A column of a table: its name, what its values are, and what it means."""

    name: str
    kind: Kind
    meaning: str


class TableOf(NamedTuple):
    """A table of a publication: what a row is, and its columns."""

    meaning: str
    columns: tuple[Column, ...]


_WHO = Column("measured_by", "text", "who measured it")
_CELL = Column("cell", "text", "the cell: one training of a model on one fold")
_PLACE = (
    Column("task", "text", "what was measured"),
    Column("dataset", "text", "the pictures"),
    Column("model", "text", "the model's name"),
    Column("label", "text", "the model's name in tables"),
    Column("fold", "integer", "the fold held back from training, from 0"),
    Column("repeat", "integer", "which partition into folds, from 0"),
    Column("seed", "integer", "which training on the fold, from 0"),
    Column("fraction", "number", "the share of the training side that was used"),
    Column("protocol", "text", "digest of the rules under which scores can be compared"),
    Column("control", "truth", "whether the model must lose"),
)
ITEM = ("picture", "category", "question", "reference", "answer")
"""The fields of an item that have a column of their own, where its task gives them as text."""
TABLES: Mapping[str, TableOf] = {
    "records": TableOf(
        "one row per cell",
        (
            _WHO,
            _CELL,
            *_PLACE,
            Column("n", "integer", "how many questions or pictures were scored"),
            Column("finished", "time", "when the cell was finished, UTC"),
            Column("bench", "text", "the version of bench that scored it"),
            Column("commit", "text", "the commit of the code, empty if unknown"),
            Column("record", "text", "the whole record as JSON: settings, recipe, protocol in clear, environment"),
            Column("scores", "text", "the file of scores as it was stored"),
        ),
    ),
    "scores": TableOf(
        "one row per cell and metric",
        (
            _WHO,
            _CELL,
            *_PLACE,
            Column("metric", "text", "the metric's name; a colon is followed by the category it is of"),
            Column("value", "number", "the score"),
            Column("error", "number", "its standard error within the cell, empty if there is none"),
            Column("n", "integer", "over how many questions or pictures it is"),
        ),
    ),
    "answers": TableOf(
        "one row per question or picture of a cell",
        (
            _WHO,
            _CELL,
            Column("place", "integer", "the row's place within its cell, from 0"),
            *(Column(name, "text", f"the item's {name}, empty if it has none") for name in ITEM),
            Column("item", "text", "the item as JSON: what was asked, predicted and scored"),
        ),
    ),
    "stages": TableOf(
        "one row per stage of a cell: where its numbers come from",
        (
            _WHO,
            Column("fingerprint", "text", "digest of the inputs"),
            Column("stage", "text", "pretrain, train, predict or score"),
            Column("inputs", "text", "all that decides the stage's product as JSON: data, model, settings, code"),
        ),
    ),
}
"""The tables of a publication, by the name of their folder below ``data/``."""
