"""What the command line names: pictures, then a question."""

from collections.abc import Sequence
from pathlib import Path

from bench.errors import BenchError
from bench.tasks.datasets.listing import SUFFIXES

_FORM = 'bench ask PICTURE... "QUESTION"'


def parted(words: Sequence[str], classify: bool) -> tuple[list[Path], str | None]:
    """Return the pictures and the question, which comes last; None where classifying needs none.

    A folder stands for the pictures in it. BenchError where a part is missing or a question is empty.
    """
    if not words:
        raise BenchError(f"no picture is named; {_FORM}, or -i to ask line by line")
    *before, last = words
    if not last.strip():
        raise BenchError(f"the question is empty; say what is asked, for example {_FORM}")
    if is_picture(last):
        if not classify:
            raise BenchError(
                f"{last!r} is a picture and no question; put the question last, in quotes: {_FORM}, or add "
                "-i and ask line by line"
            )
        before, question = list(words), None
    else:
        question = last
    if not before:
        raise BenchError(f"no picture is named beside {last!r}; {_FORM}")
    return [path for word in before for path in _pictures(Path(word))], question


def only(words: Sequence[str]) -> Path | None:
    """Return the one picture that questions line by line begin with, None for none; BenchError for more."""
    if len(words) > 1 or not all(map(is_picture, words)):
        raise BenchError(f"-i begins with one picture, not with {' '.join(words)!r}; questions are asked line by line")
    return Path(words[0]) if words else None


def is_picture(word: str) -> bool:
    """Tell whether a word names a picture or a folder, which may not be there."""
    return word.lower().endswith(SUFFIXES) or there(Path(word))


def there(path: Path) -> bool:
    """Tell whether there is such a file or folder."""
    try:
        return path.exists()
    except OSError:  # longer than a name may be
        return False


def _pictures(path: Path) -> list[Path]:
    """Return a folder's pictures, in order, or the file itself; hidden ones are passed over."""
    if not (there(path) and path.is_dir()):
        return [path]
    below = (found for found in sorted(path.rglob("*")) if found.suffix.lower() in SUFFIXES)
    found = [each for each in below if not any(part.startswith(".") for part in each.relative_to(path).parts)]
    if not found:
        raise BenchError(f"the folder {str(path)!r} holds no picture ({', '.join(SUFFIXES)}); name another")
    return found
