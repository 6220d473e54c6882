"""A loopback hub that serves the files of datasets, as huggingface_hub asks for them; it can break a transfer off."""

import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """``files`` are name to bytes; ``missing`` are refused, ``breaks`` transfers stop halfway, ``asked`` notes them."""

    def __init__(self, files):
        self.files, self.missing, self.breaks, self.asked, self.revisions = files, set(), 0, [], []
        self.address = ""


@contextmanager
def serving(files):
    hub = Hub(files)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_HEAD(self):  # noqa: N802 -- the library's name
            self._file(body=False)

        def do_GET(self):  # noqa: N802
            if self.path.startswith("/api/datasets/"):
                hub.revisions.append(self.path.rpartition("/revision/")[2].partition("?")[0])
                siblings = [{"rfilename": name} for name in hub.files]
                return self._answer(json.dumps({"id": "x/y", "sha": COMMIT, "siblings": siblings}).encode())
            return self._file(body=True)

        def _answer(self, content):
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _file(self, body):
            name = self.path.partition(f"/resolve/{COMMIT}/")[2]
            if name not in hub.files.keys() - hub.missing:
                self.send_error(404)
                return
            content = hub.files[name]
            first = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").partition("-")[0])
            if body:
                hub.asked.append((name, first))
            self.send_response(206 if first else 200)
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("Accept-Ranges", "bytes")
            if first:
                self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
            self.send_header("Content-Length", str(len(content) - first))
            self.end_headers()
            if body:
                part = content[first:]
                if hub.breaks:
                    hub.breaks -= 1
                    part = part[: len(part) // 2]
                    self.wfile.write(part)
                    self.close_connection = True
                    return
                self.wfile.write(part)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
