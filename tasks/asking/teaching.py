"""How a model is trained on corrections: what they lack for that, and the command."""

import shlex
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.exports.exported import Exported
from bench.registered.registry import Registry
from bench.tasks.asking.corrections import RECORDS

_EXPORT = "my-model"
_CATEGORIES, _PICTURES = 2, 3
"""The fewest categories, and pictures of each, that can be trained on, chosen by and tested on."""


def lacking(pictures: Sequence[str]) -> str:
    """Return what pictures, by their ids in a folder, lack to be a dataset, '' for nothing."""
    counts = Counter(name.partition("/")[0] if "/" in name else "" for name in pictures)
    if "" in counts:
        return "a picture is in no category folder"
    if len(counts) < _CATEGORIES:
        return f"one category, {next(iter(counts))!r}, is not enough: correct answers about pictures of another, too"
    few = [f"{_PICTURES - count} more of {name!r}" for name, count in counts.items() if count < _PICTURES]
    return f"{_PICTURES} pictures of each category are needed, {' and '.join(few)}" if few else ""


def command(exported: Exported, folder: Path | None, cell: str, corrections: Path) -> str:
    """Return the command that trains a model on corrections from where it stands, '' for one that cannot start so.

    The model is an export in a ``folder``, or a ``cell`` of the store, which is exported first.
    """
    registry = Registry()
    spec = registry.find("model", exported.model)[0]
    declared = registry.settings(spec)
    if "weights" not in declared:
        return ""
    name, start = exported.model, str(folder) if folder else _EXPORT
    values: dict[str, object] = {f"{name}.weights": start}
    for key, value in exported.settings.items():
        own = spec.defaults.get(key, declared[key].default) if key in declared else value
        if key != "weights" and value != own and value != list(own if isinstance(own, tuple) else ()):
            values[f"{name}.{key}"] = value
    values |= {"image_size": exported.image_size, "mask_bar": exported.mask_bar, "standardise": exported.standardise}
    texts = [f"{key}={str(value).lower() if isinstance(value, bool) else value}" for key, value in values.items()]
    run = ["bench", "run", "--task", "vqa", "--models", name, "--dataset", f"folder:{corrections}"]
    run += ["--records", str(corrections / RECORDS), *(part for text in texts for part in ("--set", text))]
    first = [] if folder else [shlex.join(["bench", "export", cell, _EXPORT])]
    return "\n".join([*first, shlex.join(run)])
