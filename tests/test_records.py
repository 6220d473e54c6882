import json
from dataclasses import replace

import pytest

from bench.contracts import InstructionRecord
from bench.errors import BenchError
from bench.tasks.records import read_records, write_records

RECORD = InstructionRecord(
    id="a#01",
    picture="folder/a.png",
    group=3,
    question="<image>\nHow large?\nIn µm\u2028please",
    answer='Größe:\t"5 µm"\n\nor so \U0001f52c',
    facts=(("size", "small"), ("category", "nano_wires é")),
    teacher="scripted",
)
GOOD = {
    "id": "b",
    "image": "b.png",
    "conversations": [{"from": "human", "value": "<image>\nQ?"}, {"from": "gpt", "value": "A."}],
    "prompt_group": 1,
    "facts": [["size", "small"]],
    "teacher": "t",
}


def test_records_come_back_as_they_were(tmp_path):
    records = (RECORD, replace(RECORD, id="a#02", question="Q\r\n<image>", answer="A\n", facts=()))
    write_records(tmp_path / "r.jsonl", records)
    assert read_records(tmp_path / "r.jsonl") == records
    assert [path.name for path in tmp_path.iterdir()] == ["r.jsonl"]


def test_a_line_has_llavas_form_and_our_keys(tmp_path):
    write_records(tmp_path / "r.jsonl", [replace(RECORD, question="How large?")])
    (line,) = (tmp_path / "r.jsonl").read_text(encoding="utf-8").strip().split("\n")
    assert json.loads(line) == {
        "id": "a#01",
        "image": "folder/a.png",
        "conversations": [
            {"from": "human", "value": "<image>\nHow large?"},
            {"from": "gpt", "value": RECORD.answer},
        ],
        "prompt_group": 3,
        "facts": [["size", "small"], ["category", "nano_wires é"]],
        "teacher": "scripted",
    }
    assert "µ" in line


@pytest.mark.parametrize("said", ["<image>\nQ?", "Q?\n<image>", "Q?"])
def test_the_picture_marker_is_removed_from_the_question(tmp_path, said):
    turns = [{"from": "human", "value": said}, GOOD["conversations"][1]]
    (tmp_path / "r.jsonl").write_text(json.dumps({**GOOD, "conversations": turns}))
    assert read_records(tmp_path / "r.jsonl")[0].question == "Q?"


def test_windows_line_ends_a_byte_order_mark_and_empty_lines_are_read(tmp_path):
    lines = [json.dumps(GOOD), "", json.dumps({**GOOD, "id": "c"}), ""]
    (tmp_path / "r.jsonl").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    assert [record.id for record in read_records(tmp_path / "r.jsonl")] == ["b", "c"]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ('{"id": "x", ', r"r\.jsonl line 2 is not JSON"),
        ("[1]", r"line 2 is not a record"),
        (json.dumps({key: value for key, value in GOOD.items() if key != "facts"}), r"line 2 has no 'facts'"),
        (json.dumps({**GOOD, "id": "x", "image": 5}), r"line 2: 'image' = 5 is not a text"),
        (json.dumps({**GOOD, "id": "x", "prompt_group": True}), r"line 2: 'prompt_group' = True is not a whole"),
        (json.dumps({**GOOD, "id": "x", "prompt_group": 11}), r"line 2: 'prompt_group' = 11"),
        (json.dumps({**GOOD, "id": "x", "facts": [["size"]]}), r"line 2: fact \['size'\]"),
        (json.dumps({**GOOD, "id": "x", "conversations": []}), r"line 2: 'conversations'"),
        (json.dumps({**GOOD, "id": "x", "conversations": GOOD["conversations"] * 2}), r"line 2: 'conversations'"),
        (json.dumps({**GOOD, "id": "x", "conversations": GOOD["conversations"][::-1]}), r"line 2: 'conversations'"),
        (json.dumps(GOOD), r"line 2: id 'b' is also the id of line 1"),
    ],
)
def test_a_broken_line_is_named_by_its_number(tmp_path, broken, said):
    (tmp_path / "r.jsonl").write_text(json.dumps(GOOD) + "\n" + broken + "\n")
    with pytest.raises(BenchError, match=said):
        read_records(tmp_path / "r.jsonl")


@pytest.mark.parametrize("content", [None, b"", b"\n\n", b"\xff\xfe\x00"])
def test_a_file_without_readable_records_is_an_error(tmp_path, content):
    if content is not None:
        (tmp_path / "r.jsonl").write_bytes(content)
    with pytest.raises(BenchError, match="r.jsonl"):
        read_records(tmp_path / "r.jsonl")


def test_an_unwritable_path_is_an_error(tmp_path):
    with pytest.raises(BenchError, match="cannot be written"):
        write_records(tmp_path / "absent" / "r.jsonl", [RECORD])
