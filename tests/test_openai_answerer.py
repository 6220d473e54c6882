"""The answerer behind a server, as a row among others."""

import json

import pytest

from bench.endpoint.request import Malformed
from bench.models.remote.answerer import read
from bench.planning.rows import resolve_rows
from bench.registered.registry import Registry
from bench.store.store import Store
from tests.endpoint_server import KEY

PAIRS = ("folds=0", "k=2", "synthetic.size=20", "synthetic.balanced=true", "vqa.questions=1", "image_size=32")
SMALL = tuple(part for text in PAIRS for part in ("--set", text))
ONE_BY_ONE = ("--set", "openai:gpt-4o.in_flight=1")


@pytest.fixture
def answered(bench, store):
    """Run a model behind the server on half of twenty pictures; returns (code, all that was said, its record)."""

    def call(*options, models="openai:gpt-4o"):
        code, out, err = bench("run", "--task", "vqa", "--models", models, *SMALL, *options)
        assert KEY not in out + err
        records = [record for record in Store(store).records() if record.cell.model == models]
        return code, out + err, records[-1] if records else None

    return call


def test_a_model_behind_a_server_is_a_row_with_its_cost(endpoint, answered, bench, store):
    code, said, record = answered()
    assert code == 0, said
    assert record.usage == {
        "input_tokens": 4000,
        "output_tokens": 1000,
        "dollars": 0.02,
        "price": {"input": 2.5, "output": 10.0},
        "refused": 0,
        "empty": 0,
        "calls_paid_now": 10,
        "dollars_paid_now": pytest.approx(0.02),
    }
    assert record.model.settings["base_url"] == endpoint.url
    assert "openai:gpt-4o" in bench("table", "1")[1]
    body = endpoint.bodies[0]
    assert body["model"] == "gpt-4o" and body["temperature"] == 0
    text, picture = body["messages"][1]["content"]
    assert text["text"].startswith("This image depicts a nanomaterial of the category ")
    assert picture["image_url"]["url"].startswith("data:image/png;base64,")
    assert not any(KEY.encode() in path.read_bytes() for path in store.rglob("*") if path.is_file())


def test_a_rerun_costs_nothing_and_another_server_or_temperature_is_asked_anew(endpoint, answered, monkeypatch):
    answered()
    _, said, again = answered("--force")
    assert len(endpoint.bodies) == 10 and again.usage["calls_paid_now"] == 0 and again.usage["dollars"] == 0.02
    answered("--set", "openai:gpt-4o.temperature=0.5")
    assert len(endpoint.bodies) == 20
    monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url.replace("127.0.0.1", "localhost"))
    answered()
    assert len(endpoint.bodies) == 30


def test_the_caption_is_withheld_as_from_every_row(endpoint, answered):
    assert answered("--set", "vqa.caption=without")[0] == 0
    assert len(endpoint.bodies) == 10
    assert not any("category" in body["messages"][1]["content"][0]["text"] for body in endpoint.bodies)


@pytest.mark.parametrize("ask", ["plain", "listed"])
def test_allowed_values_are_listed_for_a_model_without_records_alone_and_its_row_says_so(
    endpoint, answered, bench, ask
):
    assert answered("--set", f"vqa.ask={ask}")[0] == 0
    assert bench("run", "--task", "vqa", "--models", "majority", *SMALL, "--set", f"vqa.ask={ask}")[0] == 0
    texts = [body["messages"][1]["content"][0]["text"] for body in endpoint.bodies]
    assert any("one of its values" in text for text in texts) == (ask == "listed")
    table = bench("table", "1")[1]
    assert "Majority answer" in table and f"ask {ask}" in table
    footnote = {"plain": "facts counts what a lexicon reads in its free words", "listed": "told the allowed values"}
    assert "openai:gpt-4o: trained on no records" in table and footnote[ask] in table


def test_a_name_may_hold_dots_and_colons_in_its_settings(endpoint, answered):
    code, said, record = answered("--set", "openai:qwen2.5:7b.max_tokens=7", models="openai:qwen2.5:7b")
    assert code == 0, said
    assert {(body["model"], body["max_tokens"]) for body in endpoint.bodies} == {("qwen2.5:7b", 7)}
    assert record.usage["dollars"] is None


@pytest.mark.parametrize(("fault", "counted"), [("refusal", "refused"), ("empty", "empty"), ("thought", "empty")])
def test_a_refusal_and_a_reply_without_an_answer_are_counted_apart(endpoint, answered, bench, store, fault, counted):
    endpoint.faults = [fault]
    code, said, record = answered(*ONE_BY_ONE)
    assert code == 0, said
    assert record.usage[counted] == 1 and len(endpoint.bodies) == 10
    (answers,) = [json.loads(path.read_text()) for path in store.glob("stages/*/product/answers.json")]
    assert sorted(map(bool, answers)) == [False] + [True] * 9
    assert "openai:gpt-4o: 1 of 10 questions got a reply without an answer, which counts as wrong" in bench(
        "table", "1"
    )[1].replace("\n", " ")


def test_answers_that_are_cut_off_are_counted_in_a_sentence(endpoint, answered):
    endpoint.faults = ["long"] * 2
    code, said, _ = answered()
    assert code == 0 and "2 of 10 answers were cut off at the longest answer allowed, 300 tokens" in said


def test_a_cell_with_too_many_missing_answers_fails_and_says_why(endpoint, answered):
    endpoint.faults = [None, "thought", "refusal"]
    code, said, record = answered(*ONE_BY_ONE)
    assert code == 1 and record is None
    assert "2 of 10 questions have a reply without an answer (1: reasoning without an answer, cut off" in said
    assert "raise the limit (--set openai:gpt-4o.max_tokens=600, now 300)" in said
    assert answered("--set", "openai:gpt-4o.most_missing=0.2")[0] == 0
    assert len(endpoint.bodies) == 10


def test_what_another_server_wants_is_a_setting_each(endpoint, answered):
    name = "openai:gpt-4o"
    pairs = (
        "length_parameter=max_completion_tokens",
        "detail=low",
        "system_role=user",
        """extra='{"seed": 1, "top_p": null}'""",
    )
    code, said, _ = answered(*[part for pair in pairs for part in ("--set", f"{name}.{pair}")])
    assert code == 0, said
    body = endpoint.bodies[0]
    assert (
        body["max_completion_tokens"] == 300 and body["seed"] == 1 and body.keys().isdisjoint({"max_tokens", "top_p"})
    )
    (message,) = body["messages"]
    instruction, text, picture = message["content"]
    assert message["role"] == "user" and instruction["text"].startswith("You are shown") and text["type"] == "text"
    assert picture["image_url"]["detail"] == "low"


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("in_flight=0", "give 1 to 1,000"),
        ("timeout=-1", "out of range"),
        ("timeout=.nan", "out of range"),
        ("budget_usd=.nan", "out of range"),
        ("max_tokens=0", "out of range"),
        ("top_p=1.5", "out of range"),
        ("temperature=.inf", "out of range"),
        ("most_missing=2", "out of range"),
        ("extra=seed", "no object of JSON"),
        ("""extra='{"stream": true}'""", "sets 'stream'"),
    ],
)
def test_a_setting_out_of_range_is_refused_before_anything_is_written(endpoint, answered, store, setting, says):
    code, said, _ = answered("--set", f"openai:gpt-4o.{setting}")
    assert code == 2 and says in said and not endpoint.bodies
    assert not any(path.is_file() for path in store.rglob("*"))


@pytest.mark.parametrize(
    ("faults", "options", "says"),
    [
        (["key"] * 9, (), "does not accept the key"),
        ([None, *["500"] * 6], ONE_BY_ONE, "1 of 10 questions have no answer (the server answered 500: oops, 6 times"),
        ([], ("--set", "openai:gpt-4o.budget_usd=0.01"), "no answer (the budget would be passed)"),
        ([], ("--set", "openai:gpt-4o.base_url=http://127.0.0.1:9/v1"), "cannot be reached"),
    ],
)
def test_what_goes_wrong_fails_the_cell_with_one_sentence_and_keeps_what_was_paid(
    endpoint, answered, store, faults, options, says
):
    endpoint.faults = faults
    code, said, record = answered(*options)
    assert code == 1 and says in said and record is None
    assert not any(KEY in path.read_text() for path in (store / "logs").iterdir())
    paid = sum(endpoint.paid.values())
    endpoint.faults = []
    assert answered()[0] == 0
    assert sum(endpoint.paid.values()) == 10 and paid <= 10


@pytest.mark.parametrize(
    ("models", "says"),
    [
        ("openai:", "model 'openai:' lacks what follows the colon"),
        ("openal:gpt-4o", "did you mean 'openai:'"),
        ("openai", "did you mean 'openai:'"),
    ],
)
def test_a_name_that_is_none_is_one_sentence(answered, models, says):
    code, said, _ = answered(models=models)
    assert code == 2 and says in said


@pytest.mark.parametrize(
    "url", ["https://user:hunter2@host/v1", "https://host/v1?api-key=hunter2", "https://host/v1#hunter2"]
)
@pytest.mark.parametrize("said_by", ["option", "environment"])
def test_a_secret_in_the_base_url_is_refused_before_anything_is_written(answered, store, monkeypatch, url, said_by):
    if said_by == "environment":
        monkeypatch.setenv("OPENAI_BASE_URL", url)
    options = ("--set", f"openai:gpt-4o.base_url='{url}'") if said_by == "option" else ()
    code, said, _ = answered(*options)
    assert code == 2 and "holds a secret" in said and "hunter2" not in said
    assert not any(path.is_file() for path in store.rglob("*"))


def test_a_base_url_of_the_environment_that_is_none_is_no_other_models_matter(bench, answered, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "nonsense")
    assert answered()[0] == 2
    assert answered(models="majority")[0] == 0
    assert bench("list", "models")[0] == 0 and bench("list", "models", "openai:")[0] == 0


def test_all_models_do_not_mean_one_that_is_paid(bench):
    from bench.config.loading import load_config
    from bench.planning.rows import Request

    registry, config = Registry(), load_config("demo")[0]
    task = registry.find("task", "vqa")[0]
    names = [row.name for row in resolve_rows(Request("vqa", ("all",), config), task, registry)]
    assert names and not any(name.startswith("openai") for name in names)


def test_an_export_of_it_is_asked_by_its_whole_name(endpoint, answered, bench, tmp_path):
    from PIL import Image

    from tests.conftest import texture

    assert answered()[0] == 0
    assert bench("export", "openai:gpt-4o", tmp_path / "out")[0] == 0
    Image.fromarray(texture(1, 0)).save(tmp_path / "a.png")
    code, out, err = bench("ask", tmp_path / "a.png", "What is seen?", "--model", tmp_path / "out")
    assert code == 0 and out.startswith("Thin wires, "), err
    assert endpoint.bodies[-1]["model"] == "gpt-4o" and len(endpoint.bodies) == 11


@pytest.mark.parametrize(
    "thought", ["<think>so\nand so</think>", "and so</think>", "<think>a</think> b <think>c</think>"]
)
def test_a_thought_before_an_answer_is_not_kept(thought):
    assert read(f"{thought}\n Thin\nwires. ") == "Thin wires."


@pytest.mark.parametrize(("reply", "says"), [("<think>so</think>", "empty"), ("<think>The wires are", "does not end")])
def test_a_thought_alone_is_no_answer(reply, says):
    with pytest.raises(Malformed, match=says):
        read(reply)
