"""What instruments write is read: numbers, frames, a pixel's size; or refused by name; damaged, in one sentence."""

import json

import numpy as np
import pytest
import tifffile
from hypothesis import given, seed, settings
from PIL import Image

from bench.config.loading import load_config
from bench.data import readers
from bench.data.dataset import open_dataset
from bench.data.decoding import frame_of, grey
from bench.data.frames import Unreadable
from bench.data.partition import Partition
from bench.registered.registry import Registry
from bench.terminal.progress import NoProgress
from tests.test_damaged_files import EDITS, QUIET, damaged, picture_or_sentence
from tests.vendor_files import (
    COUNTS,
    FEI,
    HEIGHT,
    JEOL_TEM,
    NM,
    PICTURES,
    TESCAN,
    WIDTH,
    ZEISS,
    berkeley,
    described,
    dm,
    hdf5,
    mrc,
    ser,
    tagged,
    velox,
)

pytest.importorskip("h5py")


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_its_numbers_and_its_scale_in_every_format(tmp_path, name):
    PICTURES[name](tmp_path / name)
    frame = frame_of(tmp_path / name)
    assert frame.frames == 1 and frame.levels.shape == (HEIGHT, WIDTH) and not frame.no_scale
    assert frame.pixel_size_nm == pytest.approx(NM, rel=1e-6)
    assert frame.bit_depth == (32 if name[:5] in ("float", "signe", "micro") else 16)
    assert np.array_equal(frame.levels - frame.levels.min(), COUNTS - COUNTS.min())


@pytest.mark.parametrize("name", PICTURES)
def test_of_more_than_8_bits_black_and_white_are_those_of_the_picture(tmp_path, name):
    PICTURES[name](tmp_path / name)
    shown = grey(tmp_path / name, HEIGHT)
    assert shown.min() < 12 and shown.max() > 243


def test_a_dead_pixel_and_a_missing_number_change_no_contrast(tmp_path):
    numbers = np.tile(COUNTS, (4, 4)).astype(np.float32)
    tifffile.imwrite(tmp_path / "a.tif", numbers, photometric="minisblack")
    numbers[5, 5], numbers[40, 40], numbers[6, 7] = 1e9, -1e9, np.nan
    tifffile.imwrite(tmp_path / "b.tif", numbers, photometric="minisblack")
    off = np.abs(grey(tmp_path / "a.tif", 48).astype(int) - grey(tmp_path / "b.tif", 48))
    assert np.percentile(off, 98) <= 3


@pytest.mark.parametrize(
    ("name", "write", "note"),
    [
        ("a.dm4", dm(4, scale=(1.0, 0.2)), "not square: 1 nm wide, 0.2 nm high"),
        ("a.dm3", dm(3, unit="furlong"), "unit 'furlong'"),
        ("a.ser", ser(metres=4e7), "plainly wrong"),
        ("a.tif", tagged((34682, "s", FEI.format("2.5e-9", "5e-9"))), "not square"),
        ("b.tif", described(TESCAN.format("1e9"), ".hdr"), "plainly wrong"),
        ("c.tif", tagged((34118, "s", ZEISS.format("2.5 parsec"))), "unit 'parsec'"),
        ("d.tif", tagged((34682, "s", FEI.format("nan", "nan"))), ""),
        ("a.mrc", mrc(angstroms=0.0), ""),
        ("g.tif", tagged((34682, "s", "Beam=5\r\n[Scan]\r\nPixelWidth=\r\n[Beam]\r\nBeam=\r\n")), ""),
        ("h.tif", tagged((37706, "B", bytes(90))), ""),
        ("a.emd", velox(stated=[1, 2]), "damaged"),
        ("i.tif", tagged((270, "s", "ImageJ=1.5\nunit=cm\n"), resolution=(118, 118), resolutionunit="NONE"), ""),
        ("b.dm3", dm(3, unit=""), ""),
        ("e.tif", tagged(resolution=(300, 300), resolutionunit="INCH"), ""),
        ("f.tif", tagged(resolution=(1, 1), resolutionunit="NONE"), ""),
    ],
)
def test_a_scale_that_cannot_be_used_is_unknown_for_a_reason(tmp_path, name, write, note):
    write(tmp_path / name)
    frame = frame_of(tmp_path / name)
    assert frame.pixel_size_nm is None and note in frame.no_scale and bool(note) == bool(frame.no_scale)


@pytest.mark.parametrize(
    ("name", "write", "reason"),
    [
        ("a.dm3", dm(3, unit="1/nm"), "diffraction pattern"),
        ("b.dm3", dm(3, unit="mrad"), "diffraction pattern"),
        ("a.dm4", dm(4, unit="eV"), "spectrum"),
        ("b.dm4", dm(4, COUNTS[:1], unit=""), "spectrum"),
        ("c.dm4", dm(4, COUNTS.reshape(2, 2, 8, 24)), "data cube"),
        ("d.dm4", dm(4, code=3), "complex numbers"),
        ("e.dm4", dm(4, code=99), "unknown type 99"),
        ("a.ser", ser(kind=0x4120), "spectrum"),
        ("a.emd", velox(unit="1/m"), "diffraction pattern"),
        ("b.emd", berkeley(unit="[n_m^-1]"), "diffraction pattern"),
        ("a.h5", hdf5((9, 9), (8, 8)), "2 arrays"),
        ("b.h5", hdf5((9,)), "0 arrays"),
        ("a.tif", tagged((65003, "s", "1/nm"), (65009, "d", 1.0), (65010, "d", 1.0)), "diffraction pattern"),
        ("b.tif", tagged((270, "s", JEOL_TEM.format("cm"))), "diffraction pattern"),
        ("a.emi", lambda path: path.write_bytes(b"JJ" * 9), "they are in a_1.ser"),
        ("a.mrc", lambda path: path.write_bytes(b"no picture" * 200), "no MRC"),
        ("b.mrc", mrc(mode=4), "complex numbers"),
    ],
)
def test_what_is_no_picture_is_refused_by_name(tmp_path, name, write, reason):
    write(tmp_path / name)
    with pytest.raises(Unreadable, match=reason):
        frame_of(tmp_path / name)


STACKS = {
    "a.ser": ser(frames=3),
    "a.mrc": mrc(frames=3),
    "a.emd": velox(frames=3),
    "b.emd": berkeley(frames=3),
    "a.dm4": dm(4, np.stack([COUNTS] * 3)),
    "a.tif": tagged(numbers=np.stack([COUNTS] * 3)),
    "b.tif": lambda path: tifffile.imwrite(path, np.stack([COUNTS] * 3), imagej=True),
}


@pytest.mark.parametrize("name", STACKS)
def test_each_frame_of_a_stack_can_be_read_and_no_further_one(tmp_path, name):
    STACKS[name](tmp_path / name)
    for number in range(3):
        frame = frame_of(tmp_path / name, number)
        assert frame.frames == 3 and np.array_equal(frame.levels, COUNTS)
    with pytest.raises(Unreadable):
        frame_of(tmp_path / name, 3)


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.mrc", mrc(sizes=(1_000_000, 1_000_000))),
        ("b.mrc", mrc(sizes=(9000, 9000))),
        ("a.ser", ser(shape=(2**31 - 1, 2**31 - 1))),
        ("b.ser", ser(shape=(9000, 9000))),
        ("a.dm3", lambda path: _with_sides(path, 2**31 - 1)),
        ("b.dm3", lambda path: _with_sides(path, 9000)),
    ],
)
def test_declared_sizes_are_compared_with_the_file_before_anything_is_allocated(tmp_path, name, write, monkeypatch):
    write(tmp_path / name)
    monkeypatch.setattr("bench.data.formats.binary.np.frombuffer", lambda *parts: pytest.fail("decoded"))
    with pytest.raises(Unreadable, match="million pixels|truncated"):
        frame_of(tmp_path / name)


def _with_sides(path, side):
    dm(3)(path)
    old = WIDTH.to_bytes(4, "little")
    data = path.read_bytes()
    place = data.rindex(old)
    path.write_bytes(data[:place] + side.to_bytes(4, "little") + data[place + 4 :])


@pytest.mark.parametrize("name", PICTURES)
def test_a_damaged_file_of_an_instrument_is_a_picture_or_one_sentence(tmp_path, name):
    PICTURES[name](tmp_path / name)
    whole = (tmp_path / name).read_bytes()

    @seed(4)
    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=QUIET)
    @given(EDITS)
    def damage(edits):
        (tmp_path / name).write_bytes(damaged(whole, edits))
        picture_or_sentence(tmp_path / name)

    damage()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"\x15\0\4Data", b"\x63\0\4Da\0\1", r"its tag 'Da\\x00\\x01' is of the unknown kind 99"),
        (
            b"%%%%\0\0\0\1\0\0\0\5",
            b"%%%%\0\0\0\1\0\0\0\x4d",
            r"cannot be decoded \(its content is damaged\); save it again",
        ),
    ],
)
def test_what_is_said_of_a_damaged_file_is_words_for_people(tmp_path, old, new, reason):
    """No name of a byte that cannot be shown, and nothing that Python says of its code."""
    dm(3)(tmp_path / "a.dm3")
    whole = (tmp_path / "a.dm3").read_bytes()
    (tmp_path / "a.dm3").write_bytes(whole.replace(old, new))
    with pytest.raises(Unreadable, match=reason) as refusal:
        frame_of(tmp_path / "a.dm3")
    assert str(refusal.value).isprintable()


def test_a_text_where_a_number_was_due_is_damage(tmp_path):
    (tmp_path / "a.pgm").write_bytes(b"P5\n32 2\x1a4\n255\n" + bytes(768))
    with pytest.raises(Unreadable, match=r"cannot be decoded \(its content is damaged\)"):
        frame_of(tmp_path / "a.pgm")


@pytest.mark.parametrize("name", PICTURES)
def test_a_truncated_file_of_an_instrument_is_a_picture_or_one_sentence(tmp_path, name):
    PICTURES[name](tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    for share in (0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99):
        (tmp_path / name).write_bytes(whole[: int(share * len(whole))])
        picture_or_sentence(tmp_path / name)


def test_a_format_whose_package_is_missing_names_it_and_its_remedy(tmp_path, monkeypatch):
    velox()(tmp_path / "a.emd")
    monkeypatch.setattr(readers, "find_spec", lambda name: None)
    with pytest.raises(Unreadable, match=r"needs the package h5py; pip install 'mvaema-bench\[microscopes\]'"):
        frame_of(tmp_path / "a.emd")


@pytest.mark.parametrize("name", ["a.bmp", "a.webp", "a.gif", "a.pgm", "a.jp2"])
def test_what_pillow_decodes_is_read(tmp_path, name):
    picture = Image.fromarray((COUNTS - 7000 >> 3).astype(np.uint8))
    picture.save(tmp_path / name, **({"lossless": True} if name == "a.webp" else {}))
    frame = frame_of(tmp_path / name)
    assert np.abs(frame.levels - np.asarray(picture).astype(float)).max() <= 2 and frame.bit_depth == 8


def lab(folder):
    """A folder as a lab has it: two categories, all formats, notes."""
    for number, (name, write) in enumerate(PICTURES.items()):
        (folder / f"kind{number % 2}").mkdir(parents=True, exist_ok=True)
        write(folder / f"kind{number % 2}" / name)
    STACKS["a.ser"](folder / "kind0" / "stack.ser")
    dm(3, unit="1/nm")(folder / "kind1" / "pattern.dm3")
    (folder / "kind1" / "notes.docx").write_bytes(b"PK")
    (folder / "kind1" / "picture.xyz").write_bytes(b"?")
    (folder / "outside.tif").write_bytes(b"II*\0")
    return folder


def test_every_file_of_a_folder_has_an_entry(tmp_path, bench):
    folder = lab(tmp_path / "lab")
    code, out, err = bench("data", "info", "--dataset", f"folder:{folder}", "--json")
    assert code == 0, err
    entries = {entry["path"]: entry for entry in json.loads(out)["files"]}
    assert set(entries) == {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert len({frozenset(entry) for entry in entries.values()}) == 1
    fei = entries["kind0/fei.tif"]
    assert (fei["frames"], fei["height"], fei["width"], fei["bit_depth"]) == (1, HEIGHT, WIDTH, 16)
    assert fei["pixel_size_nm"] == pytest.approx(NM) and fei["scale_source"] == "metadata"
    assert "diffraction" in entries["kind1/pattern.dm3"]["set_aside"]
    assert all(entries[name]["set_aside"] for name in ("kind1/notes.docx", "kind1/picture.xyz", "outside.tif"))
    assert "describes" in entries["kind1/hitachi.txt"]["set_aside"]
    assert entries["kind0/stack.ser"]["frames"] == 3


@pytest.mark.parametrize(("name", "ending"), [("fei.tif", ".tif"), ("a.dm3", ".dm3"), ("a.ser", ".ser")])
def test_a_picture_under_another_name_is_pointed_at(tmp_path, name, ending):
    folder = two(tmp_path)
    PICTURES[name](folder / name)
    for other in ("IMG_0001", "scan.dat", "scan.txt"):
        (folder / "kind0" / other).write_bytes((folder / name).read_bytes())
    pointers = [sentence for sentence in opened_folder(folder).set_aside() if "begins as" in sentence]
    assert [sentence.partition(":")[0] for sentence in pointers] == ["kind0/IMG_0001", "kind0/scan.dat"]
    assert all(f"let its name end in {ending} if" in sentence for sentence in pointers)


def opened_folder(folder):
    return open_dataset(Registry(), f"folder:{folder}", {}, 32, NoProgress())


def test_a_flat_folder_is_listed_and_says_that_nothing_can_be_learned_from_it(tmp_path, bench):
    PICTURES["fei.tif"](tmp_path / "a.tif")
    code, out, _ = bench("data", "info", "--dataset", f"folder:{tmp_path}", "--json")
    listing = json.loads(out)
    entry = next(each for each in listing["files"] if each["path"] == "a.tif")
    assert code == 0 and "outside category folders" in listing["flaw"] and entry["pixel_size_nm"] == pytest.approx(NM)


def test_the_overview_tells_the_scale_and_the_contrast(tmp_path, bench):
    code, out, _ = bench("data", "info", "--dataset", f"folder:{two(tmp_path)}")
    assert code == 0 and "scale: known of 2 of 3 pictures (2 by metadata), 2.5 to 2.5 nm per pixel" in out
    assert "no scale: kind1/b.dm4: its pixels are not square" in out and "0.1 % to 99.9 %" in out


def two(folder):
    """Two categories of three pictures that differ."""
    for kind in ("kind0", "kind1"):
        (folder / "two" / kind).mkdir(parents=True)
    PICTURES["fei.tif"](folder / "two" / "kind0" / "a.tif")
    dm(3, COUNTS[:, ::-1].copy())(folder / "two" / "kind1" / "a.dm3")
    dm(4, COUNTS[::-1].copy(), scale=(1.0, 0.2))(folder / "two" / "kind1" / "b.dm4")
    return folder / "two"


def series(folder):
    """Two categories of three files of two frames each."""
    for number in range(6):
        path = folder / "series" / f"kind{number % 2}" / f"{number}.tif"
        path.parent.mkdir(parents=True, exist_ok=True)
        frames = [np.roll(COUNTS, 5 * number + 2 * frame, 1) for frame in range(2)]
        tifffile.imwrite(path, np.stack(frames), photometric="minisblack")
    return f"folder:{folder / 'series'}"


def test_each_frame_is_a_picture_if_wanted_and_those_of_a_file_stay_together(tmp_path):
    def dataset(frames):
        settings = {"folder:": {"frames": frames}}
        return open_dataset(Registry(), series(tmp_path), settings, 32, NoProgress())

    first, each = dataset("first"), dataset("each")
    assert len(first.load()) == 6 and len(first.set_aside()) == 6 and "frames=each" in first.set_aside()[0]
    ids = each.load().ids
    assert len(ids) == 12 and ids[:2] == ("kind0/0.tif frame 1", "kind0/0.tif frame 2") and each.set_aside() == ()
    assert first.identity() != each.identity()
    config = load_config("demo", ["k=3"])[0]
    partition = Partition(each, config, True, NoProgress())
    for fold in range(3):
        sides = partition.fold(fold, 0)
        files = [{ids[place].split(" frame")[0] for place in side} for side in (sides.test, sides.train)]
        assert files[0] and files[1] and not files[0] & files[1]
