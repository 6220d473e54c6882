import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from typer.testing import CliRunner

from bench.tasks.datasets import decoded
from bench.tasks.datasets.data_command import app
from bench.tasks.datasets.folder import Folder
from bench.tasks.datasets.sheet import contact_sheet
from bench.terminal.progress import NoProgress


def with_bar(text, length, path, **options):
    """Write a picture with a scale bar in a white strip."""
    grains = np.random.default_rng(length).normal(120, 12, (300, 400)).clip(0, 255).astype(np.uint8)
    image = Image.fromarray(grains)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 256, 400, 300), fill=255)
    pen.line((20, 290, 20 + length, 290), fill=0, width=2)
    for end in (20, 20 + length):
        pen.line((end, 284, end, 296), fill=0)
    pen.text((20, 260), text, fill=0, font=ImageFont.load_default(size=16))
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, **options)


@pytest.fixture
def root(tmp_path):
    with_bar("200 nm", 100, tmp_path / "a" / "one.png")
    with_bar("", 90, tmp_path / "a" / "two.png")
    with_bar("5 nm", 80, tmp_path / "b" / "three.png")
    return tmp_path


def scales(root, size=32, **settings):
    pictures = Folder(str(root), size, NoProgress(), **settings).pictures
    return {each["file"]: (each["pixel_size_nm"], each["scale_source"]) for each in pictures}


def test_a_folder_knows_the_scale_of_pictures_with_a_bar(root):
    known = scales(root)
    assert known["a/one.png"] == (pytest.approx(2.0, rel=0.02), "data bar")
    assert known["a/two.png"] == (None, "")
    assert known["b/three.png"][0] == pytest.approx(5 / 80, rel=0.02)


def test_bars_are_read_only_if_that_is_wanted_and_the_cache_knows(root):
    read = scales(root)
    assert set(scales(root, read_bars=False).values()) == {(None, "")}
    assert scales(root) == read


def test_what_the_file_states_goes_before_its_bar(root, monkeypatch):
    real = decoded.frame_of
    stated = {"one.png": {"pixel_size_nm": 7.0}, "three.png": {"no_scale": "its pixels are not square: 1 nm, 2 nm"}}
    monkeypatch.setattr(
        decoded, "frame_of", lambda path, number=0: replace(real(path, number), **stated.get(path.name, {}))
    )
    known = scales(root, 33)  # of this size nothing is cached
    assert known["a/one.png"] == (7.0, "metadata") and known["b/three.png"] == (None, "")


def test_pixels_on_the_specimen_have_the_scale_of_the_resized_picture(root):
    sizes = Folder(str(root), 32, NoProgress()).load().pixel_sizes
    assert sizes[0] == pytest.approx([2.0 * 300 / 32, 2.0 * 400 / 32], rel=0.02) and np.isnan(sizes[1]).all()


def test_sixteen_bits_are_read_like_eight(root):
    deep = np.asarray(Image.open(root / "a" / "one.png")).astype(np.uint16) * 200
    Image.fromarray(deep).save(root / "a" / "deep.png")
    assert scales(root)["a/deep.png"] == (pytest.approx(2.0, rel=0.02), "data bar")


def test_data_info_says_what_a_bar_reads(root):
    outcome = CliRunner().invoke(app, ["info", "--dataset", f"folder:{root}"])
    assert "known of 2 of 3 pictures (2 by data bar)" in outcome.output
    files = json.loads(CliRunner().invoke(app, ["info", "--json", "--dataset", f"folder:{root}"]).stdout)["files"]
    assert files[0]["instrument"]["scale bar"].startswith("200 nm are 100")


def test_a_sheet_says_how_wide_pictures_are(root):
    shown = Folder(str(root), 32, NoProgress()).load()
    with_scale = contact_sheet([shown], 2, 64)
    without = contact_sheet([Folder(str(root), 32, NoProgress(), read_bars=False).load()], 2, 64)
    assert with_scale.height == without.height + 2 * 14
    line = np.asarray(with_scale)[14 + 64 : 14 + 64 + 14]
    assert line[:, :64].max() > 100 and line[:, 66:].max() < 100
