"""Questions with options: those that records came with, and those that the facts of a picture allow."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from bench.contracts import ChoiceQuestion, InstructionRecord, Instructions
from bench.errors import BenchError
from bench.tasks.facts import KINDS, SHAPES
from bench.tasks.prompts import QUESTIONS
from bench.tasks.teachers.wording import SAID


class _Stem(NamedTuple):
    """What a kind of fact is asked by: the number of the paper's question, and the sentence that a value completes."""

    question: int
    sentence: str


STEMS = {
    "category": _Stem(1, "The image depicts {}."),
    "bar": _Stem(2, "The image carries {} along its lower edge."),
    "shape": _Stem(3, "The nanomaterials in the image have {}."),
    "direction": _Stem(3, "The structures in the image have {}."),
    "phases": _Stem(4, "The nanomaterials show {}."),
    "uniformity": _Stem(5, "The structures show {}."),
    "size": _Stem(6, "The nanostructures have {}."),
    "arrangement": _Stem(7, "The nanomaterials are distributed in {}."),
    "coverage": _Stem(7, "The nanomaterials are distributed over the whole image, with {}."),
    "texture": _Stem(9, "The nanomaterials have {}."),
    "defect": _Stem(10, "The nanomaterials show {}."),
    "contrast": _Stem(11, "The image has {}."),
    "contact": _Stem(13, "The image shows {}."),
    "background": _Stem(15, "The nanomaterials lie on {}."),
    "focus": _Stem(17, "The image has the look of scanning electron microscopy (SEM), with {}."),
    "charging": _Stem(22, "The image has the look of an experimental sample, with {}."),
}
"""How each kind of fact is asked for, in the words of the scripted teacher's answers."""


def questions_of(test: Instructions, most: int, with_caption: bool) -> list[ChoiceQuestion]:
    """Return the questions about pictures, in the order of the records.

    Records with options are questions as they are; of those without, each fact of a picture is one, with at most
    ``most`` options. With the caption, which names it, the category is not asked for. BenchError if there is none.
    """
    place = {name: position for position, name in enumerate(test.micrographs.ids)}
    own = [_with_options(record, place) for record in test.records if record.options]
    if not own:
        own = [*_of_facts(test, most, with_caption)]
    if not own:
        raise BenchError(
            f"the records of these {len(test.micrographs)} pictures have no options and state no facts to make some "
            "of; use --dataset synthetic, or choices:FILE.jsonl for questions of your own"
        )
    return own


def order_of(key: str, version: int, options: int) -> np.ndarray:
    """Return in which order options (O,) are shown: drawn by the key, then turned, so that letters change each time."""
    random = np.random.default_rng(_number(f"order\n{key}\n{version // options}"))
    return np.roll(random.permutation(options), version % options)


def _with_options(record: InstructionRecord, place: dict[str, int]) -> ChoiceQuestion:
    options = record.options
    assert options is not None, "only records with options are posed as they are"
    pictures = tuple(place[name] for name in options.pictures)
    return ChoiceQuestion(
        record.id,
        record.question,
        options.texts,
        options.right,
        pictures,
        options.context,
        options.topic,
        options.several,
    )


def _of_facts(test: Instructions, most: int, with_caption: bool) -> Iterator[ChoiceQuestion]:
    """Yield a question for each kind of fact that a picture's records state."""
    labels, categories = test.micrographs.labels, test.micrographs.categories
    names = dict(zip(categories, test.names, strict=False)) or {name: name for name in categories}
    for picture, positions in enumerate(test.by_picture):
        facts = {kind: value for position in positions for kind, value in test.records[position].facts}
        category = categories[labels[picture]]
        facts["category"] = category
        for kind, stem in STEMS.items():
            phrases = {**SAID[kind]} if kind != "category" else {name: (text,) for name, text in names.items()}
            value = facts.get(kind)
            if value not in phrases or len(phrases) < 2 or (kind == "category" and with_caption):
                continue
            key = f"{test.micrographs.ids[picture]}#{kind}"
            values = _drawn(key, value, [*phrases], _near(kind, category), most)
            yield ChoiceQuestion(
                key,
                QUESTIONS[stem.question - 1].text,
                tuple(stem.sentence.format(phrases[each][0]) for each in values),
                (values.index(value),),
                (picture,),
                test.captions[picture] if with_caption else "",
                kind,
            )


def _near(kind: str, category: str) -> tuple[str, ...]:
    """Return the values that a picture of this category could have had: those that knowing the category leaves open."""
    return SHAPES.get(category, ()) if kind == "shape" else KINDS[kind]


def _drawn(key: str, value: str, values: Sequence[str], near: Sequence[str], most: int) -> list[str]:
    """Return a value among at most so many of its kind, near ones before others, in the vocabulary's order."""
    random = np.random.default_rng(_number(f"options\n{key}"))
    others = [values[place] for place in random.permutation(len(values)) if values[place] != value]
    others.sort(key=lambda each: each not in near)
    return sorted([value, *others[: most - 1]], key=values.index)


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
