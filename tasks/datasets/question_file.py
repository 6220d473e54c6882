r"""Questions with options as JSONL: one question per line.

``{"id": "q1", "question": "What shape have the particles?", "options": ["rods", "spheres"], "answer": "B",
"images": ["pictures/a.tif"], "context": "", "topic": "shape", "several": false}``

``answer`` is the letter or the text of the right option, or a list of several. ``images`` are paths relative to the
file, one, more, or none for a question about text alone. ``context`` is text to be read before the question, ``topic``
the category of the question; both may be left out. ``several`` says whether all right options are wanted (true, as is
assumed where ``answer`` lists several) or any of them will do (false). ``id`` may be left out: it then is the line's
number.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from bench.contracts import LETTERS
from bench.errors import BenchError, shortened, unknown
from bench.inputs import path_of
from bench.specs.json_data import JSONObject

_KEYS = ("id", "question", "options", "answer", "images", "context", "topic", "several")
_EXAMPLE = '{"question": "...", "options": ["...", "..."], "answer": "A", "images": ["a.png"]}'


class FileQuestion(NamedTuple):
    """A question of a file: ``right`` are positions of ``options``, ``images`` paths relative to the file."""

    id: str
    text: str
    options: tuple[str, ...]
    right: tuple[int, ...]
    images: tuple[str, ...]
    context: str = ""
    topic: str = ""
    several: bool = False


def as_json(question: FileQuestion) -> JSONObject:
    """Return a question as the data of a line."""
    return {
        "id": question.id,
        "question": question.text,
        "options": list(question.options),
        "answer": [LETTERS[place] for place in question.right],
        "images": list(question.images),
        "context": question.context,
        "topic": question.topic,
        "several": question.several,
    }


def read_questions(path: Path) -> tuple[FileQuestion, ...]:
    """Return the questions of a file in its order; BenchError names the line of one that cannot be asked."""
    questions: dict[str, FileQuestion] = {}
    for where, entry in _entries(path):
        question = from_json(entry, where)
        if question.id in questions:
            raise BenchError(f"{where}: id {question.id!r} is used before; give every question one of its own")
        questions[question.id] = question
    if not questions:
        raise BenchError(f"{path.name} holds no question; write one per line, such as {_EXAMPLE}")
    return tuple(questions.values())


def from_json(entry: Any, where: str) -> FileQuestion:
    """Return the question of a line's data; BenchError if it cannot be asked."""
    if not isinstance(entry, Mapping):
        raise BenchError(f"{where} is {shortened(entry)}, no JSON object; write {_EXAMPLE}")
    for key in entry:
        if key not in _KEYS:
            raise unknown(f"key of {where}", str(key), _KEYS)
    text = _text(entry, "question", where)
    options = tuple(_text({"option": option}, "option", where) for option in _list(entry, "options", where))
    images = tuple(_text({"image": image}, "image", where) for image in _list(entry, "images", where, []))
    _require_options(options, where)
    right = _right(entry.get("answer"), options, where)
    several = entry.get("several", len(right) > 1)
    if not isinstance(several, bool):
        raise BenchError(f"{where}: several is {shortened(several)}; write true or false")
    name = entry.get("id", where.rpartition(" ")[2])
    question = FileQuestion(
        str(name),
        text,
        options,
        right,
        images,
        _text(entry, "context", where, ""),
        _text(entry, "topic", where, ""),
        several,
    )
    require_askable(question, where)
    return question


def require_askable(question: FileQuestion, where: str) -> None:
    """Raise BenchError for a question that nobody can answer, wherever it comes from."""
    _require_options(question.options, where)
    if not question.right:
        raise BenchError(f"{where} has no right option; name one by answer, its letter or its text")
    if len(question.right) == len(question.options):
        raise BenchError(
            f"{where}: all {len(question.options)} options are right, so nothing is asked; add a wrong one"
        )


def _require_options(options: tuple[str, ...], where: str) -> None:
    """Raise BenchError for too few or too many options, or two that are the same text."""
    if not 2 <= len(options) <= len(LETTERS):
        raise BenchError(f"{where} has {len(options)} options; give 2 to {len(LETTERS)}, one for each letter")
    plain = [" ".join(option.split()).casefold() for option in options]
    twice = next((place for place, text in enumerate(plain) if text in plain[:place]), None)
    if twice is not None:
        first = plain.index(plain[twice])
        raise BenchError(
            f"{where}: options {LETTERS[first]} and {LETTERS[twice]} are the same text, {shortened(options[twice])}; "
            "change one or remove it"
        )


def _right(answer: Any, options: tuple[str, ...], where: str) -> tuple[int, ...]:
    """Return the positions of the right options; BenchError for an answer that is none, or could be two."""
    places: set[int] = set()
    for each in answer if isinstance(answer, list) else [] if answer in (None, "") else [answer]:
        letter = LETTERS.find(each) if isinstance(each, str) and len(each) == 1 else -1
        named = {letter} if 0 <= letter < len(options) else set[int]()
        by_text = {place for place, option in enumerate(options) if option == each}
        if named and by_text - named:
            raise BenchError(f"{where}: answer {each!r} is the letter of one option and the text of another; reword it")
        if not named | by_text:
            raise BenchError(
                f"{where}: answer {shortened(each)} is no option; give the letter (A to {LETTERS[len(options) - 1]}) "
                "or the text of the right one"
            )
        places |= named or by_text
    return tuple(sorted(places))


def _entries(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield the data of every line that is not empty, with its place; BenchError if it is no JSON."""
    try:
        text = path_of(path, "the file of questions").read_bytes().decode("utf-8-sig")
    except (OSError, ValueError) as error:
        raise BenchError(f"questions {str(path)!r} cannot be read ({error}); name a JSONL file in UTF-8") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            where = f"{path.name} line {number}"
            try:
                yield where, json.loads(line)
            except (ValueError, RecursionError) as error:
                raise BenchError(f"{where} is no JSON ({error}); write one object per line, {_EXAMPLE}") from error


def _list(entry: Mapping[str, Any], key: str, where: str, default: list[Any] | None = None) -> list[Any]:
    value = entry.get(key, default)
    if not isinstance(value, list):
        raise BenchError(f"{where}: {key} is {shortened(value)}; write a list of texts, see {_EXAMPLE}")
    return value


def _text(entry: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
    value = entry.get(key, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise BenchError(f"{where}: {key} is {shortened(value)}; write a text, see {_EXAMPLE}")
    return value
