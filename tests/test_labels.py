"""A file of labels, patterns and several folders: which pictures a dataset has, and how its folds are divided."""

import re

import numpy as np
import pytest
from PIL import Image

from bench.config.loading import load_config
from bench.data.grouped import united
from bench.data.partition import Partition
from bench.errors import BenchError
from bench.planning.plan import Plan
from bench.planning.rows import Request
from bench.registered.registry import Registry
from bench.tasks.datasets.folder import Folder
from bench.tasks.datasets.labels import has_labels, read_labels
from bench.tasks.datasets.pictures import Pictures
from bench.terminal.progress import NoProgress
from tests.conftest import FAST

HEAD = "path,category,specimen\n"
RANDOM = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))


def draw(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(RANDOM.integers(0, 255, (40, 40), dtype=np.uint8)).save(path)


@pytest.fixture
def lab(tmp_path):
    """Eight pictures by date in a folder with an umlaut, and their labels."""
    root = tmp_path / "Präparate"
    lines = []
    for number in range(8):
        name = f"2024-0{1 + number // 4}-03/bild {number}.png"
        draw(root / name)
        lines.append(f"{name},{('Fasern', 'Körner')[number % 2]},S{number // 2 % 3}")
    (root / "labels.csv").write_text(HEAD + "\n".join(lines) + "\n", "utf-8")
    return root


def opened(root, labels="labels.csv"):
    return Folder(str(root), 32, NoProgress(), labels=str(root / labels) if labels else "")


def written(root, text, encoding="utf-8"):
    (root / "labels.csv").write_bytes(text.encode(encoding))
    return opened(root)


def test_labels_give_categories_and_columns_to_a_tree_by_date(lab):
    folder = opened(lab)
    assert folder.categories == ("Fasern", "Körner") and folder.labels().tolist() == [0, 1] * 4
    assert folder.columns()["specimen"] == [f"S{number // 2 % 3}" for number in range(8)]
    assert folder.columns()["folder"] == ["2024-01-03"] * 4 + ["2024-02-03"] * 4
    assert folder.set_aside() == () and folder.facts(1) == {"category": "Körner"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("head", ["", "sep={}\r\n"])
def test_labels_as_spreadsheets_write_them_are_read(lab, encoding, delimiter, head):
    text = (lab / "labels.csv").read_text("utf-8").replace(",", delimiter).replace("\n", f"{delimiter}\r\n")
    folder = written(lab, head.format(delimiter) + text.replace("path", "Path"), encoding)
    assert folder.labels().tolist() == [0, 1] * 4 and set(folder.columns()) == {"file", "folder", "specimen"}


@pytest.mark.parametrize(
    "spelling",
    [
        lambda root, name: str(root / name),
        lambda root, name: f"./{name}",
        lambda root, name: name.replace("/", "\\"),
        lambda root, name: name.rpartition("/")[2],
        lambda root, name: f"../{root.name}/{name}",
        lambda root, name: f" {name} ",
    ],
)
def test_a_path_may_be_spelt_in_several_ways(lab, spelling):
    lines = (lab / "labels.csv").read_text("utf-8").splitlines()[1:]
    names = [line.split(",")[0] for line in lines]
    text = "\n".join(line.replace(name, spelling(lab, name)) for line, name in zip(lines, names, strict=True))
    assert written(lab, HEAD + text).labels().tolist() == [0, 1] * 4


def test_what_the_labels_leave_out_is_set_aside_and_the_data_are_others(lab):
    whole = opened(lab).identity()
    text = (lab / "labels.csv").read_text("utf-8")
    assert written(lab, text.replace("S0", "S9")).identity() == whole
    assert written(lab, text.replace("bild 0.png,Fasern", "bild 0.png,Körner")).identity() != whole
    folder = written(lab, "\n".join([*text.splitlines()[:-2], "2024-02-03/bild 6.png,,S0"]))
    assert folder.set_aside() == (
        "2024-02-03/bild 6.png: has no category in line 8 of labels.csv; fill it in",
        "2024-02-03/bild 7.png: is not named in labels.csv; add a line",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "are empty"),
        ("\n \n", "are empty"),
        (HEAD, "name no picture"),
        ("file,category\n2024-01-03/bild 0.png,a\n", r"have no column 'path' \(they have: 'file', 'category'\)"),
        ("path,label\n2024-01-03/bild 0.png,a\n", "have no column 'category'"),
        (HEAD + "bild 99.png,a,S1\n", "name a file that is not in the folder .* in line 2; did you mean '2024"),
        (HEAD + "x.png,a,S1\ny.png,a,S1\n", "name 2 files that are not in the folder .* the first 'x.png' in line 2"),
        (HEAD + "/etc/passwd,a,S1\n", "line 2 of the labels .* is not in the folder .*; write the path relative to it"),
        (HEAD + "C:\\data\\x.png,a,S1\n", "is not in the folder"),
        (HEAD + "../../x.png,a,S1\n", r"leads out of the folder .* without \.\."),
        (HEAD + "bild 0.png,a,S\n2024-01-03/bild 0.png,b,S\n", "its category is 'a' in line 2 and 'b' in line 3"),
        (HEAD + "bild 0.png,a,S\nbild 0.png,a,T\n", "its specimen is 'S' in line 2 and 'T' in line 3"),
        (HEAD + "bild 0.png,a\n", "line 2 of the labels .* has 2 fields, and the first line has 3"),
        (HEAD + "bild 0.png,a,b,c\n", "line 2 of the labels .* has 4 fields"),
        (HEAD + ",a,b\n", "line 2 of the labels .* has no path"),
        ("path,category,a,a\nbild 0.png,a,b,c\n", "have two columns 'a'"),
        ("path,category,,a\nbild 0.png,a,b,c\n", "have a column without a name"),
        (HEAD + 'bild 0.png,"a,S\n', "is no CSV"),
        (HEAD + "bild 0.png,a,S\n", "hold only one category, 'a'"),
        (HEAD + "bild 0.png,a,S\nbild 1.png,A ,S\n", "differ only in case or spaces"),
        (HEAD + "bild 0.png,,S\n", "hold no category"),
    ],
)
def test_wrong_labels_are_one_sentence(lab, text, message):
    with pytest.raises(BenchError, match=message) as raised:
        _ = written(lab, text).categories
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEAD.encode() + b"a,b,c\nb\xe4r,a,S\n", "not UTF-8, see line 3; save it as 'CSV UTF-8'"),
        (HEAD.encode("utf-16"), "not UTF-8 but UTF-16, see line 1"),
        (b"PK\x03\x04", "is a spreadsheet"),
        (b"path,category\0\n\0,a", "no CSV|not in the folder|have no column"),
    ],
)
def test_labels_in_another_encoding_are_refused(tmp_path, lab, content, message):
    (lab / "labels.csv").write_bytes(content)
    with pytest.raises(BenchError, match=message):
        opened(lab)


def test_a_missing_file_of_labels_names_the_nearest(lab):
    with pytest.raises(BenchError, match=r"no file of labels .*label\.csv'; did you mean '.*labels\.csv'"):
        read_labels(str(lab / "label.csv"), lab)
    with pytest.raises(BenchError, match=r"did you mean '.*Präparate/labels\.csv'"):
        read_labels("labels.csv", lab)


def test_labels_that_nobody_names_are_pointed_at(lab):
    unused = [sentence for sentence in opened(lab, "").set_aside() if "labels" in sentence]
    assert unused == [
        "labels.csv: has columns of labels, but folders are the categories; name it by --labels if it has them"
    ]
    for path in lab.glob("*/*.png"):
        path.rename(lab / f"{path.parent.name} {path.name}")
    with pytest.raises(
        BenchError, match=r"outside category folders.*; did you mean --labels '.*Präparate/labels\.csv'\?"
    ):
        _ = opened(lab, "").categories


@pytest.mark.parametrize("text", ["sep=;\npath;category\n", "Path\tCategory\n", "\npath,x,category"])
def test_a_file_of_labels_is_noticed_by_its_columns(tmp_path, text):
    (tmp_path / "a.csv").write_text(text, "utf-8-sig")
    (tmp_path / "b.csv").write_text("path;sort\n", "utf-8")
    assert has_labels(tmp_path / "a.csv") and not has_labels(tmp_path / "b.csv") and not has_labels(tmp_path / "c.csv")


def test_the_file_of_labels_has_an_entry(lab):
    assert {entry["path"]: entry["set_aside"] for entry in opened(lab).files()}[
        "labels.csv"
    ] == "has the labels of the pictures"


def test_a_name_that_two_pictures_have_is_refused(lab):
    draw(lab / "2024-02-03" / "bild 0.png")
    with pytest.raises(BenchError, match="is the name of 2 pictures, such as '2024-01-03/bild 0"):
        written(lab, HEAD + "bild 0.png,a,S\n")


@pytest.fixture
def trees(tmp_path):
    """Two folders of category folders, and one without any."""
    for root in ("one", "two"):
        for category in ("tips", "fibres"):
            for number in range(2):
                draw(tmp_path / root / category / f"{number}.png")
    draw(tmp_path / "flat" / "a.png")
    return tmp_path


@pytest.mark.parametrize(
    ("argument", "first", "count"),
    [
        ("{0}/one,{0}/two", "one/fibres/0.png", 8),
        ("{0}/one, {0}/two", "one/fibres/0.png", 8),
        ("{0}/[ot]*", "one/fibres/0.png", 8),
        ("{0}/two/*", "fibres/0.png", 4),
        ("{0}/two/*/1.png", "fibres/1.png", 2),
        ("{0}/two/**/1.png", "fibres/1.png", 2),
        ("{0}/one/fibres*,{0}/two/tips*", "one/fibres/0.png", 4),
        ("{0}/one,{0}/one", "fibres/0.png", 4),
    ],
)
def test_a_folder_may_be_a_pattern_or_several(trees, argument, first, count):
    folder = Folder(argument.format(trees), 32, NoProgress())
    ids = folder.load().ids
    assert folder.categories == ("fibres", "tips") and ids[0] == first and len(ids) == count


def test_a_folder_whose_name_has_commas_and_brackets_is_itself(trees):
    (trees / "one").rename(trees / "a, [b]*")
    assert len(Folder(str(trees / "a, [b]*"), 32, NoProgress()).load()) == 4


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("{0}/x*", "no file or folder fits the pattern"),
        ("{0}/one,", "has an empty name among its folders"),
        ("{0}/one,{0}/tow", "there is no folder '.*tow'; did you mean '.*two'"),
    ],
)
def test_a_pattern_that_fits_nothing_is_one_sentence(trees, argument, message):
    with pytest.raises(BenchError, match=message):
        Folder(argument.format(trees), 32, NoProgress())


def partition(folder, *assignments, explicit=False):
    config, _ = load_config("demo", ["k=2", "duplicate_distance=0", *assignments])
    return Partition(folder, config, explicit, NoProgress())


def test_no_value_of_the_column_to_group_by_is_on_two_sides(lab):
    folder = opened(lab)
    specimens = np.array(folder.columns()["specimen"])
    parts = partition(folder, "k=3", "group_by=specimen")
    for index in range(parts.k):
        sides = [{*specimens[side]} for side in parts.fold(index, 0)]
        assert not (sides[0] | sides[1]) & sides[2] and all(sides)


def test_the_column_to_group_by_decides_the_split_and_other_columns_do_not(lab):
    text = (lab / "labels.csv").read_text("utf-8").replace("\n", ",x\n").replace("specimen,x", "specimen,by")
    before = partition(written(lab, text), "group_by=specimen").identity(1.0)
    assert partition(written(lab, text.replace(",x", ",y")), "group_by=specimen").identity(1.0) == before
    assert partition(written(lab, text.replace("S1", "S4")), "group_by=specimen").identity(1.0) == before | {
        "groups": partition(opened(lab), "group_by=specimen").identity(1.0)["groups"]
    }
    assert partition(opened(lab), "group_by=specimen").identity(1.0) != before


@pytest.mark.parametrize(
    ("change", "column", "message"),
    [
        (("S", "S"), "specimens", "unknown column for --group-by 'specimens'; did you mean 'specimen'"),
        (("S1", "S0"), "specimen", None),
        (("S1", ""), "specimen", "3 of 8 pictures have no specimen, the first|2 of 8 pictures have no specimen"),
    ],
)
def test_a_wrong_column_to_group_by_is_one_sentence(lab, change, column, message):
    text = (lab / "labels.csv").read_text("utf-8").replace(*change)
    parts = partition(written(lab, text), f"group_by={column}")
    if message is None:
        assert parts.k == 2
        return
    with pytest.raises(BenchError, match=message):
        _ = parts.k


def test_a_column_of_one_value_is_refused(lab):
    text = (lab / "labels.csv").read_text("utf-8")
    for number in range(3):
        text = text.replace(f"S{number}", "S")
    with pytest.raises(BenchError, match="all pictures have the same specimen, 'S'"):
        _ = partition(written(lab, text), "group_by=specimen").k


def test_groups_are_linked_through_near_duplicates_and_values():
    assert len({*united(np.array([0, 0, 1, 2, 3]), ["a", "b", "b", "c", "a"])}) == 2


def test_a_run_takes_labels_and_the_column_to_group_by_from_its_options(lab, bench):
    options = ("--dataset", f"folder:{lab}", "--labels", str(lab / "labels.csv"), "--group-by", "specimen")
    code, out, err = bench("run", "--task", "classification", "--models", "majority", *options, "--set", "k=3")
    assert code == 0, err
    assert "split grouped by specimen" in bench("table", "2")[1]
    setting = f"folder.labels={lab / 'labels.csv'}"
    same = ("run", "--task", "classification", "--models", "majority", "--dataset", f"folder:{lab}", "--set", setting)
    assert "nothing to do" in bench(*same, "--group-by", "specimen", "--set", "k=3")[1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--labels", "x.csv"), "unknown synthetic setting 'labels'"),
        (("--group-by", "specimen"), "notes nothing about its pictures"),
        (("--group-by", "specimen", "--split", "stratified"), "exclude each other"),
    ],
)
def test_options_that_the_dataset_cannot_have_are_refused(bench, options, message):
    code, _, err = bench("run", "--task", "classification", "--models", "majority", "--dry-run", *options)
    assert code == 2 and message in err


SELF = ("run", "--task", "classification", "--models", "simclr", *FAST, "--set", "image_size=32", "--set", "k=2")


def test_pictures_without_labels_teach_the_encoder_and_stand_in_the_protocol(trees, bench, monkeypatch):
    for number in range(3):
        draw(trees / "archive" / "old" / f"{number}.png")
    (trees / "archive" / "copy.png").write_bytes((trees / "one" / "tips" / "0.png").read_bytes())
    shown = []
    monkeypatch.setattr(
        "bench.models.selfsupervised.pretraining.Pretraining._taught",
        lambda self, method, images: shown.append(images) or 1 / 0,
    )
    run = (*SELF, "--dataset", f"folder:{trees / 'one'}", "--set", "recipe.batch_size=2")
    err = bench(*run, "--unlabelled", str(trees / "archive"))[2]
    assert (
        "1 of 4 pictures of pictures:" in err
        and "are left out" in err
        and "pretraining also on pictures without labels" in err
    )
    (more,) = shown
    assert len(more) == 4 and more.labels.tolist()[1:] == [-1] * 3
    assert more.batch(slice(None)).shape == (len(more), 32, 32)


def test_a_corrected_category_decodes_nothing_again(lab, monkeypatch):
    before = (lab / "labels.csv").read_text("utf-8")
    assert len(opened(lab).load()) == 8
    monkeypatch.setattr("bench.tasks.datasets.decoded.frame_of", lambda *_: pytest.fail("decoded again"))
    after = written(lab, before.replace("Fasern", "Drähte"))
    assert after.load().categories == ("Drähte", "Körner")


def test_no_bar_is_read_of_pictures_without_labels(trees, monkeypatch):
    monkeypatch.setattr("bench.tasks.datasets.decoded.read_scale", lambda *_: pytest.fail("read"))
    assert len(Pictures(str(trees / "one"), 32, NoProgress()).load()) == 4


def test_every_view_of_a_folder_takes_its_labels_and_the_scale_that_they_state(lab, tmp_path, bench):
    text = (lab / "labels.csv").read_text("utf-8").replace("specimen", "pixel_size_nm")
    (lab / "labels.csv").write_text(re.sub(r",S(\d)", r",\g<1>.5", text), "utf-8")
    options = ("--dataset", f"folder:{lab}", "--labels", str(lab / "labels.csv"))
    assert (
        "scale: known of 8 of 8 pictures (8 by labels), 0.5 to 2.5 nm per pixel" in bench("data", "info", *options)[1]
    )
    assert "known of no picture" in bench("data", "info", "--dataset", f"folder:{lab}")[1]
    assert bench("data", "duplicates", *options)[0] == 0
    assert bench("data", "sheet", *options, "--out", tmp_path / "sheet.png")[0] == 0


def test_near_duplicates_of_tested_pictures_teach_nobody(trees, monkeypatch):
    draw(trees / "archive" / "other.png")
    tested = np.asarray(Image.open(trees / "one" / "tips" / "0.png"))
    for name, grey in (("fainter", tested * 0.8 + 20), ("negative", 255 - tested.astype(float))):
        Image.fromarray(grey.astype(np.uint8)).save(trees / "archive" / f"{name}.png")

    assert collected(trees).rows.tolist() == [1, 2]


def test_an_archive_of_near_duplicates_alone_is_refused(trees):
    tested = np.asarray(Image.open(trees / "one" / "tips" / "0.png"))
    (trees / "archive").mkdir()
    Image.fromarray((tested * 0.8 + 20).astype(np.uint8)).save(trees / "archive" / "fainter.png")
    with pytest.raises(BenchError, match="every picture is one of the dataset, too, or a near-duplicate of one"):
        collected(trees)


def collected(trees):
    plan = planned("simclr", trees, str(trees / "archive"))
    return plan.unlabelled.load(plan.config, NoProgress())


def test_unlabelled_pictures_change_the_pretraining_and_no_supervised_training(trees, bench):
    draw(trees / "archive" / "0.png")
    plans = [planned("simclr,alexnet", trees, unlabelled) for unlabelled in (None, str(trees / "archive"))]
    (before, after) = [{cell.model: cell for cell in plan.cells if cell.fold == 0} for plan in plans]
    assert before["simclr"].pretrain.fingerprint != after["simclr"].pretrain.fingerprint
    assert before["alexnet"].train.fingerprint == after["alexnet"].train.fingerprint
    assert before["alexnet"].protocol != after["alexnet"].protocol


def planned(models, trees, unlabelled):
    options = {"dataset": f"folder:{trees / 'one'}", "unlabelled": unlabelled, "k": 2}
    config, explicit = load_config("demo", [], {key: value for key, value in options.items() if value})
    return Plan(Request("classification", tuple(models.split(",")), config, explicit), Registry(), NoProgress())


@pytest.mark.parametrize(
    ("models", "unlabelled", "message"),
    [
        ("alexnet", "archive", "changes nothing: none of alexnet learns from pictures without labels"),
        ("simclr", "empty", "holds no pictures"),
        ("simclr", "nowhere", "there is no folder"),
    ],
)
def test_unlabelled_pictures_that_nothing_learns_from_are_refused(trees, models, unlabelled, message):
    draw(trees / "archive" / "0.png")
    (trees / "empty").mkdir()
    with pytest.raises(BenchError, match=message):
        planned(models, trees, str(trees / unlabelled))
