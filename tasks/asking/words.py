"""What the command line names: pictures, then a question."""

from collections.abc import Sequence
from pathlib import Path

from bench.errors import BenchError
from bench.tasks.datasets.listing import SUFFIXES

_FORM = 'bench ask PICTURE... "QUESTION" --model FOLDER'


def parted(words: Sequence[str], classify: bool) -> tuple[list[Path], str | None]:
    """Return the pictures and the question, which comes last; None where classifying needs none.

    A folder stands for the pictures in it. BenchError where a part is missing or a question is empty.
    """
    *before, last = words
    if not last.strip():
        raise BenchError(f"the question is empty; say what is asked, for example {_FORM}")
    if _is_picture(last):
        if not classify:
            raise BenchError(f"{last!r} is a picture and no question; put the question last, in quotes: {_FORM}")
        before, question = list(words), None
    else:
        question = last
    if not before:
        raise BenchError(f"no picture is named beside {last!r}; {_FORM}")
    return [path for word in before for path in _pictures(Path(word))], question


def _is_picture(word: str) -> bool:
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
