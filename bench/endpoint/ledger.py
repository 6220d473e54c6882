"""The costs, call by call, in a file that outlives the process, and the budget that they must not exceed."""

import json
import os
from pathlib import Path

from bench.endpoint.prices import Price, Usage, dollars_of
from bench.errors import BenchError
from bench.specs.json_data import Clear, JSONObject


class Ledger:
    """Calls that were paid, and what they cost.

    ``path`` is a JSONL file that earlier runs wrote their calls to, None to keep nothing after the process; ``share``
    of the ``price`` is billed; ``budget`` is in dollars, over all runs of that file. Calls paid while no price was
    known count at this one. BenchError for a budget without a price.
    """

    def __init__(
        self, price: Price | None, path: Path | None = None, budget: float | None = None, share: float = 1.0
    ) -> None:
        if budget is not None and price is None:
            raise BenchError("a budget needs a price, and none is known of this model; give --price-in and --price-out")
        dollars_of("the budget", budget)
        self.price, self.calls, self.tokens, self.dollars, self.held = price, 0, Usage(0, 0), 0.0, 0.0
        self._path, self._budget, self._share, self._longest = path, budget, share, 0
        for line in lines_of(path):
            usage, dollars = _entry(line, path)
            if dollars is None and price:  # at the full price: whether a batch was billed less is unknown
                dollars = price.of(usage)
            self._count(usage, dollars or 0.0)

    def add(self, usage: Usage) -> None:
        """Write down a paid call; it is on the disk when this returns."""
        dollars = self._share * self.price.of(usage) if self.price else None
        if self._path is not None:
            try:
                append(self._path, {**usage._asdict(), "dollars": dollars})
            except OSError as error:
                raise BenchError(
                    f"what was paid cannot be written to {str(self._path)!r} ({error.strerror}); make room there"
                ) from error
        self._count(usage, dollars or 0.0)

    def fits(self, worst: Usage) -> bool:
        """Return whether a call of at most these tokens stays within the budget, with all reserved dollars."""
        return self._budget is None or self.dollars + self.held + self._most(worst) <= self._budget

    def hold(self, worst: Usage) -> float:
        """Reserve the most that a call can cost while it is made; return the dollars."""
        most = self._most(worst)
        self.held += most
        return most

    def release(self, most: float) -> None:
        """Release reserved dollars."""
        self.held = self.held - most if self.held - most > 1e-9 else 0.0

    def __str__(self) -> str:
        calls = "1 call" if self.calls == 1 else f"{self.calls:,} calls"
        tokens = f"{self.tokens.input_tokens:,} + {self.tokens.output_tokens:,} tokens"
        return f"{calls}, {tokens}, " + (f"${self.dollars:.4f}" if self.price else "at a price that is not known")

    def _most(self, worst: Usage) -> float:
        if self.price is None:
            return 0.0
        return self._share * self.price.of(Usage(max(worst.input_tokens, self._longest), worst.output_tokens))

    def _count(self, usage: Usage, dollars: float) -> None:
        self.calls += 1
        self.tokens = self.tokens.plus(usage)
        self._longest = max(self._longest, usage.input_tokens)
        self.dollars += dollars


def _entry(line: JSONObject, path: Path | None) -> tuple[Usage, float | None]:
    """Return the tokens and dollars of a line; BenchError if it is no entry, since a budget counts on each."""
    try:
        dollars = line["dollars"]
        return Usage(int(line["input_tokens"]), int(line["output_tokens"])), None if dollars is None else float(dollars)
    except (LookupError, TypeError, ValueError, OverflowError):
        raise BenchError(f"{str(path)!r} has a line that says no cost; correct or remove it") from None


def append(path: Path, *lines: Clear) -> None:
    """Append lines of JSON to a file; they are on the disk when this returns. OSError if it cannot be written."""
    with path.open("a", encoding="utf-8", newline="\n") as stream:
        stream.write("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
        stream.flush()
        os.fsync(stream.fileno())


def mend(path: Path) -> None:
    """Drop the incomplete last line that a killed process left in a file."""
    if path.is_file():
        data = path.read_bytes()
        if data and not data.endswith(b"\n"):
            with path.open("r+b") as stream:
                stream.truncate(data.rfind(b"\n") + 1)


def lines_of(path: Path | None) -> list[JSONObject]:
    """Return the data of a file of JSON lines, none without a file; an incomplete last line is dropped."""
    if path is None or not path.is_file():
        return []
    mend(path)
    lines, number = list[JSONObject](), 0
    try:
        # Not splitlines(), which cuts at marks that a text of JSON may hold.
        for line in path.read_text(encoding="utf-8").split("\n"):
            number += 1
            if line:
                data = json.loads(line)
                if not isinstance(data, dict):
                    raise ValueError("no object")
                lines.append(data)
    except (OSError, ValueError, RecursionError) as error:
        raise BenchError(f"{str(path)!r} cannot be read ({error}); correct or remove line {number}") from error
    return lines
