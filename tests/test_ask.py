"""`bench ask`: answers and ranked categories about any picture file, one sentence for whatever is wrong."""

import io
import json
import os
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tifffile
from PIL import Image

from bench import from_pretrained
from bench.contracts import CATEGORY_QUESTION
from bench.exports.exported import FILE, read
from bench.tasks.asking.printing import chart
from bench.tasks.asking.questions import question
from bench.tasks.asking.questions import read as picture_of
from bench.tasks.asking.words import split_arguments
from bench.terminal.text import safe
from tests.conftest import texture
from tests.stored import without_digests

QUESTION = "Describe the overall shape?"


@pytest.fixture
def pictures(tmp_path):
    """Three pictures of different form, and a file that is none, in a folder."""
    folder = tmp_path / "lab"
    folder.mkdir()
    Image.fromarray(texture(1, 0)).save(folder / "a.png")
    Image.fromarray(texture(2, 0).astype(np.uint16) * 257).save(folder / "b.tif")
    Image.fromarray(texture(3, 0)).convert("RGB").save(folder / "c.JPG", "JPEG")
    (folder / "d.png").write_text("no picture")
    return folder


@pytest.fixture
def ask(exports, bench):
    def call(*words, model="mvaema"):
        return bench("ask", *words, "--model", exports.folder(model))

    return call


def rows(out):
    return [json.loads(line) for line in out.splitlines()]


def test_one_picture_is_answered_as_python_answers_it(exports, ask, pictures):
    code, out, err = ask(pictures / "a.png", QUESTION)
    folder = exports.folder("mvaema")
    asked = question(picture_of(pictures / "a.png", read(folder)), QUESTION, "", read(folder))
    assert (code, out, err) == (0, f"{safe(from_pretrained(folder).answer(asked)[0])}\n", "")


@pytest.fixture
def scaled(pictures):
    """A picture of 2 nm a pixel, as its file says: 64 pixels wide and high, so that its side is 128 nm."""
    grey = np.asarray(Image.open(pictures / "a.png").convert("L").resize((64, 64)))
    tifffile.imwrite(pictures / "scaled.tif", grey, imagej=True, resolution=(0.5, 0.5), metadata={"unit": "nm"})
    return pictures / "scaled.tif"


def test_a_share_of_the_side_is_told_in_nanometres_if_the_picture_has_a_scale(ask, pictures, scaled, monkeypatch):
    answer = "It is about 25 % of the picture's side."
    monkeypatch.setattr("bench.models.mvaema.estimator.MVaEMa.answer", lambda *_: [answer])
    code, out, err = ask(scaled, QUESTION)
    assert code == 0, err
    assert out == f"{answer}\nBy the picture's scale that is 32 nm.\n"
    assert rows(ask(scaled, scaled, QUESTION)[1])[0]["size_nm"] == pytest.approx(32)
    assert ask(pictures / "a.png", QUESTION)[1] == f"{answer}\n"


@pytest.mark.parametrize("scale", ["stated", "withheld"])
def test_a_model_whose_prompts_stated_the_scale_is_told_that_of_ones_own_picture(exports, scaled, pictures, scale):
    exported = read(exports.folder("mvaema")).model_copy(update={"scale": scale})
    context = question(picture_of(scaled, exported), QUESTION, "", exported).context(0)
    assert context == ("The picture is 130 nm wide and 130 nm high." if scale == "stated" else "")
    assert question(picture_of(pictures / "a.png", exported), QUESTION, "", exported).context(0) == ""


def test_categories_are_ranked_as_bars(ask, pictures):
    code, out, err = ask(pictures / "b.tif", "--classify", "--top", 4)
    assert code == 0, err
    shares = [float(line.split()[-1]) for line in out.splitlines()]
    assert len(shares) == 4 and shares == sorted(shares, reverse=True) and "█" in out


def test_a_bar_is_as_long_as_its_probability():
    lines = chart([("long name", 1.0), ("b", 0.5), ("c", 0.0)]).splitlines()
    assert [line.count("█") for line in lines] == [30, 15, 0]
    assert len({line.index(".") for line in lines}) == 1


def test_json_holds_answer_and_probabilities(ask, pictures):
    (row,) = rows(ask(pictures / "a.png", QUESTION, "--classify", "--top", 10, "--json")[1])
    assert row.keys() == {"picture", "question", "answer", "categories"}
    assert sum(each["probability"] for each in row["categories"]) == pytest.approx(1)


def test_several_pictures_have_a_line_each_and_an_unreadable_one_stops_no_other(ask, pictures):
    code, out, err = ask(pictures, pictures / "e.png", QUESTION)
    assert code == 2 and err == "error: 2 of 5 pictures cannot be read; their lines say why\n"
    found = rows(out)
    assert [row["picture"] for row in found] == [str(pictures / name) for name in _NAMES]
    assert ["error" in row for row in found] == [False, False, False, True, True]
    assert "cannot be decoded" in found[3]["error"] and "does not exist" in found[4]["error"]


_NAMES = ("a.png", "b.tif", "c.JPG", "d.png", "e.png")


def test_lines_come_as_they_are_answered(exports, pictures):
    from bench.exports.trained import trained
    from bench.registered.registry import Registry
    from bench.tasks.asking.answering import Answering
    from bench.terminal.progress import NoProgress

    asking = Answering(trained(exports.folder("mvaema"), Registry(), NoProgress()), None, 0)
    seen = []

    def paths():
        for name in _NAMES:
            seen.append(name)
            yield pictures / name

    first = next(asking.about_each(paths(), QUESTION))
    assert first.read and seen == ["a.png"]


def test_the_caption_names_the_category_that_is_told(exports, ask, pictures, monkeypatch):
    found = []

    def answer(self, questions):
        found.append(questions.captions)
        return [""]

    monkeypatch.setattr("bench.models.mvaema.estimator.MVaEMa.answer", answer)
    ask(pictures / "a.png", QUESTION)
    ask(pictures / "a.png", QUESTION, "--category", "porous_sponge")
    assert found == [("",), ("This image depicts a nanomaterial of the category porous sponge.",)]


def test_the_bar_is_blanked_for_a_model_that_never_saw_one(exports, tmp_path):
    exported = read(exports.folder("mvaema")).model_copy(update={"image_size": 224})
    rng = np.random.default_rng(0)
    pixels = rng.integers(90, 160, (224, 224)).astype(np.uint8)
    pixels[200:] = 0
    pixels[208:214, 10:200:6] = pixels[208:214, 11:200:6] = pixels[208:214, 12:200:6] = 255
    Image.fromarray(pixels).save(tmp_path / "barred.png")
    shown = picture_of(tmp_path / "barred.png", exported).pixels[0]
    blanked = picture_of(tmp_path / "barred.png", exported.model_copy(update={"mask_bar": True})).pixels[0]
    assert shown[205].max() == 0 and np.ptp(blanked[201:223]) == 0 and blanked[210, 10] > 90
    assert np.array_equal(shown[:190], blanked[:190])


@pytest.mark.parametrize("model", ["pixels", "random-gcn"])
def test_a_model_that_only_classifies_is_not_asked_questions(ask, pictures, model):
    assert ask(pictures / "a.png", "--classify", model=model)[0] == 0
    code, _, err = ask(pictures / "a.png", QUESTION, model=model)
    assert code == 2 and "answers no questions" in err and "--classify" in err


def test_a_model_that_only_answers_ranks_no_categories(exports, bench, pictures, tmp_path):
    folder = exports.copy("majority", tmp_path)
    described = json.loads((folder / FILE).read_text())
    (folder / FILE).write_text(json.dumps({**described, "contracts": ["answerer"]}))
    code, _, err = bench("ask", pictures / "a.png", "--classify", "--model", folder)
    assert code == 2 and "ranks no categories" in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("d.png", QUESTION), ["'{}/d.png' cannot be decoded"]),
        (("e.png", QUESTION), ["'{}/e.png' does not exist; check its path"]),
        (("huge.png", QUESTION), ["'{}/huge.png' has more than 89 million pixels; make it smaller"]),
        (("empty.png", QUESTION), ["'{}/empty.png' is empty"]),
        (("pipe.png", QUESTION), ["'{}/pipe.png' is no file; name a picture"]),
        (("a.png", "what\udcff?"), ["is not UTF-8"]),
        (("a.png", ""), ["the question is empty"]),
        (("a.png", " \n"), ["the question is empty"]),
        (("a.png", "word " * 10_000), ["tokens in 10000 words, and MVaEMa reads 64"]),
        ((QUESTION,), ["no picture is named"]),
        (("a.png", "--classify", "--category", "tip"), ["unknown category 'tip'", "did you mean 'tips'"]),
        (("none", QUESTION), ["the folder '{}/none' holds no picture"]),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_wrong_is_one_sentence(ask, pictures, words, told):
    (pictures / "none").mkdir()
    (pictures / "empty.png").touch()
    os.mkfifo(pictures / "pipe.png")
    if "huge.png" in words:
        Image.new("1", (10_000, 10_000)).save(pictures / "huge.png")
    there = [pictures / word if word.endswith((".png", ".tif")) or word == "none" else word for word in words]
    code, out, err = ask(*there)
    assert code == 2 and out == "" and err.startswith("error: ") and err.count("\n") == 1
    assert all(word.format(pictures) in err for word in told), err


def test_pictures_without_a_question_are_asked_for_their_category(ask, pictures):
    code, out, err = ask(pictures / "a.png")
    assert code == 0 and out.strip() and f"no question is asked, so this one is: {CATEGORY_QUESTION}" in err
    assert [row["question"] for row in rows(ask(pictures / "a.png", pictures / "b.tif")[1])] == [CATEGORY_QUESTION] * 2
    assert "no question" not in ask(pictures / "a.png", QUESTION)[2] + ask(pictures / "a.png", "--classify")[2]


def test_a_long_question_in_place_of_a_picture_is_a_missing_picture(ask, pictures):
    code, out, err = ask("what is seen here, " * 20, pictures / "a.png", "--classify")
    assert code == 2 and err == "error: 1 of 2 pictures cannot be read; their lines say why\n"
    assert "does not exist" in rows(out)[0]["error"] and "categories" in rows(out)[1]


def test_a_question_that_just_fits_is_asked_and_the_caption_counts(exports, ask, pictures):
    model = from_pretrained(exports.folder("mvaema"))
    exported = read(exports.folder("mvaema"))
    picture = picture_of(pictures / "a.png", exported)
    words = 1
    while model.prompt_lengths(question(picture, "?" * (words + 1), "", exported))[0] <= model.longest_prompt:
        words += 1
    assert ask(pictures / "a.png", "?" * words)[0] == 0
    assert ask(pictures / "a.png", "?" * (words + 1))[0] == 2
    code, _, err = ask(pictures / "a.png", "?" * words, "--category", "tips")
    assert code == 2 and "including the caption" in err


def test_probabilities_that_are_no_numbers_are_not_ranked(ask, pictures, monkeypatch):
    nothing = np.full((1, 10), np.nan)
    monkeypatch.setattr("bench.models.mvaema.estimator.MVaEMa.predict_proba", lambda *_: nothing)
    code, out, err = ask(pictures / "a.png", "--classify")
    assert code == 2 and not out and "returns probabilities that are no numbers" in err


def test_an_answer_cannot_command_the_terminal(ask, pictures, monkeypatch):
    monkeypatch.setattr("bench.models.mvaema.estimator.MVaEMa.answer", lambda *_: ["a\x1b[2Jb\x9bc\nd é"])
    assert ask(pictures / "a.png", QUESTION)[1] == "a\\x1b[2Jb\\x9bc\\nd é\n"
    out = ask(pictures / "a.png", QUESTION, "--json")[1]
    assert out.isascii() and "\x1b" not in out and rows(out)[0]["answer"] == "a\x1b[2Jb\x9bc\nd é"


@pytest.mark.parametrize(
    ("words", "classify", "count", "asked"),
    [
        (("lab", "What?"), False, 4, "What?"),
        (("lab/a.png", "lab/b.tif"), True, 2, None),
        (("lab/a.png", "lab"), True, 5, None),
        (("lab/a.png", "gone.png"), True, 2, None),
        (("lab/a.png", "What?"), True, 1, "What?"),
    ],
)
def test_the_question_comes_last(pictures, monkeypatch, words, classify, count, asked):
    monkeypatch.chdir(pictures.parent)
    (pictures / ".hidden.png").write_text("x")
    found, question = split_arguments(words, classify)
    assert (len(found), question) == (count, asked)


@pytest.mark.parametrize("model", ["nowhere", ""])
def test_a_model_that_is_no_export_is_refused(bench, pictures, model):
    code, out, err = bench("ask", pictures / "a.png", QUESTION, "--model", pictures / model)
    assert code == 2 and out == "" and "bench export CELL FOLDER" in err


def test_the_lines_of_python_that_the_page_shows_run(exports, pictures, monkeypatch, capsys):
    page = (Path(__file__).parent.parent / "docs" / "ask.md").read_text()
    (lines,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(pictures)
    exports.copy("mvaema", pictures).rename("my-model")
    Path("sem/nanowires").mkdir(parents=True)
    Image.fromarray(texture(1, 0)).save("sem/nanowires/a.tif")
    exec(lines, {})
    assert "[" in capsys.readouterr().out


def test_without_a_model_the_newest_trained_of_the_store_is_asked_and_named(exports, bench, pictures):
    code, out, err = bench("ask", pictures / "a.png", QUESTION, "--store", exports.store.root)
    assert code == 0 and err.startswith("asking MVaEMa, trained on synthetic until 2") and err.count("\n") == 1
    assert "(mvaema fold 0, store " in err and "--model names another" in err
    assert out == bench("ask", pictures / "a.png", QUESTION, "--model", exports.folder("mvaema"))[1]


def test_a_model_of_the_store_is_asked_by_its_name(exports, bench, pictures):
    options = ("--classify", "--store", exports.store.root, "--top", "3")
    code, out, err = bench("ask", pictures / "a.png", *options, "--model", "random-gcn")
    assert code == 0 and "(random-gcn fold 0, " in err
    assert out == bench("ask", pictures / "a.png", *options, "--model", exports.folder("random-gcn"))[1]


@pytest.fixture
def comes_with(exports, monkeypatch, tmp_path):
    """Have an export come with the installation, as changed; ``None`` for none."""

    def change(model, **changes):
        folder = tmp_path / "nothing" if model is None else exports.copy(model, tmp_path)
        if model is not None:
            described = read(folder).model_copy(update=changes)
            (folder / FILE).write_text(described.model_dump_json())
        monkeypatch.setattr("bench.exports.shipped.FOLDER", folder)
        return folder

    return change


def test_controls_and_dropped_weights_are_no_trained_assistant(exports, bench, pictures, tmp_path, comes_with):
    comes_with(None)
    kept = shutil.copytree(exports.store.root, tmp_path / "kept")
    for record in exports.store.records():
        if record.cell.model == "mvaema":
            shutil.rmtree(kept / "stages" / record.stages["train"] / "product" / "weights", ignore_errors=True)
    code, out, err = bench("ask", pictures / "a.png", QUESTION, "--store", kept)
    assert (code, out) == (2, "") and "holds no trained assistant; `make demo` trains one" in err


@pytest.mark.parametrize(
    "words", [("ask", "a.png", QUESTION), ("ask", "-i"), ("attend", "a.png", "Q?", "--out", "o.png")]
)
def test_where_nothing_was_trained_the_demo_is_named(bench, words, comes_with):
    comes_with(None)
    code, out, err = bench(*words)
    assert (code, out) == (2, "") and "`make demo` trains one" in err


@pytest.fixture
def ask_on(exports, bench, monkeypatch):
    def call(lines, *words, model="mvaema"):
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return bench("ask", "-i", *words, "--model", exports.folder(model))

    return call


def test_questions_line_by_line_are_answered_as_each_is_alone(ask, ask_on, pictures):
    lines = [QUESTION, pictures / "b.tif", QUESTION, pictures / "gone.png", "And the size?", "", "never asked"]
    code, out, err = ask_on(lines, pictures / "a.png")
    asked = [("a.png", QUESTION), ("b.tif", QUESTION), ("b.tif", "And the size?")]
    assert code == 0 and out == "".join(ask(pictures / name, text)[1] for name, text in asked)
    assert err == f"error: the picture {str(pictures / 'gone.png')!r} does not exist; check its path\n"


def test_an_error_does_not_end_an_interactive_session(ask_on, pictures):
    code, out, err = ask_on([QUESTION, pictures / "a.png", "word " * 999, QUESTION])
    assert code == 0 and out.count("\n") == 1
    first, second = err.splitlines()
    assert first.startswith(f"error: {QUESTION!r} is not a picture; ") and "in 999 words, and MVaEMa reads 64" in second


def test_line_by_line_the_categories_of_each_picture_are_ranked(ask, ask_on, pictures):
    code, out, _ = ask_on([pictures / "b.tif"], pictures / "a.png", "--classify", "--json", model="pixels")
    assert code == 0
    assert [row["picture"] for row in rows(out)] == [str(pictures / name) for name in ("a.png", "b.tif")]
    assert out.splitlines()[0] == ask(pictures / "a.png", "--classify", "--json", model="pixels")[1].strip()


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
def test_on_a_terminal_a_prompt_names_the_picture_until_ctrl_c_or_the_end(exports, bench, pictures, monkeypatch, end):
    prompts, typed = [], iter([QUESTION])

    def read(prompt):
        prompts.append(prompt)
        for line in typed:
            return line
        raise end

    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("builtins.input", read)
    code, out, err = bench("ask", "-i", pictures / "a.png", "--model", exports.folder("mvaema"))
    assert code == 0 and prompts == ["a.png> ", "a.png> "] and out.count("\n") == 1
    assert "an empty line ends" in err


def test_an_interactive_session_takes_one_picture(ask_on, pictures):
    code, out, err = ask_on([], pictures / "a.png", QUESTION)
    assert (code, out) == (2, "") and "-i takes one picture" in err


def test_a_model_that_an_earlier_version_trained_is_asked_whatever_its_recipe_was_called(
    exports, bench, pictures, tmp_path
):
    kept = without_digests(shutil.copytree(exports.store.root, tmp_path / "kept"))
    for path in (*(kept / "runs").glob("*.json"), *(kept / "cells").glob("*.json")):
        old = json.loads(path.read_text())
        (old["config"] if "config" in old else old["model"])["recipe"]["of_old"] = 3
        path.write_text(json.dumps(old))
    code, out, err = bench("ask", pictures / "a.png", QUESTION, "--store", kept)
    assert code == 0 and out == bench("ask", pictures / "a.png", QUESTION, "--store", exports.store.root)[1], err
