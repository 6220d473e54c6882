"""Damaged files: a picture or one sentence, whatever the bytes are; nothing hangs and nothing fills the memory."""

import bz2
import functools
import gzip
import lzma
import random
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from PIL import Image

from bench.data.decoding import grey
from bench.data.frames import Unreadable
from bench.errors import BenchError
from bench.store import cache
from bench.tasks.datasets import file_digests
from bench.tasks.datasets.folder import Folder
from bench.tasks.datasets.unpacking import unpack
from bench.tasks.records import read_records, write_records
from bench.terminal.progress import NoProgress
from tests.test_data_check import about
from tests.test_picture_forms import FORMS, G8, suffix, tiff
from tests.test_unpacking import CATEGORIES, tar_of

QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
EDITS = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True), st.sampled_from(["set", "cut", "double", "number"]), st.integers(0, 255)
    ),
    min_size=1,
    max_size=6,
)
"""Places as shares of the file, mostly near its ends; what happens there; a byte."""


def damaged(data, edits):
    data = bytearray(data)
    for place, action, byte in edits:
        # The power leads to headers, which decide more than pixels.
        at = int(place**3 * len(data)) if byte % 2 else len(data) - 1 - int(place**3 * len(data))
        at = max(0, min(at, len(data) - 1))
        if action == "set":
            data[at] = byte
        elif action == "cut" and at > 8:
            del data[at:]
        elif action == "double":
            data[at:at] = data[at : at + byte]
        elif action == "number":
            data[at : at + 4] = random.Random(byte).choice(
                [b"\xff\xff\xff\xff", bytes(4), b"\0\0\0\x80", b"\xff\xff\0\0"]
            )
    return bytes(data)


SMALL = {
    "vendor": lambda path: tiff(path, G8.tobytes(), t270=b"[User]\r\nDate=1\r\n\0", t34682=b"[Beam]\r\nHV=5000\r\n\0"),
    "stack": lambda path: tiff(path, G8.tobytes(), t270=b"ImageJ=1.53\nimages=26\nslices=26\n\0"),
}
WRITERS = FORMS | SMALL


@functools.cache
def whole(name):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"a{suffix(name)}"
        WRITERS[name](file)
        return file.read_bytes()


def picture_or_sentence(path):
    try:
        picture = grey(path, 16)
    except Unreadable as reason:
        assert "\n" not in str(reason) and len(str(reason)) < 400
    else:
        assert picture.shape == (16, 16) and picture.dtype == np.uint8


FEW = [
    *("jpg", "jpg-exif-6", "jpg-srgb", "png-palette", "png-rgba", "png-animated", "png-exif-6", "png-linear-profile"),
    *("tif-tiff_lzw", "tif-packbits", "tif-jpeg", "tif-tiles-deflate", "tif-12-bits", "tif-palette-16"),
    *("tif-lzw-float-predicted", "tif-pages", "tif-big", "tif-rgb-16-planes", "vendor", "stack"),
]


@pytest.mark.parametrize("name", FEW)
def test_a_damaged_picture_is_a_picture_or_one_sentence(tmp_path, name):
    @seed(1)
    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=QUIET)
    @given(EDITS)
    def damage(edits):
        (tmp_path / "a").write_bytes(damaged(whole(name), edits))
        picture_or_sentence(tmp_path / "a")

    damage()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(WRITERS))
def test_each_form_of_damaged_pictures_is_a_picture_or_one_sentence(tmp_path, name):
    @seed(2)
    @settings(max_examples=300, deadline=None, database=None, suppress_health_check=QUIET)
    @given(EDITS)
    def damage(edits):
        (tmp_path / "a").write_bytes(damaged(whole(name), edits))
        picture_or_sentence(tmp_path / "a")

    damage()


@pytest.fixture
def sem(tmp_path, monkeypatch):
    monkeypatch.setattr(file_digests, "_SETTLED_SECONDS", -1.0)
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    for category in ("tips", "powder"):
        (tmp_path / "sem" / category).mkdir(parents=True)
        for number in range(2):
            picture = np.roll(G8, 7 * number + len(category), 1)
            Image.fromarray(picture).save(tmp_path / "sem" / category / f"{number}.png")
    return tmp_path / "sem"


@seed(3)
@settings(max_examples=40, deadline=None, database=None, suppress_health_check=QUIET)
@given(EDITS, st.integers(0, 11))
def test_damaged_files_of_the_cache_cost_only_time(sem, edits, which):
    dataset = Folder(str(sem), 16, NoProgress())
    identity, ids, pixels = dataset.identity(), dataset.load().ids, np.array(dataset.load().pixels)
    files = sorted(path for path in (sem.parent / "cache").rglob("*") if path.is_file() and path.suffix != ".lock")
    path = files[which % len(files)]
    path.write_bytes(damaged(path.read_bytes(), edits))
    cache._checked.cache_clear()  # another process has checked nothing yet
    again = Folder(str(sem), 16, NoProgress())
    assert again.identity() == identity and again.load().ids == ids
    assert np.array_equal(again.load().pixels, pixels)


@seed(4)
@settings(max_examples=100, deadline=None, database=None, suppress_health_check=QUIET)
@given(EDITS)
def test_damaged_records_are_read_or_one_sentence(tmp_path, edits):
    path = tmp_path / "r.jsonl"
    write_records(path, about("ä.png")[:3])
    path.write_bytes(damaged(path.read_bytes(), edits))
    try:
        assert all(record.answer for record in read_records(path))
    except BenchError as error:
        assert "\n" not in str(error) and len(str(error)) < 600


@seed(5)
@settings(max_examples=100, deadline=None, database=None, suppress_health_check=QUIET)
@given(EDITS, st.sampled_from([None, gzip, bz2, lzma]))
def test_a_damaged_tar_is_unpacked_or_one_sentence(tmp_path, edits, packing):
    tar = tar_of(tmp_path / "Tips.tar")
    tar.write_bytes(damaged(packing.compress(tar.read_bytes()) if packing else tar.read_bytes(), edits))
    try:
        unpack(tar, tmp_path / "sem", CATEGORIES)
    except BenchError as error:
        assert "\n" not in str(error) and len(str(error)) < 600
    assert not list((tmp_path / "sem").glob(".unpacking*"))
