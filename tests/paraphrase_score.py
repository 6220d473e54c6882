"""Prints which paraphrases of a file are read otherwise than stated: python -m tests.paraphrase_score FILE.csv."""

import csv
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from bench.tasks.metrics.reading import Lexicon, named

FOLDER = Path(__file__).parent / "paraphrases"


class Reading(NamedTuple):
    """A paraphrase with the facts it states and those that the lexicon reads, kind to value."""

    text: str
    stated: Mapping[str, str]
    read: Mapping[str, str]

    @property
    def is_right(self) -> bool:
        """Whether exactly what is stated was read."""
        return self.stated == self.read

    @property
    def inversions(self) -> list[str]:
        """The kinds of which another value was read than is stated."""
        return [kind for kind, value in self.read.items() if self.stated.get(kind, value) != value]


def readings(path: Path) -> Iterator[Reading]:
    """Yield each paraphrase of a file (prompt, text, facts) as the lexicon reads it."""
    lexicon = Lexicon()
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            stated = dict(fact.split("=") for fact in row["facts"].split(";") if fact)
            yield Reading(row["text"], stated, named(lexicon.parse(row["text"])))


def main() -> None:
    """Print the paraphrases that are not read exactly, and the share of those that are."""
    for path in map(Path, sys.argv[1:]):
        every = list(readings(path))
        for reading in every:
            if not reading.is_right:
                mark = "INVERTED" if reading.inversions else "        "
                lacking = sorted(reading.stated.items() - reading.read.items())
                beyond = sorted(reading.read.items() - reading.stated.items())
                print(f"{mark} {reading.text!r}\n         not read {lacking}, read instead {beyond}")
        right = sum(reading.is_right for reading in every)
        inverted = sum(bool(reading.inversions) for reading in every)
        print(f"{path.name}: {right} of {len(every)} right ({right / len(every):.1%}), {inverted} inverted")


if __name__ == "__main__":
    main()
