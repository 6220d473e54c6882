"""Digests of what is stored, written with it and checked when it is read: a file or folder changed since is noticed.

JSON data have their digest under a key of its own; it covers the content and the file's place, the names of
its folder and of itself, so that one file cannot stand in for another. A folder has a sealed list of its files'
digests. What was written before there were digests has none and is read unchecked. This finds accidents, not forgers,
who can write digests, too. Own code, because checksum formats such as BagIt cover neither single files nor places.
"""

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench.errors import BenchError, in_one_line
from bench.specs.json_data import Clear, JSONObject
from bench.store.fingerprint import digest, file_digest
from bench.store.whole import whole

DIGESTS = "digests.json"
"""The file of a folder that lists the digests of the others."""
_SEAL = "digest"
_TICK_SECONDS = 2.0
"""The coarsest step in which file systems keep times."""


class DamagedError(BenchError):
    """What is stored is no longer as it was written."""


def write_text(path: Path, text: str) -> None:
    """Write a file so that no reader sees a part of it; it is on the disk when this returns."""
    with whole(path) as part:
        part.write_text(text, encoding="utf-8")


def write_json(path: Path, data: object) -> None:
    """Write JSON data as ``write_text`` does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """Return a file's JSON data, None if there is no file; DamagedError if it is broken."""
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise DamagedError(f"{str(path)!r} cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"{str(path)!r} is not JSON ({error}); remove it and run again what made it") from error


def write_sealed(path: Path, data: Clear) -> None:
    """Write a mapping, which has no key ``digest``, with its digest."""
    write_json(path, {**data, _SEAL: _digest(path, data)})


def read_sealed(path: Path) -> JSONObject | None:
    """Return what ``write_sealed`` wrote, None if there is no file; DamagedError if it is no longer that."""
    data = read_json(path)
    return None if data is None else unsealed(path, data)


def unsealed(path: Path, data: object) -> JSONObject:
    """Return a file's data without its digest; DamagedError if it is no mapping or has another digest."""
    if not isinstance(data, dict):
        raise DamagedError(f"{str(path)!r} holds no mapping")
    content = {key: value for key, value in data.items() if key != _SEAL}
    if _SEAL in data and data[_SEAL] != _digest(path, content):
        raise DamagedError(f"{str(path)!r} was changed after it was stored, or is another file's content")
    return content


def is_sealed(path: Path) -> bool:
    """Return whether a file can be read and has a digest."""
    try:
        data = read_json(path)
    except DamagedError:
        return False
    return isinstance(data, dict) and _SEAL in data


def _digest(path: Path, content: Clear) -> str:
    return digest({"place": f"{path.parent.name}/{path.name}", "content": content})


def seal_folder(folder: Path, of: Clear) -> None:
    """List the digests of a folder's files in it; ``of`` says in clear what the folder is made from."""
    files = {path.relative_to(folder).as_posix(): file_digest(path) for path in _files(folder)}
    listing = {"made from": of, "files": files}
    write_json(folder / DIGESTS, {**listing, _SEAL: digest(listing)})


def folder_flaw(folder: Path, of: Clear, without: str = "") -> str:
    """Say what is no longer as ``seal_folder`` left it, '' if nothing is; a folder without a list has a flaw, too.

    The file named ``without`` is not looked at.
    """
    try:
        listing = read_json(folder / DIGESTS)
        if listing is None:
            return f"{DIGESTS} is gone"
        content = {key: value for key, value in listing.items() if key != _SEAL}
        if digest(content) != listing.get(_SEAL, digest(content)):
            return f"{DIGESTS} was changed after it was stored"
        if digest(content["made from"]) != digest(of):
            return "it is the content of another folder"
        for name, stored in content["files"].items():
            if name == without:
                continue
            if not (folder / name).is_file():
                return f"{name} is gone"
            if file_digest(folder / name) != stored:
                return f"{name} was changed after it was stored"
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    except DamagedError:
        return f"{DIGESTS} was changed after it was stored"
    except (KeyError, AttributeError, TypeError) as error:
        return f"{DIGESTS} is no list of digests ({in_one_line(error)})"
    return ""


def is_as_listed(path: Path) -> bool:
    """Return whether a file is as the list of its sealed folder says, True if there is no such list."""
    listing = read_json(path.parent / DIGESTS)
    return listing is None or (path.is_file() and listing["files"].get(path.name) == file_digest(path))


def files_digest(folder: Path, without: str) -> str:
    """Return one digest of all files that a sealed folder lists, except the one named ``without``."""
    files: Mapping[str, str] = read_json(folder / DIGESTS)["files"]
    return digest({name: stored for name, stored in files.items() if name != without})


def signature(folder: Path) -> tuple[str, bool]:
    """Digest names, sizes and times of all files below a folder, which change with whatever a program does to them.

    The second value is False if one was touched so lately that a further change might leave its times as they are.
    """
    files = sorted(_touched(str(folder), ""))
    recent = (time.time() - _TICK_SECONDS) * 1e9
    return digest(files)[:32], all(max(times) <= recent for _, _, *times in files)


def _touched(folder: str, prefix: str) -> Iterator[tuple[str, int, int, int]]:
    """Yield name, size, and the times of the last change of content and of place; nothing if there is no folder."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _touched(entry.path, f"{prefix}{entry.name}/")
            else:
                stat = entry.stat()
                yield f"{prefix}{entry.name}", stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / DIGESTS)
