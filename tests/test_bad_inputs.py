"""Bad inputs, one per line of ``bad_inputs.txt``: each ends in one sentence, and nothing is written."""

import io
import json
import shlex
import signal
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from bench.cli.main import main
from tests.writable_hub import serving

TABLE = Path(__file__).parent / "bad_inputs.txt"
PLACEHOLDERS = {
    "{long}": "x" * 5000,
    "{digits}": "9" * 5000,
    "{nul}": "a\0b",
    "{bytes}": "caf\udce9",
    "{escape}": "\x1b[31mred\x1b[2J",
    "{lines}": "one\ntwo",
}
"""What a line cannot hold as it is. ``{bytes}`` is what Python makes of bytes that are not UTF-8."""
MODELS = {
    "blind-model": {"model_type": "llama"},
    "own-code": {"model_type": "own", "auto_map": {"AutoConfig": "own.Own"}},
    "newer": {"model_type": "nextvl", "transformers_version": "9.9"},
    "mute": {"model_type": "smolvlm"},
    "pickled": {"model_type": "smolvlm"},
}
"""The configs of folders that are no models to ask."""
SECONDS = 30
_QUESTION = {"question": "Which?", "options": ["one", "two", "three"], "answer": "A"}
QUESTIONS = {
    "no-line": [],
    "same": [_QUESTION, {**_QUESTION, "options": ["One", "two", "one "]}],
    "nothing-right": [{**_QUESTION, "answer": []}],
    "many": [{**_QUESTION, "options": [f"option {number}" for number in range(27)]}],
    "gone": [{**_QUESTION, "images": ["a.png", "picture.png", "b.png"]}],
    "text": [_QUESTION, _QUESTION],
}
"""Files of questions, by name."""
_HEAD = "table,row,column,value"
PUBLISHED = {
    "numbers": f"{_HEAD}\n1,ours,F1,0.5\n1,theirs,F1,0.4",
    "no-value": "table,row,column\n1,ours,F1",
    "percent": f"{_HEAD}\n1,ours,F1,57.0",
    "negative": f"{_HEAD}\n1,ours,F1,-0.5",
    "word": f"{_HEAD}\n1,ours,F1,half",
    "twice": f"{_HEAD}\n1,ours,F1,0.5\n1,ours,F1,0.5",
    "no-number": _HEAD,
    "misspelt": f"{_HEAD},fold\n1,ours,F1,0.5,10",
    "metric": f"{_HEAD},metric\n1,ours,P,0.5,presicion",
    "no-folds": f"{_HEAD},folds\n1,ours,F1,0.5,0",
    "digits": f"{_HEAD},digits\n1,ours,F1,0.512,2",
    "counts": f"{_HEAD},counts,n\n1,ours,Top-1,0.5,3 4,8",
    "quotes": f'{_HEAD}\n1,"ours,F1,0.5',
    "no-such": "quote,kind,value,of,against\nso,ratio,1.2,1 / our / F1,1 / theirs / F1",
    "kind": "quote,kind,value,of,against\nso,better,1.2,1 / ours / F1,1 / theirs / F1",
    "no-answer": "table,row,reference,answer\n1,ours,a wire,",
}
"""Files of published numbers, statements and texts, by name."""
SMALL = ("--models", "majority", "--folds", "0-1", "--set", "synthetic.size=40", "--set", "machine.threads=1")


class Hang(BaseException):
    """A command that runs too long; no handler of exceptions may catch it."""


@dataclass(frozen=True)
class Line:
    """A command with the exit code and the words that its message must contain."""

    number: int
    text: str
    code: int
    words: str

    @property
    def arguments(self):
        """The arguments, with placeholders replaced."""
        arguments = shlex.split(self.text)[1:]
        for placeholder, value in PLACEHOLDERS.items():
            arguments = [argument.replace(placeholder, value) for argument in arguments]
        return arguments

    def __str__(self):
        return f"{self.number}: {self.text}"


@dataclass(frozen=True)
class Outcome:
    """What a command did: its exit code, what it printed, the exception that left it, and the files it changed."""

    code: object
    out: str
    err: str
    error: BaseException | None
    changed: list[str]


def lines():
    """Read the table: ``COMMAND => WORDS``, or ``COMMAND => CODE: WORDS`` for an exit code other than 2."""
    for number, line in enumerate(TABLE.read_text("utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            command, _, words = line.partition(" => ")
            code, colon, rest = words.partition(": ")
            own = colon and code.isdecimal()
            yield Line(number, command, int(code) if own else 2, (rest if own else words).strip())


def fill(folder):
    """Fill a folder with what the commands name: a store with records, an export, files and folders."""
    (folder / "file.txt").write_text("no picture, no records\n")
    (folder / "loop").symlink_to("loop")
    (folder / "empty").mkdir()
    (folder / "records.jsonl").write_text("no record\n")
    for name, lines in QUESTIONS.items():
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)))
    for name, text in PUBLISHED.items():
        (folder / f"{name}.csv").write_text(text)
    (folder / "bytes.yaml").write_bytes(b"\xff\xfe\0")
    (folder / "list.yaml").write_text("- 1\n")
    (folder / "folder.yaml").mkdir()
    for suffix in ("png", "html", "svg", "md", "jsonl"):
        (folder / f"folder.{suffix}").mkdir()
    Image.new("L", (64, 64), 128).save(folder / "picture.png")
    for name, config in MODELS.items():
        (folder / name).mkdir()
        (folder / name / "config.json").write_text(json.dumps(config))
    (folder / "pickled" / "chat_template.jinja").write_text("{{ messages }}")
    (folder / "pickled" / "pytorch_model.bin").write_bytes(b"x")
    for task in ("classification", "vqa"):
        assert run(["run", "--task", task, *SMALL]).code == 0
    assert run(["export", "majority", "export", "--task", "vqa"]).code == 0
    for name in ("published", "half"):
        assert run(["publish", name, "--by", "lab"]).code == 0
    next((folder / "half" / "data" / "answers").iterdir()).unlink()
    (folder / "headless").mkdir()
    (folder / "headless" / "README.md").write_text("---\n[no: yaml\n---\n")
    (folder / "scores.json").write_text("{}")
    assert run(["table", "all"]).code == 0  # writes the index
    (folder / "table.json").write_text(run(["table", "1", "--json"]).out)


@contextmanager
def watched(seconds):
    """Raise ``Hang`` in what runs longer than this."""

    def stop(*_):
        raise Hang(f"longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def state(folder):
    """Return size and time of every file below a folder, by path."""
    return {
        str(path.relative_to(folder)): (found.st_size, found.st_mtime_ns if not path.is_dir() else 0)
        for path in folder.rglob("*")
        for found in [path.lstat()]
    }


def run(arguments, seconds=SECONDS):
    """Run the command line in this process and the current folder."""
    before, out, err, code, error = state(Path.cwd()), io.StringIO(), io.StringIO(), 0, None
    argv, stdin = sys.argv, sys.stdin
    sys.argv, sys.stdin = ["bench", *arguments], io.StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(err), watched(seconds):
            main()
    except SystemExit as stop:
        code = stop.code or 0
    except BaseException as raised:
        error, code = raised, None
    finally:
        sys.argv, sys.stdin = argv, stdin
    after = state(Path.cwd())
    changed = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    return Outcome(code, out.getvalue(), err.getvalue(), error, changed)


@pytest.fixture(scope="module")
def workplace(cache, tmp_path_factory):
    """A folder in which the commands run, with a store; no server answers."""
    folder = tmp_path_factory.mktemp("workplace")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("BENCH_STORE", str(folder / "store"))
        fill(folder)
    return folder


@pytest.fixture(scope="module")
def refusing():
    """The address of a hub that refuses the token."""
    with serving() as hub:
        yield hub.address


@pytest.mark.slow
@pytest.mark.parametrize("line", [*lines()], ids=str)
def test_a_bad_input_is_one_sentence_and_changes_nothing(line, workplace, refusing, monkeypatch):
    monkeypatch.chdir(workplace)
    monkeypatch.setenv("BENCH_STORE", str(workplace / "store"))
    monkeypatch.setenv("BENCH_B2SHARE", "http://127.0.0.1:9/")
    monkeypatch.setenv("HF_ENDPOINT", refusing if "hub:refused/" in line.text else "http://127.0.0.1:9")
    monkeypatch.setenv("HF_TOKEN", "hf_none")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    outcome = run(line.arguments)
    assert problems(line, outcome) == [], (outcome.err[-2000:], outcome.out[-500:])


def problems(line, outcome):
    """Say what is wrong with an outcome."""
    message = outcome.err
    checks = {
        f"ends in {type(outcome.error).__name__}": outcome.error is None,
        f"exit code {outcome.code}": outcome.code == line.code,
        f"does not say {line.words!r}": line.words in message,
        "is not one sentence": message.count("error:") == 1 and message.rstrip().count("\n") == 0,
        "is too long to read": len(message) < 4000,
        "controls the terminal": "\x1b" not in message + outcome.out,
        f"changes {outcome.changed[:3]}": not outcome.changed,
    }
    return [problem for problem, passes in checks.items() if not passes]
