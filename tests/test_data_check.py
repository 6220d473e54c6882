"""What `bench data check` finds in a file of records."""

import json
import os
import re
import socket
from dataclasses import replace

import pytest
from PIL import Image

from bench.contracts import InstructionRecord
from bench.tasks.prompts import QUESTIONS
from bench.tasks.records import as_json, read_records, write_records
from tests.conftest import texture

PICTURES = ("a.png", "b.png")


def about(*pictures):
    """Return whole records of pictures: every question answered, each otherwise."""
    return [
        InstructionRecord(
            f"{picture}#{asked.number:02d}",
            picture,
            asked.group,
            asked.text,
            f"Answer {asked.number} about {picture} is this.",
            (),
            "me",
        )
        for picture in pictures
        for asked in QUESTIONS
    ]


@pytest.fixture
def records():
    """Whole records of two pictures."""
    return about(*PICTURES)


@pytest.fixture
def checked(bench, tmp_path):
    """Write records and what else a file may hold, and check them."""

    def call(records, *options, more=""):
        write_records(tmp_path / "r.jsonl", records)
        with (tmp_path / "r.jsonl").open("a") as stream:
            stream.write(more)
        code, out, err = bench("data", "check", tmp_path / "r.jsonl", *options)
        return code, out + err

    return call


def test_whole_records_are_counted_by_group(checked, records):
    code, said = checked(records)
    assert code == 0 and "44 records of 2 pictures, by me" in said and "accepts it" in said
    assert re.search(r"2 +Morphology and Structure +6 +2 +100% +6\.0 +6 +6 +0 +0%", said)


def test_a_group_that_is_asked_of_some_pictures_only_is_covered_in_part(checked, records):
    lacking = [record for record in records if (record.group, record.picture) != (8, "b.png") and record.group != 9]
    said = checked(lacking)[1]
    assert re.search(r"8 +Image Technique and Modifications +2 +1 +50% ", said)
    assert re.search(r"9 +Functional Features +0 +0 +0% ", said)


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        ({"answer": "I'm sorry, but I cannot assist with that."}, 0, "1 answers are refusals: a.png#01"),
        ({"id": "a.png#02"}, 1, "1 ids occur in several records: a.png#02"),
        ({"question": QUESTIONS[1].text}, 0, "1 questions occur twice for one picture: a.png: Additionally"),
        ({"picture": "z.png"}, 1, "1 pictures are not in the dataset: z.png"),
    ],
)
def test_a_faulty_record_is_named(checked, records, tmp_path, change, code, says):
    folder = pictures(tmp_path)
    found, said = checked([replace(records[0], **change), *records[1:]], "--pictures", folder)
    assert (found, says in said) == (code, True), said


def test_empty_answers_and_broken_lines_are_counted_with_their_lines(checked, records):
    empty = as_json(records[0])
    empty["conversations"][1]["value"] = " "
    code, said = checked(records[1:], more=json.dumps(empty) + "\n" + '{"id": "torn\n' + "[1]\n")
    assert code == 1 and "would refuse it" in said
    assert "1 have an empty answer: line 44, a.png#01" in said
    assert "2 cannot be read: line 45 is not JSON" in said


def test_an_answer_repeated_for_all_pictures_is_reported(checked, records):
    said = checked([replace(record, answer="It is static.") if record.group == 9 else record for record in records])[1]
    assert re.search(r"9 +Functional Features .* 100%", said)


def test_pictures_without_records_are_named(checked, records, tmp_path):
    code, said = checked(records[:22], "--pictures", pictures(tmp_path))
    assert code == 1 and "1 pictures have no record: b.png" in said and "50%" in said


@pytest.mark.parametrize("option", ["--dataset", "--pictures"])
def test_pictures_that_were_set_aside_need_no_records_and_may_have_some(checked, folder, tmp_path, option):
    named = folder(2, 2)
    (tmp_path / "mine" / "kind00" / "torn.png").write_bytes(b"no picture")
    readable = ("kind00/0.png", "kind00/1.png", "kind01/0.png", "kind01/1.png")
    options = (option, named if option == "--dataset" else tmp_path / "mine")
    code, said = checked(about(*readable), *options)
    assert code == 0 and "torn" not in said, said
    code, said = checked(about(*readable, "kind00/torn.png"), *options)
    assert code == 0 and "1 pictures with records were set aside, and training ignores their records" in said, said
    code, said = checked(about(*readable, "kind00/gone.png"), *options)
    assert code == 1 and "1 pictures are not in the dataset: kind00/gone.png" in said, said


def test_unanswered_prompts_are_reported_whatever_the_raw_reply_holds(checked, records, tmp_path):
    failure = {"image": "a.png", "prompt_group": 3, "reason": "the model refused", "raw": "No.\u2028\x85Never."}
    lines = [json.dumps(failure, ensure_ascii=False), "", '{"torn']
    (tmp_path / "r.failed.jsonl").write_text("\n".join(lines), encoding="utf-8")
    code, said = checked(records)
    assert code == 0 and "2 prompts were not answered by the teacher" in said
    assert "a.png, group 3: the model refused; r.failed.jsonl line 3 is not JSON" in said


def test_what_stands_in_a_file_cannot_steer_the_terminal(checked, records, tmp_path):
    failure = {"image": "a.png", "prompt_group": 3, "reason": "\x1b[2Jgone", "raw": "No."}
    (tmp_path / "r.failed.jsonl").write_text(json.dumps(failure) + "\n")
    code, said = checked([replace(record, teacher="\x1b[31mred") for record in records])
    assert code == 0 and "\x1b" not in said and "\\x1b[2Jgone" in said and "\\x1b[31mred" in said


def test_conflicting_options_and_a_missing_file_are_one_sentence(bench, tmp_path):
    code, _, err = bench("data", "check", tmp_path / "none.jsonl")
    assert code == 2 and "cannot be read" in err
    code, _, err = bench("data", "check", "r.jsonl", "--dataset", "synthetic", "--pictures", tmp_path)
    assert code == 2 and "use one of them" in err


def pictures(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, name in enumerate(PICTURES):
        Image.fromarray(texture(1, number)).save(folder / name)
    return folder


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[" * 100_000, "nested too deeply"),
        ('{"a": ' * 100_000, "nested too deeply"),
        ('{"id": "\\ud800"}', "has no 'image'"),
        ('{"id": ' + "9" * 5000 + "}", "is not JSON"),
        ("\0" * 10, "is not JSON"),
        ("null", "is not a record"),
    ],
)
def test_a_line_that_no_program_should_have_written_is_one_sentence(checked, records, line, reason):
    code, text = checked(records, more=line + "\n")
    assert code == 1 and reason in text and "Traceback" not in text and len(text) < 5000


def test_a_file_that_is_no_text_is_one_sentence(bench, tmp_path):
    (tmp_path / "r.jsonl").write_bytes(b"\xff\xfe{}")
    code, _, err = bench("data", "check", tmp_path / "r.jsonl")
    assert code == 2 and "name a JSONL file in UTF-8" in err and err.count("\n") == 1


@pytest.mark.parametrize("kind", ["pipe", "socket", "device", "folder", "loop", "nothing"])
def test_what_is_no_regular_file_is_refused_at_once(bench, tmp_path, kind):
    path = tmp_path / "r"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        socket.socket(socket.AF_UNIX).bind(str(path))
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    elif kind == "loop":
        path.symlink_to(path)
    code, _, err = bench("data", "check", path)
    assert code == 2 and ("name a JSONL file" in err or kind == "loop") and err.count("\n") == 1


def test_records_of_accents_apart_are_about_the_same_picture(tmp_path):
    (record,) = about("é.png")[:1]
    write_records(tmp_path / "r.jsonl", [replace(record, picture="e\u0301.png")])
    assert read_records(tmp_path / "r.jsonl")[0].picture == "\u00e9.png"
