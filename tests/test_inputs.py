"""What a user gives: paths, numbers and names, refused in one sentence before they are used."""

import ast
import math
import subprocess
import sys
from pathlib import Path

import pytest

import bench as api
from bench import inputs
from bench.api.output import by_suffix, writing
from bench.errors import BenchError
from bench.terminal.text import brief

ROOT = Path(__file__).parent.parent
SMALL = ("--set", "synthetic.size=40", "--set", "vqa.questions=2", "--set", "machine.threads=1")


@pytest.mark.parametrize(
    ("text", "number"),
    [("3", 3), (" 07 ", 7), ("0", 0), ("00", 0), ("²", None), ("٣", None), ("-1", None), ("1.5", None), ("", None)],
)
def test_a_number_is_what_the_digits_0_to_9_say(text, number):
    assert inputs.whole_number(text) == number


def test_a_number_of_more_digits_than_python_converts_is_only_large():
    assert inputs.whole_number("9" * 5000) == 10**18


@pytest.mark.parametrize(
    ("text", "chosen"), [("all", (0, 1, 2, 3)), ("1", (1,)), ("0-2", (0, 1, 2)), ("3, 0,3", (0, 3)), ("0-0", (0,))]
)
def test_folds_are_numbers_and_ranges(text, chosen):
    assert inputs.numbers(text, "--folds", 4, "folds") == chosen


@pytest.mark.parametrize("text", ["0-999999999999", "4", "2-1", "0,3-1"])
def test_folds_that_do_not_exist_are_out_of_range(text):
    with pytest.raises(BenchError, match=r"out of range: there are 4 folds, 0 to 3"):
        inputs.numbers(text, "--folds", 4, "folds")


@pytest.mark.parametrize("text", ["", "²", "0,,1", "1-", "0-1-2", "1.5", "ALL"])
def test_folds_of_another_form_are_refused(text):
    with pytest.raises(BenchError, match="none of the forms"):
        inputs.numbers(text, "--folds", 4, "folds")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("x" * 5000, "too long"),
        ("loop/x", "symbolic links"),
        ("file/below", "Not a directory"),
        ("a\0b", "NUL"),
        ("", "is empty"),
        (" ", "is empty"),
        ("~nosuchuser/x", "name of no user"),
        ("caf\udce9", "not UTF-8"),
    ],
)
def test_a_path_at_which_nothing_can_be_is_refused(tmp_path, monkeypatch, name, why):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").touch()
    for check in (inputs.path_of, inputs.folder_of, inputs.new_path):
        with pytest.raises(BenchError, match=why):
            check(name, "the store")


def test_a_path_may_begin_with_ones_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert inputs.path_of("~/x", "the store") == tmp_path / "x"


def test_files_and_folders_are_told_apart(tmp_path):
    (tmp_path / "file").touch()
    assert inputs.folder_of(tmp_path, "it") == tmp_path
    assert inputs.folder_of(tmp_path / "new", "it") == tmp_path / "new"
    with pytest.raises(BenchError, match="is a file, not a folder"):
        inputs.folder_of(tmp_path / "file", "it")


@pytest.mark.parametrize("number", [0, 11, math.nan, "3", -1])
def test_a_number_outside_of_its_range_is_refused(number):
    with pytest.raises(BenchError, match="from 1 to 10"):
        inputs.check_number(number, "--jobs", 1, 10)


def test_an_error_leaves_no_folder_that_was_made_for_a_file(tmp_path):
    with pytest.raises(BenchError, match="cannot be written"), writing(tmp_path / "a" / "b" / "c.txt"):
        raise OSError(28, "No space left on device")
    assert not [*tmp_path.iterdir()]


def test_a_file_is_refused_by_its_suffix_or_if_it_is_a_folder(tmp_path):
    (tmp_path / "a.svg").mkdir()
    with pytest.raises(BenchError, match="is a folder"):
        by_suffix(tmp_path / "a.svg", {".svg": "figure"})
    with pytest.raises(BenchError, match=r"ends in \.svg"):
        by_suffix(tmp_path / "a.txt", {".svg": "figure"})


def test_a_word_too_long_to_read_is_cut():
    cut = brief(f"the file '{'x' * 5000}': cannot be read")
    assert cut == f"the file '{'x' * 59}...': (5,003 letters) cannot be read"
    assert brief(f"{'x ' * 500}") == "x " * 500


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda: api.table(1, by=""), "'by' is empty"),
        (lambda: api.table("²"), "unknown table '²'"),
        (lambda: api.table(1, store="a\0b"), "'store' .* NUL"),
        (lambda: api.records(store="x" * 5000), "too long"),
        (lambda: api.run("vqa", ["majority", ""]), "'models' is empty"),
        (lambda: api.run("vqa", "majority", fraction=[math.nan]), "not a finite number"),
        (lambda: api.run("vqa", "majority", jobs=10**9), "--jobs 1000000000 is out of range"),
        (lambda: api.run("vqa", "majority", config="x" * 5000), "too long"),
        (lambda: api.gallery("majority", worst=0), "--worst 0 is out of range"),
        (lambda: api.ask("picture.png", "?", top=-1), "--top -1 is out of range"),
        (lambda: api.load_dataset("synthetic", image_size=10**9), "out of range"),
        (lambda: api.listing(" "), "'kind' is empty"),
    ],
)
def test_a_call_from_python_is_refused_like_a_command(call, why, store):
    with pytest.raises(BenchError, match=why):
        call()
    assert not store.exists()


def test_every_verb_of_the_api_checks_its_arguments():
    verbs = {
        f"{path.stem}.{node.name}": [ast.unparse(decorator) for decorator in node.decorator_list]
        for path in (ROOT / "bench" / "api").glob("*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and path.stem != "output"
    }
    assert len(verbs) > 15 and [name for name, marks in verbs.items() if "checked" not in marks] == ["tables.form_of"]


@pytest.mark.parametrize("arguments", [("gc", "--days", "inf"), ("gc", "--days=1e400")])
def test_a_verb_gets_no_number_that_is_not_finite(bench, arguments):
    code, out, err = bench("store", *arguments)
    assert (code, out) == (2, "") and err == "error: --days inf is not a finite number; give one, or leave it out\n"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("table", "1", "--by", ""), "the argument after --by is empty"),
        (("table", "1", "--by="), "--by is empty"),
        (("table", "caf\udce9"), "is not UTF-8"),
        (("table", "--\x1b[2J"), r"no such option: --\x1b[2J"),
        (("table", "x" * 5000), "unknown table 'xxxxx"),
        (("compare", "a", "--figure", "x" * 5000), "(5,002 letters)"),
        (("gallery", "--model", "m", "--worst", "three"), "--worst 'three': input should be a valid integer"),
        (("table", "1", "--xml"), "see `bench table --help`"),
        (("tabel",), "unknown verb 'tabel'; did you mean 'table'?"),
    ],
)
def test_a_wrong_command_line_is_one_printable_sentence(bench, arguments, why):
    code, out, err = bench(*arguments)
    assert (code, out) == (2, "") and why in err
    assert err.startswith("error: ") and err.endswith("\n") and err[:-1].isprintable() and len(err) < 500


def test_a_file_that_cannot_be_used_is_one_sentence(bench, monkeypatch):
    def fail(*_):
        raise OSError(5, "Input/output error", "/data/x")

    monkeypatch.setattr("bench.registered.registry.Registry.every", fail)
    code, _, err = bench("list", "tasks")
    assert code == 2 and err == (
        "error: '/data/x' cannot be used (Input/output error); name another, or correct that\n"
    )


def test_output_that_cannot_be_written_is_one_sentence():
    with Path("/dev/full").open("w") as full:
        code = [sys.executable, "-m", "bench", "list", "tasks"]
        done = subprocess.run(code, stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert done.returncode == 2 and "No space left on device" in done.stderr and done.stderr.count("\n") == 1


def test_only_as_many_cells_are_planned_as_can_be_computed(bench, store):
    code, _, err = bench("run", "--task", "vqa", "--models", "majority", *SMALL, "--repeats", "10000", "--folds", "all")
    assert code == 2 and "a run has at most 20,000" in err and not store.exists()
