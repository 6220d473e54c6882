"""A server on this machine that speaks the chat and batch API, counts what it bills, and fails as it is told."""

import hashlib
import json
import random
import re
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

KEY = "sk-secret-4711"
FAULTS = ("429", "429 now", "500", "529", "cut")
"""Faults after which a call that is sent again succeeds."""


def errors(kind):
    """Status, headers and error of a fault that is an error."""
    busy = {"message": "slow down", "type": "requests", "code": "rate_limit_exceeded"}
    return {
        "429": (429, {}, busy),
        "429 now": (429, {"Retry-After": "0.2"}, busy),
        "429 late": (429, {"Retry-After": "3600"}, busy),
        "500": (500, {}, {"message": "oops", "type": "server_error", "code": None}),
        "529": (529, {}, {"message": "overloaded", "type": "overloaded_error", "code": None}),
        "400": (400, {}, {"message": "bad picture", "type": "invalid_request_error", "code": "invalid_image"}),
        "404": (404, {}, {"message": "no such model", "type": "invalid_request_error", "code": "model_not_found"}),
        "policy": (
            400,
            {},
            {"message": "not that", "type": "invalid_request_error", "code": "content_policy_violation"},
        ),
        "key": (401, {}, {"message": f"Incorrect API key: {KEY}", "type": "auth", "code": "invalid_api_key"}),
        "credit": (
            429,
            {},
            {"message": f"no quota, {KEY}", "type": "insufficient_quota", "code": "insufficient_quota"},
        ),
        "newmodel": (
            400,
            {},
            {
                "message": "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
                "type": "invalid_request_error",
                "param": "max_tokens",
                "code": "unsupported_parameter",
            },
        ),
        "redirect": (307, {"Location": "http://127.0.0.1:9/v1"}, {}),
        "steer": (400, {}, {"message": "\x1b[2Jgone", "type": "invalid_request_error", "code": None}),
        "echo": (400, {}, {"message": f"headers were {KEY}", "type": "invalid_request_error", "code": None}),
    }.get(kind)


class Server(ThreadingHTTPServer):
    """``faults`` are those of the next calls, in turn; ``share`` of all others get one at random.

    ``paid`` counts the bills by idempotency key; one key is billed once where ``knows_keys``. ``bodies`` are the
    calls in order, ``times`` when they came. ``seconds`` is what an answer takes; ``writes`` makes a reply's text from
    the call's body, and ``answers`` maps it to another. The replies to the next ``lost_batches`` that are begun do not
    arrive; a list holds ``listed`` batches.
    """

    daemon_threads = True

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.lock, self.random = threading.Lock(), random.Random(0)
        self.faults, self.share, self.seconds, self.knows_keys = [], 0.0, 0.0, True
        self.paid, self.bodies, self.known, self.keys, self.met = Counter(), [], {}, set(), Counter()
        self.times = []
        self.in_flight = self.most_in_flight = 0
        self.writes, self.answers = said, lambda text: text
        self.usage = {"prompt_tokens": 400, "completion_tokens": 100, "total_tokens": 500}
        self.files, self.batches, self.polls, self.lost_batches, self.listed = {}, {}, 1, 0, 100

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1"

    def fault(self):
        with self.lock:
            if self.faults:
                return self.faults.pop(0)
            return self.random.choice(FAULTS) if self.random.random() < self.share else None

    def completion(self, body, fault=None):
        """What the model says to a call's body."""
        text, refusal, finish = self.answers(self.writes(body)), None, "stop"
        if fault == "refusal":
            text, refusal = None, "I will not describe this."
        elif fault == "filter":
            text, finish = "", "content_filter"
        elif fault == "long":
            text, finish = text[: min(len(text) // 2, 8)], "length"
        elif fault in ("malformed", "empty", "short"):
            text = {"malformed": "{ not JSON", "empty": "", "short": "Thin."}[fault]
        message = {"role": "assistant", "content": text, "refusal": refusal}
        if fault == "thought":
            message, finish = {**message, "content": None, "reasoning_content": "hm ..."}, "length"
        elif fault == "tool":
            message = {**message, "content": None, "tool_calls": [{"id": "1", "type": "function"}]}
        return {
            "id": "chat-1",
            "object": "chat.completion",
            "created": 1,
            "model": body["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
            "usage": self.usage,
        }

    def handle_error(self, request, client_address):
        pass  # a killed client leaves broken pipes


def said(body):
    """An answer of the form asked for, its content a function of what was asked."""
    mark = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:6]
    form = body.get("response_format")
    if form is None:
        return f"Thin wires, {mark}."
    keys = form["json_schema"]["schema"]["required"]
    return json.dumps({key: f"{key.replace('_', ' ')} of {mark}." for key in keys})


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_):
        pass

    def do_POST(self):
        data = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.keys.add(self.headers.get("Authorization"))
        if self.path == "/v1/chat/completions":
            return self.chat(json.loads(data))
        if self.path == "/v1/files":
            return self.upload(data)
        if self.path == "/v1/batches":
            return self.begin(json.loads(data))
        return self.fail("404")

    def do_GET(self):
        if self.path.startswith("/v1/batches?"):
            return self.list_batches(parse_qs(urlsplit(self.path).query))
        kind, name, *rest = self.path.removeprefix("/v1/").split("/")
        if kind == "files" and rest == ["content"]:
            return self.send_bytes(200, {}, self.server.files[name])
        if kind == "batches":
            return self.send(self.look(name))
        return self.fail("404")

    def chat(self, body):
        server, name = self.server, self.headers.get("Idempotency-Key")
        with server.lock:
            server.bodies.append(body)
            server.times.append(time.monotonic())
            server.in_flight += 1
            server.most_in_flight = max(server.most_in_flight, server.in_flight)
        try:
            fault = server.fault()
            server.met[fault] += 1
            if errors(fault):
                return self.fail(fault)
            time.sleep(server.seconds)
            if fault == "garbage":
                return self.send_bytes(200, {"Content-Type": "application/json"}, b"<html>")
            with server.lock:  # billed once it is complete, whoever is still there to read it
                if not (server.knows_keys and name in server.known):
                    server.paid[name] += 1
                    server.known[name] = server.completion(body, fault)
                reply = server.known[name]
            if fault == "timeout":
                time.sleep(1.5)
                return self.close()
            return self.cut() if fault == "cut" else self.send(reply)
        finally:
            with server.lock:
                server.in_flight -= 1

    def close(self):
        self.close_connection = True

    def cut(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(b'{"id": "chat-1", "choi')
        self.close()

    def fail(self, fault):
        status, headers, error = errors(fault)
        self.send_bytes(status, headers, json.dumps({"error": error}).encode())

    def send(self, data):
        self.send_bytes(200, {"Content-Type": "application/json"}, json.dumps(data).encode())

    def send_bytes(self, status, headers, data):
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def upload(self, data):
        content = re.search(rb'filename="calls.jsonl".*?\r\n\r\n(.*?)\r\n--', data, re.DOTALL)[1]
        name = f"file-{len(self.server.files)}"
        self.server.files[name] = content
        self.send({"id": name, "object": "file", "bytes": len(content), "created_at": 1, "filename": "calls.jsonl",
                   "purpose": "batch", "status": "processed"})  # fmt: skip

    def begin(self, asked):
        name = f"batch-{len(self.server.batches)}"
        batch = {"id": name, "object": "batch", "endpoint": asked["endpoint"], "completion_window": "24h",
                 "created_at": 1, "input_file_id": asked["input_file_id"], "status": "validating",
                 "metadata": asked["metadata"], "polls": self.server.polls}  # fmt: skip
        self.server.batches[name] = batch
        if self.server.lost_batches:
            self.server.lost_batches -= 1
            self.close()
        else:
            self.send(batch)

    def list_batches(self, asked):
        """The newest first, so many a page; the next page begins behind the batch that is named."""
        newest = list(self.server.batches.values())[::-1]
        names = [batch["id"] for batch in newest]
        first = names.index(asked["after"][0]) + 1 if "after" in asked else 0
        page = newest[first : first + self.server.listed]
        more = first + len(page) < len(newest)
        self.send({"object": "list", "data": page, "has_more": more, "last_id": page[-1]["id"] if page else None})

    def look(self, name):
        batch = self.server.batches[name]
        batch["polls"] -= 1
        if batch["polls"] < 0 and batch["status"] == "validating":
            self.complete(batch)
        return batch

    def complete(self, batch):
        done, failed = [], []
        for line in self.server.files[batch["input_file_id"]].splitlines():
            call = json.loads(line)
            self.server.bodies.append(call["body"])
            fault = self.server.fault()
            if errors(fault):
                status, _, error = errors(fault)
                failed.append(
                    {"custom_id": call["custom_id"], "response": {"status_code": status, "body": {"error": error}}}
                )
                continue
            self.server.paid[call["custom_id"]] += 1
            body = self.server.completion(call["body"], fault)
            done.append({"custom_id": call["custom_id"], "response": {"status_code": 200, "body": body}, "error": None})
        for key, lines in (("output_file_id", done), ("error_file_id", failed)):
            if lines:
                batch[key] = f"file-{len(self.server.files)}"
                self.server.files[batch[key]] = "\n".join(map(json.dumps, lines)).encode()
        batch["status"] = "completed"
        batch["request_counts"] = {"total": len(done) + len(failed), "completed": len(done), "failed": len(failed)}
