"""A loopback hub, read and written as huggingface_hub does it: files within commits, by LFS, and by pull requests."""

import base64
import hashlib
import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import yaml

TOKEN = "hf_loopback"  # noqa: S105 -- of a server that lives as long as a test


class WritableHub:
    """Repositories by kind and id: name to bytes; every commit gives one a new name.

    ``large`` are the endings of files that go by LFS. ``requests`` are the pull requests: repository and files.
    ``before_commit`` is called once, before the next commit.
    """

    def __init__(self):
        self.repositories, self.commits, self.stored = {}, {}, {}
        self.large, self.requests, self.before_commit, self.may_write = (), [], None, True
        self.address = ""

    def commit(self, kind, name, files):
        key = kind, name
        self.repositories[key] = files
        self.commits[key] = hashlib.sha1(json.dumps(sorted(map(repr, files.items()))).encode()).hexdigest()

    def files(self, name, kind="datasets"):
        return self.repositories[kind, name]


@contextmanager
def serving():
    hub = WritableHub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def _body(self):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))

        def _answer(self, content, status=200, **headers):
            content = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            for key, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(key.replace("_", "-"), value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def _missing(self):
            self._answer({"error": "Repository not found"}, 404, X_Error_Code="RepoNotFound")

        @property
        def _is_known(self):
            return self.headers.get("Authorization") == f"Bearer {TOKEN}"

        def do_HEAD(self):  # noqa: N802 -- the library's name
            self.do_GET()

        def do_GET(self):  # noqa: N802
            path = self.path.partition("?")[0]
            if path == "/api/whoami-v2":
                return self._answer({"name": "lab-h", "type": "user"}) if self._is_known else self._refuse()
            if match := re.fullmatch(r"/api/(datasets|models)/([^/]+/[^/]+)(/revision/[^/]+)?", path):
                key = match[1], match[2]
                if key not in hub.repositories:
                    return self._missing()
                if "expand=evalResults" in self.path:
                    return self._answer({"id": match[2], "evalResults": self._results(hub.repositories[key])})
                names = [{"rfilename": name} for name in hub.repositories[key]]
                return self._answer({"id": match[2], "sha": hub.commits[key], "siblings": names})
            if match := re.fullmatch(r"/(datasets/)?([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
                files = hub.repositories["datasets" if match[1] else "models", match[2]]
                if match[4] not in files:
                    return self._answer(b"", 404, X_Error_Code="EntryNotFound")
                content = files[match[4]]
                etag = f'"{hashlib.sha256(content).hexdigest()}"'
                return self._answer(content, ETag=etag, X_Repo_Commit=match[3])
            return self._answer(b"", 404)

        def _results(self, files):
            places = [name for name in files if re.fullmatch(r"\.eval_results/[^/]+\.yaml", name)]
            return [{"filename": name, "data": entry} for name in places for entry in yaml.safe_load(files[name])]

        def _refuse(self):
            self._answer({"error": "Invalid credentials in Authorization header"}, 401)

        def do_PUT(self):  # noqa: N802
            content = self._body()
            hub.stored[hashlib.sha256(content).hexdigest()] = content
            self._answer(b"")

        def do_POST(self):  # noqa: N802
            body, (path, _, query) = self._body(), self.path.partition("?")
            if not self._is_known:
                return self._refuse()
            if path == "/api/validate-yaml":
                return self._answer({"errors": [], "warnings": []})
            if not hub.may_write:
                return self._answer({"error": "your token may not write"}, 403)
            if path == "/api/repos/create":
                asked = json.loads(body)
                name = f"{asked['organization']}/{asked['name']}"
                hub.commit(f"{asked['type']}s", name, {".gitattributes": b""})
                return self._answer({"url": f"{hub.address}/datasets/{name}"})
            if match := re.fullmatch(r"/api/(datasets|models)/([^/]+/[^/]+)/preupload/main", path):
                names = [each["path"] for each in json.loads(body)["files"]]
                modes = ["lfs" if name.endswith(hub.large) and hub.large else "regular" for name in names]
                files = [
                    {"path": name, "uploadMode": mode, "shouldIgnore": False, "oid": None}
                    for name, mode in zip(names, modes, strict=True)
                ]
                return self._answer({"files": files})
            if path.endswith("/info/lfs/objects/batch"):
                upload = {"href": f"{hub.address}/upload"}
                objects = [{**each, "actions": {"upload": upload}} for each in json.loads(body)["objects"]]
                return self._answer({"transfer": "basic", "objects": objects})
            if match := re.fullmatch(r"/api/(datasets|models)/([^/]+/[^/]+)/commit/main", path):
                return self._commit(match[1], match[2], [json.loads(line) for line in body.splitlines()], query)
            return self._answer(b"", 404)

        def _commit(self, kind, name, lines, query):
            if hub.before_commit:
                happen, hub.before_commit = hub.before_commit, None
                happen()
            if (kind, name) not in hub.repositories:
                return self._missing()
            parent = lines[0]["value"].get("parentCommit")
            if parent is not None and parent != hub.commits[kind, name]:
                return self._answer({"error": "A commit has happened since. Please refresh and try again."}, 412)
            files = dict(hub.repositories[kind, name])
            for line in lines[1:]:
                value = line["value"]
                if line["key"] == "file":
                    files[value["path"]] = base64.b64decode(value["content"])
                elif line["key"] == "lfsFile":
                    files[value["path"]] = hub.stored[value["oid"]]
                elif line["key"] == "deletedFile":
                    del files[value["path"]]
            urls = {"commitUrl": f"{hub.address}/{kind}/{name}/commit/1", "commitOid": "1" * 40}
            if "create_pr" in query:
                hub.requests.append((name, files))
                return self._answer({**urls, "pullRequestUrl": f"{hub.address}/{name}/discussions/1"})
            hub.commit(kind, name, files)
            return self._answer(urls)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
