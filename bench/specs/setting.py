"""A setting: one named choice of a model, a task, a dataset or a teacher, and which values it may have."""

from dataclasses import dataclass
from math import inf
from typing import Any, Literal, TypeGuard
from unicodedata import category

from bench.errors import BenchError, shortened, unknown
from bench.specs.forms import is_line, is_path

StageName = Literal["pretrain", "train", "predict", "score"]
STAGES: tuple[StageName, ...] = ("pretrain", "train", "predict", "score")
"""The stages of a cell, in order; only a model that is trained in two steps has the first."""
Scalar = bool | int | float | str | None


@dataclass(frozen=True)
class Setting:
    """One named choice of a model, a task or a dataset, declared in its parameter's annotation.

    ``width: Annotated[int, Setting("channels of the first stage", ge=1)] = 64`` declares the setting ``width``; its
    ``default`` and the choices of a ``Literal`` are read from the signature. ``stage`` says what a change redoes:
    "pretrain" redoes everything, "train" all but the pretraining (everything if there is none), "predict" only the
    answers, "score" only the scoring. A number is at least ``ge`` or more than ``gt``, and at most ``le`` or less than
    ``lt``; of a tuple, bounds and ``choices`` are those of each item. ``check`` is the lazy path of a function that is
    called with the value, given or default, before anything is written; it raises BenchError for a wrong one. One that
    does not ``decide`` cannot change a product, such as a limit of cost: a judge's are in no fingerprint.
    BenchError if the declaration itself is wrong.
    """

    help: str = ""
    choices: tuple[Scalar, ...] = ()
    stage: StageName = "train"
    check: str = ""
    default: Any = None
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    decides: bool = True

    def __post_init__(self) -> None:
        """Check the declaration."""
        if not isinstance(self.help, str) or not is_line(self.help):
            raise BenchError(f"help {shortened(self.help)} of a Setting is no line of printable text")
        if not isinstance(self.choices, tuple | list) or not all(isinstance(each, Scalar) for each in self.choices):
            raise BenchError(f"choices {shortened(self.choices)} of a Setting are no tuple of numbers and texts")
        if self.stage not in STAGES:
            raise BenchError(f"stage {shortened(self.stage)} of a Setting is none of {', '.join(STAGES)}")
        if self.check and not (isinstance(self.check, str) and is_path(self.check)):
            raise BenchError(f"check {shortened(self.check)} of a Setting is no path such as 'mypackage.checks:width'")
        for name in ("ge", "gt", "le", "lt"):
            bound = getattr(self, name)
            if bound is not None and not _is_number(bound):
                raise BenchError(f"{name} {shortened(bound)} of a Setting is no number")
        lowest, highest = (next(filter(_is_number, pair), None) for pair in ((self.ge, self.gt), (self.le, self.lt)))
        if lowest is not None and highest is not None and lowest > highest:
            raise BenchError(f"the bounds {self.range} of a Setting leave no number; exchange them")

    @property
    def range(self) -> str:
        """The bounds in words, such as '1 to 100'; '' if there are none."""
        if self.ge is not None and self.le is not None:
            return f"{_written(self.ge)} to {_written(self.le)}"
        words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
        bounds = {word: getattr(self, name) for name, word in words.items()}
        return " and ".join(f"{word} {_written(bound)}" for word, bound in bounds.items() if bound is not None)

    @property
    def values(self) -> str:
        """The valid values in words: the choices or the bounds; '' if all of the default's type are valid."""
        return ", ".join(map(str, self.choices)) or self.range

    def checked(self, where: str, value: Any) -> Any:
        """Return the value, a list as a tuple; BenchError if its type is not the default's, or it is not valid."""
        if isinstance(self.default, tuple) and isinstance(value, list | tuple):
            return self._checked_items(where, value)
        if self.choices:
            if any(value == choice and type(value) is type(choice) for choice in self.choices):
                return value
            raise unknown(f"{where} value", str(value), [str(choice) for choice in self.choices])
        self._check_type(where, value)
        if isinstance(value, str) and not _is_writable(value):
            raise BenchError(f"{where} = {shortened(value)} has letters that cannot be printed; leave them out")
        if self.range or isinstance(value, float):
            self._check_range(where, value)
        return value

    def _checked_items(self, where: str, value: list[Any] | tuple[Any, ...]) -> tuple[Any, ...]:
        if self.default and not value:
            raise BenchError(f"{where} is empty; give at least one value (default {list(self.default)!r})")
        first = self.default[0] if self.default else None
        if isinstance(first, tuple):
            wrong = next((item for item in value if isinstance(item, list | tuple) and len(item) != len(first)), None)
            if wrong is not None:
                raise BenchError(f"{where} has an item {shortened(wrong)}; give {len(first)} values in each")
        each = Setting("", self.choices, default=first, ge=self.ge, gt=self.gt, le=self.le, lt=self.lt)
        return tuple(each.checked(where, item) for item in value)

    def _check_type(self, where: str, value: Any) -> None:
        kind = type(self.default)
        fits = isinstance(value, kind) and isinstance(value, bool) == (kind is bool)
        if self.default is None or fits or (kind is float and type(value) is int):
            return
        default = list(self.default) if kind is tuple else self.default
        raise BenchError(
            f"{where} = {shortened(value)} is {type(value).__name__}, not {type(default).__name__} "
            f"(default {default!r})"
        )

    def _check_range(self, where: str, value: Any) -> None:
        """Raise BenchError for a number out of bounds, infinite or none at all."""
        if value is None and self.default is None:
            return
        lowest, above = (-inf if bound is None else bound for bound in (self.ge, self.gt))
        highest, below = (inf if bound is None else bound for bound in (self.le, self.lt))
        if not (_is_number(value) and lowest <= value <= highest and above < value < below):
            raise BenchError(f"{where} = {shortened(value)} is out of range; give {self.range or 'a finite number'}")


def _written(bound: float) -> str:
    """Write 1,000 for 1000.0: some versions of pydantic make floats of whole bounds."""
    return f"{int(bound):,}" if float(bound).is_integer() else f"{bound:,}"


def _is_number(value: Any) -> TypeGuard[float]:
    """Return whether a value is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and -inf < value < inf


def _is_writable(text: str) -> bool:
    """Return whether a text has neither control characters nor halves of a character, which no file can hold."""
    return not any(category(letter) in ("Cc", "Cs") for letter in text)
