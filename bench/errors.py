"""The one exception for a user's mistake, and the sentence it says."""

from collections.abc import Iterable
from difflib import get_close_matches


class BenchError(Exception):
    """A mistake of the user's: shown as one sentence without traceback, exit code 2."""


def unknown(kind: str, value: str, valid: Iterable[str], remedy: str = "") -> BenchError:
    """Build the error for a name that is none of the valid ones: value, nearest, valid ones, remedy."""
    names = sorted(valid)
    near = get_close_matches(value, names, n=1, cutoff=0.5)
    guess = f"; did you mean {near[0]!r}?" if near else ""
    return BenchError(
        f"unknown {kind} {value!r}{guess} (valid: {', '.join(names) or 'none'})" + (f"; {remedy}" if remedy else "")
    )
