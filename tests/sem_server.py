"""A B2SHARE on this machine that holds a small SEM dataset of the published layout."""

import hashlib
import io
import json
import tarfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
from PIL import Image

from bench.tasks.datasets.editions import EDITIONS, FOLDERS

PICTURES = 3


def picture(number):
    levels = np.random.default_rng(number).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(levels).save(stream, "JPEG")
    return stream.getvalue()


def names(folder, first):
    return [f"L{list(FOLDERS).index(folder)}_{number:032x}.jpg" for number in range(first, first + PICTURES)]


def tar_of(folder, first):
    """A tar of the published layout: one folder of pictures, and what a Mac leaves beside them."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        entry = tarfile.TarInfo(folder)
        entry.type = tarfile.DIRTYPE
        tar.addfile(entry)
        for number, name in enumerate(names(folder, first), start=first):
            for inside, data in ((f"{folder}/{name}", picture(number)), (f"{folder}/._{name}", b"resource fork")):
                entry = tarfile.TarInfo(inside)
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))
    return stream.getvalue()


class Server(ThreadingHTTPServer):
    """A B2SHARE of one record; ``breaks`` maps a file to the bytes after which each of the next transfers ends."""

    def __init__(self, files):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.breaks, self.asked, self.checksums, self.ranges = files, {}, [], {}, True


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == f"/api/records/{EDITIONS['sem'].record}":
            return self.answer(json.dumps({"files": [self.entry(name) for name in self.server.files]}).encode())
        name = self.path.rpartition("/")[2]
        if not self.path.startswith("/api/files/bucket/") or name not in self.server.files:
            return self.send_error(404)
        return self.send_file(name, self.server.files[name])

    def entry(self, name):
        data = self.server.files[name]
        checksum = self.server.checksums.get(name) or f"md5:{hashlib.md5(data).hexdigest()}"
        return {"bucket": "bucket", "key": name, "size": len(data), "checksum": checksum, "version_id": "1"}

    def answer(self, data):
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def send_file(self, name, data):
        asked = self.headers.get("Range")
        self.server.asked.append((name, asked))
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.server.ranges else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        left = self.server.breaks.get(name, [])
        self.wfile.write(data[start : start + left.pop(0)] if left else data[start:])
