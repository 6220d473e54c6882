import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFont

from bench.cli import main as command
from bench.publishing.croissant import check
from bench.tasks.datasets.folder import Folder
from bench.tasks.datasets.sheet import drawable
from bench.tasks.datasets.synthetic.dataset import Synthetic
from bench.tasks.records import read_records
from bench.terminal.progress import NoProgress
from tests.conftest import texture

ROOT = Path(__file__).resolve().parent.parent
SMALL = ("--set", "synthetic.size=30", "--set", "synthetic.balanced=true")


@pytest.fixture(autouse=True)
def declared(monkeypatch):
    """The verb as pyproject.toml declares it, whatever was installed."""
    points = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"][command.COMMANDS]
    point = EntryPoint("data", points["data"], command.COMMANDS)
    monkeypatch.setattr(command, "added", lambda: {"data": point})


def pictures(folder):
    """Somebody's pictures: two categories, one of them known to the embedded dataset."""
    for number, category in enumerate(("particles", "unheard_of")):
        (folder / category).mkdir(parents=True)
        for shade in (40, 90):
            Image.new("L", (50, 40), shade + 100 * number).save(folder / category / f"{shade}.png")
    return folder


def test_a_sheet_has_a_row_a_category_and_the_other_dataset_beside(bench, tmp_path):
    out = tmp_path / "a" / "new folder" / "sheet.png"
    beside = pictures(tmp_path / "sem")
    code, said, err = bench(
        "data", "sheet", *SMALL, "--size", "32", "--per-category", "2", "--beside", beside, "--out", out
    )
    assert code == 0, err
    assert str(out) in said
    sheet = np.asarray(Image.open(out))
    row = sheet.shape[0] // 10
    assert sheet.shape == (10 * row, 2 * 2 * 34 + 12) and row > 32
    right = sheet[:, 2 * 34 + 12 :]
    shown = [right[number * row + 20, [5, 34 + 5]].tolist() for number in range(10)]
    assert shown[5] == [40, 90] and all(pair == shown[0] for pair in shown[:5] + shown[6:])
    left = [sheet[number * row + 14 : (number + 1) * row, : 2 * 34 - 2].std() for number in range(10)]
    assert min(left) > 10


def test_exported_pictures_are_drawn_at_the_size_asked_for_and_read_back(bench, tmp_path):
    out = tmp_path / "export"
    code, said, err = bench("data", "export", *SMALL, "--out", out, "--count", "30", "--size", "120x90")
    assert code == 0, err
    assert (
        said == f"wrote {out}: 30 pictures in category folders, 660 records in records.jsonl, numbers in labels.csv\n"
    )
    from mlcroissant import Dataset as Croissant

    check((out / "croissant.json").read_text())
    described = Croissant(jsonld=out / "croissant.json")
    assert {"labels-rows", "pictures-rows", "records-rows"} == {own.id for own in described.metadata.record_sets}
    assert len([*described.records("records-rows")]) == 660
    back = Folder(str(out), 64, NoProgress())
    micrographs = back.load()
    assert len(micrographs) == 30 and set(np.bincount(micrographs.labels)) == {3}
    (pointer,) = back.set_aside()  # sizes and scales are read where it is named
    assert pointer.startswith("labels.csv: ") and "--labels" in pointer
    dataset = Synthetic("", 64, NoProgress(), size=30, balanced=True)
    for position in (0, 17):
        category = dataset.facts(position)["category"]
        with Image.open(out / category / f"synthetic-{position:06d}.png") as image:
            assert np.array_equal(np.asarray(image), dataset.draw(position, (90, 120)))
    records = read_records(out / "records.jsonl")
    assert {record.picture for record in records} == set(micrographs.ids) and len(records) == 30 * 22
    first = [record for record in records if record.picture.endswith("000000.png")]
    assert {fact for record in first for fact in record.facts} <= set(dataset.facts(0).items())


@pytest.mark.parametrize("look", ["plain", "varied"])
def test_exported_sizes_counts_and_scales_are_read_back(bench, tmp_path, look):
    out, settings = tmp_path / "export", {"size": 30, "balanced": True, "look": look}
    options = ("--set", "synthetic.size=30", "--set", "synthetic.balanced=true", "--set", f"synthetic.look={look}")
    code, _, err = bench("data", "export", *options, "--out", out, "--size", "120x90")
    assert code == 0, err
    back = Folder(str(out), 60, NoProgress(), labels=str(out / "labels.csv"), read_bars=False)
    pictures, source = back.load(), Synthetic("", 64, NoProgress(), **settings)
    assert len(pictures) == 30 and back.set_aside() == ()
    scaled = 0
    for place, name in enumerate(pictures.ids):
        drawing = source.drawing(int(name[-10:-4]), (90, 120))
        assert back.numbers(place) == pytest.approx(drawing.numbers, rel=1e-6)
        sizes = pictures.pixel_sizes[place]
        square = drawing.pixel_sizes and abs(drawing.pixel_sizes[0] / drawing.pixel_sizes[1] - 1) <= 0.01
        assert np.isfinite(sizes).all() == bool(square)
        if square:
            scaled += 1
            assert sizes == pytest.approx(np.array(drawing.pixel_sizes) * (1.5, 2), rel=0.01)
    assert scaled > 5


def test_letters_that_the_sheets_font_lacks_lose_their_accents():
    font = ImageFont.load_default(size=11)
    assert drawable("Nanodrähte & Co 3", font) == "Nanodrahte & Co 3"
    assert drawable("łódź µm 纳", font) == "lodz um ?"
    assert drawable("Nanodra\u0308hte", font) == "Nanodrahte"


def test_the_folder_beside_is_looked_for_before_a_picture_is_drawn(bench, tmp_path, monkeypatch):
    monkeypatch.setattr(Synthetic, "load", lambda dataset: pytest.fail("drawn"))
    code, _, err = bench("data", "sheet", "--out", f"{tmp_path}/s.png", "--beside", f"{tmp_path}/none")
    assert code == 2 and "there is no folder" in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("sheet", "--out", "{}/s.jpg"), "ends in .png"),
        (("sheet", "--dataset", "folder:{}/sem", "--out", "{}/sem/particles/40.png/s.png"), "cannot be written"),
        (("sheet", "--out", "{}/s.png", "--size", "3"), "16 to 2048"),
        (("sheet", "--out", "{}/s.png", "--dataset", "synthetik"), "did you mean 'synthetic'"),
        (("sheet", "--out", "{}/s.png", "--beside", "{}/none"), "there is no folder"),
        (("sheet", "--out", "{}/s.png", "--set", "synthetic.sise=3"), "did you mean 'size'"),
        (
            ("sheet", "--out", "{}/s.png", "--set", "image_size=64", "--set", "recipe.epochs=3"),
            "--set recipe.epochs changes",
        ),
        (("info", "--dataset", "folder:{}/sem", "--set", "folder.x=1"), "unknown folder: setting 'x'"),
        (("info", "--dataset", "folder:{}/sem", "--set", "synthetic.size=3"), "--set synthetic.size changes nothing"),
        (("info", "--set", "synthetik.size=3"), "did you mean 'synthetic'"),
        (("duplicates", "--set", "mvaema.depth=3"), "--set mvaema.depth changes nothing"),
        (("export", "--out", "{}/e", "--set", "image_size=64"), "--set image_size changes nothing"),
        (("export", "--out", "{}/e", "--size", "large"), "WIDTHxHEIGHT"),
        (("export", "--out", "{}/e", "--size", "90x120"), "square to 3:2"),
        (("export", "--out", "{}/e", "--size", "200x100"), "square to 3:2"),
        (("export", "--out", "{}/e", "--count", "0"), "1 to 3400"),
        (("export", "--out", "{}"), "not an empty folder"),
        (("export", "--out", "{}/e", "--dataset", "folder:{}/sem"), "draws no pictures"),
        (("export", "--out", "{}/e", "--teacher", "scripter"), "did you mean 'scripted'"),
    ],
)
def test_a_mistake_is_one_sentence_and_nothing_is_written(bench, tmp_path, arguments, sentence):
    pictures(tmp_path / "sem")
    before = sorted(tmp_path.rglob("*"))
    code, out, err = bench("data", *(argument.format(tmp_path) for argument in arguments))
    lines = [line for line in err.splitlines() if line.startswith("error: ")]
    assert code == 2 and sentence in err and len(lines) == 1 and "Traceback" not in err
    assert [path for path in sorted(tmp_path.rglob("*")) if "store" not in path.parts] == before


@pytest.mark.parametrize("command", [("data", "info"), ("data", "duplicates"), ("run", "--task", "classification")])
def test_what_a_picture_is_called_cannot_steer_the_terminal(bench, folder, tmp_path, command):
    named = folder(4, 4)
    (tmp_path / "mine" / "kind00" / "\x1b[31mtorn.png").write_bytes(b"no picture")
    pixels = texture(0, 0)
    pixels[0, 0] ^= 1
    Image.fromarray(pixels).save(tmp_path / "mine" / "kind00" / "\x1b[32mcopy.png")
    options = ("--models", "majority", "--set", "k=2", "--set", "folds=0") if command[0] == "run" else ()
    code, out, err = bench(*command, "--dataset", named, *options)
    assert code == 0 and "\x1b" not in out + err and "\\x1b[3" in out + err


def barred(folder):
    """Pictures whose data bar has text that cannot be told at a small size."""
    for number in range(2):
        pixels = np.random.default_rng(number).integers(90, 160, (224, 224)).astype(np.uint8)
        pixels[200:] = 0
        for column in range(3):
            pixels[208:214, 10 + column : 200 : 6] = 255
        (folder / f"kind{number}").mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / f"kind{number}" / "a.png")
    return f"folder:{folder}"


@pytest.mark.parametrize("option", [("--mask-bar",), ("--set", "mask_bar=true")])
@pytest.mark.parametrize("size", [32, 224, 500])
def test_the_sheet_blanks_the_bars_that_a_run_blanks_whatever_its_size(bench, tmp_path, size, option):
    dataset = barred(tmp_path / "sem")
    for name, options in (("plain", ()), ("masked", option)):
        out = ("--out", tmp_path / f"{name}.png", "--size", size, "--per-category", 1, "--dataset", dataset)
        assert bench("data", "sheet", *out, *options)[0] == 0
    plain, masked = (np.asarray(Image.open(tmp_path / f"{name}.png")) for name in ("plain", "masked"))
    assert plain.shape == masked.shape == (2 * (size + 14), size + 2)
    bar = slice(14 + size - size // 20, 14 + size)
    assert plain[bar, :size].min() < 20 and masked[bar, :size].min() > 90
