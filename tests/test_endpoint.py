"""Calls to a real server on loopback, with the real client: faults, caches, budgets, and the key that stays."""

import json
import re

import pytest

from bench.endpoint import address, connection, environment, failures, transport
from bench.endpoint.address import Address, key_for, redacted
from bench.endpoint.calling import ask
from bench.endpoint.dialect import remedy
from bench.endpoint.endpoint import Endpoint
from bench.endpoint.failures import retry_after
from bench.endpoint.ledger import Ledger
from bench.endpoint.prices import Price, Usage, price_of
from bench.endpoint.replies import Replies
from bench.endpoint.request import Malformed, Reply, Sampling, ServerQuestion
from bench.errors import BenchError
from tests.endpoint_server import KEY

PRICE = Price(2.5, 10.0)
"""Of the server's 400 + 100 tokens a call costs 0.002 dollars."""


def text(reply):
    if len(reply) < 9:
        raise Malformed("too short" if reply.strip() else "empty")
    return reply


def questions(count, schema=None):
    return [
        ServerQuestion(f"q{n}", ({"role": "user", "content": f"What is {n}?"},), text, schema, 20) for n in range(count)
    ]


@pytest.fixture
def asked(endpoint, tmp_path):
    """Ask questions of the server; returns outcomes by question, and whether the budget held."""

    def call(count=3, budget=None, path=None, url=None, **options):
        options = {"in_flight": 4, "timeout": 1.0, **options}
        sampling = Sampling(options.pop("temperature", 0.25), 0.1, options.pop("max_tokens", 200))
        model = Endpoint("gpt-4o", Address(url or endpoint.url), sampling, "openai", **options)
        outcomes = {}
        call.ledger = ledger = Ledger(PRICE, path, budget)
        within = ask(model, questions(count), ledger, lambda outcome: outcomes.update({outcome.question: outcome}))
        return outcomes, within

    return call


def statuses(outcomes):
    return [outcomes[name].status for name in sorted(outcomes)]


@pytest.mark.parametrize("fault", ["429", "429 now", "500", "529", "cut", "timeout", "garbage"])
def test_a_fault_that_passes_is_asked_again_and_paid_once(endpoint, asked, fault):
    endpoint.faults = [fault]
    outcomes, _ = asked(3)
    assert statuses(outcomes) == ["answered"] * 3
    assert sum(endpoint.paid.values()) == 3 and len(endpoint.bodies) == 4


def test_a_wait_that_the_server_asks_for_is_kept_by_all_calls(endpoint, asked):
    endpoint.faults = [None, "429 now"]
    asked(30, in_flight=2)
    pauses = [after - before for before, after in zip(endpoint.times, endpoint.times[1:], strict=False)]
    assert max(pauses[:5]) > 0.15  # the one beside it may be a call ahead


def test_no_more_calls_are_in_flight_than_allowed(endpoint, asked):
    endpoint.seconds = 0.05
    asked(12, in_flight=3)
    assert endpoint.most_in_flight == 3


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("key", "does not accept the key in OPENAI_API_KEY"),
        ("credit", "no credit left"),
        ("404", "has no model 'gpt-4o'"),
        ("429 late", "asks to wait 3600 s"),
        ("400", "answers no call: the server answered 400: bad picture"),
        ("echo", "answers no call"),
    ],
)
def test_what_no_call_would_survive_ends_the_run_with_one_sentence_and_without_the_key(endpoint, asked, fault, says):
    endpoint.faults = [fault] * 20
    with pytest.raises(BenchError, match=says) as caught:
        asked(20)
    assert len(endpoint.bodies) <= 4
    assert KEY not in str(caught.value) and "\n" not in str(caught.value)
    assert not endpoint.paid


def test_no_traceback_shows_the_key(endpoint, asked):
    import traceback

    endpoint.faults = ["credit"] * 9
    with pytest.raises(BenchError) as caught:
        asked(2)
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_no_log_or_variable_shows_the_key(endpoint, asked, caplog):
    caplog.set_level("DEBUG")
    endpoint.faults = [None, "500", "echo", "400"]
    asked(4, in_flight=1)
    assert KEY not in caplog.text
    assert KEY not in repr(key_for(Address(endpoint.url))) and key_for(Address(endpoint.url)) == KEY


@pytest.mark.parametrize(
    ("parameter", "message", "setting"),
    [
        (
            "max_tokens",
            "Use 'max_completion_tokens' instead of 'max_tokens'.",
            "length_parameter=max_completion_tokens",
        ),
        (None, "max_tokens is too large: 200. This model supports at most 64.", "max_tokens=100 (or less)"),
        (None, "the request exceeds the maximum context length of 2048", "max_tokens=100 (or less)"),
        ("temperature", "Only the default (1) value is supported.", "temperature=-1"),
        (None, "top_p is not supported with this model", "top_p=-1"),
        (None, "response_format json_schema is unavailable", "reply_form=json_object (or text)"),
        (None, "System role not supported", "system_role=user"),
        (None, "image detail is unknown", "detail=unsent"),
        (None, "Extra inputs are not permitted: body, seed", ""),
        ("logprobs", "logprobs are not supported", ""),
    ],
)
def test_the_setting_of_a_refused_parameter_is_named(parameter, message, setting):
    picture = {"type": "image_url", "image_url": {"url": "data:", "detail": "low"}}
    messages = [{"role": "system", "content": "s"}, {"role": "user", "content": [picture]}]
    sent = {"messages": messages, "max_tokens": 200, "temperature": 1, "top_p": 1, "response_format": {}}
    assert remedy(message, sent, parameter or "") == setting
    assert remedy(message, {"messages": messages[1:], "model": "m"}) in ("", "detail=unsent")


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("SSL_CERT_FILE", "/gone/cacert.pem", "SSL_CERT_FILE=/gone/cacert.pem does not exist"),
        ("HTTPS_PROXY", "socks5://127.0.0.1:9", "pip install socksio, or unset HTTPS_PROXY"),
        ("ALL_PROXY", "htp://127.0.0.1:9", "'htp' is no kind of proxy"),
        (
            "HTTPS_PROXY",
            "http://127.0.0.1:9",
            "through the proxy http://127.0.0.1:9 of HTTPS_PROXY .* unset HTTPS_PROXY",
        ),
        ("OPENAI_API_KEY", "sk-abc’def-00000000", r"OPENAI_API_KEY holds '\\u2019' as character 7"),
        ("OPENAI_ORG_ID", "“org”", "OPENAI_ORG_ID holds"),
    ],
)
def test_a_variable_that_is_in_the_way_is_named(endpoint, asked, monkeypatch, variable, value, says):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv(variable, value)
    with pytest.raises(BenchError, match=says) as caught:
        asked(1, url="https://8.8.8.8/v1")
    assert "sk-abc" not in str(caught.value)


def _failed_connection(kind, message):
    """An exception of the client, whose true cause is three deep."""
    import httpx2
    import openai

    cause = kind(1, message)
    cause.verify_message = message
    error, connect = openai.APIConnectionError(request=httpx2.Request("POST", "https://h")), httpx2.ConnectError("x")
    error.__cause__, connect.__context__ = connect, cause
    return error


@pytest.mark.parametrize(
    ("kind", "message", "says"),
    [
        ("SSLCertVerificationError", "certificate has expired", "this machine's clock says 20.* UTC, check it"),
        ("SSLCertVerificationError", "certificate is not yet valid", "this machine's clock says"),
        ("SSLCertVerificationError", "self-signed certificate", "is not trusted .* by SSL_CERT_FILE"),
        ("SSLCertVerificationError", "IP address mismatch", "is of another name .* check the base URL"),
        ("SSLError", "WRONG_VERSION_NUMBER", "speaks no TLS .* begins with http://"),
    ],
)
def test_a_certificate_that_is_refused_is_told_with_its_remedy(kind, message, says):
    import ssl

    failure = failures.read(_failed_connection(getattr(ssl, kind), message), Address("https://127.0.0.1/v1"), KEY)
    assert isinstance(failure, failures.Unreachable) and re.search(says, str(failure))


@pytest.mark.parametrize(
    ("dates", "says"),
    [
        (("Jan  1 00:00:00 2001 GMT", "Jan  1 00:00:00 2002 GMT"), "every certificate has expired"),
        (("Jan  1 00:00:00 2090 GMT", "Jan  1 00:00:00 2099 GMT"), "no certificate is valid yet .* set this machine's"),
    ],
)
def test_certificates_of_another_time_are_refused(monkeypatch, dates, says):
    entries = [{"notBefore": dates[0], "notAfter": dates[1]}] * 2
    monkeypatch.setattr(environment, "_loaded", lambda context: entries)
    with pytest.raises(BenchError, match=says):
        environment.trusted()


def test_what_was_paid_before_a_run_ended_is_kept(endpoint, asked):
    endpoint.faults = [None] * 3 + ["credit"] * 20
    with pytest.raises(BenchError):
        asked(10, in_flight=1)
    endpoint.faults = []
    assert statuses(asked(10)[0]) == ["answered"] * 10
    assert sum(endpoint.paid.values()) == 10


def test_calls_under_way_when_a_run_ends_are_finished_and_kept(endpoint, asked):
    endpoint.seconds, endpoint.faults = 0.2, [None, None, None, "key"]  # the first call is alone, the next are four
    with pytest.raises(BenchError):
        asked(9)
    assert sum(endpoint.paid.values()) == 4
    assert statuses(asked(5)[0]) == ["answered"] * 5
    assert sum(endpoint.paid.values()) == 5


def test_a_server_that_cannot_be_reached_is_one_sentence(asked):
    with pytest.raises(BenchError, match=r"http://127\.0\.0\.1:9/v1 cannot be reached .*check that the server runs"):
        asked(3, url="http://127.0.0.1:9/v1")


def test_a_server_that_goes_and_comes_back_is_waited_for(endpoint, asked, monkeypatch):
    from bench.endpoint.client import Client

    complete, gone = Client.complete, iter([False, True, True])

    async def sometimes(*arguments):
        if next(gone, False):
            raise failures.Unreachable("nobody there")
        return await complete(*arguments)

    monkeypatch.setattr(Client, "complete", sometimes)
    assert statuses(asked(3)[0]) == ["answered"] * 3


def test_one_call_that_never_succeeds_stops_no_other(endpoint, asked):
    endpoint.faults = [None, *["500"] * connection.TRIES]
    outcomes, _ = asked(4, in_flight=1)
    assert statuses(outcomes) == ["answered", "lost", "answered", "answered"]
    assert outcomes["q1"].reason == "the server answered 500: oops, 6 times in turn"
    endpoint.faults = []
    assert statuses(asked(4)[0]) == ["answered"] * 4
    assert sum(endpoint.paid.values()) == 4


def test_a_server_that_fails_every_call_ends_the_run(endpoint, asked):
    endpoint.faults = [None, *["500"] * 100]
    with pytest.raises(BenchError, match="answers no call: the server answered 500: oops"):
        asked(20)


@pytest.mark.parametrize("fault", ["refusal", "filter", "policy"])
def test_a_refusal_is_recorded_and_not_asked_again(endpoint, asked, fault):
    endpoint.faults = [None, fault]
    outcomes, _ = asked(3, in_flight=1)
    assert statuses(outcomes) == ["answered", "refused", "answered"]
    assert statuses(asked(3)[0]) == ["answered", "refused", "answered"]
    assert len(endpoint.bodies) == 3


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("empty", "empty"),
        ("long", "too short, cut off at the longest answer allowed"),
        ("thought", "reasoning without an answer, cut off at the longest answer allowed"),
        ("tool", "a tool call instead of an answer"),
    ],
)
def test_a_reply_that_would_come_again_is_not_asked_for_again_in_any_run(endpoint, asked, fault, reason):
    endpoint.faults = [None, fault]
    for _ in range(2):
        outcomes, _ = asked(3, in_flight=1)
        assert statuses(outcomes) == ["answered", "failed", "answered"]
        assert outcomes["q1"].reason == reason
    assert len(endpoint.bodies) == 3


@pytest.mark.parametrize(("temperature", "calls"), [(0.25, 4), (0.0, 2)])
def test_a_malformed_reply_is_asked_for_again_only_if_another_may_come(endpoint, asked, temperature, calls):
    endpoint.faults = [None, "short", "short", "short"]
    outcomes, _ = asked(2, in_flight=1, temperature=temperature)
    assert statuses(outcomes) == ["answered", "failed"] and len(endpoint.bodies) == calls


@pytest.mark.parametrize("fault", ["empty", "thought", "tool", "long"])
def test_replies_without_an_answer_end_the_run_before_more_are_paid(endpoint, asked, fault):
    endpoint.faults = [fault] * 50
    for _ in range(2):  # nor does the same command pay for more
        with pytest.raises(BenchError, match="3 replies of 'gpt-4o' in turn hold no answer: "):
            asked(40)
        assert sum(endpoint.paid.values()) == 3


def test_a_limit_that_cuts_answers_off_is_named_with_its_setting(endpoint, asked):
    endpoint.faults = ["thought"] * 3
    with pytest.raises(BenchError, match=r"raise the limit \(--set openai.max_tokens=400, now 200\)"):
        asked(5)


@pytest.mark.parametrize("fault", ["empty", "refusal"])
def test_replies_without_an_answer_end_a_run_later_too(endpoint, asked, fault):
    endpoint.faults = [None, *[fault] * 50]
    with pytest.raises(BenchError, match="20 replies of 'gpt-4o' in turn hold no answer"):
        asked(40, in_flight=1)
    assert sum(endpoint.paid.values()) == 21


def test_a_rerun_is_answered_from_the_cache_and_another_model_is_not(endpoint, asked):
    asked(3)
    assert asked(3)[0]["q0"].usage == Usage(400, 100)
    assert asked.ledger.calls == 0 and sum(endpoint.paid.values()) == 3
    asked(3, max_tokens=100)
    assert sum(endpoint.paid.values()) == 6


def test_the_budget_is_not_passed_whatever_is_in_flight(endpoint, asked, tmp_path):
    endpoint.seconds = 0.05
    outcomes, within = asked(20, budget=0.0105, path=tmp_path / "spent.jsonl")
    assert not within and len(outcomes) == sum(endpoint.paid.values())
    assert 0.0105 - 0.0021 - 0.002 < asked.ledger.dollars <= 0.0105  # the next could have cost 0.0021 or more
    assert asked(20, budget=0.0105, path=tmp_path / "spent.jsonl")[1] is False
    assert asked.ledger.dollars <= 0.0105
    _, within = asked(20, budget=0.05, path=tmp_path / "spent.jsonl")
    assert within and asked.ledger.calls == 20 and asked.ledger.dollars == pytest.approx(0.04)


def test_a_server_that_counts_more_than_was_estimated_is_believed(endpoint, asked):
    endpoint.usage = {"prompt_tokens": 40_000, "completion_tokens": 1, "total_tokens": 40_001}
    asked(20, budget=0.55)
    assert asked.ledger.dollars <= 0.55 and asked.ledger.calls == 5


def test_a_budget_without_a_price_is_refused():
    with pytest.raises(BenchError, match="give --price-in and --price-out"):
        Ledger(None, budget=1.0)


def test_ctrl_c_finishes_the_calls_under_way(endpoint, asked):
    import os
    import signal
    import threading

    endpoint.seconds = 0.3
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        asked(50)
    endpoint.seconds, billed = 0.0, sum(endpoint.paid.values())
    assert 1 < billed <= 9
    asked(billed)
    assert sum(endpoint.paid.values()) == billed


def test_a_server_that_counts_no_tokens_is_counted_by_the_estimate(endpoint, asked):
    endpoint.usage = None
    assert asked(1)[0]["q0"].usage == Usage(20, 5)


def test_what_is_sent_is_what_was_asked_for(endpoint, asked):
    asked(1)
    (body,) = endpoint.bodies
    assert body == {
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": "What is 0?"}],
        "max_tokens": 200,
        "temperature": 0.25,
        "top_p": 0.1,
    }
    assert endpoint.keys == {f"Bearer {KEY}"}


def test_a_key_that_a_server_sends_back_is_not_kept(endpoint, asked, tmp_path):
    endpoint.answers = lambda _: f"your key is {KEY}"
    assert asked(1)[0]["q0"].value == "your key is [key]"
    kept = [path.read_text() for path in (tmp_path / "cache").rglob("*.json")]
    assert kept and not any(KEY in text for text in kept)


def test_a_key_that_is_a_word_is_taken_out_of_errors_and_left_in_answers(endpoint, asked, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "oops")
    endpoint.answers = lambda _: "oops, a wire"
    endpoint.faults = [None, *["500"] * connection.TRIES]
    outcomes, _ = asked(2, in_flight=1)
    assert outcomes["q0"].value == "oops, a wire"
    assert outcomes["q1"].reason == "the server answered 500: [key], 6 times in turn"


def test_what_a_server_said_is_shown_on_one_line_without_what_commands_a_terminal():
    assert redacted("a\x1b[2J\nb\u2028 sk-1\x9b", "sk-1") == "a [2J b [key]"


def test_a_broken_cache_file_is_asked_for_again(tmp_path):
    replies = Replies(tmp_path)
    replies.put("abcd", Reply("text", False, Usage(1, 2)))
    assert replies.get("abcd") == Reply("text", False, Usage(1, 2))
    (path,) = tmp_path.rglob("*.json")
    path.write_text('{"text": "te')
    assert replies.get("abcd") is None


def test_a_torn_last_line_of_the_ledger_is_dropped(tmp_path):
    path = tmp_path / "spent.jsonl"
    Ledger(PRICE, path).add(Usage(400, 100))
    path.write_text(path.read_text() + '{"input_tok')
    assert Ledger(PRICE, path).dollars == pytest.approx(0.002)
    Ledger(PRICE, path).add(Usage(400, 100))
    assert [json.loads(line)["dollars"] for line in path.read_text().splitlines()] == [0.002, 0.002]


def test_what_was_paid_at_an_unknown_price_counts_as_soon_as_one_is_known(tmp_path):
    path = tmp_path / "spent.jsonl"
    Ledger(None, path).add(Usage(400, 100))
    ledger = Ledger(PRICE, path, budget=0.003)
    assert ledger.dollars == pytest.approx(0.002) and not ledger.fits(Usage(400, 100))
    assert Ledger(None, path).dollars == 0


NAMES = {
    "gpu-box": ("192.168.1.7",),
    "gpu.lan": ("10.1.2.3", "fd00::1"),
    "ai": ("209.59.119.34",),
    "mixed.lan": ("192.168.1.7", "8.8.8.8"),
    "nobody.lan": (),
    "localhost.example.com": ("93.184.216.34",),
}
"""The addresses of names, instead of those of the network that the tests run in."""


@pytest.mark.parametrize(
    ("url", "reach"),
    [
        ("", "outside"),
        ("https://api.openai.com/v1", "outside"),
        ("http://127.0.0.1:8000/v1", "machine"),
        ("http://localhost/v1", "machine"),
        ("http://[::1]:8/v1", "machine"),
        ("http://0.0.0.0:8/v1", "machine"),
        ("http://127.1/v1", "machine"),
        ("http://2130706433/v1", "machine"),
        ("http://[::ffff:127.0.0.1]/v1", "machine"),
        ("http://192.168.1.5/v1", "network"),
        ("http://[::ffff:192.168.1.5]/v1", "network"),
        ("http://[fd00::1]/v1", "network"),
        ("http://gpu-box:8000/v1", "network"),
        ("http://gpu.lan/v1", "network"),
        ("https://8.8.8.8/v1", "outside"),
        ("http://134744072/v1", "outside"),
        ("http://0x08080808/v1", "outside"),
        ("http://[::ffff:8.8.8.8]/v1", "outside"),
        ("http://[64:ff9b::808:808]/v1", "outside"),
        ("http://[2001:4860:4860::8888%25eth0]/v1", "outside"),
        ("http://100.64.0.1/v1", "outside"),
        ("http://198.51.100.1/v1", "outside"),
        ("http://ai/v1", "outside"),
        ("http://mixed.lan/v1", "outside"),
        ("http://nobody.lan/v1", "outside"),
        ("https://localhost.example.com/v1", "outside"),
    ],
)
def test_how_far_an_address_reaches(monkeypatch, url, reach):
    real = address.lookup
    monkeypatch.setattr(address, "lookup", lambda host: NAMES[host] if host in NAMES else real(host))
    assert Address(url).reach == reach


def test_a_name_that_leads_elsewhere_once_the_run_has_begun_gets_nothing(endpoint, asked, monkeypatch):
    monkeypatch.setattr(transport, "farthest", lambda numbers: "outside")
    with pytest.raises(BenchError, match="nothing is sent to 127.0.0.1: it leads to 127.0.0.1, which is farther"):
        asked(2)
    assert not endpoint.bodies


@pytest.mark.parametrize("reach", ["machine", "outside"])
def test_no_redirect_is_followed(endpoint, asked, monkeypatch, reach):
    monkeypatch.setattr(address, "farthest", lambda numbers: reach)
    monkeypatch.setenv("NO_PROXY", "*")
    endpoint.faults = ["redirect"]
    with pytest.raises(BenchError, match=r"redirects to http://127\.0\.0\.1:9/v1 \(307\), where nothing is sent"):
        asked(2)
    assert len(endpoint.bodies) == 1


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8000",
        "ftp://x/v1",
        "http:///v1",
        "nonsense",
        "http://127.0.0.1:8000v1",
        "http://[::1/v1",
        "http://a:99999",
        "http://010.8.8.8/v1",
        "http://127.0.0.1\\@8.8.8.8/v1",
        "http://8.8.8.8\\.lan/v1",
        "http://a b/v1",
        "http://127.0.0.1\n/v1",
    ],
)
def test_what_is_no_base_url_is_refused(url):
    with pytest.raises(BenchError, match="write one like http://127"):
        Address(url)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://user:hunter2@host/v1", "of http://host/v1 holds a secret"),
        ("https://host/v1?api-key=hunter2", "of https://host/v1 holds a secret"),
        ("https://host/v1#hunter2", "of https://host/v1 holds a secret"),
        ("user:hunter2@host/v1", "'host/v1' is none"),
    ],
)
def test_a_secret_in_a_base_url_is_refused_and_not_shown(url, says):
    with pytest.raises(BenchError, match=says) as caught:
        Address(url)
    assert "hunter2" not in str(caught.value)


def test_the_public_api_needs_a_key_and_a_server_of_ones_own_does_not(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert key_for(Address("http://127.0.0.1/v1")) == ""
    with pytest.raises(BenchError, match="OPENAI_API_KEY is not set"):
        key_for(Address(""))


def test_the_public_api_is_asked_where_the_environment_names_another_server(endpoint):
    import asyncio

    from bench.endpoint.client import Client

    async def base_url():
        async with Client(Address(""), 1.0, "openai") as client:
            return str(client._client.base_url)

    assert asyncio.run(base_url()) == "https://api.openai.com/v1/"


def test_no_proxy_is_used_on_the_way_to_this_machine(endpoint, asked, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert statuses(asked(1)[0]) == ["answered"]


def test_prices():
    assert price_of("gpt-4o") == price_of("gpt-4o-2024-08-06") == PRICE
    assert price_of("gpt-4o", 1, 2) == Price(1, 2) and price_of("mine") is None
    with pytest.raises(BenchError, match="two halves"):
        price_of("gpt-4o", 1.0)
    with pytest.raises(BenchError, match="no amount of dollars"):
        price_of("gpt-4o", -1.0, 1.0)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2),
        ({"retry-after": "2", "retry-after-ms": "150"}, 0.15),
        ({"retry-after": "Fri, 01 Jan 2010 00:00:00 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "1e999"}, float("inf")),
        ({"retry-after": "Fri, 01 Jan 0001 00:00:00 GMT"}, 0),
    ],
)
def test_how_long_a_server_asks_to_wait(headers, seconds):
    assert retry_after(headers) == seconds
