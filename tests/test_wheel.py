"""The built wheel, in a virtual environment of its own, away from the checkout."""

import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conftest import SMALL

ROOT = Path(__file__).resolve().parent.parent
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]  # built once


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel from a copy, for building leaves files behind."""
    source = tmp_path_factory.mktemp("source") / "bench"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".git", ".venv", "runs", "*.egg-info"), symlinks=True)
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(target), str(source)], check=True)
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """A bare environment with the wheel, which borrows the libraries but not the editable install of this one."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    executable = folder / "bin" / "python"
    subprocess.run([executable, "-m", "pip", "install", "--quiet", "--no-deps", "--force-reinstall", wheel], check=True)
    return executable


def test_the_wheel_holds_one_package_and_its_data(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"bench"}
    words = ("tasks/metrics/lexicon.toml", "tasks/metrics/wordnet-3.0.txt.xz")
    for data in ("configs/demo.yaml", "results/published.csv", *words):
        assert f"bench/{data}" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith("WORDNET_LICENSE") and "licenses" in name for name in names)


def test_the_wheel_brings_a_model_that_answers_at_once(wheel, python, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        sizes = {item.filename: item.file_size for item in archive.infolist() if "/pretrained/" in item.filename}
    assert {"bench/pretrained/model.safetensors", "bench/pretrained/README.md"} <= sizes.keys()
    assert sum(sizes.values()) < 8e6
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (96, 128), np.uint8)).save(tmp_path / "a.tif")
    for words in (["What shape do the nanomaterials have as a whole?"], ["--classify"]):
        done = subprocess.run(
            [python, "-m", "bench", "ask", "a.tif", *words], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0 and done.stdout, done.stderr
        assert "of this installation" in done.stderr


def test_the_wheel_works_from_a_folder_with_names_of_its_own(python, tmp_path):
    for name in ("models", "tasks", "plugins", "configs"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise ImportError('somebody else\\'s')\n")
    bench = [python, "-m", "bench"]
    where = [python, "-c", "import bench.models, bench.tasks; print(bench.models.__file__)"]
    place = subprocess.run(where, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert str(python.parent.parent) in place
    run = [*bench, "run", "--task", "vqa", "--models", "majority", *SMALL, "--launcher", "local", "--jobs", "1"]
    for command in ([*bench, "list", "models"], run, [*bench, "table", "1", "7", "--out", "t.md"]):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert "Majority answer" in (tmp_path / "t.md").read_text()
