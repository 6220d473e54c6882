"""Corrected answers, kept as a dataset to train on: pictures in category folders, and their instruction records."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from bench.contracts import InstructionRecord
from bench.data.formats.side_files import names_beside
from bench.data.readers import suffixes
from bench.errors import BenchError
from bench.inputs import new_path
from bench.processes.endings import held_lock
from bench.store.fingerprint import digest, file_digest
from bench.tasks.prompts import QUESTIONS
from bench.tasks.records import read_records, write_records

RECORDS = "records.jsonl"
TEACHER = "person"
"""The name of whoever corrected an answer, in its record."""
_LONGEST = 100_000
_FORBIDDEN = '/\\:*?"<>|'


@dataclass(frozen=True)
class Correction:
    """What was kept: the picture's id in the folder, and the ids of the pictures of all ``records`` there now."""

    picture: str
    records: int
    pictures: tuple[str, ...]


class Corrections:
    """A folder of corrected answers, which may be a dataset that is there already."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records = folder / RECORDS

    def keep(self, path: Path, category: str, question: str, answer: str) -> Correction:
        """Write the record of a correction, and the picture's file, unless it is there; a later one replaces it.

        BenchError for an empty text, a category that is no name of a folder, or a folder that cannot be written.
        """
        question, answer = _text(question, "question"), _text(answer, "answer")
        new_path(self.folder, "the folder of corrections")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = held_lock(self.folder / ".records.lock")
            try:
                picture = self._place(path, _category(category))
                group = next((each.group for each in QUESTIONS if each.text == question), 1)
                facts = (("category", category),) if category.replace("_", " ").lower() in answer.lower() else ()
                name = f"{picture}#{digest([picture, question])[:12]}"
                record = InstructionRecord(name, picture, group, question, answer, facts, TEACHER)
                records = read_records(self.records) if self.records.exists() else ()
                others = [each for each in records if (each.picture, each.question) != (picture, question)]
                write_records(self.records, [*others, record])
            finally:
                lock.release()
        except OSError as error:
            raise BenchError(f"the correction cannot be written to {str(self.folder)!r} ({error.strerror})") from error
        pictures = tuple(dict.fromkeys(each.picture for each in [*others, record]))
        return Correction(picture, len(others) + 1, pictures)

    def _place(self, path: Path, category: str) -> str:
        """Return the id of a picture in the folder, into which its file is copied unless it is there."""
        content, size = file_digest(path), path.stat().st_size
        for file in sorted(self.folder.rglob("*")):
            is_alike = file.suffix.lower() in suffixes() and file.is_file() and file.stat().st_size == size
            if is_alike and file_digest(file) == content:
                return self._id(file, category)
        out = self.folder / category / path.name
        if out.exists():
            out = out.with_stem(f"{out.stem}-{content[:8]}")
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, out)
        for name in names_beside(path):
            if (beside := path.with_name(name)).is_file():
                shutil.copyfile(beside, out.with_name(name.replace(path.stem, out.stem, 1)))
        return out.relative_to(self.folder).as_posix()

    def _id(self, file: Path, category: str) -> str:
        """Return the id of a picture that is there; BenchError if that is in another category."""
        name = file.relative_to(self.folder)
        if len(name.parts) > 1 and name.parts[0] != category:
            raise BenchError(
                f"this picture is {name.as_posix()!r} in {str(self.folder)!r} already; choose the category "
                f"{name.parts[0]!r}, or move the file first"
            )
        return name.as_posix()


def _text(text: str, what: str) -> str:
    """Return a text that is no more than a record can hold; BenchError if it is empty or none."""
    if not text.strip():
        raise BenchError(f"the {what} of a correction is empty; write one")
    if len(text) > _LONGEST or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BenchError(f"the {what} of a correction is no text of at most {_LONGEST:,} letters; shorten it")
    return text.strip()


def _category(name: str) -> str:
    """Return a category that can be the name of a folder; BenchError if it cannot."""
    if not name.strip() or name != name.strip() or name.startswith(".") or len(name) > 100:
        raise BenchError(f"the category {name[:60]!r} is no name of a folder; choose one, or write another")
    if any(letter in _FORBIDDEN or not letter.isprintable() for letter in name):
        raise BenchError(f"the category {name[:60]!r} is no name of a folder: leave out {' '.join(_FORBIDDEN)}")
    return name
