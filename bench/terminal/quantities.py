"""Times, sizes and counts as text."""


def duration(seconds: float) -> str:
    """Return a time in seconds, minutes or hours."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def size(memory: int | None) -> str:
    """Return bytes as gigabytes, '' if unknown."""
    return f"{memory / 2**30:.1f} GB" if memory else ""


def count(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
