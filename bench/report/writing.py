"""A page of results as a folder to hand on, or as one file."""

import base64
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.report.chunk import as_json, as_script
from bench.report.data import ReportData
from bench.report.pictures import file_name
from bench.report.shell import asset_names, asset_text, shell

KINDS = {"pictures": "pictures", "answers": "answers", "scores": "answers", "references": "answers", "items": "answers"}
"""What the bytes of a chunk are counted as in the account of a page's size; all else is tables and models."""


@dataclass(frozen=True)
class WrittenReport:
    """What a page takes: ``sizes`` are bytes by what they hold, ``files`` how many there are.

    ``pictures`` is how many pictures the page holds, of ``pictures_asked`` that were asked about; ``problems`` say of
    which protocols none can be shown.
    """

    sizes: Mapping[str, int]
    files: int
    pictures: int
    pictures_asked: int
    problems: tuple[str, ...]

    @property
    def size(self) -> int:
        """All bytes together."""
        return sum(self.sizes.values())


class _Account:
    """Adds up what is written."""

    def __init__(self) -> None:
        self.sizes: dict[str, int] = defaultdict(int)
        self.files = 0

    def add(self, kind: str, size: int) -> None:
        self.sizes[kind] += size
        self.files += 1


def write_folder(make: Callable[..., ReportData], folder: Path) -> WrittenReport:
    """Write a page into a folder: ``index.html``, ``assets/``, a script per chunk in ``data/``, and ``pictures/``.

    ``make`` makes the page's data, given how pictures are addressed.
    """
    account = _Account()
    written: set[str] = set()

    def save(path: Path, content: bytes, kind: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        account.add(kind, len(content))

    def address(place: int, number: int) -> str:
        image = data.pictures[place].image(number)
        name = f"pictures/{file_name(image)}"
        if name not in written:
            save(folder / name, image, "pictures")
            written.add(name)
        return name

    data = make(address=address)
    for name in asset_names():
        save(folder / "assets" / name, asset_text(name).encode(), "the page itself")
    for name in data.names():
        save(folder / "data" / f"{name}.js", as_script(name, data.chunk(name)).encode(), _kind(name))
    save(folder / "index.html", shell("folder", data.title).encode(), "the page itself")
    return _written(data, account)


def single_page(make: Callable[..., ReportData]) -> tuple[str, WrittenReport]:
    """Return a page as one HTML that needs no other file, and what it takes."""
    account = _Account()

    def address(place: int, number: int) -> str:
        return f"data:image/webp;base64,{base64.b64encode(data.pictures[place].image(number)).decode()}"

    data = make(address=address)
    chunks: dict[str, str] = {}
    for name in data.names():
        chunks[name] = as_json(data.chunk(name))
        account.add(_kind(name), len(chunks[name]))
    page = shell("single", data.title, chunks=chunks)
    account.add("the page itself", len(page.encode()) - sum(account.sizes.values()))
    account.files = 1
    return page, _written(data, account)


def _kind(name: str) -> str:
    return KINDS.get(name.partition("-")[0], "tables and models")


def _written(data: ReportData, account: _Account) -> WrittenReport:
    shown = [
        pictures
        for pictures, protocol_items in zip(data.pictures, data.protocol_items, strict=True)
        if protocol_items.pictures
    ]
    problems = dict.fromkeys(pictures.problem for pictures in shown if pictures.problem)
    held = sum(len(pictures.chosen) for pictures in shown)
    return WrittenReport(
        dict(account.sizes),
        account.files,
        held,
        sum(len(protocol_items.pictures) for protocol_items in data.protocol_items),
        tuple(problems),
    )
