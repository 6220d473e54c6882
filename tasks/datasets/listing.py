"""The pictures of folders of category folders, of any folder, or of a file of labels."""

import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from bench.data.formats.side_files import names_beside
from bench.data.readers import EXAMPLES, suffixes
from bench.errors import BenchError
from bench.inputs import path_of
from bench.tasks.datasets.labels import has_labels, matched, read_labels
from bench.tasks.datasets.roots import Root, roots_of

_OTHER_PICTURES = (
    *(".avif", ".heic", ".jxl", ".svg", ".psd", ".emf", ".eps", ".pcx", ".tga", ".blo", ".bcf", ".hspy", ".zspy"),
    *(".tvips", ".czi", ".nd2", ".lif", ".raw", ".dng", ".oir", ".vsi", ".sxm", ".msa", ".nxs"),
)
_OF_SYSTEMS = ("thumbs.db", "desktop.ini")
"""Files that systems leave in folders unasked."""

_UNUSED = "has columns of labels, but folders are the categories; name it by --labels if it has them"
_CONTROLS = ("Cc", "Zl", "Zp")
"""Categories of characters that begin a line or control a terminal."""


class Listing(NamedTuple):
    """Name to path and name to category of every candidate, in order.

    ``passed_over`` says why each other picture or folder is left out; ``others`` are files that are no pictures, apart
    from those that describe one. ``flaw`` says why the folder cannot be learned from, "" if it can. ``columns`` has the
    other columns of a file of labels, by picture; ``labels`` is the name of that file if it is among the pictures.
    """

    paths: dict[str, Path]
    categories: dict[str, str]
    passed_over: tuple[tuple[str, str], ...]
    others: tuple[str, ...] = ()
    flaw: str = ""
    columns: Mapping[str, Mapping[str, str]] = {}
    labels: str = ""


def listed(argument: str, labels: str = "") -> tuple[Path, Listing]:
    """Return the folder and its pictures; the category of a picture is its top folder, at any depth.

    The argument may also be a pattern, or several folders or patterns with commas; see ``bench.tasks.datasets.roots``.
    With a file of ``labels``, that has the categories, and pictures that it does not name are ignored with a reason.

    Hidden files and folders are ignored; pictures outside the category folders, pictures in other formats and empty
    folders are ignored with a reason. Fewer than two categories, or two that differ only in case or spaces, are a
    ``flaw``; pictures outside category folders then are among the pictures, too. Links are followed, each folder once.
    BenchError if there is no such folder, or the labels do not fit.
    """
    base, roots = roots_of(argument, _existing)
    walk = _walked(base, roots)
    listing = _by_labels(labels, base, walk) if labels else _by_folder(argument, walk)
    others = _without_notes(walk.others, listing.paths.values())
    unused = [] if labels else [path for path in others if path.suffix.lower() == ".csv" and has_labels(path)]
    if listing.flaw and unused:
        listing = listing._replace(flaw=f"{listing.flaw}; did you mean --labels {str(unused[0])!r}?")
    return base, listing._replace(
        passed_over=tuple(
            sorted([*listing.passed_over, *((_name(path.relative_to(base)), _UNUSED) for path in unused)])
        ),
        others=tuple(_name(path.relative_to(base)) for path in others if path not in unused),
        labels=_below(base, labels) if labels else "",
    )


def gathered(argument: str) -> tuple[Path, Listing]:
    """Return the folder and all its pictures, in one category; BenchError if there are none."""
    base, roots = roots_of(argument, _existing)
    walk = _walked(base, roots)
    if not walk.paths:
        raise BenchError(f"the folder {argument!r} holds no pictures; add some ({EXAMPLES})")
    names = (_name(path.relative_to(base)) for path in _without_notes(walk.others, walk.paths.values()))
    categories = dict.fromkeys(walk.paths, "unlabelled")
    return base, Listing(walk.paths, categories, tuple(sorted(walk.passed_over)), others=tuple(names))


class _Walk(NamedTuple):
    """All that lies below some roots: pictures by name, the top folder of those that are in one, and the rest."""

    paths: dict[str, Path]
    folders: dict[str, str]
    passed_over: list[tuple[str, str]]
    empty: list[str]
    others: list[Path]


def _walked(base: Path, roots: Iterable[Root]) -> _Walk:
    walk, ends, seen = _Walk({}, {}, [], [], []), suffixes(), set[tuple[int, int]]()
    for root in roots:
        _new(root.folder, seen)
        for top in filter(root.holds, _visible(root.folder)):
            before = len(walk.paths) + len(walk.passed_over)
            if not _is_folder(top):
                if top.suffix.lower() in ends:
                    _add(top, base, walk)
                else:
                    _pass_over(top, _name(top.relative_to(base)), walk.passed_over, walk.others)
            elif _new(top, seen):
                for path in filter(root.holds, _pictures(top, seen, walk.passed_over, base, walk.others)):
                    if _add(path, base, walk):
                        walk.folders[_name(path.relative_to(base))] = _name(Path(top.name))
                if root.chosen is None and len(walk.paths) + len(walk.passed_over) == before:
                    walk.empty.append(_name(top.relative_to(base)))
    return walk


def _add(path: Path, base: Path, walk: _Walk) -> bool:
    """Add a picture; return whether its name is not that of another."""
    name = _name(path.relative_to(base))
    if walk.paths.setdefault(name, path) != path:
        # Two sequences of bytes can be one name on the screen: accents in one letter or in two.
        walk.passed_over.append((name, "is the name of two files; rename one"))
        return False
    return True


def _by_folder(argument: str, walk: _Walk) -> Listing:
    """Return the pictures of category folders; all pictures if these cannot be learned from."""
    empty = [(name, "is a folder without pictures; add some or remove it") for name in walk.empty]
    inside = {name: path for name, path in walk.paths.items() if name in walk.folders}
    outside = [name for name in walk.paths if name not in walk.folders]
    flaw = _flaw(argument, inside, walk.folders, bool(outside))
    loose_ones = [] if flaw else [(name, "is in no category folder; move it into one") for name in outside]
    paths = {**inside, **{name: walk.paths[name] for name in outside}} if flaw else inside
    return Listing(paths, walk.folders, (*walk.passed_over, *empty, *loose_ones), flaw=flaw)


def _by_labels(given: str, base: Path, walk: _Walk) -> Listing:
    """Return the pictures to which a file of labels gives a category."""
    labels = read_labels(given, base)
    others = [*(name for name, _ in walk.passed_over), *(_name(path.relative_to(base)) for path in walk.others)]
    chosen = matched(labels, base, walk.paths, others)
    lacking = {
        name: f"has no category in line {chosen[name].line} of {labels.file.name}; fill it in"
        if name in chosen
        else f"is not named in {labels.file.name}; add a line"
        for name in walk.paths
        if name not in chosen or not chosen[name].category
    }
    paths = {name: path for name, path in walk.paths.items() if name not in lacking}
    categories = {name: chosen[name].category for name in paths}
    names = sorted(set(categories.values()))
    flaw = _alike(names, f"of the labels {given!r}", "give the pictures of both the same one")
    if not flaw and len(names) < 2:
        have = f"only one category, {names[0]!r}" if names else "no category"
        flaw = f"the labels {given!r} hold {have}; at least two are needed"
    columns = {name: {column: chosen[name].columns[column] for column in labels.columns} for name in paths}
    return Listing(paths, categories, (*walk.passed_over, *lacking.items()), flaw=flaw, columns=columns)


def _below(base: Path, labels: str) -> str:
    """Return the name that a file of labels has below the root, "" if it is elsewhere."""
    path = Path(labels).absolute().resolve()
    return _name(path.relative_to(base)) if path.is_relative_to(base) else ""


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


def _flaw(argument: str, pictures: Iterable[str], folders: Mapping[str, str], any_outside: bool) -> str:
    """Say why pictures in category folders cannot be learned from, "" if they can."""
    categories = sorted(set(folders.values()))
    if flaw := _alike(
        categories, f"of the folder {argument!r}", "move the pictures of both into one folder, or rename one"
    ):
        return flaw
    if len(categories) >= 2:
        return ""
    need = f"pictures ({EXAMPLES}) of at least two categories, each in a folder of its own"
    if not categories:
        have = "only pictures outside category folders" if any_outside else "no pictures"
        file = ", or name a file with their categories by --labels" if any_outside else ""
        return f"the folder {argument!r} holds {have}; add {need}{file}"
    below = {name.split("/")[1] for name in pictures if name.count("/") >= 2}
    deeper = Path(argument) / categories[0]
    hint = f"; did you mean 'folder:{deeper}'?" if len(below) >= 2 else f"; add {need}"
    return f"the folder {argument!r} holds only one category, {categories[0]!r}{hint}"


def _alike(categories: Iterable[str], where: str, remedy: str) -> str:
    """Say which two categories differ only in case or spaces, "" if none do."""
    spellings: dict[str, str] = {}
    for category in categories:
        other = spellings.setdefault(" ".join(unicodedata.normalize("NFKC", category).casefold().split()), category)
        if other != category:
            return f"the categories {other!r} and {category!r} {where} differ only in case or spaces; {remedy}"
    return ""


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
