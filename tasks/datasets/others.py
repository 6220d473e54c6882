"""What is said of the files of a folder that are of no format that is read, judged by their names."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.data.decoding import picture_reader
from bench.data.frames import Unreadable

_NO_PICTURES = (
    *(".txt", ".hdr", ".csv", ".tsv", ".json", ".jsonl", ".md", ".rst", ".log", ".ini", ".xml", ".html", ".yaml"),
    *(".yml", ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ods", ".ppt", ".pptx", ".py", ".ipynb", ".zip", ".m"),
)
"""Suffixes of files that nobody takes for pictures."""
_NO_READER = "is of no format that is read (see `bench list readers`); convert it if it is a picture"


def why_unread(path: Path) -> str:
    """Say why a file is not read; one that begins as a picture does lacks no more than the right name."""
    if path.suffix.lower() not in _NO_PICTURES:
        try:
            reader = picture_reader(path)
            return f"begins as {reader.name.upper()} does; let its name end in {reader.suffixes[0]} if it is a picture"
        except Unreadable:
            pass
    return _NO_READER


def sentences(root: Path, names: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each suffix of files that may be pictures; ``names`` are relative to the root."""
    first: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for name in names:
        suffix = Path(name).suffix.lower()
        if suffix not in _NO_PICTURES:
            counts[suffix] += 1
            first.setdefault(suffix, name)
    for suffix, count in counts.items():
        files = first[suffix] if count == 1 else f"{count:,} files, the first {first[suffix]}"
        yield f"{files}: {why_unread(root / first[suffix])}"
