"""The values that a question allows, listed behind it: for models that were never taught the words of the records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bench.contracts import Instructions
from bench.tasks.facts import KINDS, SHAPES

_BEFORE = "\nState for each of these one of its values, as 'kind: value': "


def listed(posed: Instructions) -> Instructions:
    """Return the questions with the values of each kind that they ask for.

    A question asks for the kinds that any picture's reference answer to it states, so that the list tells nothing of
    the picture. With a caption, the category is not listed, and of the shapes those of the category are.
    """
    kinds = _kinds_asked(posed)
    records = tuple(
        replace(record, question=record.question + _list(kinds[record.question], _allowed(posed, position)))
        for position, record in enumerate(posed.records)
    )
    return replace(posed, records=records)


def _kinds_asked(posed: Instructions) -> Mapping[str, Sequence[str]]:
    kinds: dict[str, set[str]] = {}
    for record in posed.records:
        kinds.setdefault(record.question, set()).update(kind for kind, _ in record.facts)
    return {question: sorted(own) for question, own in kinds.items()}


def _allowed(posed: Instructions, position: int) -> Mapping[str, Sequence[str]]:
    """Return kind to its values as the prompt leaves them open."""
    own = posed.micrographs.categories
    if not posed.caption(position):
        return {**KINDS, "category": own}
    category = own[posed.micrographs.labels[posed.pictures[position]]]
    values = {kind: values for kind, values in KINDS.items() if kind != "category"}
    return {**values, "shape": SHAPES.get(category, KINDS["shape"])}


def _list(kinds: Iterable[str], allowed: Mapping[str, Sequence[str]]) -> str:
    """Return the sentence that lists the values of kinds; '' if none is known."""
    parts = [f"{kind} ({_alternatives(allowed[kind])})" for kind in kinds if kind in allowed]
    return f"{_BEFORE}{'; '.join(parts)}." if parts else ""


def _alternatives(values: Sequence[str]) -> str:
    names = [value.replace("_", " ") for value in values]
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]
