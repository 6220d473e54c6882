"""What a teaching will still cost, estimated before it starts."""

from dataclasses import dataclass

from bench.endpoint.prices import Price, Usage


@dataclass(frozen=True)
class Forecast:
    """What a teaching will still cost: ``calls`` about ``pictures``, ``expected`` and ``most`` tokens, and their price.

    ``known`` is whether the tokens are the mean of calls paid before, not an estimate. The calls include those of the
    batches ``under_way``, which are collected and not paid again.
    """

    pictures: int
    done: int
    calls: int
    expected: Usage
    most: Usage
    price: Price | None
    share: float
    known: bool
    under_way: int = 0

    def __str__(self) -> str:
        stand = f"{self.done:,} of {self.done + self.calls:,} stand already; " if self.done else ""
        about = f"about {self.expected.input_tokens:,} + {self.expected.output_tokens:,} tokens"
        source = "the mean of what was paid before" if self.known else "estimated: what a picture counts differs"
        if self.price is None:
            dollars = "dollars unknown: no price is known of this model (give --price-in and --price-out)"
        else:
            expected, most = (self.share * self.price.of(usage) for usage in (self.expected, self.most))
            dollars = f"about ${expected:,.2f}, if every answer were as long as allowed ${most:,.2f}"
        of = "1 picture" if self.pictures == 1 else f"{self.pictures:,} pictures"
        twice = "; calls of a batch that is under way are among them, and are not paid again" if self.under_way else ""
        return f"{stand}{self.calls:,} calls about {of}, {about} ({source}), {dollars}{twice}"
