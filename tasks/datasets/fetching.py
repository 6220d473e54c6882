"""Files of a B2SHARE record: what it holds, and each file fetched, resumed where it broke off, checked by its digest.

The record's form is that of B2SHARE's HTTP API (EUDAT-Training/B2SHARE-Training, api/01_Retrieve_existing_record.md):
``/api/records/ID`` is JSON with ``files``, each with ``key``, ``size``, ``checksum`` ('md5:…') and ``bucket``; the file
itself is ``/api/files/BUCKET/KEY``. pooch checks digests and moves what is whole into place; it begins a broken
transfer anew, so the transfer itself is ours.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple, cast
from urllib.parse import quote

from bench.errors import BenchError
from bench.progress import Progress
from bench.store.store import write_json

SERVER = "https://b2share.eudat.eu"
SERVER_VARIABLE = "BENCH_B2SHARE"
"""The environment variable that names a mirror."""
_CHUNK = 2**14
"""Bytes written at once; of a chunk that breaks off nothing is kept."""
_SECONDS = 30
_TRIES = 3


class RemoteFile(NamedTuple):
    """One file of a record: its name, address, bytes, and digest as 'md5:…'."""

    name: str
    address: str
    size: int
    digest: str


def server() -> str:
    """Return the address of the server: ``$BENCH_B2SHARE``, else B2SHARE's own."""
    return (os.environ.get(SERVER_VARIABLE) or SERVER).rstrip("/")


def files_of(record: str) -> list[RemoteFile]:
    """Return the files of a record; BenchError where the server does not answer or not in the form known."""
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
    except (KeyError, TypeError, ValueError) as error:
        raise BenchError(
            f"{address} answers in a form that is not known ({type(error).__name__}: {error}); "
            f"download the tars in a browser and use --tars FOLDER"
        ) from error


def fetch(file: RemoteFile, folder: Path, progress: Progress) -> Path:
    """Return the file in the folder, its digest checked; what an earlier call left of it is continued.

    BenchError where the transfer breaks off (what came is kept) or the digest is another (nothing is kept).
    """
    import pooch
    import requests

    pooch.get_logger().setLevel("WARNING")
    part = folder / f"{file.name}.{file.digest.partition(':')[2]}.part"

    def transfer(address: str, output: str, _: Any) -> None:
        _whole(address, part, file, progress)
        part.replace(output)

    try:
        return Path(pooch.retrieve(file.address, file.digest, file.name, folder, downloader=cast(Any, transfer)))
    except requests.RequestException as error:
        have = part.stat().st_size if part.exists() else 0
        raise BenchError(
            f"{file.name}: the transfer broke off at {have:,} of {file.size:,} bytes ({_reason(error)}); "
            f"run the same command again, it goes on from there"
        ) from error
    except ValueError as error:
        raise BenchError(
            f"{file.name} does not have the digest that its record states ({file.digest}); "
            f"run the same command again, and tell the publisher if it stays so"
        ) from error


def _file(entry: Mapping[str, Any]) -> RemoteFile:
    name, size, digest = str(entry["key"]), int(entry["size"]), str(entry["checksum"])
    if name != Path(name).name or name.startswith(".") or not digest.startswith(("md5:", "sha256:")):
        raise ValueError(f"file {name!r} with checksum {digest!r}")
    return RemoteFile(name, f"{server()}/api/files/{entry['bucket']}/{quote(name)}", size, digest)


def _whole(address: str, part: Path, file: RemoteFile, progress: Progress) -> None:
    """Fill the part up to the file's size, again and again while each try brings something."""
    import requests

    progress.start(f"fetching {file.name}", file.size, _size(part))
    for left in reversed(range(_TRIES)):
        before = _size(part)
        try:
            _transfer(address, part, file.size, progress)
            return
        except requests.RequestException:
            if not left or _size(part) <= before:
                raise


def _transfer(address: str, part: Path, size: int, progress: Progress) -> None:
    """Ask for what is missing and append it; begin anew where the server sends the whole or the part is too long."""
    import requests

    have = _size(part)
    if have > size:
        part.unlink()
        have = 0
    if have == size and size:
        return
    headers = {"Range": f"bytes={have}-", "Accept-Encoding": "identity"} if have else {"Accept-Encoding": "identity"}
    with requests.get(address, headers=headers, stream=True, timeout=_SECONDS) as answer:
        answer.raise_for_status()
        goes_on = answer.status_code == requests.codes.partial and _begins_at(answer.headers, have)
        with part.open("ab" if goes_on else "wb") as stream:
            _write(answer, stream, progress)
    if _size(part) < size:
        raise requests.ConnectionError(f"{_size(part):,} bytes came")


def _write(answer: Any, stream: IO[bytes], progress: Progress) -> None:
    for chunk in answer.iter_content(_CHUNK):
        stream.write(chunk)
        progress.advance(stream.tell())


def _begins_at(headers: Mapping[str, str], place: int) -> bool:
    return headers.get("Content-Range", "").startswith(f"bytes {place}-")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


def read_done(folder: Path) -> dict[str, str]:
    """Return file name to digest of the tars that are unpacked in a folder already."""
    try:
        return dict(json.loads((folder / ".unpacked.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def write_done(folder: Path, done: Mapping[str, str]) -> None:
    """Write down which tars are unpacked in a folder."""
    write_json(folder / ".unpacked.json", done)
