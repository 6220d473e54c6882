import random
import re
from collections import Counter, defaultdict
from types import SimpleNamespace

import numpy as np
import pytest

from bench.contracts import Micrographs
from bench.errors import BenchError
from bench.plugins.teachers import register_teachers
from bench.specs import resolve
from bench.tasks.facts import CATEGORIES, KINDS, SHAPES
from bench.tasks.metrics.reading import Lexicon
from bench.tasks.options import STEMS
from bench.tasks.prompts import QUESTIONS
from bench.tasks.records import read_records, write_records
from bench.tasks.teachers.frames import FRAMES, LABEL_ONLY, OTHERWISE
from bench.tasks.teachers.scripted import ScriptedTeacher
from bench.tasks.teachers.wording import SAID, TOPICS, USES

LEXICON = Lexicon()


def dataset(scenes, prefix="p"):
    """Hold these scenes; pictures are not needed."""
    ids = tuple(f"{prefix}{number}" for number in range(len(scenes)))
    categories = tuple(sorted({scene["category"] for scene in scenes}))
    labels = np.array([categories.index(scene["category"]) for scene in scenes])
    micrographs = Micrographs(np.zeros((len(scenes), 1, 1), np.uint8), np.arange(len(scenes)), ids, labels, categories)
    return SimpleNamespace(name="fake", load=lambda: micrographs, facts=lambda position: scenes[position])


def scenes(count, share, seed=0):
    """Draw scenes of every category in which each kind stands with this probability."""
    generator = random.Random(seed)
    drawn = []
    for number in range(count):
        category = CATEGORIES[number % len(CATEGORIES)]
        scene = {kind: generator.choice(values) for kind, values in KINDS.items() if generator.random() < share}
        drawn.append({**scene, "category": category, "shape": generator.choice(SHAPES[category])})
    return drawn


@pytest.mark.parametrize("share", [0.4, 0.8, 1.0])
def test_parsing_an_answer_gives_exactly_its_stored_facts(share):
    records = ScriptedTeacher("", 3).records(dataset(scenes(460, share)))
    assert len(records) == 460 * 22
    wrong = [record for record in records if LEXICON.parse(record.answer) != record.facts]
    assert wrong == []


def test_every_kind_and_value_is_stated_by_some_answer():
    records = ScriptedTeacher("", 0).records(dataset(scenes(600, 0.7)))
    stated = {fact for record in records for fact in record.facts}
    assert stated == {(kind, value) for kind, values in KINDS.items() for value in values}


def test_options_of_a_kind_are_asked_for_by_one_of_the_questions_that_it_answers_most():
    counts = {kind: Counter() for kind in STEMS}
    for record in ScriptedTeacher("", 0).records(dataset(scenes(600, 0.7))):
        for kind, _ in record.facts:
            counts[kind][record.question] += 1
    for kind, stem in STEMS.items():
        assert QUESTIONS[stem.question - 1].text in [question for question, _ in counts[kind].most_common(3)], kind


def test_an_answer_states_only_what_the_scene_shows():
    shown = scenes(50, 0.6)
    records = ScriptedTeacher("", 0).records(dataset(shown))
    for number, record in enumerate(records):
        assert set(record.facts) <= set(shown[number // 22].items())
        assert record.facts


def test_each_picture_gets_the_22_questions_in_order_with_unique_ids():
    records = ScriptedTeacher("", 0).records(dataset(scenes(3, 1.0)))
    assert [record.picture for record in records] == ["p0"] * 22 + ["p1"] * 22 + ["p2"] * 22
    assert [(record.group, record.question) for record in records[22:44]] == [(q.group, q.text) for q in QUESTIONS]
    assert len({record.id for record in records}) == 66
    assert {record.teacher for record in records} == {"scripted"}


def test_wording_depends_on_seed_picture_and_question_alone():
    shown = scenes(12, 0.8)
    records = ScriptedTeacher("", 0).records(dataset(shown))
    assert ScriptedTeacher("", 0).records(dataset(shown[:4])) == records[: 4 * 22]
    other = ScriptedTeacher("", 1).records(dataset(shown))
    assert [record.facts for record in other] != [] and other != records
    twins = ScriptedTeacher("", 0).records(dataset([shown[0]] * 40))
    assert all(len({record.answer for record in twins[question::22]}) > 1 for question in range(22))


def test_answers_have_one_to_three_sentences_of_about_15_to_40_words():
    records = ScriptedTeacher("", 0).records(dataset(scenes(100, 0.7)))
    lengths = np.array([len(record.answer.split()) for record in records])
    assert lengths.min() >= 10 and lengths.max() <= 40
    assert np.mean(lengths >= 14) > 0.9
    for record in records:
        sentences = record.answer.split(". ")
        assert 1 <= len(sentences) <= 3 and record.answer.endswith(".")
        assert all(sentence[0].isupper() for sentence in sentences) and "  " not in record.answer


def test_the_vocabulary_stays_small():
    records = ScriptedTeacher("", 0).records(dataset(scenes(500, 0.7)))
    words = {word.strip(".,;()").lower() for record in records for word in record.answer.split()}
    assert len(words) < 800


def test_each_phrase_states_its_own_fact_alone():
    assert {kind: set(values) for kind, values in SAID.items()} == {kind: set(values) for kind, values in KINDS.items()}
    for kind, values in SAID.items():
        for value, phrases in values.items():
            assert {LEXICON.parse(phrase) for phrase in phrases} == {((kind, value),)}, (kind, value)


def test_frames_uses_and_topics_state_nothing():
    texts = [text for groups in FRAMES for group in groups for text in group]
    texts = [re.sub(r"\{\w+\}", "{}", text) for text in [*texts, *OTHERWISE, *LABEL_ONLY]]
    texts += [*USES.values(), *TOPICS]
    assert {text: facts for text in texts if (facts := LEXICON.parse(text))} == {}
    assert set(USES) == set(CATEGORIES)
    assert len(FRAMES) == len(TOPICS) == len(QUESTIONS)


def test_frames_of_a_group_share_their_slots():
    for groups in FRAMES:
        for group in groups:
            slots = [Counter(part.partition("}")[0] for part in text.split("{")[1:]) for text in group]
            assert all(found.keys() == slots[0].keys() for found in slots), group


def test_of_a_label_alone_only_the_label_is_told():
    shown = [{"category": name} for name in ("gold_wires", "dark background", "nanowires", "cracks")]
    records = ScriptedTeacher("", 0).records(dataset(shown))
    lexicon = Lexicon([scene["category"] for scene in shown])
    for number, record in enumerate(records):
        assert record.facts == (("category", shown[number // 22]["category"]),)
        assert lexicon.parse(record.answer) == record.facts
        assert record.answer.startswith(("The label names the category ", "The image depicts nanowires. More "))
        assert "from the label alone" in record.answer
    assert "the category gold wires;" in records[0].answer


def test_a_strange_category_with_known_facts_is_not_renamed():
    records = ScriptedTeacher("", 0).records(dataset([{"category": "gold", "size": "small"}]))
    lexicon = Lexicon(["gold"])
    assert ("size", "small") in {fact for record in records for fact in record.facts}
    assert all(lexicon.parse(record.answer) == record.facts for record in records)


def test_a_blind_answer_gets_less_than_half_of_evenly_drawn_facts():
    shown = scenes(600, 0.7)
    records = ScriptedTeacher("", 0).records(dataset(shown))
    seen = defaultdict(Counter)
    for number, record in enumerate(records):
        seen[shown[number // 22]["category"], record.question].update([record.facts])
    modal = {key: dict(facts.most_common(1)[0][0]) for key, facts in seen.items()}
    right = [
        modal[shown[number // 22]["category"], record.question].get(kind) == value
        for number, record in enumerate(records)
        for kind, value in record.facts
        if kind != "category"
    ]
    assert np.mean(right) < 0.5


def test_records_survive_a_file(tmp_path):
    records = ScriptedTeacher("", 0).records(dataset(scenes(5, 0.8)))
    write_records(tmp_path / "r.jsonl", records)
    assert read_records(tmp_path / "r.jsonl") == records


def test_identity_tells_seeds_apart_and_is_stable():
    assert ScriptedTeacher("", 0).identity() == ScriptedTeacher("", 0).identity()
    assert ScriptedTeacher("", 0).identity() != ScriptedTeacher("", 1).identity()


def test_an_argument_is_refused():
    with pytest.raises(BenchError, match="'scripted' takes no argument"):
        ScriptedTeacher("x", 0)


def test_every_registered_teacher_resolves():
    specs = []
    register_teachers(register=specs.append)
    assert {spec.name for spec in specs} == {
        *("scripted", "scripted-numbers", "paraphrased:", "file:", "openai", "questionnaire")
    }
    assert all(callable(resolve(spec.builds)) for spec in specs)
