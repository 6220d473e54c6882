"""A model of transformers as a judge: its replies are read, asked for again, and refused if they are no marks."""

import json
from dataclasses import replace
from functools import partial

import pytest

from bench.config.loading import load_config
from bench.contracts import MarkingPrompt
from bench.errors import BenchError
from bench.models.hub import judge as hub_judge
from bench.models.hub.conversation import Chat
from bench.planning.rows import Request, judge_row
from bench.registered.registry import Registry
from bench.registered.signature import handed, judge_settings
from tests import tiny_models
from tests.toy_instructions import toy_context


def read(reply):
    """Marks of a reply such as {"mark": 3}."""
    if not reply.startswith("{"):
        raise ValueError("no JSON object")
    return (float(json.loads(reply)["mark"]),)


@pytest.fixture
def judge(once, tmp_path):
    """A function that returns the judge of a tiny model, with some settings."""
    folder = once("tiny-smolvlm", partial(tiny_models.write, tiny_models.smolvlm))

    def build(**settings):
        spec = replace(Registry().find("model", "hf:x")[0], name=f"hf:{folder}")
        values = {key: each.default for key, each in judge_settings(spec).items()} | {"longest_marks": 4, **settings}
        context = replace(toy_context(tmp_path, values), model=spec)
        return hub_judge.HubJudge(context, **handed(hub_judge.HubJudge, values))

    return build


def prompts(count):
    return [MarkingPrompt("You mark answers.", f"case {number}", {}, read, "JSON alone.") for number in range(count)]


@pytest.fixture
def scripted(monkeypatch):
    """Let the model's replies be those of a list of scripts, and return the texts that it was asked."""
    asked, original = [], Chat.prompt

    def install(reply_of):
        monkeypatch.setattr(Chat, "prompt", lambda talk, request: asked.append(request.text) or original(talk, request))
        turns = iter(range(1_000))
        monkeypatch.setattr(Chat, "decoded", lambda talk, ids: [reply_of(asked[next(turns)]) for _ in ids])
        return asked

    return install


def test_marks_come_in_the_order_of_the_prompts_and_malformed_replies_are_asked_for_again(judge, scripted):
    def reply(text):
        number = int(text.split("case ")[1].split()[0])
        return "I think it is fine." if number == 2 and "JSON alone." not in text else json.dumps({"mark": number})

    asked = scripted(reply)
    assert judge(answer_batch_size=2).marks(prompts(5)) == [(0.0,), (1.0,), (2.0,), (3.0,), (4.0,)]
    assert len(asked) == 6 and asked[-1] == "You mark answers.\n\ncase 2\n\nJSON alone."


def test_what_stays_malformed_has_no_mark_within_the_share_that_is_allowed(judge, scripted):
    scripted(lambda text: "no" if "case 0" in text else '{"mark": 5}')
    assert judge(most_missing=0.5).marks(prompts(2)) == [None, (5.0,)]
    with pytest.raises(BenchError, match=r"1 of 2 answers have no mark: the judge replied 'no'"):
        judge(most_missing=0.4).marks(prompts(2))


def test_an_untrained_model_ends_a_run_in_one_sentence(once, bench, store):
    folder = once("tiny-smolvlm", partial(tiny_models.write, tiny_models.smolvlm))
    pairs = (
        "folds=0",
        "k=2",
        "synthetic.size=40",
        "vqa.questions=2",
        "image_size=32",
        "synthetic.balanced=true",
        f"vqa.judge=hf:{folder}",
    )
    options = [part for text in (*pairs, f"hf:{folder}.longest_marks=4") for part in ("--set", text)]
    code, _, err = bench("run", "--task", "vqa", "--models", "majority", *options)
    assert code == 1 and "answers have no mark: the judge replied" in err


def test_a_judge_is_known_by_its_weights_and_refused_before_anything_is_trained(once):
    folder = once("tiny-smolvlm", partial(tiny_models.write, tiny_models.smolvlm))
    config, _ = load_config("demo")
    judge = judge_row(f"hf:{folder}", Request("vqa", ("majority",), config), Registry())
    assert judge.origin.identity.keys() == {"folder"} and judge.origin.notes["weights"]
    with pytest.raises(BenchError, match="gives no model of this name"):
        judge_row("hf:nosuch", Request("vqa", ("majority",), config), Registry())
