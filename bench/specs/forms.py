"""What the texts of specs look like: names, lines, paths; pydantic checks it where a spec registers."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, NamedTuple

_LONGEST_NAME = 64
_LONGEST_LINE = 2000
_LONGEST_DATA = 100_000


class Form(NamedTuple):
    """The form of a spec's field: what ``fits`` returns True for. Pydantic reads it when a spec registers."""

    fits: Callable[[Any], bool]
    meaning: str

    def checked(self, value: Any) -> Any:
        """Return the value; ValueError if it does not fit."""
        if not self.fits(value):
            raise ValueError(f"is not {self.meaning}")
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        """Return pydantic's check of the type with this check after it."""
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(self.checked, handler(source))


def _is_name(text: str) -> bool:
    """Return whether a text can be a name on a command line, in a config and of a file."""
    return len(text) <= _LONGEST_NAME and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*:?", text) is not None


def is_line(text: str) -> bool:
    """Return whether a text is one printable line."""
    return len(text) <= _LONGEST_LINE and text.isprintable()


def is_path(text: str) -> bool:
    """Return whether a text is a lazy path ``"module:attribute"``."""
    module, _, attribute = text.partition(":")
    return len(text) <= _LONGEST_LINE and all(part.isidentifier() for part in (*module.split("."), attribute))


def _is_data(value: Any) -> bool:
    try:
        return len(json.dumps(value)) <= _LONGEST_DATA
    except (TypeError, ValueError, RecursionError):
        return False


Name = Annotated[
    str,
    Form(_is_name, f"a name of 1 to {_LONGEST_NAME} letters, digits, - and _, with a colon if it takes an argument"),
]
Line = Annotated[str, Form(is_line, f"one line of printable text of at most {_LONGEST_LINE:,} letters")]
Title = Annotated[Line, Form(lambda text: bool(text.strip()), "a text that names it")]
LazyPath = Annotated[str, Form(is_path, "a path such as 'mypackage.module:Class'")]
Values = Annotated[Mapping[str, Any], Form(_is_data, f"JSON data of at most {_LONGEST_DATA:,} letters")]
Digits = Annotated[int, Form(lambda number: 0 <= number <= 15, "a number of digits from 0 to 15")]
PartOf = Annotated[float, Form(lambda share: 0 < share <= 1, "a share above 0, at most 1")]
Offset = Annotated[int, Form(lambda place: 0 <= place < 512, "a place among the first 512 bytes of a file")]
Suffix = Annotated[
    str, Form(lambda text: re.fullmatch(r"\.[a-z0-9_.]{1,16}", text) is not None, "a suffix such as '.tif'")
]
