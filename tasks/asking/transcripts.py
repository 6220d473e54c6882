"""What was asked on the page, as a file to keep: HTML with the pictures, CSV, or instruction records."""

import base64
import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bench.contracts import InstructionRecord
from bench.errors import BenchError
from bench.store.fingerprint import digest
from bench.tables.page import page
from bench.tasks.asking.corrections import TEACHER
from bench.tasks.prompts import QUESTIONS
from bench.tasks.records import as_json

Text = Annotated[str, Field(max_length=2_000_000)]
Form = Literal["html", "csv", "jsonl"]
TYPES: dict[Form, str] = {"html": "text/html", "csv": "text/csv", "jsonl": "application/x-ndjson"}
"""The media type of each form."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


class RankedCategory(BaseModel):
    """A category with its probability."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    category: Text
    probability: float


class Turn(BaseModel):
    """A question about a picture with a model's answer, None if only categories were ranked.

    ``corrected`` is what a person wrote in its place, None if nobody did; ``picture`` is the id on the server, ``name``
    the file's.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    picture: Text
    name: Text
    model: Text
    origin: Text = ""
    caption: Text = ""
    question: Text | None
    answer: Text | None
    corrected: Text | None = None
    size: Text = ""
    doubts: tuple[Text, ...] = ()
    categories: tuple[RankedCategory, ...] = ()


class Transcript(BaseModel):
    """All turns of one tab, in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    turns: tuple[Turn, ...] = Field(max_length=10_000)


def parsed(content: bytes) -> Transcript:
    """Return the transcript that JSON data hold; BenchError if they hold none."""
    try:
        return Transcript.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise BenchError(
            f"the session cannot be understood ({place}: {first['msg'].lower()}); reload the page"
        ) from error


def written(transcript: Transcript, form: Form, png: Callable[[str], bytes | None]) -> str:
    """Return a transcript in a form; ``png`` returns a picture by its id, None if it is gone."""
    if form == "csv":
        return _csv(transcript.turns)
    if form == "jsonl":
        return "".join(f"{json.dumps(as_json(record), ensure_ascii=False)}\n" for record in _records(transcript.turns))
    return _html(transcript.turns, png)


def _records(turns: Sequence[Turn]) -> list[InstructionRecord]:
    """Return one record for each picture and question that was answered; a correction is the answer of a person."""
    records: dict[tuple[str, str], InstructionRecord] = {}
    for turn in turns:
        answer = (turn.corrected or turn.answer or "").strip()
        if turn.question is None or not answer:
            continue
        key, teacher = (turn.name, turn.question), TEACHER if turn.corrected else turn.model
        if key in records and records[key].teacher == TEACHER and teacher != TEACHER:
            continue
        group = next((each.group for each in QUESTIONS if each.text == turn.question), 1)
        name = f"{turn.name}#{digest([*key])[:12]}"
        records[key] = InstructionRecord(name, turn.name, group, turn.question, answer, (), teacher)
    return [*records.values()]


def _csv(turns: Sequence[Turn]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["picture", "model", "caption", "question", "answer", "corrected", "size", "doubts", "categories"])
    for turn in turns:
        ranking = "; ".join(f"{each.category} {each.probability:.3f}" for each in turn.categories)
        cells = [turn.name, turn.model, turn.caption, turn.question, turn.answer, turn.corrected, turn.size]
        writer.writerow([_cell(text or "") for text in [*cells, "; ".join(turn.doubts), ranking]])
    return stream.getvalue()


def _cell(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _html(turns: Sequence[Turn], png: Callable[[str], bytes | None]) -> str:
    pictures: dict[str, str] = {}
    for turn in turns:
        content = png(turn.picture) if turn.picture not in pictures else None
        if content is not None:
            pictures[turn.picture] = f"data:image/png;base64,{base64.b64encode(content).decode()}"
    names = {turn.picture: turn.name for turn in turns}
    shown = [(name, pictures.get(key), [turn for turn in turns if turn.picture == key]) for key, name in names.items()]
    return page("transcript.html", pictures=shown)
