"""Named subsets of pictures: those of a study, or those of the user's file.

``nffa-rs`` are the 250 pictures of the SEM dataset that Verma, Van and Wu 2024 drew, 25 of each category (arXiv
2405.00876; names from github.com/pv-is-nrt/vlms-micrographs, MIT licence, copyright 2024 Prateek Verma).
"""

import csv
import re
from collections.abc import Mapping
from importlib import resources
from pathlib import PurePath

from bench.errors import BenchError, unknown
from bench.inputs import path_of

NAMED: Mapping[str, str] = {"nffa-rs": "nffa-rs.csv"}
"""The name of a subset, and the file of its pictures."""
_PREFIX = re.compile(r"^L\d_")
"""What the SEM dataset puts before the name of a picture: the number of its category."""


def subset_of(subset: str, names: Mapping[str, object]) -> tuple[list[str], int]:
    """Return which of the pictures' names are in a subset, and how many pictures the subset has.

    Names are compared without folder, suffix and the SEM dataset's prefix. BenchError if there is no such subset or
    file, or none of its pictures is here.
    """
    wanted = {_plain(name) for name in _listed(subset)}
    own = [name for name in names if _plain(name) in wanted]
    if not own:
        raise BenchError(f"none of the {len(wanted):,} pictures of subset {subset!r} is among these {len(names):,}")
    return own, len(wanted)


def _listed(subset: str) -> list[str]:
    """Return the names of a subset's pictures."""
    if subset in NAMED:
        text = resources.files("bench.tasks.datasets").joinpath(NAMED[subset]).read_text(encoding="utf-8")
        return [line["name"] for line in csv.DictReader(text.splitlines())]
    path = path_of(subset, "the file of a subset")
    if not path.is_file():
        if "/" in subset or "." in subset:
            raise BenchError(f"there is no file of names {subset!r}; name one with a picture a line, or {_valid()}")
        raise unknown("subset", subset, NAMED, "or name a file with the name of a picture in each line")
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise BenchError(f"the file of names {subset!r} cannot be read ({error}); write a name a line") from error
    names = [line.strip() for line in lines if line.strip()]
    if not names:
        raise BenchError(f"the file of names {subset!r} is empty; write a name a line")
    return names


def _plain(name: str) -> str:
    return _PREFIX.sub("", PurePath(name).stem).casefold()


def _valid() -> str:
    return ", ".join(NAMED)
