"""Digests of data in clear and of files, and in which inputs two stages differ."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from bench.specs.json_data import Clear


def digest(clear: object) -> str:
    """Return the sha256 (hex) of JSON data; mappings are ordered by key, tuples are lists."""
    text = json.dumps(clear, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def file_digest(path: Path) -> str:
    """Return the sha256 (hex) of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def path_digest(path: Path) -> str:
    """Return the sha256 (hex) of a file, or of all files below a folder with their names."""
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    return digest({str(file.relative_to(path)): file_digest(file) for file in files})


def difference(old: Clear, new: Clear, prefix: str = "") -> list[str]:
    """Name the inputs in which two mappings in clear differ, one sentence each: path, old value, new value."""
    lines: list[str] = []
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        if digest(before) == digest(after):
            continue
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            lines += difference(before, after, f"{prefix}{key}.")
        else:
            lines.append(f"{prefix}{key}: {_short(before)} -> {_short(after)}")
    return lines


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."
