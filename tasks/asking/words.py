"""The arguments of the command line: pictures, then a question."""

from collections.abc import Sequence
from pathlib import Path

from bench.contracts import CATEGORY_QUESTION
from bench.data.readers import EXAMPLES, suffixes
from bench.errors import BenchError

_FORM = 'bench ask PICTURE... "QUESTION"'


def split_arguments(words: Sequence[str], classify: bool) -> tuple[list[Path], str | None]:
    """Return the pictures and the question, which comes last; None if classifying needs none.

    A folder means all pictures in it. Pictures without a question are asked for their category. BenchError if no
    picture is named or the question is empty.
    """
    if not words:
        raise BenchError(f"no picture is named; {_FORM}, or -i to ask line by line")
    *before, last = words
    if not last.strip():
        raise BenchError(f"the question is empty; say what is asked, for example {_FORM}")
    if is_picture(last):
        before, question = list(words), None if classify else CATEGORY_QUESTION
    else:
        question = last
    if not before:
        raise BenchError(f"no picture is named before {last!r}; {_FORM}")
    return [path for word in before for path in _pictures(Path(word))], question


def first_picture(words: Sequence[str]) -> Path | None:
    """Return the first picture of an interactive session, None for none; BenchError for more than one."""
    if len(words) > 1 or not all(map(is_picture, words)):
        raise BenchError(f"-i takes one picture, not {' '.join(words)!r}; questions are asked line by line")
    return Path(words[0]) if words else None


def is_picture(word: str) -> bool:
    """Return whether a word names a picture or a folder, which need not exist."""
    return word.lower().endswith(suffixes()) or exists(Path(word))


def exists(path: Path) -> bool:
    """Return whether a file or folder exists."""
    try:
        return path.exists()
    except OSError:  # too long for a name
        return False


def _pictures(path: Path) -> list[Path]:
    """Return a folder's pictures, in order, or the file itself; hidden files are ignored."""
    if not (exists(path) and path.is_dir()):
        return [path]
    ends = suffixes()
    below = (pictures for pictures in sorted(path.rglob("*")) if pictures.suffix.lower() in ends)
    pictures = [each for each in below if not any(part.startswith(".") for part in each.relative_to(path).parts)]
    if not pictures:
        raise BenchError(f"the folder {str(path)!r} holds no picture ({EXAMPLES}); name another")
    return pictures
