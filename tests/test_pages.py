"""`bench help` and completion with the Tab key: what a user finds without the site."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.api.pages import page, pages
from bench.errors import BenchError

ROOT = Path(__file__).resolve().parent.parent


def test_every_page_of_the_docs_is_a_topic():
    assert pages().keys() == {path.stem for path in (ROOT / "docs").glob("*.md")}
    assert all(each.title and not each.title.startswith("#") for each in pages().values())


def test_a_page_is_printed_as_it_is(bench):
    assert bench("help", "first-table")[1].strip() == (ROOT / "docs" / "first-table.md").read_text().strip()


def test_the_section_of_a_verb_is_its_help(bench):
    code, out, _ = bench("help", "store", "gc")
    assert code == 0 and out.startswith("## bench store gc") and "--dry-run" in out
    both = page("judge").text
    assert "## bench judge agree" in both and "## bench judge sheet" in both and "## bench run" not in both


def test_a_word_that_is_no_topic_names_the_pages_that_mention_it_most():
    with pytest.raises(BenchError, match="pages that mention it: cluster"):
        page("slurm")
    with pytest.raises(BenchError, match="did you mean 'glossary'"):
        page("glosary")


def test_the_list_of_topics_is_json_too(bench):
    topics = json.loads(bench("help", "--json")[1])
    assert {"name": "glossary", "title": "Glossary"} in topics
    assert json.loads(bench("help", "glossary", "--json")[1])["text"].startswith("# Glossary")


def _completed(words):
    """What a bash shell is offered behind these words."""
    *before, last = words.split(" ")
    environment = {"COMP_WORDS": words, "COMP_CWORD": str(len(before)), "_BENCH_COMPLETE": "complete_bash", "PATH": ""}
    script = "import sys\nfrom bench.cli.main import main\ntry:\n    main()\nfinally:\n    print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, env=environment)
    *offered, modules = done.stdout.splitlines()
    assert not {"torch", "transformers"} & {*json.loads(modules.replace("'", '"'))}, "the Tab key waits for no torch"
    return offered, done.stderr


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("bench ver", ["verdict"]),
        ("bench run --launc", ["--launcher"]),
        ("bench run --models majority,shotg", ["majority,shotgun"]),
        ("bench run --watch tensor", ["tensorboard"]),
        ("bench run --config class", ["classify"]),
        ("bench help exit", ["exit-codes"]),
        ("bench nosuch --js", []),
    ],
)
def test_the_tab_key_completes_verbs_options_and_names(words, offered):
    assert _completed(words) == (offered, "")


def test_every_shell_has_a_script_and_an_unknown_one_is_refused(bench):
    for shell in ("bash", "zsh", "fish", "powershell"):
        code, out, _ = bench("completion", shell)
        assert code == 0 and "_BENCH_COMPLETE" in out
    assert bench("completion", "tcsh")[0] == 2


def test_installing_writes_into_the_shells_own_files(bench, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    code, out, _ = bench("completion", "bash", "--install")
    assert code == 0 and str(tmp_path) in out
    assert "_BENCH_COMPLETE" in (tmp_path / ".bash_completions" / "bench.sh").read_text()
    assert "bench.sh" in (tmp_path / ".bashrc").read_text()
