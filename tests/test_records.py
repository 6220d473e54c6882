import json
import os
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bench.contracts import InstructionRecord
from bench.errors import BenchError
from bench.tasks.records import picture_ids, read_records, write_records
from bench.tasks.records_check import check

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


@pytest.mark.parametrize(
    "said",
    ["<image>\nQ?", "Q?\n<image>", "Q?", "<image> Q?", "<image>Q?", "Q? <image>", "<image>\r\nQ?", "Q?\r\n<image>\n"],
)
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


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_one_json_array_is_read_as_llavas_own_files_are(tmp_path, indent, mark):
    (tmp_path / "r.json").write_text(mark + json.dumps([GOOD, {**GOOD, "id": 7}], indent=indent), encoding="utf-8")
    assert [record.id for record in read_records(tmp_path / "r.json")] == ["b", "7"]
    assert not check(tmp_path / "r.json").stops_a_training


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (json.dumps([GOOD, 5]), r"r\.json record 2 is not a record"),
        (json.dumps([GOOD, GOOD]), r"record 2: id 'b' is also the id of record 1"),
        (json.dumps([GOOD], indent=1)[:-9], r"r\.json is a JSON array that is broken or cut off in line \d+"),
        (json.dumps({"data": [GOOD]}), r"one JSON object with the records below 'data'; write that list alone"),
        (
            json.dumps([{key: GOOD[key] for key in ("id", "image", "conversations")}]),
            r"record 1 has no 'prompt_group', 'facts', 'teacher'; .*\"prompt_group\": 1 \(to 10\), \"facts\": \[\]",
        ),
        (json.dumps([{**GOOD, "image": "\ud800"}]), r"record 1 holds half a character"),
        ("[" * 100_000, r"line 1 is nested too deeply"),
        ("[]", r"is empty"),
    ],
)
def test_an_array_that_is_none_is_named_with_its_remedy(tmp_path, content, says):
    (tmp_path / "r.json").write_text(content)
    with pytest.raises(BenchError, match=says):
        read_records(tmp_path / "r.json")


def test_turns_and_keys_under_other_tools_names_are_read(tmp_path):
    turns = [{"role": "user", "content": "<image>\nQ?"}, {"role": "assistant", "content": "A."}]
    record = {key: value for key, value in GOOD.items() if key not in ("image", "conversations")}
    (tmp_path / "r.jsonl").write_text(json.dumps({**record, "images": ["b.png"], "messages": turns}))
    (read,) = read_records(tmp_path / "r.jsonl")
    assert (read.picture, read.question, read.answer) == ("b.png", "Q?", "A.")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Tips/a.png", "Tips/a.png"),
        ("Tips\\a.png", "Tips/a.png"),
        ("./Tips/a.png", "Tips/a.png"),
        ("/data/sem/Tips/a.png", "Tips/a.png"),
        ("C:\\data\\Tips\\a.png", "Tips/a.png"),
        (unicodedata.normalize("NFC", "Dra\u0308hte/a.png"), "Dra\u0308hte/a.png"),
        ("other/Tips/a.png", None),
        ("a.png", None),
        ("twins/\u00e4.png", "twins/\u00e4.png"),
        ("twins\\\u00e4.png", None),
    ],
)
def test_a_name_of_another_system_means_the_same_picture(name, meant):
    ids = ["Tips/a.png", "Dra\u0308hte/a.png", "twins/\u00e4.png", "twins/a\u0308.png"]
    assert picture_ids([name], ids).get(name) == meant


def test_a_pipe_is_no_file_of_records(tmp_path):
    os.mkfifo(tmp_path / "r.jsonl")
    for read in (read_records, check):
        with pytest.raises(BenchError, match="is no file"):
            read(tmp_path / "r.jsonl")


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
DATA = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*GOOD, "from"]), inner)
)
CHANGED = st.dictionaries(st.sampled_from([*GOOD, "messages", "images"]), DATA).map(lambda data: {**GOOD, **data})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=40)
    | st.lists(DATA | CHANGED, max_size=3).map(lambda data: json.dumps(data).encode())
    | st.lists(DATA | CHANGED, max_size=3).map(lambda data: "\n".join(map(json.dumps, data)).encode())
)
@example(b"\xff\xfe[\x00]\x00")
@example(b"9" * 9_999)
def test_any_file_is_records_or_one_sentence(tmp_path, content):
    (tmp_path / "r.jsonl").write_bytes(content)
    for read in (read_records, check):
        try:
            read(tmp_path / "r.jsonl")
        except BenchError as error:
            assert "\n" not in str(error)


def with_numbers(numbers):
    record = {"id": "a", "image": "p", "prompt_group": 3, "facts": [], "teacher": "me", "numbers": numbers}
    turns = [{"from": "human", "value": "How large?"}, {"from": "gpt", "value": "About 400 nm."}]
    return json.dumps(record | {"conversations": turns})


def test_the_numbers_of_a_record_are_kept(tmp_path):
    path = tmp_path / "records.jsonl"
    path.write_text(with_numbers({"size_nm": 412.5, "count": 37}))
    (record,) = read_records(path)
    assert record.numbers == (("size_nm", 412.5), ("count", 37.0))
    write_records(path, [record])
    assert read_records(path) == (record,)


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ({"size_mm": 4}, "did you mean 'size_nm'"),
        ({"size_nm": 0}, "is not a positive number"),
        ({"size_nm": "412 nm"}, "is not a positive number"),
        ({"count": True}, "is not a positive number"),
        ([412], "is not an object"),
    ],
)
def test_numbers_that_are_none_are_refused(numbers, sentence, tmp_path):
    path = tmp_path / "records.jsonl"
    path.write_text(with_numbers(numbers))
    with pytest.raises(BenchError, match=sentence):
        read_records(path)
