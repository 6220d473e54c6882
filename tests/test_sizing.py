"""Size and number: what drawings are known to show, and how answers, controls and a measurement are scored."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from bench.contracts import DISTRIBUTION_QUESTION, SIZE_QUESTION, InstructionRecord, Instructions, Micrographs
from bench.data.dataset import open_dataset
from bench.data.field_of_view import fields_of_view
from bench.data.teacher import open_teacher
from bench.errors import BenchError
from bench.models.controls.measured import Measured, _form, structures
from bench.models.controls.median import Median
from bench.registered.registry import Registry
from bench.tasks.datasets.synthetic.drawing import drawn
from bench.tasks.datasets.synthetic.scene import Scene, scene
from bench.tasks.datasets.synthetic.structures import Structures, joined, stacked, visible
from bench.tasks.metrics.quantities import stated_size
from bench.tasks.numbers import side
from bench.tasks.sizing import Sizing, truth
from bench.terminal.progress import NoProgress

SIDE = 160


def known(category, index=0, bar="long", **facts):
    """The drawing of a scene with these facts."""
    shown = dict(scene(0, index, category).facts) | {"bar": bar} | facts
    return drawn(Scene(0, index, tuple(shown.items())), (SIDE, SIDE))


def test_a_structure_counts_if_half_a_disc_of_its_width_can_be_seen():
    item = np.zeros((10, 10), int)
    item[2:6, 2:6], item[8:, 8:], item[0, 5] = 1, 2, 3
    shown = np.ones((10, 10), bool)
    seen = visible(Structures(item, np.array([0.4, 0.4, 0.4])), shown)
    assert seen.tolist() == [0.4]  # a disc of 4 pixels is 12.6 large: 16 are enough, 4 and 1 are not
    shown[4:6] = False
    assert len(visible(Structures(item, np.array([0.4, 0.4, 0.4])), shown)) == 1
    shown[3] = False
    assert len(visible(Structures(item, np.array([0.4, 0.4, 0.4])), shown)) == 0


def test_pieces_belong_to_one_structure():
    assert joined(np.array([0, 1, 3, 4, 6, 7]), 3).tolist() == [0, 1, 1, 2, 2, 3]


def test_structures_of_a_later_layer_hide_those_of_an_earlier_one():
    below, above = np.array([[1, 2, 0]]), np.array([[0, 1, 1]])
    every = stacked([Structures(below, np.array([0.1, 0.2])), Structures(above, np.array([0.3]), countable=False)])
    assert every.item.tolist() == [[1, 3, 3]] and every.diameters.tolist() == [0.1, 0.2, 0.3] and not every.countable


def test_a_size_needs_a_scale_bar_and_a_count_structures_that_can_be_told_apart():
    assert known("particles", shape="spherical").numbers.keys() == {"size_nm", "count"}
    without = known("particles", bar="absent", shape="spherical")
    assert without.numbers.keys() == {"count"} and without.pixel_sizes is None
    assert known("powder", shape="clumped").numbers.keys() == {"size_nm"}
    assert not known("tips").numbers and not known("porous_sponge", shape="labyrinth").numbers


@pytest.mark.parametrize("size", ["small", "medium", "large"])
@pytest.mark.parametrize("index", range(3))
def test_the_diameter_of_spheres_is_that_of_the_drawing(size, index):
    middle = {"small": 0.0125, "medium": 0.027, "large": 0.052}[size]
    facts = {"shape": "spherical", "size": size, "uniformity": "uniform", "coverage": "sparse"}
    picture = known("particles", index, **facts)
    shares = picture.numbers["size_nm"] / (picture.pixel_sizes[0] * SIDE)
    assert shares == pytest.approx(2 * middle, rel=0.16)


def test_what_is_measured_in_a_clear_drawing_is_what_is_known_of_it():
    facts = {"shape": "spherical", "uniformity": "uniform", "contact": "separate", "arrangement": "random"}
    facts |= {"coverage": "sparse", "background": "dark", "contrast": "high", "focus": "sharp", "charging": "none"}
    errors = []
    for index in range(8):
        picture = known("particles", index, size="large", phases="one", **facts)
        measured = structures(picture.picture)
        errors.append(measured.diameter * picture.pixel_sizes[0] / picture.numbers["size_nm"])
        assert measured.number == pytest.approx(picture.numbers["count"], rel=0.35)
    assert np.median(errors) == pytest.approx(1, abs=0.2)


def test_a_wider_drawing_shows_more_and_its_pixels_are_as_the_bar_says():
    shown = Scene(0, 0, tuple((dict(scene(0, 0, "particles").facts) | {"bar": "short", "shape": "spherical"}).items()))
    square, wide = drawn(shown, (SIDE, SIDE)), drawn(shown, (SIDE, round(1.4 * SIDE)))
    assert wide.numbers["count"] > square.numbers["count"]
    assert wide.pixel_sizes[0] * 1.4 == wide.pixel_sizes[1] * 1.4 == pytest.approx(square.pixel_sizes[0])


@pytest.fixture(scope="module")
def dataset():
    return open_dataset(Registry(), "synthetic", {"synthetic": {"size": 40, "balanced": True}}, 64, NoProgress())


def test_a_drawn_dataset_knows_numbers_and_scales(dataset):
    pictures, numbers = dataset.load(), [dataset.numbers(position) for position in range(40)]
    scaled = np.isfinite(pictures.pixel_sizes).all(1)
    assert any(numbers) and pictures.pixel_sizes.shape == (40, 2)
    for position, own in enumerate(numbers):
        assert ("size_nm" not in own) or scaled[position]
        assert scaled[position] == (dataset.facts(position)["bar"] != "absent")
    assert np.array_equal(pictures.take(np.array([3, 1])).pixel_sizes, pictures.pixel_sizes[[3, 1]], equal_nan=True)


def test_a_teacher_states_numbers_only_if_it_is_the_one_that_does(dataset):
    plain, stating = (
        open_teacher(Registry(), name, {}, 0).records(dataset) for name in ("scripted", "scripted-numbers")
    )
    assert [record.numbers for record in plain] == [record.numbers for record in stating]
    for before, after in zip(plain, stating, strict=True):
        assert (before.answer != after.answer) == bool(after.numbers)
        assert after.facts == before.facts or "cannot be told" in before.answer
        assert after.answer.startswith(before.answer) or "cannot be told" in before.answer
        assert after.question in (SIZE_QUESTION, DISTRIBUTION_QUESTION) or not after.numbers


def test_a_teacher_may_state_sizes_as_shares_of_the_side_and_ask_only_for_numbers(dataset):
    settings = {"scripted-numbers": {"unit": "side", "questions": "numbers"}}
    plain, other = (open_teacher(Registry(), "scripted-numbers", given, 0) for given in ({}, settings))
    records = other.records(dataset)
    assert len(records) == 80 and {record.question for record in records} == {SIZE_QUESTION, DISTRIBUTION_QUESTION}
    assert plain.identity() != other.identity()
    pictures = dataset.load()
    places = {name: place for place, name in enumerate(pictures.ids)}
    sized = [record for record in records if dict(record.numbers).get("size_nm")]
    for record in sized:
        stated = stated_size(record.answer, side(pictures, places[record.picture]))
        assert stated == pytest.approx(dict(record.numbers)["size_nm"], rel=0.05)
        assert stated_size(record.answer) is None
    assert sized


def test_an_answer_that_states_a_number_does_not_say_that_it_cannot_be_told():
    settings = {"synthetic": {"size": 40, "balanced": True, "look": "varied"}}
    varied = open_dataset(Registry(), "synthetic", settings, 64, NoProgress())
    records = open_teacher(Registry(), "scripted-numbers", {}, 0).records(varied)
    stating = [record for record in records if record.numbers]
    assert stating and not any("cannot be told" in record.answer or record.facts for record in stating)
    refusing = [record for record in records if record.question == SIZE_QUESTION and not record.numbers]
    assert refusing and all("cannot be told" in record.answer for record in refusing)


def test_a_share_of_the_side_counts_by_the_scale_of_its_picture():
    posed = asked(("size_nm", 12.8), ("size_nm", 12.8))  # 64 pixels of 2 nm
    answers = ["About 10 % of the picture's side.", "About 20 % of the picture's side."]
    assert Sizing().score(answers, posed, posed).metrics["size_within_20"][0] == 0.5
    unknown = replace(posed, micrographs=replace(posed.micrographs, pixel_sizes=None))
    assert Sizing().score(answers, unknown, unknown).metrics["size_unstated"][0] == 1


def test_a_prompt_states_the_field_of_view_where_it_is_known():
    sizes = np.array([[2.0, 20.0], [np.nan, np.nan]])
    pictures = Micrographs(
        np.zeros((2, 64, 64), np.uint8), np.arange(2), ("a", "b"), np.zeros(2, int), ("x",), pixel_sizes=sizes
    )
    assert fields_of_view(pictures) == ("The picture is 1.3 µm wide and 130 nm high.", "")
    assert fields_of_view(replace(pictures, pixel_sizes=None)) == ("", "")
    posed = replace(asked(("size_nm", 1.0), ("size_nm", 1.0)), scales=fields_of_view(pictures))
    assert posed.context(0) == "of particles The picture is 1.3 µm wide and 130 nm high."
    assert posed.context(1) == "of particles" and posed.context(1, captioned=False) == ""
    assert posed.unanswered().take([0]).context(0, captioned=False).startswith("The picture is")


@pytest.mark.parametrize("scale", ["stated", "withheld"])
def test_a_model_is_asked_with_the_scale_if_the_protocol_states_it(scale):
    from bench.config.loading import load_config
    from bench.stages.materials import instructions_of

    config, _ = load_config("demo", [f"scale={scale}"])
    posed = asked(("size_nm", 1.0))
    about = instructions_of(posed.micrographs, posed.records, posed.captions, (), config)
    assert ("128 nm" in about.context(0) or "130 nm" in about.context(0)) == (scale == "stated")


def asked(*numbers, captions=None):
    """Questions with these numbers as references, one picture each; a size in nanometres, or a count."""
    ids = tuple(f"p{place}" for place in range(len(numbers)))
    pixels = np.zeros((len(ids), 64, 64), np.uint8)
    labels = np.zeros(len(ids), int)
    scale = np.full((len(ids), 2), 2.0)
    pictures = Micrographs(pixels, np.arange(len(ids)), ids, labels, ("particles",), pixel_sizes=scale)
    records = tuple(
        InstructionRecord(
            name, name, 3, SIZE_QUESTION if kind == "size_nm" else DISTRIBUTION_QUESTION, "", (), "", ((kind, number),)
        )
        for name, (kind, number) in zip(ids, numbers, strict=True)
    )
    return Instructions(pictures, records, np.arange(len(ids)), captions or ("of particles",) * len(ids))


def test_answers_are_scored_by_relative_error_and_refusals_counted_apart():
    posed = asked(*[("size_nm", 100.0)] * 4, ("count", 10.0), ("count", 10.0))
    answers = ["120 nm", "0.2 µm", "It cannot be told.", "81 nm", "8 particles", "13"]
    scores = Sizing().score(answers, posed, posed)
    metrics = {name: value for name, (value, _) in scores.metrics.items()}
    assert metrics["size_within_20"] == 0.5 and metrics["size_unstated"] == 0.25
    assert metrics["size_log_error"] == pytest.approx(np.log(100 / 81))
    assert metrics["count_within_20"] == 0.5 and metrics["count_unstated"] == 0
    assert metrics["count_log_error"] == pytest.approx((np.log(10 / 8) + np.log(1.3)) / 2)
    assert scores.over["size_log_error"] == 3 and scores.over["count_within_20"] == 2
    assert scores.items[2]["size_unstated"] == 1 and scores.items[4]["size_nm"] is None


def test_a_number_that_nobody_states_leaves_no_log_error():
    posed = asked(("size_nm", 100.0))
    assert "size_log_error" not in Sizing().score(["unknown"], posed, posed).metrics


def test_none_counted_is_half_of_one():
    posed = asked(("count", 5.0))
    assert Sizing().score(["No particles."], posed, posed).metrics["count_log_error"][0] == pytest.approx(np.log(10))


def test_questions_without_a_known_number_are_not_posed():
    posed = asked(("size_nm", 100.0), ("count", 10.0))
    bare = replace(posed, records=(posed.records[0], replace(posed.records[1], numbers=())))
    assert [record.id for record in Sizing().pose(bare).records] == ["p0"]
    with pytest.raises(BenchError, match="no size and no count .* size_nm or count"):
        Sizing().pose(replace(bare, records=(bare.records[1],), pictures=bare.pictures[1:]))


def test_models_see_no_numbers_and_the_untaught_are_told_to_state_one():
    posed = asked(("size_nm", 100.0), ("count", 10.0))
    assert not any(record.numbers for record in posed.unanswered().records)
    size, count = (record.question for record in Sizing().explained(posed).records)
    assert size.startswith(SIZE_QUESTION) and "in nm or µm" in size and "how many" in count


def test_the_oracle_is_right_and_read_back():
    posed = asked(("size_nm", 1234.0), ("size_nm", 0.9), ("count", 1.0), ("count", 807.0))
    metrics = Sizing().score(truth(posed), posed, posed).metrics
    assert metrics["size_within_20"][0] == metrics["count_within_20"][0] == 1


def test_the_median_is_that_of_the_category_in_training(tmp_path):
    train = asked(*[("size_nm", nm) for nm in (10.0, 20.0, 60.0, 900.0, 1000.0)], captions=("a",) * 3 + ("b",) * 2)
    control = Median(None)
    control.fit(train, train)
    control.save(tmp_path)
    asking = asked(*[("size_nm", 1.0)] * 3, ("count", 1.0), captions=("a", "b", "", "a")).unanswered()
    answers = Median.load(tmp_path, None).answer(asking)
    assert answers == ["About 20 nm.", "About 950 nm.", "About 60 nm.", "No number is known."]


def discs(places, radius=9, side=128):
    """A picture of bright discs."""
    down, right = np.mgrid[:side, :side]
    picture = np.full((side, side), 40, np.uint8)
    for y, x in places:
        picture[(down - y) ** 2 + (right - x) ** 2 <= radius**2] = 200
    return picture


def test_discs_are_counted_and_measured_also_where_they_touch_or_are_cut():
    apart = structures(discs([(30, 30), (30, 90), (90, 60)]))
    assert apart.number == 3 and apart.diameter == pytest.approx(18, rel=0.08)
    touching = structures(discs([(30, 30), (30, 47), (90, 60)]))
    assert touching.number == 3 and touching.diameter == pytest.approx(18, rel=0.1)
    assert structures(255 - discs([(30, 30), (90, 60)])).number == 2
    cut = structures(discs([(0, 64), (64, 64)]))
    assert cut.number == 2 and cut.diameter == pytest.approx(18, rel=0.08)


def test_lines_are_as_wide_as_across():
    picture = np.full((128, 128), 40, np.uint8)
    picture[30:38], picture[80:88] = 200, 200
    measured = structures(picture)
    assert measured.number == 2 and measured.diameter == pytest.approx(8, rel=0.25)


def test_fibres_side_by_side_are_as_wide_as_the_gaps_between_them_are_apart():
    across = np.arange(160) % 32
    picture = np.broadcast_to(np.where(across < 4, 20, 150 + 2 * across), (160, 160)).astype(np.uint8)
    for shown in (picture, picture.T):
        assert structures(shown, "fibre").diameter == pytest.approx(32, rel=0.05)
        assert structures(shown, "fibre").number == 5


def test_a_caption_tells_what_structures_are_taken_for():
    assert [_form(f"of {name}") for name in ("fibres", "nanowires", "particles")] == ["fibre", "wire", "grain"]
    assert _form("") is None


def test_nothing_stands_out_of_a_blank_picture():
    assert structures(np.full((64, 64), 90, np.uint8)) == (None, 0)


@pytest.mark.parametrize(("high", "wide", "size"), [(2.0, 2.0, 36), (1.0, 2.0, 18 * 2**0.5)])
def test_the_measurement_is_in_nanometres_whatever_the_shape_of_pixels(high, wide, size):
    posed = asked(("size_nm", 1.0), ("count", 1.0), captions=("",) * 2)
    pixels = np.stack([discs([(30, 30), (90, 60)])] * 2)
    pictures = replace(posed.micrographs, pixels=pixels, pixel_sizes=np.array([[high, wide]] * 2))
    context = SimpleNamespace()
    answers = Measured(context).answer(replace(posed, micrographs=pictures).unanswered())
    scores = Sizing().score(
        answers,
        replace(posed, records=(replace(posed.records[0], numbers=(("size_nm", size),)), posed.records[1])),
        posed,
    )
    assert scores.items[0]["size_stated"] == pytest.approx(size, rel=0.1) and scores.items[1]["count_stated"] == 2


def test_without_a_scale_only_the_count_is_measured():
    posed = asked(("size_nm", 1.0), ("count", 1.0))
    pictures = replace(posed.micrographs, pixels=np.stack([discs([(30, 30)])] * 2), pixel_sizes=None)
    size, count = Measured(None).answer(replace(posed, micrographs=pictures))
    assert size == "The size cannot be measured." and count == "There are 1 of them."


def test_drawn_pictures_are_measured_scored_and_shown_beside_the_controls(bench, tmp_path):
    options = ("--records", "scripted-numbers", "--set", "synthetic.size=60", "--set", "k=3", "--set", "image_size=64")
    code, out, err = bench("run", "--task", "sizing", "--models", "measured,median,oracle", *options)
    assert code == 0, err
    code, out, _ = bench("table", "sizing")
    assert code == 0
    lines = {line.split("|")[1].strip().rstrip("¹"): line for line in out.splitlines() if line.startswith("|")}
    assert "1.000" in lines["Oracle"] and {"Image processing", "Median"} <= lines.keys()


def test_a_model_taught_on_drawings_is_asked_about_ones_own_pictures_of_the_same_categories(bench, tmp_path):
    for category, shade in (("fibres", 60), ("particles", 90)):
        (tmp_path / "mine" / category).mkdir(parents=True)
        for number in range(2):
            picture = discs([(30, 30 + 20 * number), (90, 60)]) + np.uint8(shade - 60)
            Image.fromarray(picture).save(tmp_path / "mine" / category / f"{number}.png")
    options = ("--set", "synthetic.size=40", "--set", "k=2", "--set", "image_size=64", "--set", "folds=0")
    mine = f"folder:{tmp_path / 'mine'}"
    code, _, err = bench("run", "--task", "vqa", "--models", "majority,oracle", "--test-dataset", mine, *options)
    assert code == 0, err
    code, out, _ = bench("table", "1")
    assert code == 0 and "mine" in out
    code, _, err = bench("run", "--task", "sizing", "--models", "median", "--test-dataset", mine, *options)
    assert code == 1 and "no size and no count of these 4 pictures is known" in err


@pytest.fixture
def noted(tmp_path):
    """Make a folder of discs, with a file of labels of these lines; return the folder and the file."""

    def make(*lines):
        (tmp_path / "mine").mkdir()
        for number in range(4):
            Image.fromarray(discs([(30, 30 + 8 * number), (90, 60)])).save(tmp_path / "mine" / f"{number}.png")
        labels = tmp_path / "labels.csv"
        labels.write_text("\n".join(["path,category,size_nm,count,pixel_size_nm", *lines]))
        return f"folder:{tmp_path / 'mine'}", str(labels)

    return make


LINES = ('0.png,a,"36,5",2,2.0', "1.png,a,,2,", "2.png,b,40,,2.5", "3.png,b,,,")


def test_a_file_of_labels_says_sizes_counts_and_scales(noted):
    folder, labels = noted(*LINES)
    own = open_dataset(Registry(), folder, {"folder:": {"labels": labels}}, 64, NoProgress())
    assert [own.numbers(position) for position in range(4)] == [
        {"size_nm": 36.5, "count": 2.0},
        {"count": 2.0},
        {"size_nm": 40.0},
        {},
    ]
    sizes = own.load().pixel_sizes  # the pictures of 128 pixels are shown with 64
    assert sizes[0].tolist() == [4.0, 4.0] and sizes[2].tolist() == [5.0, 5.0] and np.isnan(sizes[[1, 3]]).all()
    assert [(entry["pixel_size_nm"], entry["scale_source"]) for entry in own.files()][2] == (2.5, "labels")


def test_other_numbers_are_other_data(noted, tmp_path):
    folder, labels = noted(*LINES)
    before = open_dataset(Registry(), folder, {"folder:": {"labels": labels}}, 64, NoProgress()).identity()
    other = tmp_path / "other.csv"
    other.write_text((tmp_path / "labels.csv").read_text().replace("40", "41"))
    after = open_dataset(Registry(), folder, {"folder:": {"labels": str(other)}}, 64, NoProgress()).identity()
    assert before["numbers"] != after["numbers"]


@pytest.mark.parametrize("size", ["36 nm", "-3", "0", "nan", "1e999"])
def test_a_number_in_a_file_of_labels_that_is_none_is_refused(size, noted):
    folder, labels = noted(f"0.png,a,{size},,", *LINES[1:])
    with pytest.raises(BenchError, match="about '0.png': size_nm .* is no positive number; write one, such as 412"):
        open_dataset(Registry(), folder, {"folder:": {"labels": labels}}, 64, NoProgress()).identity()


def test_pictures_of_ones_own_are_measured_in_nanometres_and_shown_in_a_table(noted, bench):
    folder, labels = noted(*LINES)
    options = ("--set", "k=2", "--set", "folds=all", "--set", "image_size=128")
    code, _, err = bench(
        "run", "--task", "sizing", "--models", "measured", "--dataset", folder, "--labels", labels, *options
    )
    assert code == 0, err
    code, out, _ = bench("table", "sizing", "--format", "json")
    cells = json.loads(out)
    assert code == 0 and "size within 20 %" in str(cells)
