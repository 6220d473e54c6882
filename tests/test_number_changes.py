"""The list of rows whose numbers a new version changes."""

import importlib.util
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "number_changes.py"


def _changes(before, now):
    spec = importlib.util.spec_from_file_location("number_changes", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.changes(before, now)


def test_rows_are_named_by_the_earliest_stage_that_differs():
    same = {"train": "a", "predict": "b", "score": "c"}
    before = dict.fromkeys(("vqa net", "vqa rule", "vqa old", "classification net", "vqa kept"), same)
    now = {
        "vqa net": {**same, "train": "x", "score": "x"},
        "classification net": {**same, "train": "x"},
        "vqa rule": {**same, "score": "x"},
        "vqa kept": same,
        "vqa fresh": same,
    }
    assert _changes(before, now) == [
        "trained again, classification: net",
        "trained again, vqa: net",
        "scored again, vqa: rule",
        "new, vqa: fresh",
        "gone, vqa: old",
    ]


def test_no_change_is_said_to_be_none():
    assert _changes({"vqa net": {"train": "a"}}, {"vqa net": {"train": "a"}}) == ["no row's code differs"]
