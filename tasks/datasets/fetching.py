"""Files of a B2SHARE record: their list, and resumable downloads checked by digest.

The record's format is that of B2SHARE's HTTP API (EUDAT-Training/B2SHARE-Training, api/01_Retrieve_existing_record.md):
``/api/records/ID`` is JSON with ``files``, each with ``key``, ``size``, ``checksum`` ('md5:…') and ``bucket``; the file
itself is ``/api/files/BUCKET/KEY``. pooch checks digests and moves complete files into place. It restarts a
broken transfer from zero, so the transfer itself is ours.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple, cast
from urllib.parse import quote

from bench.errors import BenchError
from bench.store.sealed import write_json
from bench.terminal.progress import Progress

SERVER = "https://b2share.eudat.eu"
SERVER_VARIABLE = "BENCH_B2SHARE"
"""The environment variable that names a mirror."""
_CHUNK = 2**14
"""Bytes written at once; an incomplete chunk is discarded."""
_SECONDS = 30
_TRIES = 3


class RemoteFile(NamedTuple):
    """One file of a record: its name, address, bytes, and digest as 'md5:…'."""

    name: str
    address: str
    size: int
    digest: str


def server() -> str:
    """Return the address of the server: ``$BENCH_B2SHARE``, else B2SHARE."""
    return (os.environ.get(SERVER_VARIABLE) or SERVER).rstrip("/")


def files_of(record: str) -> list[RemoteFile]:
    """Return the files of a record; BenchError if the server does not answer in the known format."""
    import requests

    address = f"{server()}/api/records/{record}"
    try:
        answer = requests.get(address, timeout=_SECONDS)
        answer.raise_for_status()
        return [_file(entry) for entry in answer.json()["files"]]
    except requests.RequestException as error:
        raise BenchError(
            f"{address} does not answer ({_reason(error)}); try later, set {SERVER_VARIABLE} to a mirror, "
            f"or download the tars in a browser and use --tars FOLDER"
        ) from error
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        raise BenchError(
            f"{address} answers in an unknown format ({type(error).__name__}: {error}); "
            f"download the tars in a browser and use --tars FOLDER"
        ) from error


def fetch(file: RemoteFile, folder: Path, progress: Progress) -> Path:
    """Download a file to the folder, resuming an earlier call, and return its path; the digest is checked.

    BenchError if the transfer breaks off (the received bytes are kept) or the digest is wrong (nothing is kept).
    """
    import pooch
    import requests

    pooch.get_logger().setLevel("WARNING")
    partial = folder / f"{file.name}.{file.digest.partition(':')[2]}.part"

    def transfer(address: str, output: str, _: Any) -> None:
        _complete(address, partial, file, progress)
        partial.replace(output)

    try:
        return Path(pooch.retrieve(file.address, file.digest, file.name, folder, downloader=cast(Any, transfer)))
    except requests.RequestException as error:
        have = partial.stat().st_size if partial.exists() else 0
        raise BenchError(
            f"{file.name}: the transfer broke off at {have:,} of {file.size:,} bytes ({_reason(error)}); "
            f"run the same command again to resume"
        ) from error
    except ValueError as error:
        raise BenchError(
            f"{file.name} does not have the digest that its record states ({file.digest}); "
            f"run the same command again, and tell the publisher if this persists"
        ) from error


def _file(entry: Mapping[str, Any]) -> RemoteFile:
    name, size, digest = str(entry["key"]), int(entry["size"]), str(entry["checksum"])
    if name != Path(name).name or name.startswith(".") or not digest.startswith(("md5:", "sha256:")):
        raise ValueError(f"file {name!r} with checksum {digest!r}")
    return RemoteFile(name, f"{server()}/api/files/{entry['bucket']}/{quote(name)}", size, digest)


def _complete(address: str, partial: Path, file: RemoteFile, progress: Progress) -> None:
    """Complete the partial file, retrying as long as each attempt receives something."""
    import requests

    progress.start(f"fetching {file.name}", file.size, _size(partial))
    for left in reversed(range(_TRIES)):
        before = _size(partial)
        try:
            _transfer(address, partial, file.size, progress)
            return
        except requests.RequestException:
            if not left or _size(partial) <= before:
                raise


def _transfer(address: str, partial: Path, size: int, progress: Progress) -> None:
    """Request the missing bytes and append them; start over if the server sends the whole file."""
    import requests

    have = _size(partial)
    if have > size:
        partial.unlink()
        have = 0
    if have == size and size:
        return
    headers = {"Range": f"bytes={have}-", "Accept-Encoding": "identity"} if have else {"Accept-Encoding": "identity"}
    with requests.get(address, headers=headers, stream=True, timeout=_SECONDS) as answer:
        answer.raise_for_status()
        goes_on = answer.status_code == requests.codes.partial and _begins_at(answer.headers, have)
        with partial.open("ab" if goes_on else "wb") as stream:
            _write(answer, stream, size, progress)
    if _size(partial) < size:
        raise requests.ConnectionError(f"{_size(partial):,} bytes received")


def _write(answer: Any, stream: IO[bytes], size: int, progress: Progress) -> None:
    import requests

    for chunk in answer.iter_content(_CHUNK):
        if stream.tell() + len(chunk) > size:  # a server that never ends would fill the disk
            raise requests.ConnectionError(f"more than the stated {size:,} bytes are sent")
        stream.write(chunk)
        progress.advance(stream.tell())


def _begins_at(headers: Mapping[str, str], place: int) -> bool:
    return headers.get("Content-Range", "").startswith(f"bytes {place}-")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


def read_done(folder: Path) -> dict[str, str]:
    """Return file name to digest of the tars already unpacked in a folder."""
    try:
        done = json.loads((folder / ".unpacked.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return done if isinstance(done, dict) else {}


def write_done(folder: Path, done: Mapping[str, str]) -> None:
    """Store which tars are unpacked in a folder."""
    write_json(folder / ".unpacked.json", done)
