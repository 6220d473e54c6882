"""Whatever happens to a file of a store: no traceback, no other number without a word, and a run mends it."""

import json
import random
import re
import shutil

import pytest

from bench.cli.main import main

CASES = 224
_SMALL = ("synthetic.size=40", "image_size=32", "k=3", "machine.threads=1", "recipe.epochs=1")
_TINY = ("vqa.questions=1", "mvaema.embed_dim=16", "mvaema.num_heads=2", "mvaema.depth=1", "mvaema.max_new_tokens=4")
RUNS = {
    task: ("run", "--task", task, "--models", models, "--folds", "0,1", *(f"--set={text}" for text in settings))
    for task, models, settings in (
        ("classification", "majority,pixels", _SMALL),
        ("vqa", "majority,mvaema", (*_SMALL, *_TINY)),
    )
}
VERBS = {
    "table": ("table", "all", "--no-published"),
    "why": ("why", "1", "majority", "facts"),
    "gallery": ("gallery", "--model", "mvaema", "--table", "1", "--out", "OUT"),
    "breakdown": ("table", "2", "--by", "category", "--no-published"),
    "compare": ("compare", "majority", "pixels", "--task", "classification"),
    "export": ("export", "mvaema", "OUT"),
}


def _flip(path, other, draw):
    content = bytearray(path.read_bytes() or b"\0")
    content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    path.write_bytes(content)


def _digit(path, other, draw):
    content = bytearray(path.read_bytes() or b"0")
    digits = [place for place, byte in enumerate(content) if 48 <= byte <= 57] or [0]
    place = draw.choice(digits)
    content[place] = 48 + (content[place] - 48 + draw.randint(1, 9)) % 10
    path.write_bytes(content)


def _cut(path, other, draw):
    content = path.read_bytes()
    path.write_bytes(content[: draw.randrange(len(content) or 1)])


def _zero(path, other, draw):
    content = path.read_bytes()
    whole = draw.randrange(len(content) or 1)
    path.write_bytes(content[:whole] + bytes(len(content) - whole))


def _empty(path, other, draw):
    path.write_bytes(b"")


def _folder(path, other, draw):
    path.unlink()
    path.mkdir()


def _swap(path, other, draw):
    content = path.read_bytes()
    path.write_bytes(other.read_bytes())
    other.write_bytes(content)


def _copy(path, other, draw):
    path.write_bytes(other.read_bytes())


def _remove(path, other, draw):
    path.unlink()


HARMS = (_flip, _digit, _cut, _zero, _empty, _folder, _swap, _copy)


def _kind(path):
    """What a file is, by its name alone."""
    return path.name if path.parent.name not in ("cells", "runs", "logs") else path.parent.name


@pytest.fixture(scope="module")
def pristine(cache, once):
    """A store of two tasks and one training."""

    def make(folder):
        for arguments in RUNS.values():
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("sys.argv", ["bench", *arguments, "--store", str(folder)])
                with pytest.raises(SystemExit) as end:
                    main()
                assert not end.value.code

    return once("pristine", make)


@pytest.fixture
def look(bench, tmp_path, store):
    """Return what each verb says: its code, its numbers, its messages."""

    def looks():
        results = {}
        for verb, arguments in VERBS.items():
            out = tmp_path / f"{verb}.html" if verb == "gallery" else tmp_path / verb
            code, text, err = bench(*(out if argument == "OUT" else argument for argument in arguments))
            if out.is_dir():
                text = "\n".join(re.findall(r"^\|.*", (out / "README.md").read_text(), re.M))
                text += str(hash((out / "model.safetensors").read_bytes()))
                shutil.rmtree(out)
            elif out.is_file():
                text = re.sub(r"\d\d\d\d-\d\d-\d\d.\d\d:\d\d", "", out.read_text())
                out.unlink()
            elif verb == "why":
                text = "\n".join(re.findall(r"measured: .*|fold \d, repeat \d: \S+", text))
            results[verb] = code, text, err
        return results

    return looks


@pytest.fixture
def harmed(pristine, store):
    """Copy the store and harm one of its files as a number says; returns what was done."""

    def harm(number):
        shutil.copytree(pristine, store)
        draw = random.Random(number)
        paths = sorted(path for path in store.rglob("*") if path.is_file())
        kinds = sorted({_kind(path) for path in paths})
        kind = kinds[number % len(kinds)]
        path = draw.choice([path for path in paths if _kind(path) == kind])
        others = [other for other in paths if other != path and (_kind(other) == kind or draw.random() < 0.1)]
        action = HARMS[number // len(kinds) % len(HARMS)]
        action(path, draw.choice(others or [each for each in paths if each != path]), draw)
        return f"{action.__name__} {path.relative_to(store)}"

    return harm


@pytest.fixture(scope="module")
def truth():
    """What the verbs say of the store as it was stored."""
    return {}


@pytest.mark.slow
@pytest.mark.parametrize("number", range(CASES))
def test_no_number_is_wrong_without_a_word_and_a_run_mends_all(number, pristine, harmed, look, truth, bench, store):
    if not truth:
        shutil.copytree(pristine, store)
        truth.update({verb: result[:2] for verb, result in look().items()})
        shutil.rmtree(store)
    assert [verb for verb, (code, _) in truth.items() if code] == [], truth
    harm = harmed(number)
    for verb, (code, text, err) in look().items():
        assert code in (0, 2) and "Traceback" not in err, f"TRACEBACK {harm} {verb}: {err}"
        assert (code, text) == truth[verb] or "warning: " in err or "error: " in err, f"SILENT {harm} {verb}"
    for task, arguments in RUNS.items():
        code, _, err = bench(*arguments)
        assert code == 0, f"RUN {harm} {task}: {err}"
    for verb, (code, text, err) in look().items():
        assert (code, text) == truth[verb], f"UNMENDED {harm} {verb}: {err}"


@pytest.mark.slow
def test_the_harms_are_of_every_kind_of_file(pristine):
    kinds = {_kind(path) for path in pristine.rglob("*") if path.is_file()}
    assert len(kinds) * len(HARMS) <= CASES, sorted(kinds)
    assert {"cells", "runs", "inputs.json", "scores.json", "items.jsonl", "model.safetensors", "history.json"} <= kinds
    assert json.loads((pristine / "index.jsonl").read_bytes().splitlines()[0].partition(b" ")[2])
