import bz2
import gzip
import io
import lzma
import os
import tarfile

import pytest

from bench.errors import BenchError
from bench.tasks.datasets.unpacking import unpack

CATEGORIES = ("Tips", "Powder")


def tar_of(path, *members):
    """Write a tar of (name, type, target) members behind one good picture."""
    with tarfile.open(path, "w") as tar:
        for name, kind, target in (("Tips/L5_0.jpg", tarfile.REGTYPE, ""), *members):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, target
            entry.size = 4 if kind == tarfile.REGTYPE else 0
            tar.addfile(entry, io.BytesIO(b"data"))
    return path


def everything(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))


@pytest.mark.parametrize(
    ("member", "said"),
    [
        (("../evil.jpg", tarfile.REGTYPE, ""), "leads out"),
        (("Tips/../../evil.jpg", tarfile.REGTYPE, ""), "leads out"),
        (("/tmp/evil.jpg", tarfile.REGTYPE, ""), "leads out"),
        (("..\\evil.jpg", tarfile.REGTYPE, ""), "leads out"),
        (("Tips/evil.jpg", tarfile.SYMTYPE, "/etc/passwd"), "is a link"),
        (("Tips/evil.jpg", tarfile.SYMTYPE, "L5_0.jpg"), "is a link"),
        (("Tips/evil.jpg", tarfile.LNKTYPE, "../../x"), "is a link"),
        (("Tips/evil.jpg", tarfile.CHRTYPE, ""), "is a device"),
        (("Tips/evil.jpg", tarfile.FIFOTYPE, ""), "is a device or a pipe"),
    ],
)
def test_a_malicious_tar_is_refused_and_writes_nothing(tmp_path, member, said):
    tar = tar_of(tmp_path / "Tips.tar", member)
    (tmp_path / "sem").mkdir()
    with pytest.raises(BenchError, match=said) as caught:
        unpack(tar, tmp_path / "sem", CATEGORIES)
    assert "\n" not in str(caught.value) and everything(tmp_path) == ["Tips.tar", "sem"]


@pytest.mark.parametrize("cut", [700, 1200])
def test_a_broken_tar_leaves_nothing_half_done(tmp_path, cut):
    tar = tar_of(tmp_path / "Tips.tar", ("Tips/L5_1.jpg", tarfile.REGTYPE, ""), ("Tips/L5_2.jpg", tarfile.REGTYPE, ""))
    tar.write_bytes(tar.read_bytes()[:cut])
    (tmp_path / "sem").mkdir()
    with pytest.raises(BenchError, match="cannot be unpacked"):
        unpack(tar, tmp_path / "sem", CATEGORIES)
    assert everything(tmp_path) == ["Tips.tar", "sem"]


def test_what_is_no_tar_is_refused(tmp_path):
    (tmp_path / "Tips.tar").write_text("<html>moved</html>" * 100)
    with pytest.raises(BenchError, match="cannot be unpacked"):
        unpack(tmp_path / "Tips.tar", tmp_path / "sem", CATEGORIES)


def test_a_picture_belongs_to_the_nearest_category_above_it_else_to_the_tar(tmp_path):
    files = ["Majority/Tips/L5_1.jpg", "./Powder/L4_2.jpg", "L5_3.jpg", "Tips/notes.txt", "Tips/._L5_0.jpg"]
    tar = tar_of(tmp_path / "Tips.tar", *((name, tarfile.REGTYPE, "") for name in files))
    assert unpack(tar, tmp_path / "sem", CATEGORIES) == 4
    assert [name for name in everything(tmp_path / "sem") if "/" in name] == [
        "Powder/L4_2.jpg",
        "Tips/L5_0.jpg",
        "Tips/L5_1.jpg",
        "Tips/L5_3.jpg",
    ]


def gzipped(path, *parts):
    """Write a gzip of pieces, each written as often as it is said."""
    with gzip.open(path, "wb") as stream:
        for piece, times in parts:
            for _ in range(times):
                stream.write(piece)
    return path


def header(name, size, kind=tarfile.REGTYPE):
    entry = tarfile.TarInfo(name)
    entry.size, entry.type = size, kind
    return entry.tobuf(tarfile.GNU_FORMAT)


ZEROS = bytes(2**20)
LARGE = 300 * 2**20


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ([(header("Tips/a.jpg", LARGE), 1), (ZEROS, 300), (bytes(1024), 1)], "unpacks to more than"),
        ([(header("Tips/a.jpg", 2**40), 1)], "unpacks to more than"),
        ([(header("x", LARGE, tarfile.XHDTYPE), 1), (ZEROS, 300)], "one of its headers has"),
        ([(header("x", LARGE, tarfile.GNUTYPE_LONGNAME), 1), (ZEROS, 300)], "one of its headers has"),
        ([(header("Tips/a.jpg", 512, tarfile.GNUTYPE_SPARSE), 1), (bytes(1024), 2)], "sparse"),
    ],
)
def test_a_small_file_cannot_fill_a_disk_or_the_memory(tmp_path, parts, reason):
    tar = gzipped(tmp_path / "Tips.tar.gz", *parts)
    assert tar.stat().st_size < 2**20
    with pytest.raises(BenchError, match=reason) as caught:
        unpack(tar, tmp_path / "sem", CATEGORIES)
    assert "\n" not in str(caught.value) and everything(tmp_path) == ["Tips.tar.gz", "sem"]


def test_a_tar_of_too_many_files_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("bench.tasks.datasets.unpacking.MOST_FILES", 3)
    tar = tar_of(tmp_path / "Tips.tar", *((f"Tips/{number}.jpg", tarfile.REGTYPE, "") for number in range(3)))
    with pytest.raises(BenchError, match="more than 3 files"):
        unpack(tar, tmp_path / "sem", CATEGORIES)


@pytest.mark.parametrize("suffix", ["gz", "bz2", "xz"])
def test_a_compressed_tar_is_unpacked_and_a_cut_one_refused(tmp_path, suffix):
    tar = tar_of(tmp_path / "Tips.tar")
    packed = tmp_path / f"Tips.tar.{suffix}"
    packed.write_bytes({"gz": gzip, "bz2": bz2, "xz": lzma}[suffix].compress(tar.read_bytes()))
    assert unpack(packed, tmp_path / "sem", CATEGORIES) == 1
    packed.write_bytes(packed.read_bytes()[: packed.stat().st_size // 2])
    with pytest.raises(BenchError, match="cannot be unpacked"):
        unpack(packed, tmp_path / "sem", CATEGORIES)


def test_no_picture_replaces_another_in_silence(tmp_path):
    tar = tar_of(tmp_path / "Tips.tar", ("a/Tips/L5_0.jpg", tarfile.REGTYPE, ""))
    with pytest.raises(BenchError, match="two pictures 'L5_0.jpg' of Tips"):
        unpack(tar, tmp_path / "sem", CATEGORIES)


def test_a_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "Tips.tar")
    with pytest.raises(BenchError, match="not a regular file"):
        unpack(tmp_path / "Tips.tar", tmp_path / "sem", CATEGORIES)
