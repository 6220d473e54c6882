import numpy as np
import pytest

from bench.errors import BenchError
from bench.tasks.datasets.editions import FOLDERS
from bench.tasks.datasets.sem import FetchedSem, Sem
from bench.tasks.facts import CATEGORIES
from bench.terminal.progress import NoProgress
from tests.sem_server import PICTURES, names, picture


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))


def opened(argument="", **settings):
    return Sem(argument, 32, NoProgress()) if argument else FetchedSem("", 32, NoProgress(), **settings)


def kept(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_the_whole_edition_is_fetched_once_and_read_as_the_ten_categories(server, bench):
    code, out, err = bench("data", "fetch", "sem")
    assert code == 0, err
    assert len(server.asked) == 10 and "the pictures are in" in out
    dataset = opened()
    micrographs = dataset.load()
    assert dataset.name == "sem" and dataset.categories == CATEGORIES and dataset.set_aside() == ()
    assert np.bincount(micrographs.labels).tolist() == [PICTURES] * 10
    for name, label in zip(micrographs.ids, micrographs.labels, strict=True):
        assert FOLDERS[name.partition("/")[0]] == CATEGORIES[label]
    assert bench("data", "fetch", "sem")[0] == 0 and len(server.asked) == 10, "fetched again"


def test_no_tar_and_no_part_is_left_after_a_fetch(server, bench, tmp_path):
    assert bench("data", "fetch", "sem", "--out", tmp_path / "sem")[0] == 0
    wanted = sorted(f"{folder}/{name}" for at, folder in enumerate(FOLDERS) for name in names(folder, 10 * at))
    assert [name for name in kept(tmp_path / "sem") if not name.startswith(".")] == wanted
    assert not [name for name in kept(tmp_path / "sem") if name.endswith((".tar", ".part"))]


def test_a_transfer_that_breaks_goes_on_by_itself_where_it_stopped(server, bench, tmp_path):
    server.breaks["Tips.tar"] = [17000]
    code, _, err = bench("data", "fetch", "sem", "--out", tmp_path / "sem")
    assert code == 0, err
    assert [asked for name, asked in server.asked if name == "Tips.tar"] == [None, "bytes=16384-"]


def test_a_fetch_that_fails_is_continued_by_the_next_call_and_ends_right(server, bench, tmp_path):
    server.breaks["Tips.tar"] = [17000, 0]
    code, _, err = bench("data", "fetch", "sem", "--out", tmp_path / "sem")
    assert code == 2 and "16,384 of" in err and "run the same command again" in err
    assert not (tmp_path / "sem" / "Tips").exists()
    before = len(server.asked)
    assert bench("data", "fetch", "sem", "--out", tmp_path / "sem")[0] == 0
    assert server.asked[before] == ("Tips.tar", "bytes=16384-")
    assert len(opened(str(tmp_path / "sem")).load()) == 10 * PICTURES


def test_a_server_without_ranges_is_read_from_the_beginning(server, bench, tmp_path):
    server.breaks["Tips.tar"], server.ranges = [17000], False
    code, _, err = bench("data", "fetch", "sem", "--out", tmp_path / "sem")
    assert code == 0, err


def test_a_wrong_digest_is_refused_and_nothing_of_it_is_kept(server, bench, tmp_path):
    server.checksums["Powder.tar"] = "md5:" + "0" * 32
    code, _, err = bench("data", "fetch", "sem", "--out", tmp_path / "sem")
    assert code == 2 and "Powder.tar does not have the digest" in err and "Traceback" not in err
    assert not (tmp_path / "sem" / "Powder").exists() and not [n for n in kept(tmp_path / "sem") if "Powder" in n]


@pytest.mark.parametrize("file", ["../Powder.tar", "/etc/Powder.tar", ".Powder.tar"])
def test_a_record_that_names_files_elsewhere_is_refused(server, bench, tmp_path, file):
    server.files[file] = b""
    code, _, err = bench("data", "fetch", "sem", "--out", tmp_path / "sem")
    assert code == 2 and "unknown format" in err and not (tmp_path / "sem").exists()


def test_a_server_that_does_not_answer_is_one_sentence_with_two_remedies(server, bench, monkeypatch):
    monkeypatch.setenv("BENCH_B2SHARE", f"http://127.0.0.1:{server.server_port}/elsewhere")
    code, _, err = bench("data", "fetch", "sem")
    assert code == 2 and "BENCH_B2SHARE" in err and "--tars" in err and "Traceback" not in err


def test_tars_had_already_are_unpacked_without_a_server(tars, bench, tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_B2SHARE", "http://127.0.0.1:9/")
    (tmp_path / "tars").mkdir()
    for name, data in tars.items():
        (tmp_path / "tars" / name).write_bytes(data)
    assert bench("data", "fetch", "sem", "--tars", tmp_path / "tars")[0] == 0
    assert len(opened().load()) == 10 * PICTURES and (tmp_path / "tars" / "Tips.tar").exists()


@pytest.mark.parametrize(("option", "value"), [("--edition", "magority"), (None, "semm")])
def test_a_mistyped_name_gets_the_nearest(bench, option, value):
    code, _, err = bench("data", "fetch", "sem", option, value) if option else bench("data", "fetch", value)
    assert code == 2 and "did you mean" in err


@pytest.fixture
def sem(tmp_path):
    for at, folder in enumerate(FOLDERS):
        (tmp_path / "sem" / folder).mkdir(parents=True)
        for number, name in enumerate(names(folder, 10 * at), start=10 * at):
            (tmp_path / "sem" / folder / name).write_bytes(picture(number))
    return tmp_path / "sem"


def test_other_folders_beside_the_ten_are_left_out(sem):
    (sem / "Thumbnails").mkdir()
    (sem / "Thumbnails" / "a.jpg").write_bytes(picture(999))
    assert len(opened(str(sem)).load()) == 10 * PICTURES


def test_the_same_pictures_elsewhere_are_the_same_dataset(sem, tmp_path):
    before = opened(str(sem)).identity()
    sem.rename(tmp_path / "moved")
    moved = opened(str(tmp_path / "moved"))
    assert moved.identity() == before and moved.name == before["name"] == "sem"


def gone(sem):
    return "", r"not in the cache; get it with `bench data fetch sem`"


def inside(sem):
    return str(sem.parent), r"did you mean 'sem:.*sem'"


def incomplete(sem):
    for path in (sem / "Fibres").iterdir():
        path.unlink()
    (sem / "Fibres").rmdir()
    return str(sem), r"lacks Fibres"


def other(sem):
    (sem.parent / "other" / "particles").mkdir(parents=True)
    return str(sem.parent / "other"), r"none of the ten .* folder:"


def nowhere(sem):
    return str(sem / "nowhere"), r"there is no folder"


@pytest.mark.parametrize("prepare", [gone, inside, incomplete, other, nowhere])
def test_a_folder_that_is_not_the_dataset_is_one_sentence_with_a_remedy(sem, prepare):
    argument, said = prepare(sem)
    with pytest.raises(BenchError, match=said) as caught:
        opened(argument)
    assert "\n" not in str(caught.value)


def test_info_counts_the_pictures_beside_those_published(sem, bench):
    code, out, err = bench("data", "info", "--dataset", f"sem:{sem}")
    assert code == 0, err
    (line,) = [line for line in out.splitlines() if line.startswith("nanowires")]
    assert line.split() == ["nanowires", "3", "10.0%", "3,821"]
    assert "30 of 32 x 24" in out and "near-duplicates: unknown" in out
    assert bench("data", "duplicates", "--dataset", f"sem:{sem}")[0] == 0
    assert "0 pictures in 0 clusters" in bench("data", "info", "--dataset", f"sem:{sem}")[1]
