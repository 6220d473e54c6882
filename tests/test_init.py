"""`bench init`: a commented config for a folder that it has looked at."""

import json
import shlex
from pathlib import Path

import pytest
import yaml

from bench.config.loading import load_config
from bench.registered.registry import Registry


@pytest.fixture
def drafted(folder, bench, tmp_path, monkeypatch):
    """Draft a config for a folder of pictures, after something was done to the folder; returns output and config."""

    def draft(*sizes, change=lambda root: None, options=()):
        root = Path(folder(*sizes).removeprefix("folder:"))
        change(root)
        monkeypatch.chdir(tmp_path)
        code, out, err = bench("init", root, *options)
        return code, out, err

    return draft


def _labels(root, specimens):
    """Write a file of labels with a column of specimens, so many per category."""
    files = sorted(path for path in root.rglob("*") if path.is_file())
    lines = [
        f"{file.relative_to(root)},{file.parent.name},{file.parent.name}-{number % specimens}"
        for number, file in enumerate(files)
    ]
    (root / "labels.csv").write_text("\n".join(["path,category,specimen", *lines]) + "\n")


def test_the_config_is_valid_says_why_and_its_first_command_runs(drafted, bench):
    code, out, _ = drafted(6, 4)
    text = Path("bench.yaml").read_text()
    config, _ = load_config("bench.yaml")
    assert code == 0 and config.k == 3 and config.folds == "0"  # one of the four is of a single pixel
    keys = [line for line in text.splitlines() if line and line[0] not in "# "]
    for key in keys:
        before = text.splitlines()[text.splitlines().index(key) - 1]
        assert before.startswith("# ") and before.endswith(".")
    first = next(line for line in out.splitlines() if line.strip().startswith("bench run"))
    code, out, err = bench(*shlex.split(first)[1:], "--set", "image_size=32")
    assert code == 0 and "in 3 folds" in out, err


def test_the_models_that_it_names_are_registered_and_can_do_the_task(drafted):
    _, out, _ = drafted(4, 4, options=["--json"])
    (command, *_) = json.loads(out)["commands"]
    models = shlex.split(command)[shlex.split(command).index("--models") + 1].split(",")
    assert {*models} <= Registry().every("model").keys()


def test_specimens_of_a_file_of_labels_are_never_divided(drafted):
    code, _, _ = drafted(6, 6, change=lambda root: _labels(root, 3))
    stored = yaml.safe_load(Path("bench.yaml").read_text())
    assert code == 0 and stored["group_by"] == "specimen"
    assert stored["k"] <= 3 and stored["settings"]["folder:"]["labels"].endswith("labels.csv")


def test_records_beside_the_pictures_make_it_a_config_of_questions(drafted):
    code, out, _ = drafted(4, 4, change=lambda root: (root / "records.jsonl").write_text(""))
    assert code == 0 and "--task vqa" in out
    assert yaml.safe_load(Path("bench.yaml").read_text())["records"].endswith("records.jsonl")


def test_near_duplicates_make_the_split_grouped(drafted):
    def copy(root):
        from PIL import Image

        first = sorted(path for path in root.rglob("*") if path.is_file())[0]
        levels = Image.open(first).convert("L").resize((70, 70))
        levels.save(first.with_name("copy.png"))

    code, _, _ = drafted(4, 4, change=copy)
    assert code == 0 and yaml.safe_load(Path("bench.yaml").read_text())["split"] == "grouped"


def test_an_earlier_config_is_never_overwritten(drafted):
    drafted(4, 4)
    before = Path("bench.yaml").read_text()
    code, _, err = drafted(4, 4)
    assert code == 2 and "exists already" in err and Path("bench.yaml").read_text() == before


def test_a_category_of_one_picture_is_refused_and_nothing_is_written(drafted, tmp_path):
    code, _, err = drafted(4, 1)
    assert code == 2 and "has 1 picture" in err and not (tmp_path / "bench.yaml").exists()
