"""`bench view` without a browser: who is let in, what is refused, what is kept, what runs show."""

import asyncio
import io
import json
import logging
import os
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from bench.errors import BenchError
from bench.running.at_work import activity
from bench.store.claim import awaited
from bench.store.run_request import Cost, RunRequest
from bench.store.store import Store
from bench.tasks.asking import dropped
from bench.tasks.prompts import QUESTIONS
from bench.tasks.records import read_records
from bench.view.guard import HEADERS, Access
from bench.view.live_page import LivePage
from bench.view.server import PageServer, access, application, bound
from tests.conftest import texture

CATEGORY = QUESTIONS[0].text
DROP = "0123456789abcdef"
OPEN = Access("127.0.0.1", "right", None, uploads=("/api/pictures",))
HOME = "http://127.0.0.1:8765"


class Page:
    """A browser at a site: it brings the token, and sends and reads JSON."""

    def __init__(self, site, own=OPEN, base=HOME):
        self.client = TestClient(application(site, own), base_url=base)
        self.token = own.token

    def get(self, path, **headers):
        return self.client.get(path, headers=headers)

    def send(self, path, body, **headers):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(path, content=content, headers={"x-bench-token": self.token, "origin": HOME, **headers})

    def drop(self, name, content, drop=DROP):
        return self.send("/api/pictures", content, **{"x-name": name, "x-drop": drop})

    def ask(self, picture, model, question, **fields):
        body = {"picture": picture, "model": model, "question": question, **fields}
        return [json.loads(line) for line in self.send("/api/ask", body).text.splitlines()]


@pytest.fixture
def site(store, tmp_path):
    with closing(LivePage(Store(store), [], tmp_path / "corrections")) as own:
        yield own


@pytest.fixture
def page(site):
    return Page(site)


@pytest.fixture
def asked(store, tmp_path, exports):
    """A page on which the tiny exports can be asked; the key of each by its name."""
    folders = [exports.folder(name) for name in ("mvaema", "majority")]
    with closing(LivePage(Store(store), folders, tmp_path / "corrections")) as own:
        yield Page(own), {folder.name: f"export:{folder}" for folder in folders}


def png(category=1, number=0):
    stream = io.BytesIO()
    Image.fromarray(texture(category, number)).save(stream, "PNG")
    return stream.getvalue()


def test_the_server_leaves_the_log_handlers_of_other_libraries_open(site, monkeypatch):
    closed = []
    handler = logging.Handler()
    monkeypatch.setattr(handler, "close", lambda: closed.append(handler))
    PageServer(site, OPEN)
    assert not closed


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "", "localhost.:8765"])
def test_another_name_bound_to_our_address_is_refused(page, host):
    assert page.get("/api/session", host=host).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:9000", "[::1]:8765", "LOCALHOST"])
def test_loopback_is_served_by_every_name_and_through_a_tunnel(page, host):
    assert page.get("/api/session", host=host).json() == {"token": "right"}


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "null"},
        {"x-bench-token": "wrong"},
        {"x-bench-token": ""},
        {"x-bench-token": "r\xefght".encode("latin-1")},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
    ],
)
@pytest.mark.parametrize("path", ["/api/pictures", "/api/ask", "/api/corrections", "/api/transcript/csv"])
def test_a_change_that_another_site_or_nobody_asks_for_is_refused(page, headers, path):
    answer = page.send(path, b"{}", **headers)
    assert answer.status_code == 403


def test_another_site_reads_nothing_by_embedding_it(page):
    embedded = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script"}
    assert page.get("/data/index.json", **embedded).status_code == 403
    assert page.get("/", **{"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}).status_code == 200  # a link


@pytest.mark.parametrize("path", ["/", "/api/session", "/nowhere", "/assets/page.js"])
def test_every_answer_forbids_what_is_not_the_pages_own(page, path):
    headers = page.get(path).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS
    scripts = next(part for part in HEADERS["content-security-policy"].split("; ") if part.startswith("script-src"))
    assert scripts == "script-src 'self'"
    assert "unsafe" not in HEADERS["content-security-policy"]


def test_a_page_beyond_loopback_needs_the_printed_key_once(site):
    page = Page(site, replace(OPEN, host="10.0.0.7", key="secret"), "http://10.0.0.7:8765")
    assert page.get("/api/session").status_code == 401
    assert page.get("/?key=wrong").status_code == 401
    assert page.send("/api/ask?key=secret", {}, origin="http://10.0.0.7:8765").status_code == 401
    assert page.client.get("/?key=secret", follow_redirects=False).headers["location"] == "/"
    assert page.get("/api/session").status_code == 200  # the cookie
    assert page.get("/api/session", host="evil.example").status_code == 421


def test_the_key_is_needed_where_others_can_reach_the_page():
    assert access("127.0.0.1", wants_key=False).key is None
    assert access("localhost", wants_key=False).key is None
    assert access("127.0.0.1", wants_key=True).key
    assert access("0.0.0.0", wants_key=False).key
    assert access("192.168.1.5", wants_key=False).key != access("192.168.1.5", wants_key=False).key


def test_a_request_that_is_too_large_ends_before_it_is_read(site):
    page = Page(site, replace(OPEN, most_bytes=1000))
    assert page.send("/api/ask", b"x" * 2000).status_code == 413


@pytest.mark.parametrize("name", ["..%2f..%2fetc%2fpasswd", "view.py", "../guard.py", "page.html"])
def test_no_file_but_the_pages_own_is_served(page, name):
    assert page.get(f"/view/{name}").status_code == 404
    assert page.get(f"/assets/{name}").status_code == 404
    assert page.get(f"/api/log?cell={name}").json().get("lines", []) == []


def test_a_taken_port_is_named_and_without_one_the_next_is_served():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(BenchError, match=f"127.0.0.1:{port} cannot be served .*another --port"):
            bound("127.0.0.1", port)
    first, second = bound("127.0.0.1", None), bound("127.0.0.1", None)
    with first.bound, second.bound:
        assert first.url != second.url


# Pictures.


def test_a_dropped_picture_is_described_and_shown(page):
    about = page.drop("a%2Fb%20c.png", png()).json()
    assert (about["name"], about["width"], about["height"], about["format"]) == ("b c.png", 64, 64, "png")
    shown = page.get(f"/api/pictures/{about['id']}")
    assert Image.open(io.BytesIO(shown.content)).size == (64, 64)


def test_a_file_beside_a_picture_states_its_scale(page):
    note = b"[SemImageFile]\r\nInstructName=SU8000\r\nPixelSize=5.0\r\n"
    assert page.drop("a.txt", note).json() == {"side_file": True}
    about = page.drop("a.png", png()).json()
    assert (about["width_nm"], about["instrument"]["maker"]) == (320.0, "Hitachi")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.png", b"no picture" * 100, "'a.png' cannot be decoded"),
        ("a.png", b"", "'a.png' is empty"),
        ("a.html", b"<script>alert(1)</script>" * 40, "'a.html' cannot be decoded"),
        ("a.png", png()[:300], "'a.png' cannot be decoded"),
    ],
)
def test_what_is_no_picture_is_refused_with_its_name_and_leaves_nothing(site, page, name, content, sentence):
    answer = page.drop(name, content)
    assert answer.status_code == 400 and sentence in answer.json()["error"]
    assert not [file for file in site.asking._dropped._folder.rglob("*") if file.is_file()]


def test_pictures_are_limited_in_size_and_number(page, monkeypatch):
    monkeypatch.setattr(dropped, "MOST_BYTES", 1000)
    assert "more than 0 MB" in page.drop("a.png", png() * 2).json()["error"]
    monkeypatch.undo()
    monkeypatch.setattr(dropped, "MOST_PICTURES", 1)
    assert page.drop("a.png", png()).status_code == 200
    assert "1 pictures are here already" in page.drop("b.png", png()).json()["error"]


def test_pictures_are_readable_by_nobody_else_and_gone_when_the_server_ends(store, tmp_path):
    site = LivePage(Store(store), [], tmp_path / "corrections")
    Page(site).drop("a.png", png())
    folder = site.asking._dropped._root
    assert folder.stat().st_mode & 0o077 == 0
    site.close()
    assert not folder.exists()


def test_a_killed_server_leaves_pictures_that_the_next_one_deletes_and_one_that_runs_keeps_its_own(
    tmp_path, monkeypatch
):
    dying = """
import os, signal
from bench.tasks.asking.dropped import Dropped
folder = Dropped()._folder
folder.mkdir()
(folder / "secret.png").write_bytes(b"picture")
os.kill(os.getpid(), signal.SIGKILL)
"""
    place = tmp_path / "temporary"
    (place / "bench-view-mine").mkdir(parents=True)  # a user's own, which no server locked
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / ".lock").touch()
    (place / "bench-view-link").symlink_to(tmp_path / "elsewhere")
    subprocess.run([sys.executable, "-c", dying], env={**os.environ, "TMPDIR": str(place)})  # noqa: PLW1510
    assert len([*place.rglob("secret.png")]) == 1
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    with closing(dropped.Dropped()) as first:
        assert not [*place.rglob("secret.png")]
        with closing(dropped.Dropped()):
            assert first._root.exists()
    assert {path.name for path in place.iterdir()} == {"bench-view-mine", "bench-view-link"}
    assert (tmp_path / "elsewhere").exists()


def test_a_picture_that_the_server_lost_is_named_so_that_the_page_sends_it_again(page):
    answer = page.send("/api/ask", {"picture": "gone", "model": "m", "question": "Q?"})
    assert (answer.status_code, answer.json()["code"]) == (410, "picture")


@pytest.mark.parametrize("name", ["", "..", "/", "a\u202eb.png", "\x00", "x" * 300 + ".png", ".hidden", "con\nb.png"])
def test_no_name_of_a_file_leaves_the_folder_of_the_drop(page, site, name):
    from urllib.parse import quote

    about = page.drop(quote(name), png()).json()
    files = [file for file in site.asking._dropped._folder.rglob("*") if file.is_file()]
    assert len(files) == 1 and files[0].name == about["name"] and about["name"].isprintable()


# Answers.


def test_an_answer_comes_word_by_word_and_is_the_one_that_python_gives(asked, exports):
    page, keys = asked
    picture = page.drop("a.png", png()).json()["id"]
    parts = page.ask(picture, keys["mvaema"], CATEGORY)
    (answer,) = [part["answer"] for part in parts if part["type"] == "answer"]
    heard = [part["text"] for part in parts if part["type"] == "words"]
    assert len(heard) > 1 and all(later.startswith(earlier) for earlier, later in zip(heard, heard[1:], strict=False))
    assert answer.startswith(heard[-1])
    assert parts[0] == {"type": "loading"}
    assert page.ask(picture, keys["mvaema"], CATEGORY) == parts[1:]  # it stayed in memory, and answers the same
    whole = page.ask(picture, keys["majority"], CATEGORY)
    assert [part["type"] for part in whole] == [
        "loading",
        "answer",
        "categories",
    ]  # a model whose words cannot be heard


def test_where_each_word_looked_and_how_likely_categories_are_come_with_the_answer(asked):
    page, keys = asked
    picture = page.drop("a.png", png()).json()["id"]
    parts = {part["type"]: part for part in page.ask(picture, keys["mvaema"], CATEGORY, top=3)}
    assert len(parts["categories"]["categories"]) == 3
    weights = np.array(parts["attention"]["weights"])
    assert weights.shape[0] == len(parts["attention"]["words"]) and weights.ndim == 3
    assert any(doubt.startswith("not sure") for doubt in parts["answer"]["doubts"])
    only = page.ask(picture, keys["mvaema"], None, top=2)
    assert [part["type"] for part in only] == ["answer", "categories"]


def test_a_wrong_question_is_one_sentence(asked):
    page, keys = asked
    picture = page.drop("a.png", png()).json()["id"]
    assert "tokens" in page.ask(picture, keys["mvaema"], "word " * 5000)[-1]["error"]
    assert "unknown category 'gold'" in page.ask(picture, keys["mvaema"], "Q?", category="gold")[-1]["error"]
    assert "unknown model to ask 'nobody'" in page.ask(picture, "nobody", "Q?")[-1]["error"]
    answer = page.send("/api/ask", {"picture": picture, "model": "m", "question": "Q?", "top": 1e9})
    assert answer.status_code == 400 and answer.json()["error"].startswith("top: ")


def test_models_of_the_store_of_folders_and_of_the_installation_are_offered(asked):
    page, keys = asked
    offers = {offer["key"]: offer for offer in page.get("/api/models").json()["models"]}
    assert {*keys.values(), "installation"} <= offers.keys()
    assert offers[keys["mvaema"]]["answers"] and offers[keys["mvaema"]]["classifies"]
    about = page.get(f"/api/models/about?key={keys['mvaema']}").json()
    assert about["attends"] and about["captions"].keys() == {*about["categories"]}


# Corrections and transcripts.


def corrected(page, picture, model, category, answer, question=CATEGORY):
    body = {"picture": picture, "model": model, "category": category, "question": question, "answer": answer}
    return page.send("/api/corrections", body)


def test_corrections_are_a_dataset_that_a_run_trains_on(asked, tmp_path, bench, monkeypatch):
    page, keys = asked
    folder = tmp_path / "corrections"
    for category in ("fibres", "wires"):
        for number in (0, 4, 8):
            place = ("fibres", "wires").index(category) + 1
            picture = page.drop(f"{category}{number}.png", png(place, number)).json()["id"]
            kept = corrected(page, picture, keys["mvaema"], category, f"These are {category}.").json()
            if category == "fibres":
                assert "one category, 'fibres', is not enough" in kept["lacking"]
    assert (kept["records"], kept["pictures"], kept["lacking"]) == (6, 6, "")
    records = read_records(folder / "records.jsonl")
    assert {record.facts for record in records} == {(("category", "fibres"),), (("category", "wires"),)}
    verb, *arguments = kept["command"].removeprefix("bench ").split(" ")
    small = ("--set", "recipe.epochs=1", "--set", "recipe.fewest_steps=0", "--set", "machine.threads=1")
    code, out, err = bench(verb, *arguments, *small)
    assert code == 0, err


def test_a_later_correction_replaces_an_earlier_one_and_the_picture_is_kept_once(asked, tmp_path):
    page, keys = asked
    for name, answer in (("a.png", "First."), ("copy.png", "Second.")):
        picture = page.drop(name, png()).json()["id"]
        assert corrected(page, picture, keys["mvaema"], "fibres", answer).json()["records"] == 1
    (record,) = read_records(tmp_path / "corrections" / "records.jsonl")
    assert (record.picture, record.answer, record.teacher) == ("fibres/a.png", "Second.", "person")
    other = corrected(page, picture, keys["mvaema"], "powder", "Third.")
    assert "'fibres/a.png'" in other.json()["error"] and "category 'fibres'" in other.json()["error"]


def test_another_picture_of_the_same_name_keeps_its_own_file(asked, tmp_path):
    page, keys = asked
    for number in (0, 4):
        picture = page.drop("a.png", png(1, number)).json()["id"]
        assert corrected(page, picture, keys["mvaema"], "fibres", "Fibres.").status_code == 200
    assert len(list((tmp_path / "corrections" / "fibres").iterdir())) == 2


@pytest.mark.parametrize("category", ["", " ", "..", "a/b", "a\\b", ".git", "x" * 200, "a\nb", "a:b"])
def test_a_category_that_is_no_folder_keeps_nothing(asked, tmp_path, category):
    page, keys = asked
    picture = page.drop("a.png", png()).json()["id"]
    answer = corrected(page, picture, keys["mvaema"], category, "Fibres.")
    assert answer.status_code == 400 and "category" in answer.json()["error"]
    assert not list((tmp_path / "corrections").rglob("*.png"))


HOSTILE = "<script>alert(1)</script> \u202e =cmd|' /C calc'!A0"


def turn(**fields):
    usual = {"picture": "p", "name": "a.png", "model": "M", "question": "Q?", "answer": "A."}
    return {**usual, **fields}


@pytest.mark.parametrize("form", ["html", "csv", "jsonl"])
def test_hostile_texts_stay_texts_in_every_form(page, form):
    body = {"turns": [turn(name=HOSTILE, question=HOSTILE, answer=f"={HOSTILE}", doubts=[HOSTILE])]}
    answer = page.send(f"/api/transcript/{form}", body)
    assert answer.status_code == 200 and "attachment" in answer.headers["content-disposition"]
    text = answer.text
    assert form == "jsonl" or "\u202e" not in text or form == "csv"
    if form == "html":
        assert "<script>" not in text and "&lt;script&gt;" in text
    if form == "csv":
        assert "'=<script>" in text
    if form == "jsonl":
        assert json.loads(text)["conversations"][1]["value"] == f"={HOSTILE}"


def test_a_transcript_as_records_prefers_what_a_person_wrote(page, tmp_path):
    turns = [turn(answer="Wrong.", corrected="Right."), turn(model="N", answer="Also wrong."), turn(question=None)]
    path = tmp_path / "session.jsonl"
    path.write_bytes(page.send("/api/transcript/jsonl", {"turns": turns}).content)
    (record,) = read_records(path)
    assert (record.answer, record.teacher, record.picture) == ("Right.", "person", "a.png")


def test_a_transcript_shows_its_pictures(page):
    picture = page.drop("a.png", png()).json()["id"]
    text = page.send("/api/transcript/html", {"turns": [turn(picture=picture)]}).text
    assert text.count("data:image/png;base64,") == 1 and "default-src 'none'" in text


# Runs.


@pytest.fixture
def run(store):
    """A run of two cells in the store, of which one is being trained by this process."""
    own = Store(store)
    own.prepare()
    expected = {cell: {"train": Cost(seconds=60.0)} for cell in ("a", "b")}
    request = RunRequest("vqa", "synthetic", "p", {}, ["mvaema"], ["a", "b"], [], {"a": "mvaema fold 0"}, expected)
    own.write_run("20260101T000000000000", request)
    lines = [
        "2026-01-01 00:00:01 train abc123 by MVaEMa",
        "training 10/40 epoch 1 loss 2.5 lm 1.5 lr 0.003, 0:30 left",
        "some sentence",
        "training 20/40 epoch 2 loss 2 lm 1 val 1.75 lr 0.003, 1:00:20 left",
    ]
    own.log("a").write_text("\n".join([*lines, ""]))
    return own


def test_a_cell_that_runs_tells_its_progress_losses_and_time_left(run):
    assert activity(run, "a") is None  # no process holds its stage
    with awaited(run.stages.folder("abc123") / "claim"):
        work = activity(run, "a")
        assert (work.stage, work.what, work.done, work.total, work.left) == ("train", "training", 20, 40, 3620.0)
        assert work.figures == {"epoch": 2, "loss": 2, "lm": 1, "val": 1.75, "lr": 0.003}
        assert [(done, figures["loss"]) for done, figures in work.curve] == [(10, 2.5), (20, 2.0)]
        assert activity(run, "b") is None
    assert activity(run, "a") is None


def test_a_look_at_the_store_counts_cells_and_lists_what_runs(run, tmp_path):
    site = LivePage(run, [], tmp_path / "corrections")
    with awaited(run.stages.folder("abc123") / "claim"):
        (view,) = site.watch.look()["runs"]
    assert view["counts"] == {"running": 1, "missing": 1}
    assert (view["cells"][0]["name"], view["cells"][0]["done"]) == ("mvaema fold 0", 20)
    assert view["left"] == 120.0


def test_results_differ_in_name_as_soon_as_a_record_comes(run, tmp_path):
    watch = LivePage(run, [], tmp_path / "corrections").watch
    before = watch._seen()["results"]
    (run.root / "cells" / "a.json").write_text("{}")
    assert watch._seen()["results"] != before


def test_events_tell_a_look_first_and_then_only_what_differs(run, tmp_path, monkeypatch):
    from bench.view import store_watch

    monkeypatch.setattr(store_watch, "_PAUSE", 0.01)
    watch = LivePage(run, [], tmp_path / "corrections").watch

    async def two():
        events = watch.events()
        first = await anext(events)
        threading.Timer(0.2, (run.root / "cells" / "a.json").write_text, ["{}"]).start()
        return first, await anext(events)

    first, second = asyncio.run(two())
    looks = [json.loads(event.partition("data: ")[2]) for event in (first, second)]
    assert [look["records"] for look in looks] == [0, 1]


def test_a_store_without_runs_is_a_page_that_waits_for_one(page, site):
    look = site.watch.look()
    assert look["runs"] == [] and look["error"] == ""
    answer = page.get("/data/index.json")
    assert answer.status_code == 404 and "bench run" in answer.text


def test_the_log_of_a_cell_is_shown(page, run):
    assert page.get("/api/log?cell=a").json()["lines"][1].startswith("training 10/40")


def test_a_missing_package_is_named_with_its_extra(bench, monkeypatch):
    from bench.api import viewing

    monkeypatch.setattr(viewing, "find_spec", lambda name: None)
    code, _, err = bench("view")
    assert code == 2 and "pip install 'mvaema-bench[view]'" in err


def test_the_page_imports_no_torch_before_a_question():
    names = "{'torch', 'scipy', 'pandas', 'sklearn'}"
    code = f"import sys, bench.view.server, bench.tasks.asking.page; print(sorted({names} & sys.modules.keys()))"
    root = Path(__file__).parent.parent
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert out.stdout.strip() == "[]"
