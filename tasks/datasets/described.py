"""The Croissant metadata of exported pictures."""

from pathlib import Path

from bench.publishing.columns import PublishedColumn
from bench.publishing.croissant import CROISSANT, Described, Files, metadata
from bench.store.sealed import write_text
from bench.tasks.datasets.columns import PIXEL_SIZE
from bench.tasks.datasets.export import LABELS, RECORDS
from bench.tasks.datasets.labels import CATEGORY, PATH
from bench.tasks.numbers import NUMBERS

_PICTURES = (
    PublishedColumn("image", "image", "the picture"),
    PublishedColumn("path", "path", "its place: the category's folder, its file"),
)
_RECORDS = (
    PublishedColumn("id", "text", "the record's id"),
    PublishedColumn("image", "text", "the picture's place"),
    PublishedColumn("prompt_group", "integer", "which of the kinds of questions it is"),
    PublishedColumn("teacher", "text", "what wrote the reference answer"),
)
_LABELS = (
    PublishedColumn(PATH, "text", "the picture's place"),
    PublishedColumn(CATEGORY, "text", "its category"),
    *(PublishedColumn(name, "number", f"the picture's {name.replace('_', ' ')}, empty if unknown") for name in NUMBERS),
    PublishedColumn(PIXEL_SIZE, "number", "the side of a pixel in nanometres, empty if unknown"),
)


def describe(folder: Path, dataset: str, licence: str) -> None:
    """Write the metadata of exported pictures into their folder; BenchError without mlcroissant."""
    described = Described(
        f"{dataset}-pictures",
        f"Micrographs of the dataset {dataset} of bench, with instruction records and what is known in numbers.",
        licence,
        ("electron microscopy", "micrographs", "visual question answering"),
        (
            Files("pictures", "*/*.png", "image/png", "a picture in the folder of its category", _PICTURES),
            Files(
                "labels", LABELS, "text/csv", "one row per picture: its category, and what is known in numbers", _LABELS
            ),
            Files("records", RECORDS, "application/jsonlines", "one instruction record per line", _RECORDS),
        ),
    )
    write_text(folder / CROISSANT, metadata(described, folder))
