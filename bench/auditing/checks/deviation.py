"""The deviation of a bounded score: over scores of 0…1 with a mean it is greatest where all but one are 0 or 1.

SPRITE searches the pairs of mean and deviation that scores of a bounded scale can have (J. Heathers and others,
Recovering data from summary statistics, 2018).
"""

from collections.abc import Iterator
from math import floor, sqrt

from bench.auditing.finding import AuditFinding, Interpretation, judge
from bench.auditing.interval import SLACK
from bench.auditing.publication import Paper, Printing, PublishedNumber, printed_range


def check(publication: Paper) -> Iterator[AuditFinding]:
    """Yield a finding on each number of a known metric with a deviation behind it."""
    for number in publication.numbers:
        if number.metric and number.std is not None:
            yield _finding(number, number.std)


def _finding(number: PublishedNumber, std: float) -> AuditFinding:
    def holds(printing: Printing) -> bool:
        return printed_range(std, number.std_digits, printing).low <= _greatest_of(number, printing) + SLACK

    text = f"{number.text} ± {std:.{number.std_digits}f}"
    bound = f"{_greatest_of(number, 'rounded'):.4f}"
    over = f"over {number.units} folds and runs" if number.units else "over two runs or more"
    return judge(
        [number],
        [],
        [
            Interpretation("it is a standard deviation", holds, plain=True),
            Interpretation(
                "what follows ± is no standard deviation of scores, or is over something else", lambda _: True
            ),
        ],
        f"The standard deviation of scores of 0 to 1 with this mean {over} is at most {bound}: {text} agrees",
        f"{text} cannot be mean and standard deviation of scores of 0 to 1 {over}, which is at most {bound}",
    )


def _greatest_of(number: PublishedNumber, printing: Printing) -> float:
    values = number.range(printing)
    mean = min(max(0.5, values.low), values.high)
    if number.units and number.units > 1:
        return max(greatest(each, number.units) for each in (values.low, mean, values.high))
    return sqrt(2 * mean * (1 - mean))


def greatest(mean: float, units: int) -> float:
    """Return the greatest standard deviation, with units - 1 degrees of freedom, of scores of 0…1 with a mean."""
    ones = floor(units * mean + SLACK)
    rest = max(0.0, units * mean - ones)
    squares = ones * (1 - mean) ** 2 + (units - ones) * mean**2
    if rest and ones < units:
        squares += (rest - mean) ** 2 - mean**2
    return sqrt(squares / (units - 1))
