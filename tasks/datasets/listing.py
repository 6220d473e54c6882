"""The pictures of a folder of category folders, or of any folder."""

import os
import unicodedata
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from bench.data.formats.side_files import names_beside
from bench.data.readers import EXAMPLES, suffixes
from bench.errors import BenchError
from bench.inputs import path_of

_OTHER_PICTURES = (
    *(".avif", ".heic", ".jxl", ".svg", ".psd", ".emf", ".eps", ".pcx", ".tga", ".blo", ".bcf", ".hspy", ".zspy"),
    *(".tvips", ".czi", ".nd2", ".lif", ".raw", ".dng", ".oir", ".vsi", ".sxm", ".msa", ".nxs"),
)
_OF_SYSTEMS = ("thumbs.db", "desktop.ini")
"""Files that systems leave in folders unasked."""

_CONTROLS = ("Cc", "Zl", "Zp")
"""Categories of characters that begin a line or control a terminal."""


class Listing(NamedTuple):
    """Name to path and name to category of every candidate, in order.

    ``passed_over`` says why each other picture or folder is left out; ``others`` are files that are no pictures, apart
    from those that describe one. ``flaw`` says why the folder cannot be learned from, "" if it can.
    """

    paths: dict[str, Path]
    categories: dict[str, str]
    passed_over: tuple[tuple[str, str], ...]
    others: tuple[str, ...] = ()
    flaw: str = ""


def listed(argument: str) -> tuple[Path, Listing]:
    """Return the folder and its pictures; the category of a picture is its top folder, at any depth.

    Hidden files and folders are ignored; pictures outside the category folders, pictures in other formats and empty
    folders are passed over with a reason. A folder of fewer than two categories, or of two that differ only in case or
    spaces, has a ``flaw``; pictures outside category folders then are its pictures, too. Links are followed, each
    folder once. BenchError if there is no such folder.
    """
    root = _existing(argument)
    listing, ends = Listing({}, {}, ()), suffixes()
    passed_over: list[tuple[str, str]] = []
    others: list[Path] = []
    outside: dict[str, Path] = {}
    seen = {_identity(root)}
    for folder in _visible(root):
        category, before = _name(Path(folder.name)), len(listing.paths) + len(passed_over)
        if not _is_folder(folder):
            if folder.suffix.lower() in ends:
                outside[category] = folder
            else:
                _pass_over(folder, category, passed_over, others)
        elif _new(folder, seen):
            for path in _pictures(folder, seen, passed_over, root, others):
                name = _name(path.relative_to(root))
                if name in listing.paths:
                    # Two sequences of bytes can be one name on the screen: accents in one letter or in two.
                    passed_over.append((name, "is the name of two files; rename one"))
                    continue
                listing.paths[name] = path
                listing.categories[name] = category
            if len(listing.paths) + len(passed_over) == before:
                passed_over.append((category, "is a folder without pictures; add some or remove it"))
    flaw = _flaw(root, argument, listing)
    if flaw:
        listing.paths.update(outside)
    else:
        passed_over += [(name, "is in no category folder; move it into one") for name in outside]
    names = tuple(_name(path.relative_to(root)) for path in _without_notes(others, listing.paths.values()))
    return root, listing._replace(passed_over=tuple(sorted(passed_over)), others=names, flaw=flaw)


def _without_notes(others: Iterable[Path], pictures: Iterable[Path]) -> list[Path]:
    """Return the files that are no pictures, without those beside pictures in which instruments describe them."""
    beside = {path.with_name(name) for path in pictures for name in names_beside(path)}
    return [path for path in others if path not in beside]


def _pass_over(path: Path, name: str, passed_over: list[tuple[str, str]], others: list[Path]) -> None:
    """Note a file that is no picture of a format that is read."""
    if path.suffix.lower() in _OTHER_PICTURES:
        passed_over.append((name, f"has an unsupported type; convert it to one of {EXAMPLES}"))
    elif path.name.lower() not in _OF_SYSTEMS:
        others.append(path)


def loose(argument: str) -> dict[str, Path]:
    """Return every picture of a folder, at any depth, by its relative path; BenchError if there is none."""
    root = _existing(argument)
    pictures: dict[str, Path] = {}
    for path in _pictures(root, {_identity(root)}, [], root, []):
        name = _name(path.relative_to(root))
        if pictures.setdefault(name, path) != path:
            raise BenchError(f"{name!r} is the name of two files of the folder {argument!r}; rename one")
    if not pictures:
        raise BenchError(f"the folder {argument!r} holds no pictures; add some ({EXAMPLES})")
    return pictures


def _existing(argument: str) -> Path:
    if not argument:
        raise BenchError("folder: needs a path, for example --dataset folder:/data/sem")
    path = path_of(argument, "the folder")
    if path.is_dir():
        return path.resolve()
    if path.exists():
        raise BenchError(f"{argument!r} is a file, not a folder of category folders; name the folder that holds them")
    parent = path.absolute().parent
    names = [child.name for child in _visible(parent) if _is_folder(child)] if _is_folder(parent) else []
    near = get_close_matches(path.name, names, n=1, cutoff=0.4)
    guess = f"did you mean {str(Path(argument).parent / near[0])!r}?" if near else "name an existing folder"
    raise BenchError(f"there is no folder {argument!r}; {guess}")


def _flaw(root: Path, argument: str, listing: Listing) -> str:
    """Say why a folder cannot be learned from, "" if it can."""
    categories = sorted(set(listing.categories.values()))
    alike: dict[str, str] = {}
    for category in categories:
        other = alike.setdefault(" ".join(unicodedata.normalize("NFKC", category).casefold().split()), category)
        if other != category:
            return (
                f"the categories {other!r} and {category!r} of the folder {argument!r} differ only in case or spaces; "
                "move the pictures of both into one folder, or rename one"
            )
    if len(categories) >= 2:
        return ""
    need = f"pictures ({EXAMPLES}) of at least two categories, each in a folder of its own"
    if not categories:
        any_loose = any(path.suffix.lower() in suffixes() for path in _visible(root))
        have = "only pictures outside category folders" if any_loose else "no pictures"
        return f"the folder {argument!r} holds {have}; add {need}"
    below = {name.split("/")[1] for name in listing.paths if name.count("/") >= 2}
    deeper = Path(argument) / categories[0]
    hint = f"; did you mean 'folder:{deeper}'?" if len(below) >= 2 else f"; add {need}"
    return f"the folder {argument!r} holds only one category, {categories[0]!r}{hint}"


def _pictures(
    folder: Path, seen: set[tuple[int, int]], passed_over: list[tuple[str, str]], root: Path, others: list[Path]
) -> Iterator[Path]:
    """Yield the pictures below a folder, in order; folders may lie deeper than Python can call."""
    waiting, ends = _visible(folder)[::-1], suffixes()
    while waiting:
        path = waiting.pop()
        if _is_folder(path):
            if _new(path, seen):
                waiting += _visible(path)[::-1]
        elif path.suffix.lower() in ends:
            yield path
        else:
            _pass_over(path, _name(path.relative_to(root)), passed_over, others)


def _visible(folder: Path) -> list[Path]:
    """Return what is not hidden in a folder, in the order of the names that are shown, the same on every system."""
    try:
        paths = [path for path in folder.iterdir() if not path.name.startswith(".")]
        return sorted(paths, key=lambda path: (_name(Path(path.name)), path.name))
    except OSError as error:
        raise BenchError(
            f"the folder {str(folder)!r} cannot be listed ({error.strerror}); correct its permissions"
        ) from error


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # in a folder that may be listed, but not entered
        return False


def _new(folder: Path, seen: set[tuple[int, int]]) -> bool:
    """Return whether a folder is visited for the first time, under any name: links can form a circle."""
    identity = _identity(folder)
    fresh = identity not in seen
    seen.add(identity)
    return fresh


def _identity(folder: Path) -> tuple[int, int]:
    state = folder.stat()
    return state.st_dev, state.st_ino


def _name(path: Path) -> str:
    """Return a relative path as one line of text that JSON can hold, whatever bytes the name consists of.

    Accents are joined with their letters (NFC), as most systems write them: macOS stores them apart.
    """
    text = unicodedata.normalize("NFC", os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace"))
    if text.isprintable():
        return text
    escaped = (ascii(letter)[1:-1] if unicodedata.category(letter) in _CONTROLS else letter for letter in text)
    return "".join(escaped)
