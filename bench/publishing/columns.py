"""The tables of a publication and their columns: one declaration for the parquet files, the card and Croissant."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Kind = Literal["text", "integer", "number", "truth", "time", "image", "path"]
"""What values are; image and path are the contents and the place of a file, which no table has."""


class PublishedColumn(NamedTuple):
    """A column of a table: its name, what its values are, and what it means."""

    name: str
    kind: Kind
    meaning: str


class TableOf(NamedTuple):
    """A table of a publication: what a row is, and its columns."""

    meaning: str
    columns: tuple[PublishedColumn, ...]


_WHO = PublishedColumn("measured_by", "text", "who measured it")
_CELL = PublishedColumn("cell", "text", "the cell: one training of a model on one fold")
_PLACE = (
    PublishedColumn("task", "text", "what was measured"),
    PublishedColumn("dataset", "text", "the pictures"),
    PublishedColumn("model", "text", "the model's name"),
    PublishedColumn("label", "text", "the model's name in tables"),
    PublishedColumn("fold", "integer", "the fold held back from training, from 0"),
    PublishedColumn("repeat", "integer", "which partition into folds, from 0"),
    PublishedColumn("seed", "integer", "which training on the fold, from 0"),
    PublishedColumn("fraction", "number", "the share of the training side that was used"),
    PublishedColumn("protocol", "text", "digest of the rules under which scores can be compared"),
    PublishedColumn("control", "truth", "whether the model must lose"),
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
            PublishedColumn("n", "integer", "how many questions or pictures were scored"),
            PublishedColumn("finished", "time", "when the cell was finished, UTC"),
            PublishedColumn("bench", "text", "the version of bench that scored it"),
            PublishedColumn("commit", "text", "the commit of the code, empty if unknown"),
            PublishedColumn(
                "record", "text", "the whole record as JSON: settings, recipe, protocol in clear, environment"
            ),
            PublishedColumn("scores", "text", "the file of scores as it was stored"),
        ),
    ),
    "scores": TableOf(
        "one row per cell and metric",
        (
            _WHO,
            _CELL,
            *_PLACE,
            PublishedColumn("metric", "text", "the metric's name; a colon is followed by the category it is of"),
            PublishedColumn("value", "number", "the score"),
            PublishedColumn("error", "number", "its standard error within the cell, empty if there is none"),
            PublishedColumn("n", "integer", "over how many questions or pictures it is"),
        ),
    ),
    "answers": TableOf(
        "one row per question or picture of a cell",
        (
            _WHO,
            _CELL,
            PublishedColumn("place", "integer", "the row's place within its cell, from 0"),
            *(PublishedColumn(name, "text", f"the item's {name}, empty if it has none") for name in ITEM),
            PublishedColumn("item", "text", "the item as JSON: what was asked, predicted and scored"),
        ),
    ),
    "stages": TableOf(
        "one row per stage of a cell: where its numbers come from",
        (
            _WHO,
            PublishedColumn("fingerprint", "text", "digest of the inputs"),
            PublishedColumn("stage", "text", "pretrain, train, predict or score"),
            PublishedColumn(
                "inputs", "text", "all that decides the stage's product as JSON: data, model, settings, code"
            ),
        ),
    ),
}
"""The tables of a publication, by the name of their folder below ``data/``."""
