"""Answers in free wording are read as a careful reader reads them; README.md in paraphrases/ states the conventions."""

from pathlib import Path

import pytest

from tests.paraphrase_score import FOLDER, readings

LEAST = {"dev.csv": 0.97, "dev2.csv": 0.97, "test.csv": 0.95}
"""The share of a file that must be read exactly; test.csv was written before the lexicon and not seen by its author."""


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.csv")), ids=lambda path: path.name)
def test_paraphrases_are_read_as_they_are_meant(path: Path):
    every = list(readings(path))
    wrong = [reading for reading in every if not reading.is_right]
    assert len(every) >= 300
    assert [reading.text for reading in wrong if reading.inversions] == []
    assert len(wrong) <= (1 - LEAST[path.name]) * len(every), [reading.text for reading in wrong]


def test_there_are_paraphrases():
    assert (FOLDER / "dev.csv").exists()
