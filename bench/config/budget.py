"""The training budget of a row: FLOPs to compute, or pictures to see; epochs follow from it."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator

_FORM = r"\s*([0-9][0-9.]*(?:[eE][+-]?[0-9]{1,3})?)\s*(FLOPs|pictures|)\s*"
_FORMS = "give FLOPs, such as 1e14, or pictures, such as '20000 pictures'"
_FEWEST = {"FLOPs": 1e6, "pictures": 1.0}
_MOST = 1e30


@dataclass(frozen=True)
class Budget:
    """An ``amount`` of FLOPs, forward and backward, or of pictures, each counted as often as it is seen."""

    amount: float
    unit: Literal["FLOPs", "pictures"]

    @classmethod
    def parsed(cls, text: str) -> Self:
        """Read a text such as ``1e14`` or ``20000 pictures``, of any amount; ValueError if it has another form."""
        match = re.fullmatch(_FORM, text) if len(text) < 100 else None
        if match is None or match[1].count(".") > 1:
            raise ValueError(f"{text[:40]!r} is no budget; {_FORMS}")
        return cls(float(match[1]), "pictures" if match[2] == "pictures" else "FLOPs")

    def __str__(self) -> str:
        short = f"{self.amount:g}"
        return f"{short if float(short) == self.amount else repr(self.amount)} {self.unit}"

    def share(self, share: float) -> "Budget":
        """Return a share of the budget, which may be less than a recipe may have."""
        return Budget(share * self.amount, self.unit)


def _canonical(value: object) -> object:
    """Return a budget in its one form, so that 1e14 and 100000000000000 are the same; ValueError out of range."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"a budget is a text or a number; {_FORMS}")
    budget = Budget.parsed(str(value))
    if not _FEWEST[budget.unit] <= budget.amount <= _MOST:
        least, most = _FEWEST[budget.unit], _MOST
        raise ValueError(f"{str(value)[:40]!r} is out of range, {least:g} to {most:g} {budget.unit}; {_FORMS}")
    return str(budget)


BudgetText = Annotated[str, BeforeValidator(_canonical)]
"""A budget as a config and a fingerprint hold it, such as ``1e+14 FLOPs``."""
