"""Whatever a server sends, a call ends soon in an outcome or in one sentence."""

import gzip
import json
import re
import resource
import socket
import threading
import time
from contextlib import suppress

import httpx2
import openai
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bench.endpoint import client, completion, connection, failures
from bench.endpoint.address import Address
from bench.endpoint.calling import ask
from bench.endpoint.endpoint import Endpoint
from bench.endpoint.ledger import Ledger
from bench.endpoint.prices import Price
from bench.endpoint.replies import Replies
from bench.endpoint.request import Malformed, Reply, Sampling, ServerQuestion
from bench.errors import BenchError

KEY = "sk-secret-4711"
WORDS = (
    *("choices", "message", "content", "refusal", "finish_reason", "usage", "prompt_tokens", "completion_tokens"),
    *("error", "code", "type", "innererror", "text", "tool_calls", "reasoning_content", "length", "stop", "param"),
    *("content_filter", "max_tokens", "insufficient_quota", "detail", "output_text", KEY, "\ud800", "\x1b[2J"),
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(WORDS)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=3), inner),
    max_leaves=12,
)
MESSAGES = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("content", "refusal", "tool_calls", "reasoning_content", "role"), DATA)
)
COMPLETIONS = st.fixed_dictionaries(
    {
        "choices": st.lists(
            st.fixed_dictionaries({"message": MESSAGES | DATA}, optional={"finish_reason": DATA}), max_size=2
        )
        | DATA
    },
    optional={"usage": st.dictionaries(st.sampled_from(WORDS), DATA) | DATA, "error": DATA},
)
SENT = {"model": "m", "messages": [{"role": "user", "content": "q"}], "max_tokens": 10}


@settings(max_examples=50, deadline=None)
@given(COMPLETIONS | DATA)
def test_any_data_is_a_reply_or_none(data):
    try:
        completion.fault_in(data)
        reply = completion.reply_of(data, 7, KEY)
    except ValueError:
        return
    assert isinstance(reply, Reply) and KEY not in reply.text + reply.lack
    reply.text.encode()
    assert min(reply.usage) >= 0 and all(type(count) is int for count in reply.usage)


@given(st.binary() | DATA.map(lambda data: json.dumps(data).encode()))
@example(b"[" * 100_000)
@example(b"9" * 10_000)
def test_any_bytes_are_data_or_none(content):
    with suppress(ValueError):
        completion.parsed(content)


@settings(max_examples=50, deadline=None)
@given(
    st.integers(100, 999),
    DATA | st.dictionaries(st.sampled_from(WORDS), DATA),
    st.text(max_size=12) | st.floats().map(str),
)
def test_any_error_of_a_server_is_one_sentence(status, body, wait):
    headers = {"retry-after": wait.encode("ascii", "replace")}
    response = httpx2.Response(status, headers=headers, request=httpx2.Request("POST", "http://127.0.0.1/v1"))
    error = openai.APIStatusError("oops", response=response, body=body)
    failure = failures.read(error, Address("http://127.0.0.1/v1"), KEY, "m", SENT, "openai")
    kinds = (failures.Passing, failures.Unanswerable, failures.Refusal, failures.Ending)
    assert isinstance(failure, kinds) and KEY not in str(failure)
    assert str(failure).isprintable() and len(str(failure)) < 900
    assert not isinstance(failure, failures.Passing) or 0 <= (failure.wait or 0) <= failures.LONGEST_WAIT


@given(st.text() | st.floats().map(str) | st.datetimes().map(lambda date: date.strftime("%a, %d %b %Y %H:%M:%S GMT")))
@example("Fri, 31 Dec 99999 00:00:00 GMT")
@example("Mon, 01 Jan 0001 00:00:00 +9999")
def test_any_wait_is_a_number_of_seconds_or_none(text):
    for name in ("retry-after", "retry-after-ms"):
        seconds = failures.retry_after({name: text})
        assert seconds is None or seconds >= 0


def _length(data):
    """The length of a request's body, unless all of which is read the end of the connection is an error."""
    return int(re.search(rb"content-length: (\d+)", data, re.IGNORECASE)[1])


class Wire:
    """A server that answers each call with the next of some bytes, whatever they are."""

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"
        self.sends = lambda connection: None
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        with connection:
            try:
                connection.settimeout(5)
                data = b""
                while b"\r\n\r\n" not in data or len(data.partition(b"\r\n\r\n")[2]) < _length(data):
                    data += connection.recv(65536)
                self.sends(connection)
            except OSError:
                pass

    def close(self):
        self._socket.close()


@pytest.fixture
def wire(monkeypatch, tmp_path):
    """A raw server; no failure is tried again."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setattr(connection, "TRIES", 1)
    server = Wire()
    yield server
    server.close()


def outcome(url, root, timeout=0.5):
    """Ask one question; returns its outcome or the error's sentence."""

    def read(text):
        if not text.strip():
            raise Malformed("empty")
        return text

    endpoint = Endpoint("m", Address(url), Sampling(0.5, None, 10), "openai", timeout=timeout, replies=Replies(root))
    outcomes = []
    question = ServerQuestion("q", ({"role": "user", "content": "What?"},), read)
    try:
        ask(endpoint, [question], Ledger(Price(1, 1)), outcomes.append)
    except BenchError as error:
        assert KEY not in str(error)
        return str(error)
    return outcomes[0].status


def http(body=b"", status=b"200 OK", *headers):
    """Bytes of a response."""
    length = b"Content-Length: %d" % len(body)
    return b"\r\n".join([b"HTTP/1.1 " + status, *(headers or (length,)), b"Connection: close", b"", body])


GOOD = json.dumps({"choices": [{"message": {"content": "Wires."}, "finish_reason": "stop"}]}).encode()
GZIP = b"Content-Encoding: gzip"


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (http(GOOD), "answered"),
        (http(b"\xef\xbb\xbf" + GOOD), "answered"),
        (http(gzip.compress(GOOD, mtime=0), b"200 OK", GZIP), "answered"),
        (http(GOOD, b"200 OK", b"Content-Type: text/plain; charset=hex"), "answered"),
        (http(GOOD, b"200 OK", b"Set-Cookie: \xff=;;;=\x01"), None),
        (http(gzip.compress(GOOD, mtime=0)[:20], b"200 OK", GZIP), "answers no call"),
        (http(b"no gzip", b"200 OK", GZIP), "answers no call"),
        (http(GOOD, b"200 OK", b"Content-Encoding: br"), "answers no call"),
        (http(b"[" * 200_000), "is no chat completion"),
        (http(b"{}"), "is no chat completion"),
        (http(b"null"), "is no chat completion"),
        (http(b'{"error": {"message": "out of memory"}}'), "out of memory"),
        (http(b"", b"204 No Content"), "is no chat completion"),
        (http(b"", b"304 Not Modified"), "redirects to another address"),
        (http(b"", b"307 T", b"Location: http://[::1"), "redirects to http://[::1"),
        (http(b"[" * 200_000, b"500 Oops"), "answered 500"),
        (http(b"x" * 10_000, b"400 Bad"), "answered 400: xxx"),
        (http(b"", b"429 Slow", b"Retry-After: 9e99", b"Content-Length: 0"), "asks to wait"),
        (http(b"", b"999 What"), "answered 999"),
        (http(b"zz\r\nnonsense", b"200 OK", b"Transfer-Encoding: chunked"), "the connection broke"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "the connection broke"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 50, "the connection broke"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "the connection broke"),
        (b"\x00\xff" * 500, "the connection broke"),
        (b"X: " + b"y" * 300_000, "the connection broke"),
        (b"", "the connection broke"),
    ],
)
def test_what_is_sent_by_a_server_is_an_outcome_or_one_sentence(wire, tmp_path, sent, says):
    wire.sends = lambda connection: connection.sendall(sent)
    result = outcome(wire.url, tmp_path)
    assert says is None or says in result


@pytest.mark.slow
def test_a_reply_that_grows_without_end_is_given_up_within_memory(wire, tmp_path, monkeypatch):
    bomb = gzip.compress(bytes(2**30))
    wire.sends = lambda connection: connection.sendall(http(bomb, b"200 OK", GZIP))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "the server's reply is longer than 64 MiB" in outcome(wire.url, tmp_path, timeout=60)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400 * 1024

    def flood(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b" " * 2**20)

    wire.sends = flood
    assert "the server's reply is longer than 64 MiB" in outcome(wire.url, tmp_path, timeout=60)


@pytest.mark.slow
def test_a_reply_that_drips_is_given_up_in_time(wire, tmp_path, monkeypatch):
    monkeypatch.setattr(client, "_CONNECT_SECONDS", 0.5)

    def drip(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b" ")
            time.sleep(0.05)

    wire.sends = drip
    assert "the server did not answer in time" in outcome(wire.url, tmp_path)


@pytest.mark.slow
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.integers(100, 999),
    st.lists(
        st.tuples(
            st.sampled_from(
                ["Retry-After", "retry-after-ms", "Content-Type", "Content-Encoding", "Content-Length", "Location",
                 "Transfer-Encoding", "Set-Cookie", "x-should-retry"]
            ),
            st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=12)
            | st.sampled_from(["chunked", "gzip", "deflate", "0", "true", "text/event-stream", "application/json"]),
        ),
        max_size=4,
    ),
    st.binary(max_size=40)
    | (COMPLETIONS | DATA).map(lambda data: json.dumps(data).encode())
    | st.just(gzip.compress(GOOD, mtime=0)),
    st.booleans(),
)  # fmt: skip
def test_any_bytes_of_a_server_are_an_outcome_or_one_sentence(wire, tmp_path, status, headers, body, raw):
    lines = [name.encode() + b": " + value.encode("latin-1") for name, value in headers]
    message = body if raw else http(body, b"%d X" % status, *lines)
    wire.sends = lambda connection: connection.sendall(message)
    for path in tmp_path.rglob("*.json"):
        path.unlink()
    assert isinstance(outcome(wire.url, tmp_path, timeout=0.3), str)
