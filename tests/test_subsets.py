"""Subsets of pictures by name, and the table of a study beside its published numbers."""

import csv
from collections import Counter
from importlib import resources

import numpy as np
import pytest
from PIL import Image

from bench.errors import BenchError
from bench.tasks.datasets.folder import Folder
from bench.tasks.datasets.subsets import subset_of
from bench.tasks.facts import CATEGORIES
from bench.terminal.progress import NoProgress

LINES = list(csv.DictReader(resources.files("bench.tasks.datasets").joinpath("nffa-rs.csv").read_text().splitlines()))


def folder(root, names):
    random = np.random.default_rng(0)
    for category, name in names:
        (root / category).mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 255, (32, 32)).astype(np.uint8)).save(root / category / name)
    return str(root)


def test_the_study_drew_25_pictures_of_each_category():
    assert Counter(line["category"] for line in LINES) == dict.fromkeys(CATEGORIES, 25)
    assert len({line["name"] for line in LINES}) == 250


def test_names_are_those_of_the_dataset_without_its_prefix():
    names = [line["name"] for line in LINES[:3]]
    here = {f"Biological/L7_{names[0]}.jpg": 1, f"Biological/{names[1]}.png": 1, "Biological/L7_other.jpg": 1}
    assert subset_of("nffa-rs", here) == ([f"Biological/L7_{names[0]}.jpg", f"Biological/{names[1]}.png"], 250)


def test_a_dataset_keeps_the_pictures_of_a_file_of_names_and_says_how_many_are_not_here(tmp_path):
    root = folder(tmp_path / "own", [("a", "one.png"), ("a", "two.png"), ("b", "three.png"), ("c", "four.png")])
    (tmp_path / "few.txt").write_text("one\nthree.tif\nfive\n")
    dataset = Folder(root, 32, NoProgress(), subset=str(tmp_path / "few.txt"))
    assert dataset.load().ids == ("a/one.png", "b/three.png")
    assert dataset.categories == ("a", "b") and dataset.name.endswith("own+few")
    assert any("1 of its 3 pictures are not here" in sentence for sentence in dataset.set_aside())
    assert dataset.identity() != Folder(root, 32, NoProgress()).identity()


@pytest.mark.parametrize(
    ("subset", "words"),
    [("nffa", "did you mean 'nffa-rs'"), ("no/such.txt", "there is no file of names"), ("nffa-rs", "none of the 250")],
)
def test_a_subset_that_is_not_there_is_one_sentence(subset, words):
    with pytest.raises(BenchError, match=words):
        subset_of(subset, {"a/one.png": 1})


def test_the_table_of_the_study_takes_only_its_pictures(tmp_path, bench):
    names = [(line["category"], f"L0_{line['name']}.png") for line in (*LINES[:2], *LINES[30:32])]
    root = folder(tmp_path / "own", [*names, ("tips", "L5_x.png")])
    run = ("run", "--task", "choice", "--dataset", f"folder:{root}", "--split", "whole", "--models", "majority")
    assert bench(*run)[0] == 0
    code, _, error = bench("table", "nffa-rs")
    assert code == 2 and "--subset nffa-rs" in error
    assert bench(*run, "--subset", "nffa-rs")[0] == 0
    code, text, _ = bench("table", "nffa-rs")
    assert code == 0 and "0.552" in text and "ChatGPT" in text
