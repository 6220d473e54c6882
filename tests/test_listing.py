from dataclasses import replace

import numpy as np

from bench.contracts import InstructionRecord, Instructions, Micrographs
from bench.tasks.listing import listed
from bench.tasks.vqa import VQA

SIZE, SHAPE = "How big are they?", "Of which shape are they?"


def instructions(*rows, caption=""):
    """Hold a picture of the category particles for each (question, facts)."""
    ids = tuple(f"p{number}" for number in range(len(rows)))
    labels = np.zeros(len(rows), int)
    pixels = np.zeros((len(rows), 1, 1), np.uint8)
    micrographs = Micrographs(pixels, np.arange(len(rows)), ids, labels, ("particles", "tips"))
    records = tuple(
        InstructionRecord(f"{name}#1", name, 3, question, "…", facts, "t")
        for name, (question, facts) in zip(ids, rows, strict=True)
    )
    return Instructions(micrographs, records, np.arange(len(rows)), (caption,) * len(rows))


POSED = instructions((SIZE, (("size", "small"),)), (SIZE, (("uniformity", "varied"),)), (SHAPE, (("shape", "rod"),)))


def questions(posed):
    return [record.question for record in posed.records]


def test_a_question_lists_the_kinds_that_any_picture_is_asked_for_by_it():
    first, second, third = questions(listed(POSED))
    assert (
        first
        == second
        == f"{SIZE}\nState for each of these one of its values, as 'kind: value': "
        + ("size (small, medium or large); uniformity (uniform or varied).")
    )
    assert third.startswith(SHAPE) and "size" not in third


def test_the_list_tells_nothing_of_the_answer():
    other = [replace(record, facts=((record.facts[0][0], "large"),)) for record in POSED.records]
    assert questions(listed(replace(POSED, records=tuple(other)))) == questions(listed(POSED))


def test_with_a_caption_the_shapes_are_those_of_its_category_and_the_category_is_not_listed():
    rows = ((SHAPE, (("shape", "rod"), ("category", "particles"))),)
    (captioned,) = questions(listed(instructions(*rows, caption="Particles.")))
    assert "shape (spherical, faceted or rod)." in captioned and "category" not in captioned
    (bare,) = questions(listed(instructions(*rows)))
    assert "category (particles or tips); shape (cell," in bare


def test_kinds_without_known_values_are_not_listed():
    posed = instructions((SIZE, (("mood", "gay"),)))
    assert questions(listed(posed)) == [SIZE]


def test_listing_is_a_part_of_the_protocol_and_not_of_what_models_trained_on_records_are_asked():
    plain, own = VQA(), VQA(ask="listed")
    assert plain.protocol() != own.protocol()
    assert questions(own.pose(POSED)) == questions(plain.explained(POSED)) == questions(POSED)
    assert questions(own.explained(POSED)) == questions(listed(POSED))
