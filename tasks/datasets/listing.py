"""The pictures of a folder of category folders, or of any folder."""

import os
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from bench.errors import BenchError
from bench.inputs import path_of

SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")
_OTHER_PICTURES = (".bmp", ".gif", ".webp", ".jp2", ".dm3", ".dm4")


class Listing(NamedTuple):
    """Name to path and name to category of every candidate, in order; a sentence for each ignored picture or folder."""

    paths: dict[str, Path]
    categories: dict[str, str]
    passed_over: tuple[str, ...]


def listed(argument: str) -> tuple[Path, Listing]:
    """Return the folder and its pictures; the category of a picture is its top folder, at any depth.

    Hidden files and folders, and files that are not pictures, are ignored silently; pictures outside the category
    folders, pictures in other formats and empty folders are ignored with a sentence. Links are followed, each folder
    once. BenchError if there is no such folder, or fewer than two categories.
    """
    root = _existing(argument)
    listing = Listing({}, {}, ())
    passed_over: list[str] = []
    seen = {_identity(root)}
    for folder in sorted(_visible(root)):
        category, before = _printable(Path(folder.name)), len(listing.paths) + len(passed_over)
        if not folder.is_dir():
            if folder.suffix.lower() in (*SUFFIXES, *_OTHER_PICTURES):
                passed_over.append(f"{category}: is in no category folder; move it into one")
        elif _new(folder, seen):
            for path in _pictures(folder, seen, passed_over, root):
                name = _printable(path.relative_to(root))
                listing.paths[name] = path
                listing.categories[name] = category
            if len(listing.paths) + len(passed_over) == before:
                passed_over.append(f"{category}: is a folder without pictures; add some or remove it")
    _checked(root, argument, listing)
    return root, listing._replace(passed_over=tuple(passed_over))


def loose(argument: str) -> dict[str, Path]:
    """Return every picture of a folder, at any depth, by its relative path; BenchError if there is none."""
    root = _existing(argument)
    pictures = {_printable(path.relative_to(root)): path for path in _pictures(root, {_identity(root)}, [], root)}
    if not pictures:
        raise BenchError(f"the folder {argument!r} holds no pictures; add some ({', '.join(SUFFIXES)})")
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
    names = [child.name for child in parent.iterdir() if child.is_dir()] if parent.is_dir() else []
    near = get_close_matches(path.name, names, n=1, cutoff=0.4)
    guess = f"did you mean {str(Path(argument).parent / near[0])!r}?" if near else "name an existing folder"
    raise BenchError(f"there is no folder {argument!r}; {guess}")


def _checked(root: Path, argument: str, listing: Listing) -> None:
    categories = sorted(set(listing.categories.values()))
    if len(categories) >= 2:
        return
    need = f"pictures ({', '.join(SUFFIXES)}) of at least two categories, each in a folder of its own"
    if not categories:
        loose = any(path.suffix.lower() in SUFFIXES for path in _visible(root))
        have = "only pictures outside category folders" if loose else "no pictures"
        raise BenchError(f"the folder {argument!r} holds {have}; add {need}")
    below = {name.split("/")[1] for name in listing.paths if name.count("/") >= 2}
    deeper = Path(argument) / categories[0]
    hint = f"; did you mean 'folder:{deeper}'?" if len(below) >= 2 else f"; add {need}"
    raise BenchError(f"the folder {argument!r} holds only one category, {categories[0]!r}{hint}")


def _pictures(folder: Path, seen: set[tuple[int, int]], passed_over: list[str], root: Path) -> Iterator[Path]:
    for path in sorted(_visible(folder)):
        suffix = path.suffix.lower()
        if path.is_dir():
            if _new(path, seen):
                yield from _pictures(path, seen, passed_over, root)
        elif suffix in SUFFIXES:
            yield path
        elif suffix in _OTHER_PICTURES:
            name = _printable(path.relative_to(root))
            passed_over.append(f"{name}: has an unsupported type; convert it to one of {', '.join(SUFFIXES)}")


def _visible(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError as error:
        raise BenchError(
            f"the folder {str(folder)!r} cannot be listed ({error.strerror}); correct its permissions"
        ) from error


def _new(folder: Path, seen: set[tuple[int, int]]) -> bool:
    """Return whether a folder is visited for the first time, under any name: links can form a circle."""
    identity = _identity(folder)
    fresh = identity not in seen
    seen.add(identity)
    return fresh


def _identity(folder: Path) -> tuple[int, int]:
    state = folder.stat()
    return state.st_dev, state.st_ino


def _printable(path: Path) -> str:
    """Return a relative path as text that JSON can hold, whatever bytes the name consists of."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")
