"""The check of a spec as it registers: every field has its type and its form, see ``bench.specs``.

Pydantic reads the types of the dataclass. It is imported only when the first spec of another package registers: the
specs of our own package are checked by a test.
"""

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from bench.errors import BenchError, shortened
from bench.specs import Spec

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import ErrorDetails

SomeSpec = TypeVar("SomeSpec", bound=Spec)
RESERVED = frozenset(
    {
        *("all", "model", "settings", "recipe", "machine", "cluster", "dataset", "records", "folds", "k", "repeats"),
        *("seed", "seeds", "image_size", "validation_share", "split", "duplicate_distance", "test_dataset", "fraction"),
        *(
            "hold_out_group",
            "mask_bar",
            "standardise",
            "scale",
            "picture",
            "start",
            "keep",
            "group_by",
            "unlabelled",
            "watch",
        ),
    }
)
"""Names that mean something else: ``all`` and ``model`` are every model, the others are keys of a config."""


def validated(kind: str, spec: SomeSpec) -> SomeSpec:
    """Return a spec with lists as tuples; BenchError with one sentence for a wrong one."""
    from pydantic import ValidationError

    try:
        tuples = {key: tuple(value) for key, value in vars(spec).items() if isinstance(value, list)}
        checked: SomeSpec = _adapter(type(spec)).validate_python(replace(spec, **tuples))
    except ValidationError as error:
        who = f"{kind} {shortened(spec.name)}"
        raise BenchError(f"{who}: {'; '.join(map(_complaint, error.errors(include_url=False)))}") from error
    _check_name(kind, checked.name)
    return checked


def _check_name(kind: str, name: str) -> None:
    if name.removesuffix(":") in RESERVED:
        raise BenchError(f"{kind} {name!r}: the name means something else on the command line; choose another")
    if kind == "table" and name.isdigit():
        raise BenchError(f"table {name!r}: the name is a number, which names another table; choose another")
    if name.endswith(":") and kind not in ("model", "dataset", "teacher"):
        raise BenchError(
            f"{kind} {name!r}: only the name of a model, a dataset or a teacher takes an argument; omit the colon"
        )


@cache
def _adapter(kind: type[Spec]) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def _complaint(detail: "ErrorDetails") -> str:
    place = ".".join(map(str, detail["loc"]))
    if detail["type"] == "value_error":  # our own words
        return f"{place} {shortened(detail['input'])} {detail['msg'].removeprefix('Value error, ')}"
    return f"{place} {shortened(detail['input'])} {detail['msg'].removeprefix('Input ')}"
