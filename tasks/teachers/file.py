"""The teacher ``file:PATH``: instruction records that stand in a JSONL file."""

from pathlib import Path
from typing import Any

from bench.contracts import Dataset, InstructionRecord
from bench.errors import BenchError
from bench.fingerprint import file_digest
from bench.tasks.records import read_records


class FileTeacher:
    """Hands out the records of the JSONL file at ``argument``; the seed changes nothing."""

    def __init__(self, argument: str, seed: int) -> None:
        self._path = Path(argument).expanduser()
        if not self._path.is_file():
            raise BenchError(f"there is no file of records {argument!r}; name a JSONL file that exists")

    def identity(self) -> dict[str, Any]:
        """Return the file's digest; neither its name nor its place decides the records."""
        return {"teacher": "file", "sha256": file_digest(self._path)}

    def records(self, dataset: Dataset) -> tuple[InstructionRecord, ...]:
        """Return the records in the order of the dataset's pictures, and within a picture in that of the file.

        BenchError names records whose picture the dataset lacks, and pictures without a record.
        """
        records = read_records(self._path)
        pictures = dataset.load().ids
        place = {picture: position for position, picture in enumerate(pictures)}
        strangers = list(dict.fromkeys(record.picture for record in records if record.picture not in place))
        if strangers:
            raise BenchError(
                f"{self._path.name} has records of {_some(strangers)}, which dataset {dataset.name!r} does not hold; "
                "remove them or name the dataset they were made for"
            )
        bare = sorted(place.keys() - {record.picture for record in records}, key=place.__getitem__)
        if bare:
            raise BenchError(
                f"{self._path.name} has no record of {_some(bare)} of dataset {dataset.name!r}; "
                "add records or remove the pictures"
            )
        return tuple(sorted(records, key=lambda record: place[record.picture]))

    def caveat(self, dataset: Dataset) -> str:
        """Return nothing: whoever wrote the file knows."""
        return ""


def _some(pictures: list[str]) -> str:
    shown = ", ".join(map(repr, pictures[:3]))
    noun = "picture" if len(pictures) == 1 else "pictures"
    return f"{noun} {shown}" + (f" and {len(pictures) - 3} more" if len(pictures) > 3 else "")
