from collections import Counter

import numpy as np
import pytest

from bench.contracts import InstructionRecord, Instructions, Micrographs
from bench.plugins.tasks import register_tasks
from bench.registered.signature import class_settings, settings_of
from bench.specs import resolve
from bench.stages.code import POSES
from bench.store.code_digest import Methods, closure
from bench.tasks.vqa import VQA


def instructions(pictures, questions=22, order=None):
    ids = tuple(f"p{number}" for number in range(pictures))
    micrographs = Micrographs(
        np.zeros((pictures, 1, 1), np.uint8), np.arange(pictures), ids, np.zeros(pictures, int), ("x",)
    )
    places = [(picture, number) for picture in range(pictures) for number in range(questions)]
    places = [places[place] for place in (order if order is not None else range(len(places)))]
    records = tuple(
        InstructionRecord(f"{ids[picture]}#{number}", ids[picture], 1, f"Q{number}", "A", (), "t")
        for picture, number in places
    )
    return Instructions(micrographs, records, np.array([picture for picture, _ in places]), ("C",) * pictures)


def test_all_questions_with_captions_are_the_test_side_itself():
    test = instructions(3)
    posed = VQA().pose(test)
    assert posed.records == test.records and posed.captions == ("C",) * 3


@pytest.mark.parametrize("questions", ["all", 5])
def test_captions_are_blank_without_them(questions):
    test = instructions(3)
    assert set(VQA(caption="without", questions=questions).pose(test).captions) == {""}
    assert set(VQA(caption="with", questions=questions).pose(test).captions) == {"C"}


@pytest.mark.parametrize("size", [1, 5, 11, 21, 22])
def test_a_subset_asks_each_picture_equally_and_each_question_about_equally(size):
    posed = VQA(questions=size).pose(instructions(47))
    assert set(Counter(record.picture for record in posed.records).values()) == {size}
    assert len({record.id for record in posed.records}) == 47 * size
    asked = Counter(record.question for record in posed.records)
    assert len(asked) == 22 and max(asked.values()) - min(asked.values()) <= 1
    assert all(
        posed.micrographs.ids[place] == record.picture
        for place, record in zip(posed.pictures, posed.records, strict=True)
    )


def test_a_subset_is_fixed_and_keeps_the_order_of_the_records():
    test = instructions(9)
    first, second = VQA(questions=4).pose(test), VQA(questions=4).pose(test)
    assert first.records == second.records
    place = {record.id: number for number, record in enumerate(test.records)}
    assert [place[record.id] for record in first.records] == sorted(place[record.id] for record in first.records)


def test_a_subset_does_not_depend_on_the_order_of_the_records():
    shuffled = np.random.default_rng(0).permutation(9 * 22)
    ids = {record.id for record in VQA(questions=4).pose(instructions(9)).records}
    assert {record.id for record in VQA(questions=4).pose(instructions(9, order=shuffled)).records} == ids


def test_a_picture_with_fewer_questions_is_asked_all_of_them():
    assert len(VQA(questions=10).pose(instructions(4, questions=3))) == 12


def test_the_protocol_tells_what_is_posed_apart():
    choices = (("with", "all"), ("without", "all"), ("with", 4), ("with", 5))
    clear = [VQA(caption=caption, questions=questions).protocol() for caption, questions in choices]
    assert all(one != other for place, one in enumerate(clear) for other in clear[:place])


def test_the_registered_tasks_resolve_and_posing_knows_no_metric():
    specs = []
    register_tasks(register=specs.append)
    for spec in specs:
        task = resolve(spec.builds)(**{name: setting.default for name, setting in settings_of(spec.builds).items()})
        assert task.protocol() == resolve(spec.builds)().protocol()
        assert {setting.stage for setting in class_settings(spec).values()} <= {"predict", "score"}
        assert not [module for module in closure(Methods(spec.builds, POSES)) if "metrics" in module]


def test_protocols_with_and_without_caption_differ_in_that_choice_alone():
    given, withheld = (VQA(caption=value).protocol() for value in ("with", "without"))
    assert {key for key in given if given[key] != withheld[key]} == {"caption"}
