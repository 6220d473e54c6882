"""What README and docs say, held against what runs."""

import ast
import io
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests import tiny_models
from tests.conftest import SMALL
from tests.scripted_judge import ScriptedJudge

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
    marked = set()
    for path in (ROOT / "docs").glob("*.md"):
        page = path.read_text()
        assert page == docs.renewed(page), path.name
        marked |= set(re.findall("<!-- ([a-z ]+) -->", page))
    assert marked == docs.GENERATED.keys()


def test_make_alone_says_what_it_can_do():
    for arguments in ((), ("help",)):
        done = subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
        assert "make install" in done.stdout and "make demo" in done.stdout
    assert (
        "--editable '.[microscopes,publish]'"
        in subprocess.run(
            ["make", "--dry-run", "install", "VENV=nowhere"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
    )


def test_every_target_that_help_names_is_there():
    text = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"make ([a-z-]+)", text.partition("help:\n")[2].partition("\n\n")[0]))
    assert named == set(re.findall(r"^([a-z-]+):(?! export)", text, re.MULTILINE)) - {"help"}


def test_every_page_is_in_the_sites_navigation():
    listed = set(re.findall(r"[\w-]+\.md", (ROOT / "mkdocs.yml").read_text()))
    assert listed == {page.name for page in (ROOT / "docs").glob("*.md")}


@pytest.mark.parametrize(
    "page", [page for page in PAGES if "toml title" in page.read_text()], ids=lambda page: page.name
)
def test_the_tree_of_a_package_holds_the_files_that_the_page_shows(page):
    fences = re.findall(r"^```([^\n]*)\n(.*?)^```$", page.read_text(), re.M | re.S)
    (tree,) = [text.split() for language, text in fences if not language and ".toml" in text]
    project, settings, package, *files = tree
    assert project == package and f".venv/bin/pip install ./{project[:-1]}\n" in page.read_text()
    assert [title for title, _ in _blocks(page, "toml") if title] == [settings]
    titles = [title for title, _ in _blocks(page, "python") if title]  # without a title it is a fragment
    assert titles == [package + file for file in files]


@pytest.mark.slow
def test_the_site_builds_without_a_warning(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "first-table" / "index.html").is_file()


@pytest.mark.slow
def test_the_page_for_notebooks_runs_block_by_block(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BENCH_STORE", raising=False)
    said, names = [], {}
    for _, text in _blocks(ROOT / "docs" / "python.md", "python"):
        *before, last = ast.parse(text).body
        exec(compile(ast.Module(before, []), "python.md", "exec"), names)  # noqa: S102 -- our own page
        if isinstance(last, ast.Expr):  # whose value a notebook shows
            said.append(eval(compile(ast.Expression(last.value), "python.md", "eval"), names))
        else:
            exec(compile(ast.Module([last], []), "python.md", "exec"), names)  # noqa: S102
    ran, table, origin, records, by_category, shape, answer = said
    assert not ran.failed and "<table" in table._repr_html_()
    assert {"majority", "mvaema"} == {*records.index} == {*by_category.columns}
    assert shape[0] == (2, 224, 224) and isinstance(answer.answer, str) and len(answer.categories) == 3


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
            levels = np.random.default_rng([first, number]).integers(0, 256, (30, 40), dtype=np.uint8)
            Image.fromarray(levels).save(tmp_path / "sem" / name)
            records.append(record.strip().replace("nanowires/a.tif", name).replace('"a-1"', f'"{name}"'))
    (tmp_path / "records.jsonl").write_text("\n".join(records) + "\n")
    lines = [
        f"{category}/{name}.tif,{category},P{name in 'ab'}"
        for category in ("nanowires", "particles")
        for name in "abcd"
    ]
    (tmp_path / "sem" / "labels.csv").write_text("\n".join(["path,category,specimen", *lines]) + "\n")
    (tmp_path / "archive").mkdir()
    for number in range(24):  # a batch
        levels = np.random.default_rng([2, number]).integers(0, 256, (30, 40), dtype=np.uint8)
        Image.fromarray(levels).save(tmp_path / "archive" / f"{number}.tif")


def _on_slurm(page):
    return any({"slurm", "--node"} & {*command} for command in _commands(page))


def _marked(page):
    return pytest.param(page, marks=pytest.mark.slurm if _on_slurm(page) else pytest.mark.slow)


@pytest.mark.parametrize("page", [_marked(page) for page in PAGES], ids=lambda page: page.name)
def test_every_command_runs(page, somebody, bench, store, strangers, tmp_path_factory, monkeypatch, request):
    monkeypatch.setenv("BENCH_STORE", "runs")
    monkeypatch.setattr("sys.stdin", io.StringIO())  # nobody types
    if "data fetch" in page.read_text():
        monkeypatch.setenv("BENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        request.getfixturevalue("server")
    if _on_slurm(page):
        request.getfixturevalue("slurm")
    if "--teacher openai" in page.read_text():
        request.getfixturevalue("endpoint").polls = 0
    if "vqa.judge=" in page.read_text():
        request.getfixturevalue("endpoint").writes = ScriptedJudge(errors=5)
    if _blocks(page, "toml"):
        monkeypatch.syspath_prepend(str(_installed(page, tmp_path_factory.mktemp("package"))))
    if "hub:our-lab" in page.read_text():
        hub = request.getfixturevalue("writable_hub")
        hub.commit("models", "our-lab/mvaema", {})
    if "hf:./" in page.read_text():
        tiny_models.write(tiny_models.idefics3, Path("smolvlm"))
    if "bench view" in page.read_text():
        monkeypatch.setattr("bench.view.server.PageServer.run", lambda server, sockets: None)  # nobody ends it
    if page.name in ("ask.md", "audit.md", "report.md", "results.md", "tables.md", "view.md"):
        bench("run", "--task", "vqa", "--models", "mvaema", *SMALL, *BRIEF)
    for title, text in [*_blocks(page, "csv"), *_blocks(page, "yaml"), *_blocks(page, "jsonl")]:
        Path(title).write_text(text)
    for command in _commands(page):
        code, _, err = bench(*command, *(_brief(command) if command[0] == "run" else []))
        if "--at-risk" in command:  # a model that was trained so briefly can promise none, and says so
            assert code == 2 and "cannot be promised" in err, (command, err)
        else:
            assert code == 0, (command, err)


def _brief(command):
    """Settings that make a page's run a short one."""
    pairs = [text for text in SMALL if text != "--set"]
    if {"--dataset", "--config"} & {*command} and not {"demo", "fair", "evening", "classify", "paper"} & {*command}:
        pairs = [text for text in pairs if not text.startswith("synthetic.")]
    if command[command.index("--task") + 1] not in ("vqa", "ablation"):
        pairs = [text for text in pairs if not text.startswith(("vqa.", "recipe.batch_size="))]
        pairs.append("recipe.batch_size=24")  # of 45 pictures, which some methods compare within a batch
    return [*BRIEF, *(part for pair in pairs for part in ("--set", pair))]


def _installed(page, folder):
    """Install the package that a page shows, block by block; return the folder it is in."""
    source = folder / "source"
    for language in ("python", "toml"):
        for title, text in (block for block in _blocks(page, language) if block[0]):
            (source / title).parent.mkdir(parents=True, exist_ok=True)
            (source / title).write_text(text)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--target", str(folder / "target"), str(source)], check=True)
    return folder / "target"
