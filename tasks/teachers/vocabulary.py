"""The sentence on facts outside the vocabulary, which no teacher words and no metric scores."""

from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from bench.tasks.facts import KINDS

_SHOWN = 3


def known(kind: str, value: str, categories: Sequence[str]) -> bool:
    """Return whether a fact is of the vocabulary; ``categories`` are the dataset's own, valid besides ours."""
    return value in KINDS.get(kind, ()) or (kind == "category" and value in categories)


def strange(facts: Iterable[tuple[str, str]], categories: Sequence[str]) -> str:
    """Return one sentence on the facts outside the vocabulary, how often each and its nearest; '' if there is none."""
    counts: Counter[str] = Counter()
    for kind, value in facts:
        if not known(kind, value, categories):
            counts[_named(kind, value, categories)] += 1
    if not counts:
        return ""
    named = [f"{name}, {_times(count)}" for name, count in counts.most_common(_SHOWN)]
    more = [f"{len(counts) - _SHOWN} more"] if len(counts) > _SHOWN else []
    return f"Facts outside the vocabulary are ignored, mend or remove them: {'; '.join([*named, *more])}."


def _named(kind: str, value: str, categories: Sequence[str]) -> str:
    """Name the unknown part of a fact, its kind or else its value, with the nearest or all that are valid."""
    if kind in KINDS:
        return f"{kind} {value!r} {_guess(value, categories if kind == 'category' else KINDS[kind])}"
    return f"kind {kind!r} {_guess(kind, KINDS)}"


def _guess(name: str, valid: Iterable[str]) -> str:
    names = list(valid)
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    return f"(did you mean {near[0]!r}?)" if near else f"(valid: {', '.join(names)})"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
