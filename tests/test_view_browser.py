"""`bench view` in a real browser: pictures are dropped and asked about, runs go on, the server begins anew."""

import base64
import json
import shutil
import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from bench.exports import shipped
from bench.store.claim import awaited
from bench.store.run_request import RunRequest
from bench.store.store import Store
from bench.tasks.asking.replies import PictureReplies
from bench.tasks.prompts import QUESTIONS
from bench.tasks.records import read_records
from bench.view.live_page import LivePage
from bench.view.server import PageServer, access, bound
from tests.browser import PATIENCE, chromium, opened
from tests.report_pages import HOSTILE, write_store
from tests.test_view import png
from tests.vendor_files import dm

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]
SHAPE = QUESTIONS[2].text


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


class Server:
    """A server of a store on a port of its own, which can end and begin anew as another process would."""

    def __init__(self, store, folders, corrections):
        self.made = (Store(store), folders, corrections)
        self.port = None
        self.start()

    def start(self):
        address = bound("127.0.0.1", self.port)
        self.port, self.url = address.bound.getsockname()[1], address.url
        self.site = LivePage(*self.made)
        self.server = PageServer(self.site, access("127.0.0.1", wants_key=False))
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [address.bound]}, daemon=True)
        self.thread.start()
        _wait(lambda: self.server.started)

    def stop(self):
        self.server.should_exit = True
        self.thread.join()
        self.site.close()


def _wait(condition, seconds=PATIENCE / 1000):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.fixture
def server(store, tmp_path):
    folders = [Path(shutil.copytree(shipped.FOLDER, tmp_path / name)) for name in ("mvaema", "other")]
    own = Server(store, folders, tmp_path / "corrections")
    yield own
    own.stop()


@pytest.fixture
def visit(browser, server):
    def call(address="#ask", **options):
        return opened(browser, f"{server.url}{address}", **options)

    return call


def vendor(folder):
    """The content of a file of a vendor, with its scale."""
    path = folder / "grains.dm3"
    dm()(path)
    return path.read_bytes()


def drop(page, *files):
    """Drop files, each a name and its content, as a file manager does; wait until the server has them."""
    shown = page.locator(".thumb").count()
    texts = [[name, base64.b64encode(content).decode()] for name, content in files]
    transfer = page.evaluate_handle(
        """files => {
          const transfer = new DataTransfer();
          for (const [name, text] of files) {
            const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
            transfer.items.add(new File([bytes], name));
          }
          return transfer;
        }""",
        texts,
    )
    page.dispatch_event(".ask-page", "dragover", {"dataTransfer": transfer})
    page.dispatch_event(".ask-page", "drop", {"dataTransfer": transfer})
    page.wait_for_selector(f".thumb:nth-child({shown + 1})", state="attached")


def choose(page, name):
    """Choose the export of a name, once it is listed."""
    option = page.locator(f".model-a option[value$='/{name}']")
    option.wait_for(state="attached")
    page.select_option(".model-a", option.get_attribute("value"))


def ask(page, question=SHAPE):
    before = page.locator(".turn").count()
    page.fill(".question", question)
    page.click(".primary")
    page.wait_for_selector(f".turn:nth-child({before + 1})", state="attached")
    page.wait_for_selector(".turn:first-child .correct, .turn:first-child .problem:not(:empty)")
    return page.inner_text(".turn:first-child")


def correct(page, answer, category):
    page.click(".turn:first-child .correct summary")
    page.fill(".turn:first-child .better", answer)
    page.fill(".turn:first-child .category", category)
    page.click(".turn:first-child .correct button")
    page.wait_for_selector(".turn:first-child .corrected")


def test_a_dropped_vendor_file_is_answered_and_each_word_shows_where_it_looked(visit, tmp_path):
    with visit() as page:
        choose(page, "mvaema")
        drop(page, ("grains.dm3", vendor(tmp_path)))
        assert "by its file" in page.inner_text("figcaption")
        assert page.locator(".scale-bar").is_visible()
        ask(page)
        assert page.inner_text(".answer").strip()
        assert page.locator(".ranking tr").count() == 5
        page.hover(".word >> nth=0")
        page.wait_for_selector(".overlay.visible")
        assert "times an even share" in page.inner_text(".looked")
        page.focus(".word >> nth=0")
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement === document.querySelectorAll('.word')[1]")


def test_a_pasted_picture_is_taken_and_what_is_none_is_named(browser, visit):
    with visit() as page:
        page.evaluate(
            """text => {
              const transfer = new DataTransfer();
              const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
              transfer.items.add(new File([bytes], "image.png"));
              document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: transfer, cancelable: true}));
            }""",
            base64.b64encode(png()).decode(),
        )
        page.wait_for_selector(".stage img.shown")
        drop(page, ("image.png", png(2)), ("a.txt", b"no note of an instrument"))
        assert page.locator(".thumb").count() == 2
        page.click("button.remove")
        page.wait_for_selector(".thumb:nth-child(2)", state="detached")


def test_a_correction_comes_back_as_a_record_and_the_session_is_saved(visit, tmp_path):
    with visit() as page:
        choose(page, "mvaema")
        drop(page, ("a.png", png()))
        ask(page)
        correct(page, f"Round grains {HOSTILE}", "powder")
        (record,) = read_records(tmp_path / "corrections" / "records.jsonl")
        assert (record.picture, record.question, record.answer) == ("powder/a.png", SHAPE, f"Round grains {HOSTILE}")
        assert "1 record of 1 picture" in page.inner_text(".kept")
        for form in ("html", "csv", "jsonl"):
            with page.expect_download() as saved:
                page.click(f".save-{form}")
            text = Path(saved.value.path()).read_text()
            assert "Round grains" in text
            assert form != "html" or "<script>" not in text


def test_two_models_answer_side_by_side(visit):
    with visit() as page:
        choose(page, "mvaema")
        page.select_option(".model-b", page.locator(".model-b option[value$='/other']").get_attribute("value"))
        drop(page, ("a.png", png()))
        ask(page)
        page.wait_for_selector(".reply:nth-child(2) .correct")
        assert page.locator(".turn:first-child .reply h3").all_inner_texts()[0].startswith("MVaEMa")


def test_two_tabs_at_once_do_not_see_each_others_pictures(visit):
    with visit() as first, visit() as second:
        for page, name in ((first, "first.png"), (second, "second.png")):
            choose(page, "mvaema")
            drop(page, (name, png(1 if name == "first.png" else 2)))
        for page in (first, second):
            page.fill(".question", SHAPE)
            page.click(".primary")
        for page, name in ((first, "first.png"), (second, "second.png")):
            page.wait_for_selector(".turn .correct")
            assert page.inner_text("figcaption b") == name
            assert page.locator(".turn").count() == 1


def test_a_run_in_progress_appears_and_its_results_come_by_themselves(visit, store):
    with visit("#runs") as page:
        page.wait_for_selector("text=knows no run yet")
        own = Store(store)
        own.prepare()
        request = RunRequest("vqa", "synthetic", "p", {}, ["mine"], ["a", "b"], [], {"a": "mine fold 0"})
        own.write_run("20260101T000000000000", request)
        lines = ["2026-01-01 00:00:01 train abc123 by Mine", "training 10/40 epoch 1 loss 2.5 lr 0.003, 0:40 left"]
        own.log("a").write_text("\n".join(lines))
        with awaited(own.stages.folder("abc123") / "claim"):
            page.wait_for_selector(".cell progress")
            assert "mine fold 0" in page.inner_text(".cell") and "40 s left" in page.inner_text(".cell")
            own.log("a").write_text("\n".join([*lines, "training 20/40 epoch 1 loss 1.5 lr 0.003, 0:20 left"]))
            page.wait_for_selector(".curve svg")
            assert page.get_attribute(".cell progress", "value") == "20"
            page.click(".log-of summary")
            page.wait_for_selector("text=training 20/40 epoch 1")
        page.wait_for_selector(".cell progress", state="detached")
        page.click("nav a:has-text('Runs')")
        write_store(store)
        page.wait_for_selector("text=2 to do")
        page.click("nav a:has-text('Leaderboard')")
        page.wait_for_selector(".tabulator-row")


def test_new_results_redraw_an_idle_leaderboard_without_a_reload(browser, server, store):
    write_store(store)
    with opened(browser, server.url) as page:
        page.wait_for_selector(".tabulator-row")
        page.evaluate("window.same = true")
        cells = page.evaluate("document.querySelector('.leaderboard').textContent.match(/from ([0-9]+) cells/)[1]")
        (next((store / "cells").glob("vqa-blind*"))).unlink()
        page.wait_for_selector(f"text=from {int(cells) - 1} cells")
        assert page.evaluate("window.same")


def test_the_page_goes_on_after_the_server_began_anew(browser, server):
    context = browser.new_context()  # what the console says of a server that is away is no fault
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{server.url}#ask")
    choose(page, "mvaema")
    drop(page, ("a.png", png()))
    first = ask(page)
    server.stop()
    page.wait_for_selector(".away:visible")
    server.start()
    page.wait_for_selector(".away", state="hidden")
    assert ask(page) == first  # the picture was sent again, with the new token
    context.close()


def test_hostile_texts_stay_text(visit, monkeypatch):
    answers = [HOSTILE, "[x](javascript:window.taken=1)", "word " * 200_000, "\u202eright to left \u2066\u05e9\u05dc"]

    def reply(self, inquiry, tell, is_gone):
        text = answers[int(inquiry.question[0])]
        tell({"type": "words", "text": text})
        tell({"type": "answer", "answer": text, "size": HOSTILE, "doubts": [HOSTILE]})
        tell({"type": "categories", "categories": [{"category": HOSTILE, "probability": 0.5}]})
        tell({"type": "attention", "words": [HOSTILE[:8]], "weights": [[[0.5, 0.5], [0.0, 0.0]]]})

    monkeypatch.setattr(PictureReplies, "reply", reply)
    with visit() as page:
        choose(page, "mvaema")
        drop(page, ("<img src=x onerror='window.taken=1'>.png", png()))
        for number, answer in enumerate(answers):
            assert HOSTILE in ask(page, f"{number} {HOSTILE}")
            assert page.text_content(".turn:first-child .answer") == answer
        page.evaluate("location.hash = '#ask?p=<script>window.taken=1</script>'")
        page.wait_for_timeout(300)
        assert page.evaluate("window.taken") is None
        assert page.locator(".ask-page script, .ask-page a[href^=javascript]").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280


@contextmanager
def other_site(html):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):  # noqa: N802 -- the library's name
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *words):
            pass

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with HTTPServer(("127.0.0.1", port), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{port}/"
        running.shutdown()


def test_another_sites_form_script_and_request_are_refused(browser, server, store, tmp_path):
    write_store(store)
    body = json.dumps({"picture": "p", "model": "m", "category": "c", "question": "Q?", "answer": "A."})
    html = f"""<form method="post" enctype="text/plain" action="{server.url}api/corrections">
      <input name='{body}' value=""></form>
      <script src="{server.url}data/index.json"></script>
      <img src="{server.url}api/session" onerror="window.failed = true">
      <script>
        fetch("{server.url}api/session").then(answer => answer.text())
          .then(text => window.taken = text, () => window.kept = true);
        fetch("{server.url}api/corrections", {{method: "POST", mode: "no-cors", body: "{{}}"}});
      </script>"""
    with other_site(html) as other:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(other)
        page.wait_for_timeout(1500)
        assert page.evaluate("[window.taken ?? null, window.kept]") == [None, True]
        with page.expect_navigation() as sent:
            page.evaluate("document.querySelector('form').submit()")
        assert sent.value.status == 403
        page.close()
    assert not (tmp_path / "corrections").exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_the_pages_of_the_server(visit, store, scheme, tmp_path):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    write_store(store)
    with visit(scheme=scheme) as page:
        choose(page, "mvaema")
        drop(page, ("a.png", png()), ("b.dm3", vendor(tmp_path)))
        ask(page)
        page.click(".turn:first-child .correct summary")
        for address in ("#ask", "#runs"):
            page.evaluate(f"location.hash = '{address}'")
            page.wait_for_timeout(800)
            violations = axe.Axe().run(page).response["violations"]
            serious = [each for each in violations if each["impact"] in ("serious", "critical")]
            assert [(each["id"], [node["html"][:150] for node in each["nodes"][:3]]) for each in serious] == []


def test_the_ask_page_fits_a_narrow_window_and_is_used_by_keyboard_alone(visit):
    with visit(width=400) as page:
        choose(page, "mvaema")
        drop(page, ("a.png", png()))
        page.focus(".question")
        page.fill(".question", SHAPE)
        page.keyboard.press("Enter")
        page.wait_for_selector(".correct")
        page.focus(".correct summary")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "better"
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
