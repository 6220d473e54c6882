"""What a publication prints: numbers with what is known of them, statements about them, and texts with their scores."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from bench.auditing.interval import Interval

Printing = Literal["rounded", "cut"]
"""How digits are left out: by rounding, whichever way halves go, or by cutting them off."""
Average = Literal["", "macro", "weighted", "micro"]
OverFolds = Literal["", "mean", "pooled"]


def printed_range(value: float, digits: int, printing: Printing) -> Interval:
    """Return what may have been printed as a value with so many decimals."""
    unit = 10.0**-digits
    return Interval(value - unit / 2, value + unit / 2) if printing == "rounded" else Interval(value, value + unit)


@dataclass(frozen=True)
class PublishedNumber:
    """One printed number; what the file does not say is empty or None.

    ``metric`` is what the column means, '' if that is not known; ``category`` the class that it is of, '' for all.
    ``average`` says how classes were averaged, ``over_folds`` whether folds and runs were averaged or their counts
    pooled. ``n`` is the number of test cases of all folds together, ``counts`` that of its class or of each class,
    ``classes`` how many classes there are. ``std`` is what follows ±.
    """

    table: str
    row: str
    column: str
    value: float
    digits: int
    block: str = ""
    model: str = ""
    dataset: str = ""
    metric: str = ""
    category: str = ""
    average: Average = ""
    over_folds: OverFolds = ""
    n: int | None = None
    counts: tuple[int, ...] = ()
    classes: int | None = None
    folds: int | None = None
    repeats: int | None = None
    std: float | None = None
    std_digits: int = 0

    def range(self, printing: Printing = "rounded") -> Interval:
        """Return what may have been printed as this number; of a known metric only values of 0…1."""
        return self._rounded if printing == "rounded" else self._cut

    @cached_property
    def _rounded(self) -> Interval:
        return self._within(printed_range(self.value, self.digits, "rounded"))

    @cached_property
    def _cut(self) -> Interval:
        return self._within(printed_range(self.value, self.digits, "cut"))

    def _within(self, every: Interval) -> Interval:
        return every.within(0, 1) if self.metric else every

    @property
    def units(self) -> int | None:
        """The number of folds times runs, None if one of the two is not known."""
        return None if self.folds is None or self.repeats is None else self.folds * self.repeats

    @property
    def who(self) -> tuple[str, str]:
        """The dataset and the model, by which tables are joined; without a model the row's name."""
        return self.dataset, self.model or self.row

    @property
    def line(self) -> tuple[str, str, str, str, str]:
        """The printed line: numbers that share it are of one experiment."""
        return self.table, self.block, self.row, self.model, self.dataset

    @property
    def text(self) -> str:
        """The number as printed."""
        return f"{self.value:.{self.digits}f}"

    @property
    def label(self) -> str:
        """Row and column, as a sentence names them."""
        return self.column if not self.row or self.column.startswith(self.row) else f"{self.row} {self.column}"

    @property
    def may_be_mean(self) -> bool:
        """Whether it may be a mean over folds or runs; pooled over folds, it may still be one over runs."""
        return self.units != 1 and (self.over_folds != "pooled" or self.repeats != 1)

    @property
    def may_be_pooled(self) -> bool:
        """Whether it may be of one table of counts."""
        return self.over_folds != "mean" or self.units == 1


StatementKind = Literal["relative change", "difference", "ratio", "highest", "count", "sum"]


@dataclass(frozen=True)
class TextStatement:
    """A sentence of a text about numbers: its ``value`` follows from numbers ``of`` and ``against``, see docs/audit.md.

    ``value`` is None for a statement without a number.
    """

    quote: str
    kind: StatementKind
    value: float | None
    digits: int
    of: tuple[PublishedNumber, ...]
    against: tuple[PublishedNumber, ...] = ()


@dataclass(frozen=True)
class PrintedText:
    """An answer and its reference as printed, with the numbers that are their scores."""

    reference: str
    answer: str
    scores: tuple[PublishedNumber, ...]


@dataclass(frozen=True)
class Paper:
    """All that is printed and can be held against each other."""

    numbers: tuple[PublishedNumber, ...]
    statements: tuple[TextStatement, ...] = ()
    texts: tuple[PrintedText, ...] = ()
    name: str = field(default="", compare=False)

    @cached_property
    def lines(self) -> list[list[PublishedNumber]]:
        """The numbers by printed line, in printed order."""
        return [*_grouped(self.numbers, lambda number: number.line).values()]

    @cached_property
    def by_category(self) -> list["CategoryScores"]:
        """The scores of single classes, by table, model and metric; only those of two classes or more."""
        own = [number for number in self.numbers if number.category and number.metric]
        groups = _grouped(own, lambda number: (number.table, *number.who, number.metric, number.average))
        return [
            CategoryScores(tuple(numbers))
            for numbers in groups.values()
            if len({number.category for number in numbers}) == len(numbers) > 1
        ]

    @cached_property
    def _counts(self) -> Mapping[str, tuple[int, ...]]:
        """The test cases of each class, by dataset, where the file gives those of all classes."""
        counts: dict[str, tuple[int, ...]] = {}
        for number in self.numbers:
            if not number.category and number.counts:
                counts.setdefault(number.dataset, number.counts)
        for scores in self.by_category:
            if scores.is_complete and scores.counts:
                counts.setdefault(scores.numbers[0].dataset, scores.counts)
        return counts

    def counts(self, number: PublishedNumber) -> tuple[int, ...]:
        """Return the test cases of each class behind a number, none if they are not known."""
        return (number.counts if not number.category else ()) or self._counts.get(number.dataset, ())


@dataclass(frozen=True)
class CategoryScores:
    """One metric of one model in each class of a table."""

    numbers: tuple[PublishedNumber, ...]

    @property
    def is_complete(self) -> bool:
        """Whether no class is missing, as far as the file says how many there are."""
        return self.numbers[0].classes == len(self.numbers)

    @property
    def may_be_complete(self) -> bool:
        """Whether nothing says that a class is missing."""
        return self.numbers[0].classes in (None, len(self.numbers))

    @property
    def counts(self) -> tuple[int, ...]:
        """The test cases of each class in the numbers' order, none if one is not known."""
        counts = [number.counts[0] for number in self.numbers if len(number.counts) == 1]
        return tuple(counts) if len(counts) == len(self.numbers) else ()

    def ranges(self, printing: Printing) -> list[Interval]:
        """Return what may have been printed as each."""
        return [number.range(printing) for number in self.numbers]


def _grouped(
    numbers: Iterable[PublishedNumber], key: Callable[[PublishedNumber], tuple[str, ...]]
) -> dict[tuple[str, ...], list[PublishedNumber]]:
    groups: dict[tuple[str, ...], list[PublishedNumber]] = {}
    for number in numbers:
        groups.setdefault(key(number), []).append(number)
    return groups
