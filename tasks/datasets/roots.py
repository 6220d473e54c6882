"""What the argument of ``folder:`` names: a folder, a pattern, or several of either with commas."""

import os
from collections.abc import Callable
from glob import glob, has_magic
from pathlib import Path
from typing import NamedTuple

from bench.data.readers import suffixes
from bench.errors import BenchError
from bench.inputs import path_of


class Root(NamedTuple):
    """A folder of category folders; of its files and folders only those ``chosen``, None for all."""

    folder: Path
    chosen: frozenset[Path] | None = None

    def holds(self, path: Path) -> bool:
        """Return whether a path is chosen, lies in a folder that is, or leads to one."""
        if self.chosen is None or path in self.chosen or any(folder in self.chosen for folder in path.parents):
            return True
        return any(path in chosen.parents for chosen in self.chosen)


def roots_of(argument: str, existing: Callable[[str], Path]) -> tuple[Path, tuple[Root, ...]]:
    """Return the folder that paths of pictures are relative to, and the folders of category folders.

    ``*``, ``?``, ``[...]`` and ``**`` make a pattern. It may match folders of category folders, category folders (those
    that hold pictures themselves), or pictures; the categories of the latter are the top folders below the part without
    a pattern. With several roots, paths are relative to the innermost folder that holds all of them. ``existing``
    returns a folder by its name, or raises BenchError; so does a pattern that matches nothing.
    """
    if _is_path(argument):
        folder = existing(argument)
        return folder, (Root(folder),)
    parts = [part.strip() for part in argument.split(",")]
    if not all(parts) and len(parts) > 1:
        raise BenchError(f"{argument!r} has an empty name among its folders; remove a comma")
    roots: dict[Path, frozenset[Path] | None] = {}
    for part in parts:
        for folder, chosen in _matches(part) if has_magic(part) and not _is_path(part) else [(existing(part), None)]:
            before = roots.get(folder, frozenset())
            roots[folder] = None if chosen is None or before is None else before | chosen
    try:
        base = Path(os.path.commonpath(roots))
    except ValueError as error:
        raise BenchError(f"the folders {argument!r} are on different drives; name those of one") from error
    return base, tuple(Root(folder, chosen) for folder, chosen in sorted(roots.items()))


def _is_path(text: str) -> bool:
    """Return whether a text is a path as it stands: one that exists, or names one folder without a pattern."""
    return path_of(text, "the folder").exists() if text and ("," in text or has_magic(text)) else True


def _matches(pattern: str) -> list[tuple[Path, frozenset[Path] | None]]:
    """Return the roots that a pattern matches, each with what is chosen of it."""
    whole = path_of(pattern, "the folder").absolute()
    names = glob(str(whole), recursive=True)  # noqa: PTH207 -- Path.glob takes no absolute pattern
    paths = [Path(name) for name in sorted(names)]
    if not paths:
        raise BenchError(f"no file or folder fits the pattern {pattern!r}; correct it, or name a folder")
    plain = list(whole.parts[: next(n for n, part in enumerate(whole.parts) if has_magic(part))])
    start = Path(*plain).resolve()
    ends = suffixes()
    roots: list[tuple[Path, frozenset[Path] | None]] = []
    files = frozenset(start / path.relative_to(Path(*plain)) for path in paths if path.is_file())
    if files:
        roots.append((start, files))
    for folder in (path.resolve() for path in paths if path.is_dir()):
        if any(child.suffix.lower() in ends for child in folder.iterdir()):
            roots.append((folder.parent, frozenset([folder])))
        elif not files:
            roots.append((folder, None))
    return roots
