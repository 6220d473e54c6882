"""`bench teach` against a real server on loopback, with the real client."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from PIL import Image

from bench.endpoint import connection
from bench.endpoint.request import Malformed
from bench.tasks.prompts import QUESTIONS
from bench.tasks.records import read_records
from bench.tasks.teachers.lesson import read
from tests.conftest import texture
from tests.endpoint_server import FAULTS, KEY

DATASET = ("--dataset", "synthetic", "--set", "synthetic.size=20", "--set", "openai.size=64")
TEACHER = ("--teacher", "openai", "--model", "gpt-4o")


@pytest.fixture
def teach(bench, tmp_path, monkeypatch):
    """Run the remote teacher about the first pictures of the embedded dataset; returns (code, all that was said)."""
    monkeypatch.chdir(tmp_path)

    def call(*options, count=2, dataset=DATASET):
        counted = ("--count", count) if count else ()
        code, out, err = bench("teach", *TEACHER, "--out", "r.jsonl", *dataset, *counted, *options)
        assert KEY not in out + err
        return code, out + err

    return call


@pytest.fixture
def flat(tmp_path):
    """A folder of pictures as a lab has them: no categories, one that cannot be read."""
    for number in range(2):
        path = tmp_path / "lab" / ("deep" if number else ".") / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(texture(3, number)).save(path)
    (tmp_path / "lab" / "torn.png").write_bytes(b"no picture")
    return tmp_path / "lab"


def nothing_holds_the_key(folder):
    return not any(KEY.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_every_picture_is_asked_the_ten_prompts_with_its_caption_and_the_picture(endpoint, teach, tmp_path):
    code, said = teach()
    assert code == 0 and "r.jsonl: 44 records of openai:gpt-4o" in said
    records = read_records(tmp_path / "r.jsonl")
    assert [record.question for record in records] == [asked.text for asked in QUESTIONS] * 2
    assert {record.teacher for record in records} == {"openai:gpt-4o"} and {record.facts for record in records} == {()}
    assert all("reasoning" not in record.answer and record.answer.startswith("answer ") for record in records)
    assert len(endpoint.bodies) == 20
    body = endpoint.bodies[0]
    assert (body["temperature"], body["top_p"], body["max_tokens"]) == (0.25, 0.1, 3500)
    assert body["response_format"]["json_schema"]["strict"] is True
    assert "think step by step" in body["messages"][0]["content"]
    text, picture = body["messages"][1]["content"]
    assert text["text"].startswith("This image depicts a nanomaterial of the category ")
    assert picture["image_url"]["url"].startswith("data:image/png;base64,")
    assert nothing_holds_the_key(tmp_path)


def test_the_papers_settings_stand_in_its_config():
    from bench.config.loading import load_config

    assert load_config("paper")[0].settings["openai"] == {"temperature": 0.25, "top_p": 0.1, "max_tokens": 3500}


@pytest.mark.slow
def test_the_records_train_a_model(endpoint, teach, bench):
    teach("--set", "synthetic.balanced=true", count=None)
    pairs = ("folds=0", "k=2", "synthetic.size=20", "vqa.questions=2", "synthetic.balanced=true")
    brief = [part for text in pairs for part in ("--set", text)]
    code, _, err = bench("run", "--task", "vqa", "--models", "majority", "--records", "r.jsonl", *brief)
    assert code == 0, err


def test_pictures_of_any_folder_are_taught_without_a_caption(endpoint, teach, flat, tmp_path):
    code, said = teach(count=None, dataset=("--pictures", str(flat), "--set", "openai.size=64"))
    assert code == 0 and "set aside: torn.png: cannot be decoded" in said
    assert {record.picture for record in read_records(tmp_path / "r.jsonl")} == {"0.png", "deep/1.png"}
    assert not any("category" in body["messages"][1]["content"][0]["text"] for body in endpoint.bodies)


def test_another_folder_of_pictures_is_another_file_whatever_its_name(endpoint, teach, flat):
    def taught(folder):
        return teach(count=None, dataset=("--pictures", str(folder), "--set", "openai.size=64"))

    assert taught(flat)[0] == 0
    moved = flat.rename(flat.with_name("renamed"))
    assert taught(moved)[0] == 0 and len(endpoint.bodies) == 20
    Image.fromarray(texture(3, 9)).save(moved / "0.png")
    code, said = taught(moved)
    assert code == 2 and "was begun otherwise (pictures: " in said and len(endpoint.bodies) == 20


def test_no_more_pictures_of_a_folder_are_decoded_than_are_asked_about(endpoint, teach, flat):
    pictures = ("--pictures", str(flat), "--set", "openai.size=64")
    code, said = teach("--dry-run", count=2, dataset=pictures)
    assert code == 0 and "20 calls about 2 pictures" in said and "torn.png" not in said
    code, said = teach("--dry-run", count=3, dataset=pictures)
    assert code == 2 and "set aside: torn.png" in said and "there are 2 pictures" in said


def test_what_a_server_says_and_a_file_is_called_cannot_steer_the_terminal(endpoint, teach, flat):
    (flat / "torn.png").rename(flat / "\x1b[31mtorn.png")
    endpoint.faults = ["steer"] * 9
    code, said = teach(count=None, dataset=("--pictures", str(flat), "--set", "openai.size=64"))
    assert code == 2 and "\x1b" not in said
    assert "set aside: \\x1b[31mtorn.png: cannot be decoded" in said and "answered 400: [2Jgone" in said


def test_a_dry_run_asks_and_writes_nothing(endpoint, teach, tmp_path):
    code, said = teach("--dry-run")
    assert code == 0 and "20 calls about 2 pictures, about " in said and f"sent to {endpoint.url}" in said
    assert "if every answer were as long as allowed $0.7" in said
    assert not endpoint.bodies and not list(tmp_path.glob("r.*"))
    teach()
    said = teach("--dry-run", count=3)[1]
    assert "20 of 30 stand already; 10 calls about 1 picture, about 4,000 + 1,000 tokens (the mean" in said
    assert "about $0.02," in said


def test_a_rerun_pays_nothing_and_neither_does_the_same_elsewhere(endpoint, teach, bench):
    teach()
    assert "$0.0000 of it now" in teach()[1]
    assert bench("teach", *TEACHER, "--out", "other.jsonl", *DATASET, "--count", "2")[0] == 0
    assert len(endpoint.bodies) == 20


def test_records_suffice_to_go_on_where_the_cache_is_gone(endpoint, teach, monkeypatch, tmp_path):
    teach()
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "empty"))
    lines = (tmp_path / "r.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "r.jsonl").write_text("".join(lines[:-1]) + lines[-1][:30])
    assert teach()[0] == 0
    assert len(endpoint.bodies) == 21 and len(read_records(tmp_path / "r.jsonl")) == 44


def test_what_is_malformed_is_asked_again_and_then_recorded_with_its_raw_text(endpoint, teach, tmp_path):
    endpoint.faults = ["malformed", None, "malformed", "malformed", "malformed", "refusal"]
    code, said = teach("--set", "openai.in_flight=1", count=1)
    assert code == 0 and "2 prompts were not answered, see r.failed.jsonl" in said
    failed = [json.loads(line) for line in (tmp_path / "r.failed.jsonl").read_text().splitlines()]
    assert [(line["prompt_group"], line["status"], line["raw"]) for line in failed] == [
        (2, "failed", "{ not JSON"),
        (3, "refused", "I will not describe this."),
    ]
    assert {record.group for record in read_records(tmp_path / "r.jsonl")} == {1, 4, 5, 6, 7, 8, 9, 10}
    calls = len(endpoint.bodies)
    assert "2 prompts were not answered" in teach(count=1)[1] and len(endpoint.bodies) == calls


def test_a_prompt_that_got_no_reply_is_asked_again_by_the_same_command(endpoint, teach, tmp_path):
    endpoint.faults = [None, *["500"] * 6]
    code, said = teach("--set", "openai.in_flight=1", count=1)
    assert code == 1 and "1 of them got no reply at all: the same command asks them again" in said
    assert json.loads((tmp_path / "r.failed.jsonl").read_text())["status"] == "lost"
    assert teach(count=1)[0] == 0
    assert not (tmp_path / "r.failed.jsonl").exists() and len(read_records(tmp_path / "r.jsonl")) == 22


def test_an_answer_that_is_too_long_says_so_and_is_asked_again_with_a_higher_limit_alone(endpoint, teach, tmp_path):
    endpoint.faults = [None, "long"]
    code, said = teach("--set", "openai.in_flight=1", count=1)
    why = "no JSON object, cut off at the longest answer allowed"
    assert code == 0 and f"no answer about synthetic-000000#2: {why}; raise the limit" in said
    assert json.loads((tmp_path / "r.failed.jsonl").read_text())["reason"] == why
    assert teach(count=1)[0] == 0 and len(endpoint.bodies) == 10
    assert teach("--set", "openai.max_tokens=7000", count=1)[0] == 0
    assert len(endpoint.bodies) == 11 and endpoint.bodies[-1]["max_tokens"] == 7000


def test_a_model_that_thinks_until_its_limit_ends_the_run_with_the_remedy(endpoint, teach, tmp_path):
    endpoint.faults = ["thought"] * 60
    code, said = teach()
    assert code == 2 and len(endpoint.bodies) == 3
    assert "3 replies of 'gpt-4o' in turn hold no answer: reasoning without an answer, cut off" in said
    assert "--set openai.max_tokens=7000, now 3500" in said and not (tmp_path / "r.jsonl").exists()
    endpoint.faults = []
    assert teach("--set", "openai.temperature=0.5")[0] == 0  # no record stands, so another request may begin


def test_a_teacher_that_refuses_most_prompts_is_no_success(endpoint, teach):
    endpoint.faults = ["refusal"] * 6
    code, said = teach(count=1)
    assert code == 1 and "6 prompts were not answered" in said and "6: the model refused" in said


@pytest.mark.parametrize(
    ("options", "out"),
    [
        (("--base-url", "http://127.0.0.1:9/v1"), "r.jsonl"),
        (("--base-url", "http://127.0.0.1:9/v1"), "new/deep/r.jsonl"),
        (("--set", "openai.in_flight=0"), "r.jsonl"),
        (("--budget-usd", "nan"), "r.jsonl"),
        (("--budget-usd", "-1"), "r.jsonl"),
        (("--price-in", "inf", "--price-out", "1"), "r.jsonl"),
        (("--set", "openai.size=0"), "r.jsonl"),
        (("--set", "openai.poll_seconds=-1", "--batch"), "r.jsonl"),
        (("--set", "openai.timeout=-3"), "r.jsonl"),
    ],
)
def test_what_fails_leaves_nothing_behind(endpoint, teach, tmp_path, options, out):
    before = {path.name for path in tmp_path.iterdir()}
    code, said = teach(*options, "--out", out)
    assert code == 2, said
    assert {path.name for path in tmp_path.iterdir()} - before <= {"cache"}


def test_a_run_leaves_no_lock(endpoint, teach, tmp_path):
    assert teach(count=1)[0] == 0
    assert {path.name for path in (tmp_path / "r.teach").iterdir()} == {"asked.json", "spent.jsonl"}


def test_a_server_that_refuses_a_parameter_is_told_with_the_setting(endpoint, teach):
    endpoint.faults = ["newmodel"] * 9
    code, said = teach()
    assert code == 2 and "--set openai.length_parameter=max_completion_tokens sends it otherwise" in said
    endpoint.faults = []
    assert teach("--set", "openai.length_parameter=max_completion_tokens")[0] == 0
    assert endpoint.bodies[-1].keys() >= {"max_completion_tokens"} and "max_tokens" not in endpoint.bodies[-1]


@pytest.mark.parametrize(
    ("reply", "answers"),
    [
        ('{"reasoning": "r", "answer_1": " a\\n b ", "answer_2": "c"}', ("a b", "c")),
        ('<think>{so}</think>```json\n{"reasoning": "", "answer_1": "a", "answer_2": "b"}\n```', ("a", "b")),
        ('{so}</think>{"reasoning": "", "answer_1": "a", "answer_2": "b"}', ("a", "b")),
        ('<think>{"reasoning": "", "answer_1": "a", "answer_2": "b"}', "the thought does not end"),
        ('{"reasoning": "r", "answer_1": "a"}', "answer_2: Field required"),
        ('{"reasoning": "r", "answer_1": "a", "answer_2": 3}', "answer_2: Input should be a valid string"),
        ('{"reasoning": "r", "answer_1": "a", "answer_2": "b", "answer_3": "c"}', "answer_3: Extra inputs"),
        ('{"reasoning": "r", "answer_1": "a", "answer_2": "  "}', "answer 2 is empty"),
        ('{"reasoning": "r", "answer_1": "a", "ans', "no JSON object"),
        ("  ", "empty"),
    ],
)
def test_a_reply_is_one_answer_a_question(reply, answers):
    if isinstance(answers, tuple):
        assert read(reply, 2) == answers
    else:
        with pytest.raises(Malformed, match=answers):
            read(reply, 2)


def test_the_budget_holds_over_several_runs(endpoint, teach):
    code, said = teach("--budget-usd", "0.05")
    assert code == 1 and "stopped before the budget is passed" in said
    paid = sum(endpoint.paid.values())
    assert 0 < paid * 0.002 <= 0.05
    teach("--budget-usd", "0.05")
    assert sum(endpoint.paid.values()) == paid
    assert teach("--budget-usd", "0.5")[0] == 0
    assert sum(endpoint.paid.values()) == 20


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--budget-usd", "1", "--model", "mine"), "no price|none is known of this model; give --price-in"),
        (("--price-in", "1"), "two halves"),
        (("--base-url", "nonsense"), "base URL 'nonsense' is none"),
        (("--base-url", "http://127.0.0.1:8000v1"), "base URL 'http://127.0.0.1:8000v1' is none"),
        (("--pictures", "."), "name one of them"),
        (("--set", "openai.temprature=1"), "did you mean 'temperature'"),
        (("--count", "99"), "there are 20 pictures"),
        (("--teacher", "scripted"), "--model says nothing to the teacher 'scripted'"),
        (("--teacher", "open"), "did you mean 'openai'"),
        (("--out", "r.json"), "ends in .jsonl"),
        (("--base-url", "http://127.0.0.1:9/v1"), "cannot be reached"),
    ],
)
def test_a_mistake_is_one_sentence_and_nothing_is_asked(endpoint, teach, tmp_path, options, says):
    code, said = teach(*options)
    last = said.strip().splitlines()[-1]
    assert code == 2 and any(part in last for part in says.split("|")), said
    assert not endpoint.bodies and not list(tmp_path.glob("r.jsonl"))


def test_a_model_must_be_named_and_a_key_be_there_for_the_public_api(bench, monkeypatch, tmp_path):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    out = ("--out", tmp_path / "r.jsonl")
    assert "add --model NAME" in bench("teach", "--teacher", "openai", *out)[2]
    code, _, err = bench("teach", *TEACHER, *out, *DATASET)
    assert code == 2 and "OPENAI_API_KEY is not set" in err


def test_another_models_records_are_not_added_to(endpoint, teach):
    teach(count=1)
    code, said = teach("--model", "gpt-4.1", count=1)
    assert code == 2 and 'was begun otherwise (model: "gpt-4o" -> "gpt-4.1")' in said


def test_a_file_of_somebodys_own_is_not_touched(endpoint, teach, tmp_path):
    (tmp_path / "r.jsonl").write_text("mine\n")
    code, said = teach()
    assert code == 2 and "was not begun by this command" in said and not endpoint.bodies
    assert (tmp_path / "r.jsonl").read_text() == "mine\n"


def test_the_scripted_teacher_is_the_default(bench, tmp_path):
    out = tmp_path / "r.jsonl"
    code, said, _ = bench("teach", "--out", out, *DATASET[:4])
    assert code == 0 and said == f"wrote {out}: 440 records\n"
    assert {record.teacher for record in read_records(out)} == {"scripted"}


def test_a_run_does_not_ask_the_remote_teacher(bench):
    code, _, err = bench("run", "--task", "vqa", "--models", "majority", "--records", "openai")
    assert code == 2 and "`bench teach --teacher openai --model NAME --out records.jsonl`" in err


BATCH = ("--batch", "--set", "openai.poll_seconds=0.01")


def test_a_batch_is_handed_in_waited_for_and_collected_at_half_the_price(endpoint, teach, tmp_path):
    code, said = teach(*BATCH)
    assert code == 0 and "20 calls handed in" in said and "$0.0200" in said
    assert len(read_records(tmp_path / "r.jsonl")) == 44 and len(endpoint.batches) == 1
    assert teach(*BATCH)[0] == 0 and len(endpoint.batches) == 1


def test_what_a_batch_leaves_unanswered_is_handed_in_again_as_often_as_a_call_is(endpoint, teach, tmp_path):
    endpoint.faults = ["500", "malformed", None, "policy", "refusal"]
    code, said = teach(*BATCH, count=1)
    assert code == 0 and "2 prompts were not answered" in said
    assert len(endpoint.batches) == 2 and sum(endpoint.paid.values()) == 10
    assert len(read_records(tmp_path / "r.jsonl")) == 22 - 4


def test_a_batch_stays_within_the_budget(endpoint, teach):
    code, said = teach(*BATCH, "--budget-usd", "0.025")
    assert code == 1 and "stopped before the budget is passed" in said
    assert 5 <= sum(endpoint.paid.values()) < 20 and sum(endpoint.paid.values()) * 0.001 <= 0.025


def test_a_batch_that_was_begun_by_a_killed_process_is_collected(endpoint, teach, tmp_path, monkeypatch):
    endpoint.polls = 10**6
    command = [sys.executable, "-m", "bench", "teach", *TEACHER, "--out", "r.jsonl", *DATASET, "--count", "2", *BATCH]
    killed(command, lambda: endpoint.batches and (tmp_path / "r.teach" / "batches.jsonl").read_text().count("\n") == 2)
    next(iter(endpoint.batches.values()))["polls"] = 0
    assert teach(*BATCH)[0] == 0
    assert len(endpoint.batches) == 1 and set(endpoint.paid.values()) == {1}


@pytest.mark.parametrize("tries", [1, 6])
def test_a_batch_whose_name_never_arrived_is_found_by_its_mark(endpoint, teach, monkeypatch, tries):

    monkeypatch.setattr(connection, "TRIES", tries)
    endpoint.lost_batches = 1
    code, said = teach(*BATCH)
    if tries == 1:  # the process ends before it may ask again: the next one finds it, among later ones of others
        assert code == 2 and "takes no batch: the connection broke" in said
        assert "what was handed in is collected by the same command" in said
        endpoint.listed = 2
        endpoint.batches |= {f"other-{n}": {**endpoint.batches["batch-0"], "id": f"other-{n}", "metadata": None}
                             for n in range(5)}  # fmt: skip
        code, said = teach(*BATCH)
    assert code == 0, said
    assert [batch["id"] for batch in endpoint.batches.values() if batch["metadata"]] == ["batch-0"]
    assert set(endpoint.paid.values()) == {1}


def test_a_batch_that_may_have_been_begun_is_looked_for_whatever_ended_the_run(endpoint, teach, monkeypatch):
    from tests.endpoint_server import Handler

    endpoint.lost_batches, list_batches = 1, Handler.list_batches

    def failing(self, asked):
        return self.fail("key") if endpoint.batches else list_batches(self, asked)

    with monkeypatch.context() as patch:
        patch.setattr(Handler, "list_batches", failing)
        assert teach(*BATCH)[0] == 2
    assert teach(*BATCH)[0] == 0 and len(endpoint.batches) == 1


def test_a_batch_under_way_is_not_paid_again_one_by_one(endpoint, teach, tmp_path, monkeypatch):

    teach(count=1)
    failed = tmp_path / "r.failed.jsonl"
    with monkeypatch.context() as patch:
        patch.setattr(connection, "TRIES", 1)
        endpoint.lost_batches = 1
        teach(*BATCH)
    failed.write_text("{}\n")
    for option in ((), ("--dry-run",)):
        code, said = teach(*option)
        assert code == 2 and "is under way (one whose name is not known yet); add --batch to collect it" in said
    assert len(endpoint.bodies) == 10 and failed.exists()
    said = teach(*BATCH, "--dry-run")[1]
    assert "calls of a batch that is under way are among them" in said
    assert teach(*BATCH)[0] == 0 and len(endpoint.batches) == 1
    assert teach()[0] == 0 and len(endpoint.bodies) == 20


@pytest.mark.parametrize(("fault", "batches"), [("400", 1), ("500", 4)])
def test_one_call_that_no_batch_answers_leaves_the_others_written(endpoint, teach, tmp_path, fault, batches):
    endpoint.faults = [fault, *[None] * 9, *[fault] * 9]
    code, said = teach(*BATCH, count=1)
    assert code == 1 and "1 of them got no reply at all: the same command asks them again" in said
    assert len(endpoint.batches) == batches and sum(endpoint.paid.values()) == 9
    line = json.loads((tmp_path / "r.failed.jsonl").read_text())
    assert (line["prompt_group"], line["status"]) == (1, "lost") and line["reason"] in ("bad picture", "oops")
    assert {record.group for record in read_records(tmp_path / "r.jsonl")} == {*range(2, 11)}
    endpoint.faults = []
    assert teach(*BATCH, count=1)[0] == 0 and sum(endpoint.paid.values()) == 10


def test_calls_that_batches_end_without_are_told_as_lost(endpoint, teach, tmp_path, monkeypatch):
    from tests.endpoint_server import Handler

    monkeypatch.setattr(Handler, "look", lambda self, name: {**endpoint.batches[name], "status": "expired"})
    code, said = teach(*BATCH, count=1)
    assert code == 1 and "10 of them got no reply at all" in said and len(endpoint.batches) == 3
    lines = [json.loads(line) for line in (tmp_path / "r.failed.jsonl").read_text().splitlines()]
    assert {line["reason"] for line in lines} == {"the batch ended without a reply to it"}


def _junk(server, what):
    """A server whose objects of batches are not what the client expects."""
    from tests.endpoint_server import Handler

    real = {name: getattr(Handler, name) for name in ("upload", "begin", "look", "list_batches")}
    junk = {"id": None, "status": 5, "metadata": [1], "request_counts": "many", "errors": "none", "output_file_id": 7}

    def upload(self, data):
        return self.send({"id": ["x"]}) if what == "file" else real["upload"](self, data)

    def begin(self, asked):
        return self.send(junk) if what == "batch" else real["begin"](self, asked)

    def look(self, name):
        batch = real["look"](self, name)
        if what == "state":
            return {**batch, **junk}
        if what == "replies" and batch["status"] == "completed":
            lines = ['{"custom_id": "../../../escaped", "response": {"status_code": 200}}', "[" * 99_999, "5", "{}"]
            server.files[batch["output_file_id"]] = "\n".join(lines).encode() + b"\xff\n"
        return batch

    return {"upload": upload, "begin": begin, "look": look}


@pytest.mark.parametrize("what", ["file", "batch", "state", "replies"])
def test_objects_of_batches_that_are_none_end_in_one_sentence(endpoint, teach, tmp_path, monkeypatch, what):
    from tests.endpoint_server import Handler

    monkeypatch.setattr(connection, "TRIES", 1)
    for name, method in _junk(endpoint, what).items():
        monkeypatch.setattr(Handler, name, method)
    code, said = teach(*BATCH, count=1)
    assert code in (1, 2) and "Traceback" not in said
    assert "could not be read" in said or "10 of them got no reply at all" in said
    assert not list(tmp_path.rglob("*escaped*"))


def test_a_server_without_batches_is_one_sentence(endpoint, teach, monkeypatch):
    from tests.endpoint_server import Handler

    monkeypatch.setattr(Handler, "upload", lambda self, data: self.fail("404"))
    code, said = teach(*BATCH)
    assert code == 2 and "maybe no Batch API" in said


def killed(command, when):
    """Start a command and kill it as soon as ``when`` says so."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while process.poll() is None and not when() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert process.poll() is None, "it ended before it was killed"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.slow
@pytest.mark.parametrize("knows_keys", [True, False])
def test_killed_three_times_among_faults_every_answer_is_there_once_and_paid_once(
    endpoint, teach, tmp_path, knows_keys
):
    endpoint.share, endpoint.seconds, endpoint.knows_keys = 0.2, 0.02, knows_keys
    draw = random.Random(1)
    command = [sys.executable, "-m", "bench", "teach", *TEACHER, "--out", "r.jsonl", *DATASET, "--count", "20"]
    for goal in (40 + draw.randrange(20), 90 + draw.randrange(20), 140 + draw.randrange(20)):
        killed(command, lambda goal=goal: sum(endpoint.paid.values()) >= goal)
        for line in (tmp_path / "r.jsonl").read_text().splitlines()[:-1]:
            json.loads(line)
    code, said = teach(count=20)
    records = read_records(tmp_path / "r.jsonl")
    assert code == 0, said
    assert [record.id for record in records] == [
        f"synthetic-{picture:06d}#{asked.number:02d}" for picture in range(20) for asked in QUESTIONS
    ]
    assert len(endpoint.paid) == 200
    # A server that knows no idempotency keys bills again what a killed process was not there to read, and what was cut.
    assert sum(endpoint.paid.values()) <= (200 if knows_keys else 200 + 3 * 8 + endpoint.met["cut"])
    assert sum(endpoint.met.values()) > 240 and min(endpoint.met[fault] for fault in FAULTS) > 0
    spent = (tmp_path / "r.teach" / "spent.jsonl").read_text().splitlines()
    assert 200 <= len(spent) <= 200 + 3 * 8
    assert nothing_holds_the_key(tmp_path)


def test_a_setting_that_no_teacher_reads_is_refused(teach, bench, tmp_path):
    code, said = teach("--set", "gcn.epochs=3")
    assert code == 2 and "--set gcn.epochs changes nothing: this command reads openai, " in said
    code, said = teach("--set", "recipe.epochs=3")
    assert code == 2 and "of a run's choices this command reads dataset, image_size, seed" in said
