"""The teacher of a run: checks of what its class returns, whoever wrote it."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, NoReturn

from pydantic import BaseModel, FailFast, Field, TypeAdapter, ValidationError

from bench.config.loading import complete
from bench.contracts import Dataset, InstructionRecord, Teacher
from bench.registered.checked import Checked, shortened
from bench.registered.registry import Registry

_Text = Annotated[str, Field(pattern=r"\S")]
_REMEDIES = {
    "group": "make it the number of a prompt group, 1 to 10",
    "facts": "make it a tuple of (kind, value), both texts",
    "numbers": "make it a tuple of (kind, positive number)",
}


class _Form(BaseModel, strict=True, from_attributes=True):
    """What the fields of an ``InstructionRecord`` may hold."""

    id: _Text
    picture: _Text
    group: Annotated[int, Field(ge=1, le=10)]
    question: _Text
    answer: _Text
    facts: tuple[tuple[str, str], ...]
    teacher: _Text
    numbers: tuple[tuple[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]], ...]


_FORMS = TypeAdapter(Annotated[tuple[_Form, ...], FailFast()])


def teacher_name(records: str, dataset: Dataset | None = None) -> str:
    """Return the name of the teacher that a config's records name; the teacher of files reads a file.

    A ``dataset`` that comes with questions names the teacher of these, which is taken whatever the config says.
    """
    if own := getattr(dataset, "teacher", ""):
        return own
    is_named = re.match(r"[\w-]{2,}:", records)  # a letter and a colon are a drive
    return f"file:{records}" if records.endswith((".jsonl", ".json")) and not is_named else records


def open_teacher(registry: Registry, name: str, settings: Mapping[str, Mapping[str, Any]], seed: int) -> Teacher:
    """Build a teacher by name with its settings, complete; BenchError if that fails or it lacks a method."""
    spec, argument = registry.find("teacher", name)
    completed = complete(spec.name, registry.settings(spec), settings.get(spec.name, {}))
    return CheckedTeacher(spec.builds, argument, seed, **completed)


class CheckedTeacher(Checked):
    """A ``bench.contracts.Teacher`` around a plugin's: whatever it returns keeps the contract."""

    def __init__(self, path: str, *arguments: Any, **settings: Any) -> None:
        super().__init__("teacher", ("identity", "records", "names", "caveat"), path, *arguments, **settings)

    def records(self, dataset: Dataset) -> tuple[InstructionRecord, ...]:
        """Return the records of every picture, each in the form that a training reads, under a unique id."""
        answer = self._call("records", dataset)
        remedy = "return a tuple of bench.contracts.InstructionRecord"
        if not isinstance(answer, (tuple, list)) or not answer:
            self._refuse("records()", f"returned {shortened(answer)}", remedy)
        for place, record in enumerate(answer):
            if not isinstance(record, InstructionRecord):
                self._refuse(f"record {place} of records()", f"is {shortened(record)}", remedy)
        records = tuple(answer)
        self._check_fields(records)
        self._check_pictures(records, dataset.load().ids)
        return records

    def names(self, dataset: Dataset) -> tuple[str, ...]:
        """Return how answers name each category of the dataset, in order."""
        names = self._call("names", dataset)
        texts = isinstance(names, (tuple, list)) and all(isinstance(name, str) and name.strip() for name in names)
        count = len(dataset.categories)
        self._require(
            texts and len(names) == count,
            "names()",
            f"returned {shortened(names)}",
            f"return a tuple of one name for each of the {count} categories",
        )
        return tuple(names)

    def caveat(self, dataset: Dataset) -> str:
        """Return the sentence that a reader of scores on these records must know, '' if there is none."""
        sentence = self._call("caveat", dataset)
        remedy = "return a sentence, '' if there is none"
        self._require(isinstance(sentence, str), "caveat()", f"returned {shortened(sentence)}", remedy)
        return sentence

    def _check_fields(self, records: tuple[InstructionRecord, ...]) -> None:
        try:
            _FORMS.validate_python(records)
        except ValidationError as error:
            first = error.errors()[0]
            place, field = first["loc"][:2]
            remedy = _REMEDIES.get(str(field), "make it a text that is not empty")
            self._refuse_record(records, int(place), f"has {field} {shortened(first['input'])}", remedy)
        name, times = Counter(record.id for record in records).most_common(1)[0]
        self._require(times == 1, "records()", f"has {times} records of id {name!r}", "give each an id of its own")

    def _check_pictures(self, records: tuple[InstructionRecord, ...], pictures: tuple[str, ...]) -> None:
        ids = {*pictures}
        for place, record in enumerate(records):
            if record.picture not in ids:
                what = f"is about picture {record.picture!r}, which the dataset does not hold"
                self._refuse_record(records, place, what, "name it as load().ids of the dataset does")
        shown = (name for record in records if record.options for name in record.options.pictures)
        bare = ids - {record.picture for record in records} - {*shown}
        self._require(
            not bare, "records()", f"has none of picture {min(bare, default='')!r}", "return some of every one"
        )

    def _refuse_record(self, records: tuple[InstructionRecord, ...], place: int, what: str, remedy: str) -> NoReturn:
        self._refuse(f"record {place} of records(), {shortened(records[place].id)},", what, remedy)
