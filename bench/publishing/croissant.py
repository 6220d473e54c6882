"""Croissant metadata (https://docs.mlcommons.org/croissant) of publications and exported pictures, by mlcroissant."""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.errors import BenchError, in_one_line
from bench.publishing.columns import TABLES, Kind, PublishedColumn
from bench.registered.plugin import DISTRIBUTION
from bench.store.fingerprint import file_digest

if TYPE_CHECKING:
    import mlcroissant

CROISSANT = "croissant.json"
EXTRA = "Croissant metadata is written by mlcroissant, which is not installed; pip install 'mvaema-bench[publish]'"
_REPOSITORY = "repository"
_NO_DIGEST = "https://github.com/mlcommons/croissant/issues/80"
"""What stands for the digest of a repository, which has none, in the metadata that the hub itself writes."""


class Files(NamedTuple):
    """Files of one kind in a data set: their pattern or, of a single one, its name."""

    id: str
    pattern: str
    format: str
    meaning: str
    columns: tuple[PublishedColumn, ...] = ()


class Described(NamedTuple):
    """A data set to describe: ``licence`` is an id of SPDX or a URL, '' if none is chosen."""

    name: str
    description: str
    licence: str
    keywords: tuple[str, ...]
    files: tuple[Files, ...]


def of_publication(folder: Path, name: str, licence: str, is_on_hub: bool) -> str:
    """Return the metadata of a publication's parquet files below a folder, validated."""
    described = Described(
        name.rpartition("/")[2],
        "Results of models that read electron micrographs: records, scores, answers and where they come from.",
        licence,
        ("electron microscopy", "micrographs", "benchmark", "evaluation results"),
        tuple(
            Files(table, f"data/{table}/*.parquet", "application/x-parquet", own.meaning, own.columns)
            for table, own in TABLES.items()
        ),
    )
    return metadata(described, folder, f"https://huggingface.co/datasets/{name}" if is_on_hub else "")


def metadata(described: Described, folder: Path, hub: str = "") -> str:
    """Return the metadata of a data set in a folder, or at the address of its repository on the hub.

    BenchError if mlcroissant is not installed, or finds fault with it.
    """
    with _quiet():
        croissant = _mlcroissant()
        try:
            context = croissant.Context()
            built = croissant.Metadata(
                ctx=context,
                name=described.name,
                description=described.description,
                license=[licence_url(described.licence)] if described.licence else None,
                url=hub or None,
                version="1.0.0",
                date_published=datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None),
                creators=[croissant.Organization(ctx=context, name=DISTRIBUTION)],
                cite_as=None,
                keywords=[*described.keywords],
                distribution=[*_distribution(croissant, context, described, folder, hub)],
                record_sets=[_record_set(croissant, context, files) for files in described.files if files.columns],
            )
            text = json.dumps(built.to_json(), indent=2, ensure_ascii=False) + "\n"
            check(text)
        except BenchError:
            raise
        except Exception as error:  # its own errors, and those of the libraries below it
            raise BenchError(
                f"mlcroissant finds fault with the metadata ({in_one_line(error)}); tell the developers"
            ) from error
    return text


def is_available() -> bool:
    """Return whether mlcroissant is installed; it is not imported."""
    return find_spec("mlcroissant") is not None


def check(text: str) -> None:
    """Read metadata as mlcroissant's validator does; its ValidationError says what is wrong."""
    with _quiet(), TemporaryDirectory() as folder:
        path = Path(folder) / CROISSANT
        path.write_text(text, encoding="utf-8")
        _mlcroissant().Dataset(jsonld=path)


def licence_url(licence: str) -> str:
    """Return the address of a licence's text: that of SPDX for its id, such as cc-by-4.0."""
    return licence if "/" in licence else f"https://spdx.org/licenses/{_SPDX.get(licence.lower(), licence)}.html"


_SPDX: Mapping[str, str] = {
    **{f"cc-by{more}-4.0": f"CC-BY{more.upper()}-4.0" for more in ("", "-sa", "-nc", "-nd", "-nc-sa", "-nc-nd")},
    **{"cc0-1.0": "CC0-1.0", "mit": "MIT", "apache-2.0": "Apache-2.0", "odc-by": "ODC-By-1.0", "odbl": "ODbL-1.0"},
}
"""How SPDX spells the licences that the hub knows by these names."""


def _distribution(croissant: Any, context: Any, described: Described, folder: Path, hub: str) -> Iterator[object]:
    if hub:
        yield croissant.FileObject(
            ctx=context,
            id=_REPOSITORY,
            name=_REPOSITORY,
            description="the repository on the hub",
            content_url=hub,
            encoding_formats=["git+https"],
            sha256=_NO_DIGEST,
        )
    for files in described.files:
        if "*" in files.pattern:
            yield croissant.FileSet(
                ctx=context,
                id=files.id,
                name=files.id,
                description=files.meaning,
                contained_in=[_REPOSITORY] if hub else [],
                encoding_formats=[files.format],
                includes=[files.pattern],
            )
        else:
            path = folder / files.pattern
            yield croissant.FileObject(
                ctx=context,
                id=files.id,
                name=files.id,
                description=files.meaning,
                content_url=files.pattern,
                content_size=f"{path.stat().st_size} B",
                encoding_formats=[files.format],
                sha256=file_digest(path),
            )


def _record_set(croissant: Any, context: Any, files: Files) -> "mlcroissant.RecordSet":
    kinds: Mapping[Kind, object] = {
        "text": croissant.DataType.TEXT,
        "integer": croissant.DataType.INTEGER,
        "number": croissant.DataType.FLOAT,
        "truth": croissant.DataType.BOOL,
        "time": croissant.DataType.DATE,
        "image": croissant.DataType.IMAGE_OBJECT,
        "path": croissant.DataType.TEXT,
    }
    source = {"file_set": files.id} if "*" in files.pattern else {"file_object": files.id}
    name = f"{files.id}-rows"
    return croissant.RecordSet(
        ctx=context,
        id=name,
        name=name,
        description=files.meaning,
        fields=[
            croissant.Field(
                ctx=context,
                id=f"{name}/{column.name}",
                name=column.name,
                description=column.meaning,
                data_types=[kinds[column.kind]],
                source=croissant.Source(ctx=context, extract=_extract(croissant, context, column), **source),
            )
            for column in files.columns
        ],
    )


def _extract(croissant: Any, context: Any, column: PublishedColumn) -> object:
    """Say where a column's values are: in the column of a table, or in the file itself."""
    places = {"image": "content", "path": "fullpath"}
    if column.kind in places:
        return croissant.Extract(ctx=context, file_property=places[column.kind])
    return croissant.Extract(ctx=context, column=column.name)


def _mlcroissant() -> Any:
    try:
        import mlcroissant
    except ImportError as error:
        raise BenchError(EXTRA) from error
    return mlcroissant


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what mlcroissant recommends, such as a DOI for everything, out of the terminal; its errors are raised."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
