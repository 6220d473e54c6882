"""The built wheel, in a virtual environment of its own, away from the checkout."""

import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from tests.conftest import SMALL

ROOT = Path(__file__).resolve().parent.parent
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]  # built once


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """Build the sdist, and from it the wheel, as `make release` does; from a copy, for building leaves files behind."""
    source = tmp_path_factory.mktemp("source") / "bench"
    ignored = shutil.ignore_patterns(".git", ".venv*", "runs", "dist", "build", "site", "*.egg-info")
    shutil.copytree(ROOT, source, ignore=ignored, symlinks=True)
    target = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
    return target


@pytest.fixture(scope="module")
def wheel(release):
    return next(release.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """A bare environment with the wheel, which borrows the libraries but not the editable install of this one."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=True)
    (site,) = folder.glob("lib/python*/site-packages")
    places = [sysconfig.get_path("purelib"), *(path for path in sys.path if path.endswith("site-packages"))]
    (site / "libraries.pth").write_text("\n".join(dict.fromkeys(places)) + "\n")
    executable = folder / "bin" / "python"
    subprocess.run([executable, "-m", "pip", "install", "--quiet", "--no-deps", "--force-reinstall", wheel], check=True)
    return executable


def test_what_is_released_is_accepted_by_twine(release):
    files = sorted(release.iterdir())
    assert [path.name.partition("-")[0] for path in files] == ["mvaema_bench"] * 2
    done = subprocess.run([sys.executable, "-m", "twine", "check", "--strict", *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_sdist_holds_what_the_wheel_is_made_of(release, wheel):
    with tarfile.open(next(release.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    of_wheel = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info" not in name}
    places = ("models", "tasks", "plugins", "configs", "results", "docs")
    expected = {name.removeprefix("bench/") if name.split("/")[1] in places else name for name in of_wheel}
    assert expected <= names
    assert {"README.md", "LICENSE", "pyproject.toml"} <= names


def test_a_release_has_one_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == version and citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= citation.keys()
    assert "### What makes numbers change" in (ROOT / "CHANGELOG.md").read_text().partition("\n## ")[2]


def test_the_help_of_the_installed_wheel_names_every_verb(python, tmp_path):
    done = subprocess.run([python.with_name("bench"), "--help"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert {"run", "table", "ask", "publish", "gate", "data"} <= {
        line.split()[0] for line in done.stdout.splitlines() if line
    }


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
