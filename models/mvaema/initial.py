"""What a training starts from: fresh weights, or those of an export with its vocabulary."""

import io
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from bench.errors import BenchError, in_one_line
from bench.exports.exported import read
from bench.models.mvaema.model import MVaEMaModel
from bench.models.mvaema.tokenizer import TextTokenizer

VOCABULARY = "tokenizer.json"


def opened(folder: Path) -> tuple[MVaEMaModel, TextTokenizer]:
    """Read the weights and the vocabulary that the estimator saved; every tensor must be there and fit."""
    with redirect_stdout(io.StringIO()):  # the hub's mixin prints its source
        model = MVaEMaModel.from_pretrained(str(folder), strict=True)
    return model, TextTokenizer.load(folder / VOCABULARY)


def from_export(folder: Path, wanted: Mapping[str, Any]) -> tuple[MVaEMaModel, TextTokenizer]:
    """Read an export to continue its training; BenchError if it is no MVaEMa, or its settings are not ``wanted``.

    Its vocabulary stays: in another, its word vectors would belong to other words.
    """
    exported = read(folder)
    try:
        model, tokenizer = opened(folder)
    except Exception as error:  # from the hub, tensors or tokenizers: there is no common class
        raise BenchError(
            f"weights={str(folder)!r} is an export of {exported.label} that cannot be read as MVaEMa "
            f"({in_one_line(error)}); name one of an MVaEMa"
        ) from error
    built = {"image_size": exported.image_size, **exported.settings}
    differing = [name for name, value in wanted.items() if _plain(built.get(name)) != _plain(value)]
    if differing:
        differences = ", ".join(f"{name} {_plain(built.get(name))} (here {_plain(wanted[name])})" for name in differing)
        remedy = " ".join(f"--set {_key(name)}={_written(built.get(name))}" for name in differing)
        raise BenchError(f"weights={str(folder)!r} was built with {differences}; train on with the same: {remedy}")
    return model, tokenizer


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple | list) else value


def _written(value: Any) -> str:
    return str(_plain(value)).replace(" ", "")


def _key(name: str) -> str:
    return name if name == "image_size" else f"model.{name}"
