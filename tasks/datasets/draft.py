"""A config drafted from a folder of pictures: what is in the folder decides each choice, and a comment says so."""

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

from bench.contracts import Dataset
from bench.data.databar import find_bars
from bench.data.duplicates import Duplicates, clusters
from bench.errors import BenchError
from bench.terminal.quantities import count
from bench.terminal.text import safe

_MOST_FOLDS = 10
_BATCH = 48
_SHOWN = 4
_SAMPLE = 200
"""How many pictures are searched for a data bar."""
_SPECIMENS = ("specimen", "sample", "wafer", "patient", "animal", "session", "experiment", "lot", "grid", "slide")
"""Columns of a file of labels whose values must not be on two sides of a fold."""


class ConfigChoice(NamedTuple):
    """One key of a config with its value and the reason; a key that is only proposed is written as a comment."""

    key: str
    value: Any
    reason: str
    proposed: bool = False


@dataclass(frozen=True)
class Draft:
    """A drafted config: its heading, its choices, and the commands that come next."""

    heading: Sequence[str]
    choices: Sequence[ConfigChoice]
    commands: Sequence[str]

    @property
    def text(self) -> str:
        """The config as YAML, with the reason above each key."""
        head = [f"# {line}" if line else "#" for line in [*self.heading, "", *self.commands]]
        return "\n".join([*head, *(line for choice in self.choices for line in _lines(choice))]) + "\n"


@dataclass(frozen=True)
class DraftInputs:
    """What a draft is made from, beside the dataset: its folder, files of labels and records, the config's own name."""

    folder: Path
    labels: Path | None
    records: Path | None
    out: Path


def drafted(dataset: Dataset, near: Duplicates, around: DraftInputs) -> Draft:
    """Return a config for a dataset of a folder; BenchError if a category has fewer than two pictures."""
    labels = dataset.labels()
    counts = dict(zip(dataset.categories, np.bincount(labels, minlength=len(dataset.categories)).tolist(), strict=True))
    smallest = min(counts, key=lambda name: counts[name])
    if counts[smallest] < 2:
        raise BenchError(
            f"category {smallest!r} has {count(counts[smallest], 'picture')}, and training and testing need one each; "
            "add pictures, or move the folder away"
        )
    choices = [
        ConfigChoice("dataset", f"folder:{around.folder}", _contents(counts)),
        *_records(around),
        *_folds(dataset, labels, counts, smallest, near),
        *_pictures(dataset),
        *_training(len(labels), min(_MOST_FOLDS, counts[smallest])),
        *([ConfigChoice("settings", {"folder:": {"labels": str(around.labels)}}, "The categories are in this file.")]
          if around.labels else []),
    ]  # fmt: skip
    return Draft(_heading(dataset, around), choices, _commands(around))


def _heading(dataset: Dataset, around: DraftInputs) -> list[str]:
    aside = dataset.set_aside()
    left_out = f"; {count(len(aside), 'file')} set aside, see `bench data info --dataset folder:{around.folder}`"
    return [
        f"Drafted by `bench init` for {safe(str(around.folder))}{left_out if aside else ''}.",
        "Every key can be changed; those that are not here have the defaults of `bench help settings`.",
    ]


def _commands(around: DraftInputs) -> list[str]:
    task = "vqa" if around.records else "classification"
    models = "mvaema,blind,majority" if around.records else "resnet,mvaema,spectrum,majority"
    run = f"bench run --config {shlex.quote(str(around.out))} --task {task} --models {models}"
    return [f"{run} --dry-run", run, f"bench table {'1' if around.records else '2'} --no-published"]


def _contents(counts: Mapping[str, int]) -> str:
    most = sorted(counts.items(), key=lambda pair: -pair[1])
    listed = ", ".join(f"{safe(name)} {number:,}" for name, number in most[:_SHOWN])
    more = f" and {len(most) - _SHOWN} more" if len(most) > _SHOWN else ""
    return f"{sum(counts.values()):,} pictures of {len(counts)} categories: {listed}{more}."


def _records(around: DraftInputs) -> list[ConfigChoice]:
    if around.records:
        return [
            ConfigChoice(
                "records", str(around.records), "Instruction records beside the pictures; the task vqa asks them."
            )
        ]
    write = (
        f"bench teach --teacher openai --model NAME --pictures {shlex.quote(str(around.folder))} --out records.jsonl"
    )
    return [
        ConfigChoice("records", "records.jsonl", f"For the task vqa, records are missing; `{write}` writes some.", True)
    ]


def _folds(
    dataset: Dataset, labels: np.ndarray, counts: Mapping[str, int], smallest: str, near: Duplicates
) -> list[ConfigChoice]:
    """Return the choices of the split: by specimens if they are known, else by near-duplicates if there are any."""
    columns: Mapping[str, Sequence[str]] = getattr(dataset, "columns", dict)()
    groups = len(clusters(near))
    column = next((name for name in columns if name.lower() in _SPECIMENS and _divides(columns[name], labels)), None)
    most = counts[smallest]
    choices: list[ConfigChoice] = []
    if column:
        most = _fewest(columns[column], labels)
        reason = f"Pictures of one {safe(column)} look alike, and testing on them would flatter every model."
        choices.append(ConfigChoice("group_by", column, reason))
    elif others := [name for name in columns if name not in ("file",) and _divides(columns[name], labels)]:
        reason = f"If the pictures of one {safe(others[0])} show one specimen, keep them on one side of each fold."
        choices.append(ConfigChoice("group_by", others[0], reason, True))
    if groups and not column:
        reason = f"{count(groups, 'cluster')} of near-duplicates were seen; none of them is divided between the sides."
        choices.append(ConfigChoice("split", "grouped", reason))
    folds = max(2, min(_MOST_FOLDS, most))
    place = (
        f"of {safe(smallest)}, the smallest category" if not column else f"that every category has of {safe(column)}"
    )
    reason = f"As many folds as pictures {place}, at most {_MOST_FOLDS}." if not column else f"As many {place}."
    return [
        *choices,
        ConfigChoice("k", folds, reason),
        ConfigChoice("folds", "0", "One fold for a first look; `all` for a result."),
    ]


def _divides(values: Sequence[str], labels: np.ndarray) -> bool:
    """Return whether a column groups pictures: several of a value, and two values or more in every category."""
    return len({*values}) < len(values) and _fewest(values, labels) >= 2


def _fewest(values: Sequence[str], labels: np.ndarray) -> int:
    """Return the least number of values that a category has."""
    pairs = {*zip(labels.tolist(), values, strict=True)}
    return min(Counter(label for label, _ in pairs).values())


def _pictures(dataset: Dataset) -> list[ConfigChoice]:
    known = [bool(each["pixel_size_nm"]) for each in getattr(dataset, "pictures", ())]
    sample = np.arange(len(dataset.labels()))[:: max(1, len(dataset.labels()) // _SAMPLE)]
    bars = find_bars(dataset.load().take(sample).batch(slice(None)))
    share = float((bars[:, 1] > bars[:, 0]).mean())
    choices: list[ConfigChoice] = []
    if share > 0.05:
        reason = f"{share:.0%} of the pictures have a data bar, whose text could give a category away."
        choices.append(ConfigChoice("mask_bar", True, reason))
    if known and all(known):
        choices.append(
            ConfigChoice("scale", "stated", "The size of a pixel is known of every picture, so prompts state it.")
        )
    elif any(known):
        reason = f"The size of a pixel is known of {sum(known):,} of {len(known):,} pictures."
        choices.append(ConfigChoice("scale", "stated", reason, True))
    return choices


def _training(pictures: int, folds: int) -> list[ConfigChoice]:
    side = pictures * (folds - 1) // folds
    recipe = {"epochs": 24, "fewest_steps": 300, "batch_size": max(2, min(_BATCH, side // 4))}
    steps = max(1, side // recipe["batch_size"])
    reason = f"About {count(steps, 'step')} an epoch; a training takes {max(300, 24 * steps):,} steps at most."
    return [ConfigChoice("recipe", recipe, reason)]


def _lines(choice: ConfigChoice) -> list[str]:
    text = yaml.safe_dump({choice.key: choice.value}, allow_unicode=True, sort_keys=False, width=10_000).rstrip("\n")
    prefix = "# " if choice.proposed else ""
    return ["", f"# {choice.reason}", *(f"{prefix}{line}" for line in text.split("\n"))]
