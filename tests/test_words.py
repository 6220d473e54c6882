"""Plain words: phrases and names that pages and code do not go back to."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PHRASES = {
    r"[Ww]ho outgrows|whose they were|was at it, or at none": "name the subject first",
    r"\bstands? not for\b|\bodd one out\b": "say what it is",
    r"\b(is|are|be) had\b": "say 'exists' or 'is available'",
    r"\bone's own\b": "say 'your' or 'the user's'",
    r"\bgo(es)? by\b|\bgone by\b": "say 'uses' or 'elapsed'",
    r"\bpass(es|ed) over\b": "say 'ignores' or 'skips'",
    r"\b(such as have|of which none|of which no)\b": "begin a new sentence",
    r"\bwhere (nobody|somebody) \w+": "say 'if'",
    r"\ba (line|row|bar|file|picture|number|record) a (category|cell|kind|model|picture|question|row|prompt)\b": "per",
    r", for (it|they|there|without|within|what|who|he|then|otherwise)\b": "say 'because'",
}
"""What a phrase is written as instead, by the pattern of the phrase."""
CUTE = re.compile(r"Deaf|Heard|[Ee]rrand|Telling|Mended|MENDED|Silence|Doomed")
PARTICIPLES = {"found", "said", "told", "made", "asked", "kept", "begun"}
CLEAN = (
    *("benchmarks", "bench/cli", "bench/config", "bench/figures", "bench/progress.py", "bench/terminal.py", "scripts"),
    *("bench/data/databar.py", "bench/data/duplicates.py", "bench/data/grouped.py", "bench/data/masking.py"),
    *("bench/data/partition.py", "bench/data/perceptual.py", "bench/data/splits.py", "bench/data/transfer.py"),
    *("bench/launch/reports.py", "bench/launch/request.py", "bench/launch/slurm/campaign.py"),
    *("bench/launch/slurm/campaign_status.py", "bench/launch/slurm/checks.py", "bench/launch/slurm/queue.py"),
    *("bench/launch/slurm/retrying.py", "bench/launch/slurm/signals.py", "bench/launch/slurm/snapshot.py"),
    *("bench/launch/slurm/states.py", "bench/launch/slurm/status_writer.py", "bench/launch/slurm/worker.py"),
    *("plugins", "bench/exports/exported.py", "bench/exports/exporting.py", "bench/exports/trained.py"),
    *("bench/running/runner.py",),
    *(f"bench/api/{name}.py" for name in ("asking", "cluster", "datasets", "health", "output", "records", "results")),
    *(f"bench/api/{name}.py" for name in ("status", "tables")),
    *(f"bench/tables/{name}.py" for name in ("breakdown", "build", "categories", "checks", "choices", "costs")),
    *(f"bench/tables/{name}.py" for name in ("data", "formats", "frames", "html", "items", "latex", "markdown")),
    *(f"bench/tables/{name}.py" for name in ("page", "pictures", "published", "samples", "scores", "selection")),
    *(f"bench/tables/{name}.py" for name in ("staleness", "standing", "table")),
    *("models/graphs", "models/images", "tasks/asking", "tasks/records.py", "tasks/records_check.py"),
    *(f"tasks/datasets/{name}.py" for name in ("data_command", "decoding", "export", "fetching", "file_digests")),
    *("models/controls", "models/selfsupervised/graphs", "tasks/classification.py"),
    *(f"models/{name}.py" for name in ("instruction_batches", "logistic", "network_classifier", "stem")),
    *(f"models/assistants/{name}.py" for name in ("estimator", "instructblip", "llava", "minigpt4", "network")),
    *(f"models/assistants/{name}.py" for name in ("qformer", "reader", "scratch", "settings", "stem")),
    *(f"models/assistants/{name}.py" for name in ("token_batches", "tokenizer", "weights")),
    *(f"models/mvaema/{name}.py" for name in ("attention", "batch", "decoding", "generate", "grounded", "initial")),
    *(f"models/mvaema/{name}.py" for name in ("losses", "model", "text", "tokenizer", "vision")),
    *(f"models/selfsupervised/{name}.py" for name in ("linear", "method", "pretraining", "settings", "strengths")),
    *(
        f"models/selfsupervised/images/{name}.py"
        for name in ("barlowtwins", "byol", "encoders", "ma", "masked", "moco")
    ),
    *(f"models/selfsupervised/images/{name}.py" for name in ("nnclr", "pretraining", "simclr", "simsiam", "smim")),
    *("models/selfsupervised/images/views.py", "tasks/teachers/wording.py"),
    *(f"tasks/metrics/{name}.py" for name in ("classification", "facts", "meteor", "wordnet")),
    *(f"tasks/teachers/{name}.py" for name in ("file", "forecast", "frames", "lesson", "lexicon", "remote")),
    *(f"tasks/teachers/{name}.py" for name in ("scripted", "subjects")),
    *(f"tasks/datasets/{name}.py" for name in ("folder", "listing", "overview", "sem", "sem_fetch", "unpacking")),
)
"""Rooms and files whose names and comments are plain; add yours."""
FILES = sorted(
    file for name in CLEAN for file in ([ROOT / name] if name.endswith(".py") else (ROOT / name).rglob("*.py"))
)
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "results" / "README.md",
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / "configs").glob("*.yaml"),
]


def _relative(path):
    return path.relative_to(ROOT).as_posix()


def _prose(page):
    """A page without its blocks of code and its generated sections."""
    return re.sub(r"^```.*?^```|^<!-- ([a-z ]+) -->.*?<!-- /\1 -->", "", page.read_text(), flags=re.M | re.S)


def _names(tree):
    """Every name that a module gives, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield getattr(node, "id", None) or node.attr, node.lineno


def _phrases(text):
    text = " ".join(text.split())
    return [f"{match[0]!r}: {remedy}" for phrase, remedy in PHRASES.items() if (match := re.search(phrase, text))]


@pytest.mark.parametrize("page", PAGES, ids=_relative)
def test_pages_are_in_plain_words(page):
    assert _phrases(_prose(page)) == []


def test_docstrings_and_comments_of_clean_rooms_are_in_plain_words():
    assert FILES and [(_relative(path), phrases) for path in FILES if (phrases := _phrases(path.read_text()))] == []


def test_names_of_clean_rooms_are_nouns():
    wrong = [
        f"{_relative(path)}:{line} {name}"
        for path in FILES
        for name, line in _names(ast.parse(path.read_text()))
        if name.strip("_") in PARTICIPLES or CUTE.search(name)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Who outgrows one machine writes `--launcher slurm`.",
        "``all`` stands not for controls.",
        "It prints a line a category.",
        "Nothing is kept, for there is no room.",
    ],
)
def test_the_former_sentences_are_recognised(sentence):
    assert _phrases(sentence)
