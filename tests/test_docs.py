"""What README and docs say, held against what runs."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SMALL

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BRIEF = [part for text in ("model.epochs=1", "folds=0", "k=2") for part in ("--set", text)]


def _blocks(page, language):
    """The fenced blocks of a page as (title, text)."""
    found = re.findall(rf'^```{language}(?: title="(\S+)")?\n(.*?)^```', page.read_text(), re.MULTILINE | re.DOTALL)
    assert found or language != "sh" or "```sh" not in page.read_text()
    return found


def _commands(page):
    """The `bench` command lines of a page's shell blocks, without the comments."""
    lines = [line for _, text in _blocks(page, "sh") for line in text.splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith(".venv/bin/bench")]


def _generate():
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import generate_docs
    finally:
        sys.path.pop(0)
    return generate_docs


def test_generated_pages_are_up_to_date():
    docs = _generate()
    assert (ROOT / "docs" / "commands.md").read_text() == docs.commands()
    page = (ROOT / "docs" / "write-a-model.md").read_text()
    assert page == docs.with_hooks(page)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for link in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        assert link.startswith("http") or (page.parent / link).exists(), link


@pytest.fixture
def somebody(tmp_path, monkeypatch):
    """A user in a folder of their own, with pictures and records as docs/your-pictures.md asks for."""
    from PIL import Image

    monkeypatch.chdir(tmp_path)
    (record,) = [text for _, text in _blocks(ROOT / "docs" / "your-pictures.md", "json")]
    records = []
    for first, category in enumerate(("nanowires", "particles")):
        (tmp_path / "sem" / category).mkdir(parents=True)
        for number in range(4):
            name = f"{category}/{'abcd'[number]}.tif"
            Image.new("L", (40, 30), 60 * number + 20 * first).save(tmp_path / "sem" / name)
            records.append(record.strip().replace("nanowires/a.tif", name).replace('"a-1"', f'"{name}"'))
    (tmp_path / "records.jsonl").write_text("\n".join(records) + "\n")


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_runs(page, somebody, bench, store, strangers, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("BENCH_STORE", "runs")
    if "mymodel" in page.read_text():
        monkeypatch.syspath_prepend(str(_installed(page, tmp_path_factory.mktemp("mymodel"))))
    if page.name == "results.md":
        bench("run", "--task", "vqa", "--models", "mvaema", *SMALL, *BRIEF)
    for command in _commands(page):
        small = [*SMALL, *BRIEF] if command[0] == "run" else []
        code, _, err = bench(*command, *small)
        assert code == 0, (command, err)


def _installed(page, folder):
    """Install the package that a page shows, block by block; return the folder it is in."""
    source = folder / "source"
    for language in ("python", "toml"):
        for title, text in _blocks(page, language):
            (source / title).parent.mkdir(parents=True, exist_ok=True)
            (source / title).write_text(text)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--target", str(folder / "target"), str(source)], check=True)
    return folder / "target"
