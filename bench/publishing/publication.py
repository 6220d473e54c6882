"""A publication: records of cells with answers and the inputs of their stages, in parquet files below one manifest.

::

    publication.json              the manifest: every file below data/ with its digest; it is written last
    data/<table>/<who>-<digest>.parquet
                                  the tables of ``bench.publishing.columns``, one file for each who measured
    README.md, croissant.json     the card and the metadata
    eval.yaml, models/            what the hub reads of a benchmark and of its models' results

The manifest names the files that count, and files are named by their content: a publication that was broken off leaves
the earlier one whole. What is read is compared with digests throughout: files with the manifest, a protocol and a
stage's inputs with their own names, answers with the record.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from bench.errors import BenchError
from bench.inputs import folder_of
from bench.publishing.columns import TABLES
from bench.publishing.parquet import read_rows, read_texts
from bench.specs.json_data import JSONObject
from bench.store.fingerprint import digest, file_digest
from bench.store.record import Record, parsed
from bench.store.sealed import DamagedError, read_json
from bench.terminal.quantities import count

FORMAT = 1
MANIFEST = "publication.json"
DATA = "data"
SCORES_FILE, ITEMS_FILE = "scores.json", "items.jsonl"
"""The files of a score stage's product."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


class CellKey(NamedTuple):
    """Who measured, and the id of the cell: no two rows of a publication share it."""

    measured_by: str
    cell: str


@dataclass(frozen=True, eq=False)
class PublishedCell:
    """A cell as it is published.

    ``record`` is as whoever measured it has it; ``scores`` the text of its file of scores, '' if that is gone;
    ``items`` reads the lines of its answers, None if they are not published; ``inputs`` those of its stages in clear,
    by stage.
    """

    measured_by: str
    record: Record
    scores: str
    inputs: Mapping[str, JSONObject]
    items: Callable[[], list[str] | None]

    @property
    def key(self) -> CellKey:
        """Its key."""
        return CellKey(self.measured_by, self.record.cell.id)

    def has_scores_of(self, other: "PublishedCell") -> bool:
        """Return whether another cell has the same stages and scores."""
        return (self.record.stages, self.record.metrics) == (other.record.stages, other.record.metrics)


@dataclass(frozen=True, eq=False)
class Publication:
    """The cells of a publication in a folder, and the digests of its files below ``data/`` by name."""

    folder: Path
    cells: tuple[PublishedCell, ...]
    files: Mapping[str, str]

    @property
    def by_key(self) -> dict[CellKey, PublishedCell]:
        """The cells by their keys."""
        return {cell.key: cell for cell in self.cells}


def check_who(name: str) -> str:
    """Return the name of who measured; BenchError if it cannot be a part of a model's and a file's name."""
    if not _NAME.fullmatch(name):
        raise BenchError(
            f"--by {name!r} is no name for who measured; use up to 40 letters, digits, dots, underscores and dashes, "
            "beginning with a letter or digit"
        )
    return name


def is_publication(folder: Path) -> bool:
    """Return whether a folder holds a publication, whole or not."""
    return (folder / MANIFEST).exists() or any((folder / DATA / name).is_dir() for name in TABLES)


def read(given: str | Path, name: str = "") -> Publication:
    """Return the publication in a folder, called ``name`` in errors.

    BenchError if there is none, a file is missing or changed, or its rows contradict one another.
    """
    folder = folder_of(given, "the publication")
    shown = repr(name or str(given))
    files = listed_files(folder, shown)
    for path, expected in files.items():
        if not (folder / path).is_file() or (folder / path).is_symlink():
            raise _half(shown, f"{path} is missing")
        if file_digest(folder / path) != expected:
            raise _half(shown, f"{path} is cut or was changed")
    cells = tuple(_cells(folder, [*files], shown))
    keys = [cell.key for cell in cells]
    if len({*keys}) != len(keys):
        double = next(key for key in keys if keys.count(key) > 1)
        raise BenchError(
            f"the publication {shown} has cell {double.cell} of {double.measured_by} twice; tell its owner"
        )
    return Publication(folder, cells, files)


def listed_files(folder: Path, shown: str) -> dict[str, str]:
    """Return the files that a folder's manifest lists, with their digests; BenchError if it is none."""
    try:
        manifest = read_json(folder / MANIFEST)
    except DamagedError as error:
        raise _half(shown, f"{MANIFEST} is cut or was changed") from error
    if manifest is None:
        if is_publication(folder):
            raise _half(shown, f"{MANIFEST} is missing")
        raise BenchError(f"{shown} holds no publication; name a folder that `bench publish` has written")
    try:
        version, files = manifest["format"], {str(name): str(value) for name, value in manifest["files"].items()}
        is_whole = manifest["digest"] == digest(files)
    except (KeyError, TypeError, AttributeError) as error:
        raise _half(shown, f"{MANIFEST} is no manifest") from error
    if version != FORMAT:
        raise BenchError(
            f"the publication {shown} has format {version!r}, this version of bench reads {FORMAT}; update bench"
        )
    if not is_whole:
        raise _half(shown, f"{MANIFEST} was changed")
    for name in files:
        parts = PurePosixPath(name).parts
        if len(parts) != 3 or parts[0] != DATA or parts[1] not in TABLES or not name.endswith(".parquet"):
            raise BenchError(
                f"the publication {shown} names the file {name!r}, which has no place in one; do not trust it"
            )
    return files


def manifest_of(files: Mapping[str, str], version: str) -> JSONObject:
    """Return the manifest of some files with their digests, written by this version of bench."""
    return {"format": FORMAT, "bench": version, "files": dict(files), "digest": digest(files)}


def _half(shown: str, flaw: str) -> BenchError:
    return BenchError(
        f"the publication {shown} is not whole: {flaw}; copy or download it again, or publish into a new folder"
    )


def _cells(folder: Path, files: Sequence[str], shown: str) -> Iterable[PublishedCell]:
    def of(table: str) -> list[Path]:
        return [folder / name for name in files if PurePosixPath(name).parts[1] == table]

    inputs = {
        (row["measured_by"], row["fingerprint"]): _inputs(row, shown)
        for path in of("stages")
        for row in read_rows(path)
    }
    answers = of("answers")
    for path in of("records"):
        for row in read_rows(path):
            yield _cell(row, inputs, answers, shown)


def _inputs(row: Mapping[str, Any], shown: str) -> JSONObject:
    clear = _json(row["inputs"], shown)
    if digest({"stage": row["stage"], **clear})[:32] != row["fingerprint"]:
        raise _changed(shown, f"the inputs of stage {row['fingerprint']} are not those of its fingerprint")
    return clear


def _cell(
    row: Mapping[str, Any], inputs: Mapping[tuple[str, str], JSONObject], answers: Sequence[Path], shown: str
) -> PublishedCell:
    who = str(row["measured_by"])
    if not _NAME.fullmatch(who):
        raise BenchError(f"the publication {shown} names {who!r} as who measured, which is no name; do not trust it")
    try:
        record = parsed(row["record"])
    except BenchError as error:
        raise _changed(shown, f"the record of cell {row['cell']} cannot be read ({error})") from error
    if record is None:
        raise BenchError(f"the publication {shown} has a record of another version; update bench")
    if record.cell.id != row["cell"] or record.measured_by:
        raise _changed(shown, f"the record of cell {row['cell']} is another cell's")
    if digest(record.protocol)[:16] != record.cell.protocol:
        raise _changed(shown, f"the protocol of cell {row['cell']} is not that of its digest")
    own = {stage: inputs[who, name] for stage, name in record.stages.items() if (who, name) in inputs}

    def items() -> list[str] | None:
        lines = [
            line for path in answers for line in read_texts(path, "item", ("measured_by", who), ("cell", row["cell"]))
        ]
        return lines or None

    return PublishedCell(who, record, str(row["scores"]), own, items)


def _json(text: str, shown: str) -> JSONObject:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _changed(shown, "inputs of a stage are not JSON") from error
    if not isinstance(data, dict):
        raise _changed(shown, "inputs of a stage are no mapping")
    return data


def _changed(shown: str, flaw: str) -> BenchError:
    return BenchError(f"the publication {shown} contradicts itself: {flaw}; do not trust it, and tell its owner")


def contents(cells: Iterable[PublishedCell]) -> str:
    """Say how many cells there are, of whom."""
    every = [*cells]
    names = sorted({cell.measured_by for cell in every})
    return f"{count(len(every), 'cell')} of {', '.join(names)}" if every else "no cell"
