"""The teacher ``file:PATH``: instruction records of a file."""

from dataclasses import replace
from functools import cached_property
from typing import Any

from bench.contracts import Dataset, InstructionRecord
from bench.errors import BenchError
from bench.inputs import path_of
from bench.store.code_digest import code_digests
from bench.store.fingerprint import file_digest
from bench.tasks.datasets.captions import category_name
from bench.tasks.records import ids_of_aside, of_those_aside, picture_ids, read_records
from bench.tasks.teachers.vocabulary import strange


class FileTeacher:
    """Returns the records of the JSONL or JSON file at ``argument``; the seed changes nothing."""

    def __init__(self, argument: str, seed: int) -> None:
        if not argument or not path_of(argument, "the file of records").is_file():
            raise BenchError(f"there is no file of records {argument!r}; name a JSONL file that exists")
        self._path = path_of(argument, "the file of records")

    def identity(self) -> dict[str, Any]:
        """Return the digests of the file and of the code that reads it; the file's name and folder do not matter."""
        return {"teacher": "file", "sha256": file_digest(self._path), "code": code_digests(__name__)}

    def records(self, dataset: Dataset) -> tuple[InstructionRecord, ...]:
        """Return the records in the order of the dataset's pictures, and of one picture in the file's order.

        Records of pictures that were set aside are left out, as ``caveat`` says. BenchError if the dataset
        lacks the picture of another record, or a picture has no record.
        """
        place = {picture: position for position, picture in enumerate(dataset.load().ids)}
        meant = picture_ids(self._pictures, [*place, *ids_of_aside(dataset.set_aside())])
        renamed = [replace(record, picture=meant.get(record.picture, record.picture)) for record in self._read]
        aside, covered = self._aside(dataset), {record.picture for record in renamed}
        names = (record.picture for record in renamed)
        strangers = list(dict.fromkeys(name for name in names if name not in place and name not in aside))
        if strangers:
            raise BenchError(
                f"{self._path.name} has records of {_some(strangers)}, which dataset {dataset.name!r} does not hold; "
                "remove them or name the dataset they were made for"
            )
        bare = sorted(place.keys() - covered, key=place.__getitem__)
        if bare:
            sentences = (sentence for sentence in aside.values() if any(f" {name};" in sentence for name in bare))
            why = "".join(f"; set aside was {sentence}" for sentence in list(sentences)[:1])
            raise BenchError(
                f"{self._path.name} has no record of {_some(bare)} of dataset {dataset.name!r}; "
                f"add records or remove the pictures{why}"
            )
        records = (record for record in renamed if record.picture in place)
        return tuple(sorted(records, key=lambda record: place[record.picture]))

    def names(self, dataset: Dataset) -> tuple[str, ...]:
        """Return each category as the captions name it."""
        return tuple(category_name(category) for category in dataset.categories)

    def caveat(self, dataset: Dataset) -> str:
        """Name the pictures whose records are left out, and the facts that nothing scores."""
        aside = list(self._aside(dataset))
        left = f"Records of {_some(aside)} are left out, since what they show was set aside." if aside else ""
        facts = (fact for record in self._read for fact in record.facts)
        return " ".join(filter(None, (left, strange(facts, dataset.categories))))

    @cached_property
    def _read(self) -> tuple[InstructionRecord, ...]:
        return read_records(self._path)

    @cached_property
    def _pictures(self) -> frozenset[str]:
        return frozenset(record.picture for record in self._read)

    def _aside(self, dataset: Dataset) -> dict[str, str]:
        """Return the sentence of each picture that was set aside and has records, by picture."""
        sentences = dataset.set_aside()
        return of_those_aside(sentences, {*picture_ids(self._pictures, ids_of_aside(sentences)).values()})


def _some(pictures: list[str]) -> str:
    shown = ", ".join(map(repr, pictures[:3]))
    noun = "picture" if len(pictures) == 1 else "pictures"
    return f"{noun} {shown}" + (f" and {len(pictures) - 3} more" if len(pictures) > 3 else "")
