"""Times, sizes and counts as text."""


def duration(seconds: float) -> str:
    """Return a time in seconds, minutes or hours."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def size(memory: int | None) -> str:
    """Return bytes as gigabytes, '' if unknown."""
    return f"{memory / 2**30:.1f} GB" if memory else ""


def power(number: float) -> str:
    """Return a large number with two digits and its power of ten, such as ``1.2e13``."""
    return f"{number:.1e}".replace("e+0", "e").replace("e+", "e")


def rounded(number: float) -> str:
    """Return a number with three digits, in thousands (k), millions (M) or billions (G)."""
    for unit, letter in ((10**9, " G"), (10**6, " M"), (10**3, " k")):
        if number >= 0.9995 * unit:  # so that nothing is rounded up to a thousand of the unit below
            return f"{number / unit:.3g}{letter}"
    return f"{number:.3g}"


def count(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
