import os
import re
import shutil
import struct
import subprocess
import unicodedata
import zlib

import numpy as np
import pytest
from PIL import Image

from bench.config.loading import load_config
from bench.data.decoding import grey
from bench.data.formats import bitmaps
from bench.data.frames import Unreadable
from bench.errors import BenchError
from bench.planning.plan import Plan
from bench.planning.rows import Request
from bench.registered.registry import Registry
from bench.tasks.datasets import file_digests
from bench.tasks.datasets.folder import Folder
from bench.terminal.progress import NoProgress

RAMP = np.tile(np.linspace(0, 255, 48).astype(np.uint8), (32, 1))


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def sem(tmp_path):
    root = tmp_path / "sem"
    for category in ("tips", "powder"):
        (root / category).mkdir(parents=True)
        for number in range(3):
            Image.fromarray(np.roll(RAMP, number * 5 + len(category), 1)).save(root / category / f"{number}.png")
    return root


def opened(root) -> Folder:
    return Folder(str(root), 32, NoProgress())


@pytest.fixture
def settled(monkeypatch):
    """Every file was written long ago."""
    monkeypatch.setattr(file_digests, "_SETTLED_SECONDS", -1.0)


def test_pictures_are_read_with_ids_labels_facts_and_captions(sem):
    folder = opened(sem)
    micrographs = folder.load()
    assert folder.name == f"folder:{sem}" and folder.categories == ("powder", "tips")
    assert micrographs.ids == tuple(f"{name}/{number}.png" for name in ("powder", "tips") for number in range(3))
    assert micrographs.labels.tolist() == folder.labels().tolist() == [0, 0, 0, 1, 1, 1]
    assert micrographs.pixels.shape == (6, 32, 32) and micrographs.pixels.dtype == np.uint8
    assert folder.facts(4) == {"category": "tips"} and "tips" in folder.caption(1)
    assert folder.set_aside() == ()
    assert np.array_equal(micrographs.batch(np.array([4]))[0], grey(sem / "tips" / "1.png", 32))


def test_a_picture_is_resized_without_cropping(tmp_path):
    Image.fromarray(RAMP).save(tmp_path / "wide.png")
    picture = grey(tmp_path / "wide.png", 32)
    assert picture[:, 0].max() < 8 and picture[:, -1].min() > 247
    assert np.all(np.diff(picture.astype(int), axis=1) >= 0)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "P", "1", "CMYK"])
def test_every_kind_of_picture_becomes_the_same_grey(tmp_path, mode):
    plain = Image.fromarray(np.where(RAMP > 127, 255, 0).astype(np.uint8))
    path = tmp_path / f"a.{'tif' if mode == 'CMYK' else 'png'}"
    plain.convert("RGB").convert(mode).save(path) if mode != "L" else plain.save(path)
    wanted = np.asarray(plain.resize((32, 32), Image.Resampling.BILINEAR)).astype(int)
    assert np.abs(grey(path, 32).astype(int) - wanted).max() <= 2


def test_transparent_pixels_are_shown_over_black(tmp_path):
    Image.new("RGBA", (8, 8), (255, 255, 255, 0)).save(tmp_path / "a.png")
    assert grey(tmp_path / "a.png", 8).max() == 0


@pytest.mark.parametrize("suffix", ["tif", "png"])
@pytest.mark.parametrize(("depth", "factor"), [(16, 257), (12, 4095 / 255), (8, 1)])
def test_deep_pictures_keep_their_brightness(tmp_path, suffix, depth, factor):
    Image.fromarray((RAMP * float(factor)).round().astype(np.uint16)).save(tmp_path / f"deep.{suffix}")
    Image.fromarray(RAMP).save(tmp_path / "plain.png")
    deep, plain = grey(tmp_path / f"deep.{suffix}", 32), grey(tmp_path / "plain.png", 32)
    assert np.abs(deep.astype(int) - plain.astype(int)).max() <= 1


def test_a_hot_pixel_does_not_darken_a_deep_picture(tmp_path):
    deep = np.full((100, 100), 3000, np.uint16)
    deep[0, 0] = 65535
    Image.fromarray(deep).save(tmp_path / "a.tif")
    assert grey(tmp_path / "a.tif", 32)[16, 16] == round(3000 / 4095 * 255)


@pytest.mark.parametrize(
    "values", [np.linspace(-3, 7, 48), np.where(np.arange(48) == 3, np.nan, np.linspace(0, 0.02, 48))]
)
def test_numbers_of_any_range_are_stretched(tmp_path, values):
    Image.fromarray(np.tile(values.astype(np.float32), (32, 1))).save(tmp_path / "a.tif")
    picture = grey(tmp_path / "a.tif", 32)
    assert picture.min() < 10 and picture.max() > 245


def test_a_constant_deep_picture_causes_no_division_by_zero(tmp_path):
    Image.fromarray(np.full((9, 9), 0.5, np.float32)).save(tmp_path / "a.tif")
    assert np.ptp(grey(tmp_path / "a.tif", 8)) == 0


def bomb(path, side=30_000):
    """A PNG of a few bytes that claims to have side x side pixels."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b""))


def test_damaged_pictures_are_named_and_set_aside(sem):
    (sem / "powder" / "a_empty.png").touch()
    (sem / "powder" / "b_text.jpg").write_text("no picture")
    Image.fromarray(RAMP).resize((400, 400)).save(sem.parent / "whole.jpg")
    (sem / "powder" / "c_cut.jpg").write_bytes((sem.parent / "whole.jpg").read_bytes()[:2000])
    bomb(sem / "powder" / "d_bomb.png")
    bomb(sem / "powder" / "e_large.png", side=10_000)
    Image.new("L", (1, 1)).save(sem / "powder" / "f_dot.png")
    (sem / "powder" / "g_other.psd").write_bytes(b"8BPS")
    folder = opened(sem)
    said = folder.set_aside()
    assert [line.partition(":")[0] for line in said] == [
        f"powder/{name}"
        for name in ("a_empty.png", "b_text.jpg", "c_cut.jpg", "d_bomb.png", "e_large.png", "f_dot.png", "g_other.psd")
    ]
    for line, why in zip(
        said, ("empty", "decoded", "truncated", "million", "million", "1 x 1", "convert"), strict=True
    ):
        assert why in line and "\n" not in line
    micrographs = folder.load()
    assert len(micrographs) == len(folder.labels()) == 6
    assert np.array_equal(micrographs.batch(slice(3, 4))[0], grey(sem / "tips" / "0.png", 32))


def test_a_bomb_is_never_decoded(tmp_path, monkeypatch):
    bomb(tmp_path / "a.png", side=10_000)
    monkeypatch.setattr(bitmaps, "frame_of", lambda image, frames: pytest.fail("decoded"))
    with pytest.raises(Unreadable, match="million"):
        grey(tmp_path / "a.png", 32)


def test_other_formats_under_a_picture_suffix_are_not_opened(tmp_path):
    Image.fromarray(RAMP).save(tmp_path / "a.pcx")
    (tmp_path / "a.pcx").rename(tmp_path / "a.png")
    with pytest.raises(Unreadable, match="decoded"):
        grey(tmp_path / "a.png", 32)


def test_a_pipe_does_not_hang(sem):
    os.mkfifo(sem / "tips" / "pipe.png")
    assert "tips/pipe.png" in opened(sem).set_aside()[0]


@pytest.mark.parametrize(("to", "remedy"), [("powder", "remove one"), ("tips", "decide to which")])
def test_a_picture_that_shows_the_same_as_another_is_set_aside(sem, to, remedy):
    (original, *_) = sorted((sem / "powder").iterdir())
    Image.open(original).save(sem / to / "zcopy.tif")
    dataset = opened(sem)
    assert f"{to}/zcopy.tif" not in dataset.load().ids
    (said,) = dataset.set_aside()
    assert said.startswith(f"{to}/zcopy.tif: shows the same as powder/{original.name}; {remedy}")


def test_a_category_without_one_readable_picture_is_an_error(sem):
    (sem / "wires").mkdir()
    (sem / "wires" / "a.png").touch()
    with pytest.raises(BenchError, match="'wires'"):
        opened(sem).load()


def test_nested_folders_belong_to_their_top_folder_and_hidden_ones_are_ignored(sem):
    (sem / "tips" / "day 2" / "x").mkdir(parents=True)
    Image.fromarray(RAMP).save(sem / "tips" / "day 2" / "x" / "9.TIF", format="TIFF")
    for hidden in (sem / ".git", sem / "tips" / ".thumbs"):
        hidden.mkdir()
        Image.fromarray(RAMP).save(hidden / "a.png")
    Image.fromarray(RAMP).save(sem / "tips" / ".a.png")
    (sem / "tips" / "notes.txt").write_text("x")
    folder = opened(sem)
    assert folder.categories == ("powder", "tips") and folder.set_aside() == ()
    assert folder.load().ids[-1] == "tips/day 2/x/9.TIF" and len(folder.labels()) == 7


def test_links_that_run_in_a_circle_end(sem):
    (sem / "tips" / "again").symlink_to(sem, target_is_directory=True)
    (sem / "tips" / "self").symlink_to(sem / "tips" / "self")
    (sem / "loop").symlink_to(sem, target_is_directory=True)
    (sem / "tips" / "gone.png").symlink_to(sem / "nowhere.png")
    folder = opened(sem)
    assert len(folder.labels()) == 6 and [line[:13] for line in folder.set_aside()] == [
        "tips/gone.png",
        "tips/self: is",
    ]


def test_names_of_any_script_and_any_bytes_are_kept(sem):
    (sem / "ナノ 粒子").mkdir()
    Image.fromarray(RAMP).save(sem / "ナノ 粒子" / "größe é.png")
    (sem / "tips" / "0.png").rename(sem / "tips" / os.fsdecode(b"\xff.png"))
    folder = opened(sem)
    micrographs = folder.load()
    assert folder.categories[-1] == "ナノ 粒子" and micrographs.ids[-1] == "ナノ 粒子/größe é.png"
    assert "tips/\\xff.png" in micrographs.ids and folder.facts(len(micrographs) - 1) == {"category": "ナノ 粒子"}


def test_a_name_with_accents_apart_is_the_same_name(sem):
    for form in ("NFC", "NFD"):
        name = unicodedata.normalize(form, "fibré")
        (sem / name).mkdir()
        Image.fromarray(np.roll(RAMP, 20 + len(name))).save(sem / name / unicodedata.normalize(form, f"é{form}.png"))
        Image.fromarray(np.roll(RAMP, 29 + len(name))).save(sem / name / unicodedata.normalize(form, "ö.png"))
    folder = opened(sem)
    assert folder.categories == ("fibré", "powder", "tips")
    assert folder.load().ids[:3] == ("fibré/éNFD.png", "fibré/ö.png", "fibré/éNFC.png")
    assert folder.set_aside() == ("fibré/ö.png: is the name of two files; rename one",)


@pytest.mark.parametrize("name", ["Tips", "tips ", "TIPS"])
def test_categories_that_differ_only_in_case_or_spaces_are_refused(sem, name):
    shutil.copytree(sem / "tips", sem / name)
    with pytest.raises(BenchError, match="differ only in case or spaces; move the pictures"):
        _ = opened(sem).categories


def test_a_name_cannot_write_lines_of_its_own_or_control_a_terminal(sem):
    (sem / "tips" / "0.png").rename(sem / "tips" / "0\nset aside: \x1b[31mall.png")
    (sem / "tips" / "1.png").rename(sem / "tips" / "a\\b.png")
    ids = opened(sem).load().ids
    assert r"tips/0\nset aside: \x1b[31mall.png" in ids and "tips/a\\b.png" in ids


def test_what_systems_leave_in_folders_is_ignored(sem):
    for name in (".DS_Store", "._0.tif", "Thumbs.db", "desktop.ini"):
        (sem / "tips" / name).write_bytes(b"\0\1")
        (sem / name).write_bytes(b"\0\1")
    folder = opened(sem)
    assert folder.set_aside() == () and len(folder.labels()) == 6


def test_folders_may_lie_deeper_than_python_can_call(sem):
    below = [sem / "tips" / "/".join("d" * depth) for depth in range(1, 1200)]
    for path in below:
        path.mkdir()
    Image.fromarray(RAMP[::-1] // 2).save(below[-1] / "a.png")
    assert len(opened(sem).labels()) == 7
    (below[-1] / "a.png").unlink()
    for path in reversed(below):  # what clears up behind the tests calls itself, too
        path.rmdir()


@pytest.mark.parametrize(
    ("name", "message"),
    [("a\0b", "a NUL character"), ("a" * 5000, "too long"), ("~nobody-of-this-name/sem", "the name of no user")],
)
def test_a_name_that_no_folder_can_have_is_one_sentence(name, message):
    with pytest.raises(BenchError, match=f"the folder '.*{message}"):
        Folder(name, 32, NoProgress())


def test_a_category_of_copies_alone_says_so(sem):
    shutil.copytree(sem / "tips", sem / "wires")
    with pytest.raises(
        BenchError, match="no picture of category 'wires' is left: wires/0.png shows the same as tips/0"
    ):
        opened(sem).load()


def test_sizes_and_further_frames_are_reported(sem, bench):
    first = Image.fromarray(RAMP[:, ::-1])
    first.save(sem / "tips" / "stack.tif", save_all=True, append_images=[first, first])
    exif = Image.Exif()
    exif[274] = 6
    Image.fromarray(RAMP // 2).save(sem / "tips" / "turned.png", exif=exif)
    assert sorted(opened(sem).sizes()) == [(32, 48), *[(48, 32)] * 7]
    code, out, _ = bench("data", "info", "--dataset", f"folder:{sem}")
    assert code == 0 and "sizes: 7 of 48 x 32, 1 of 32 x 48" in out
    assert "set aside: frames 2 to 3 of tips/stack.tif: only a file's first is read" in out


def test_an_unchanged_folder_is_not_read_again(sem, settled, monkeypatch):
    first = opened(sem).identity()
    opened(sem).load()
    monkeypatch.setattr(file_digests, "file_digest", lambda path: pytest.fail("read again"))
    monkeypatch.setattr("bench.tasks.datasets.decoded.frame_of", lambda path: pytest.fail("decoded again"))
    assert opened(sem).identity() == first and len(opened(sem).load()) == 6


def test_a_changed_added_or_renamed_picture_changes_the_identity(sem, settled):
    identities = [opened(sem).identity()["content"]]
    Image.fromarray(RAMP[::-1] // 2).save(sem / "tips" / "0.png")
    identities.append(opened(sem).identity()["content"])
    Image.fromarray(RAMP).save(sem / "tips" / "7.png")
    identities.append(opened(sem).identity()["content"])
    (sem / "tips" / "7.png").rename(sem / "powder" / "7.png")
    identities.append(opened(sem).identity()["content"])
    assert len(set(identities)) == 4


def test_a_file_just_written_is_read_again_though_size_and_time_agree(sem):
    path = sem / "tips" / "0.png"
    before, state = opened(sem).identity(), path.stat()
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert opened(sem).identity() != before


def swapped(one, other):
    one.rename(one.with_name("t"))
    other.rename(one)
    one.with_name("t").rename(other)


def edited(one, other):
    one.write_bytes(other.read_bytes())


def replaced(one, other):
    shutil.copy2(other, one.with_name("t"))
    one.with_name("t").replace(one)


def linked_elsewhere(one, other):
    one.unlink()
    one.symlink_to(other)


def of_another_folder(one, other):
    shutil.copytree(one.parent, one.parent.with_name(".new"))
    (one.parent.with_name(".new") / one.name).write_bytes(other.read_bytes())
    one.parent.rename(one.parent.with_name(".old"))
    one.parent.with_name(".new").rename(one.parent)


@pytest.mark.parametrize("change", [swapped, edited, replaced, linked_elsewhere, of_another_folder])
def test_another_content_of_the_same_size_and_time_is_seen(sem, settled, change):
    """As tar, unzip, cp -p, rsync -t, a backup and touch leave files."""
    paths = sorted(sem.rglob("*.png"))
    for number, path in enumerate(paths):
        Image.fromarray(np.roll(RAMP, number * 3, 1)).save(path.with_suffix(".tif"))
        path.unlink()
    files = [path.with_suffix(".tif") for path in paths]

    def same_time():
        for path in files:
            os.utime(path, (10**9, 10**9))

    same_time()
    before = opened(sem).identity()
    assert len({path.stat().st_size for path in files}) == 1 and opened(sem).identity() == before
    change(files[0], files[-1])
    same_time()
    assert opened(sem).identity() != before


def test_a_digest_that_was_damaged_in_the_cache_is_not_believed(sem, settled, tmp_path):
    before = opened(sem).identity()
    for store in (tmp_path / "cache" / "digests").glob("*.json"):
        sha = re.search('"[0-9a-f]{64}"', store.read_text())[0]
        store.write_text(store.read_text().replace(sha, f'"{"0" * 64}"', 1))
    assert opened(sem).identity() == before


def test_the_same_pictures_elsewhere_have_the_same_identity(sem, tmp_path):
    subprocess.run(["cp", "-r", sem, tmp_path / "copy"], check=True)
    assert opened(tmp_path / "copy").identity() == opened(sem).identity()


def test_a_picture_that_changes_while_read_spoils_no_cache(sem, monkeypatch):
    folder = opened(sem)
    folder.identity()
    Image.fromarray(RAMP // 2).save(sem / "tips" / "2.png")
    with pytest.raises(BenchError, match=r"'tips/2.png' changed"):
        folder.load()


def test_a_broken_digest_cache_costs_only_time(sem, tmp_path):
    before = opened(sem).identity()
    for store in (tmp_path / "cache" / "digests").glob("*.json"):
        store.write_text('{"tips/0.png": 5')
    assert opened(sem).identity() == before


def one_category(root):
    for path in (root / "tips").iterdir():
        path.unlink()


def no_pictures(root):
    one_category(root)
    for path in (root / "powder").iterdir():
        path.unlink()


@pytest.mark.parametrize(
    ("prepare", "below", "said"),
    [
        (None, "../sen", "did you mean"),
        (None, "tips/0.png", "is a file"),
        (None, "tips", "outside category folders"),
        (None, "..", r"did you mean 'folder:.*sem'"),
        (one_category, "", "only one category, 'powder'"),
        (no_pictures, "", "no pictures"),
    ],
)
def test_a_wrong_folder_is_one_sentence_with_the_remedy(sem, prepare, below, said):
    if prepare:
        prepare(sem)
    with pytest.raises(BenchError, match=said) as caught:
        _ = opened(sem / below if below else sem).categories
    assert "\n" not in str(caught.value)


def test_no_path_is_an_error():
    with pytest.raises(BenchError, match="needs a path"):
        Folder("", 32, NoProgress())


def test_ignored_files_are_reported(sem):
    (sem / "films").mkdir()
    (sem / "films" / "notes.txt").touch()
    (sem / "tips" / "deep").mkdir()
    Image.fromarray(RAMP[:16]).save(sem / "tips" / "deep" / "a.png")
    Image.fromarray(RAMP).save(sem / "loose.png")
    (sem / "tips" / "a.psd").write_bytes(b"8BPS")
    folder = opened(sem)
    assert [sentence.partition(";")[0] for sentence in folder.set_aside()] == [
        "films: is a folder without pictures",
        "loose.png: is in no category folder",
        "tips/a.psd: has an unsupported type",
    ]
    assert folder.categories == ("powder", "tips") and "tips/deep/a.png" in folder.load().ids


def test_of_a_tiff_of_several_pages_the_first_is_read(sem):
    first, second = Image.fromarray(RAMP), Image.fromarray(RAMP[:, ::-1])
    first.save(sem / "pages.tif", save_all=True, append_images=[second])
    assert np.array_equal(grey(sem / "pages.tif", 32), grey_of(sem, first))


def grey_of(folder, image):
    image.save(folder / "one.tif")
    return grey(folder / "one.tif", 32)


@pytest.mark.parametrize(("task", "told"), [("vqa", True), ("classification", False)])
def test_the_run_says_what_its_references_were_written_from(sem, task, told):
    config, explicit = load_config("demo", [f"dataset=folder:{sem}"])
    plan = Plan(Request(task, ("majority",), config, explicit), Registry(), NoProgress())
    assert ("category alone" in plan.caveat) == told
