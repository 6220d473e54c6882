import hashlib
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest

from bench.config import cores
from bench.contracts import Dataset
from bench.data.splits import fold
from bench.errors import BenchError
from bench.plugins.datasets import register_datasets
from bench.specs import resolve
from bench.tasks.datasets.synthetic import dataset as module
from bench.tasks.datasets.synthetic.dataset import Synthetic
from bench.tasks.datasets.synthetic.drawing import Drawing, draw
from bench.tasks.datasets.synthetic.priors import EVERYWHERE, SEM_COUNTS, kinds_of
from bench.tasks.datasets.synthetic.scene import GEOMETRY, Scene, category_counts, labels, scene
from bench.tasks.facts import CATEGORIES, KINDS, SHAPES
from bench.terminal.progress import NoProgress

SETTINGS = {"size": 40, "seed": 5, "balanced": False}


class Listener(NoProgress):
    def __init__(self):
        self.totals, self.done = [], []

    def start(self, what, total, done=0):
        self.totals.append(total)

    def advance(self, done, **figures):
        self.done.append(done)


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))


def build(image_size=64, progress=None, **settings) -> Synthetic:
    return Synthetic("", image_size, progress or NoProgress(), **{**SETTINGS, **settings})


def scenes(category, count=400, seed=11):
    return [scene(seed, index, category) for index in range(count)]


def sha(picture):
    return hashlib.sha256(picture.tobytes()).hexdigest()


def first(category, **wanted):
    """The first picture of a category whose scene shows these values."""
    every = (scene(11, index, category) for index in range(5000))
    found = (one for one in every if all(one.get(kind, "") == value for kind, value in wanted.items()))
    return draw(next(found), (112, 112)).astype(float)


def test_the_spec_builds_a_complete_dataset():
    specs = {}
    register_datasets(lambda spec: specs.__setitem__(spec.name, spec))
    built: Dataset = resolve(specs["synthetic"].builds)("", 224, NoProgress())
    assert (built.name, built.categories, len(built.labels()), built.set_aside()) == ("synthetic", CATEGORIES, 1200, ())
    assert built.caption(4) == "This image depicts a nanomaterial of the category nanowires."


def test_pictures_are_the_same_in_any_order_and_in_another_process():
    order = [(index, category) for index, category in enumerate(CATEGORIES)]
    here = {index: sha(draw(scene(3, index, category), (96, 96))) for index, category in reversed(order)}
    code = (
        "import hashlib\n"
        "from bench.tasks.datasets.synthetic.drawing import draw\n"
        "from bench.tasks.datasets.synthetic.scene import scene\n"
        f"for i, c in {order!r}: print(hashlib.sha256(draw(scene(3, i, c), (96, 96)).tobytes()).hexdigest())"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert there == [here[index] for index in range(len(order))]


def test_a_picture_depends_on_seed_and_index():
    base = sha(draw(scene(3, 0, "particles"), (64, 64)))
    assert sha(draw(scene(4, 0, "particles"), (64, 64))) != base
    assert sha(draw(scene(3, 1, "particles"), (64, 64))) != base
    facts = scene(3, 0, "particles").facts
    places = [Scene(*key, facts).stream(GEOMETRY).random() for key in ((3, 0), (3, 1), (4, 0))]
    assert len(set(places)) == 3


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_same_scene_at_two_sizes_shows_the_same_picture(category):
    shown = next(one for one in scenes(category) if one["focus"] == "blurred" and one["contrast"] == "high")
    small, large = draw(shown, (160, 160)).astype(float), draw(shown, (320, 320)).astype(float)
    reduced = large.reshape(160, 2, 160, 2).mean((1, 3))
    assert np.corrcoef(small.ravel(), reduced.ravel())[0, 1] > 0.75


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_shows_every_allowed_shape_and_value(category):
    seen = defaultdict(set)
    for one in scenes(category):
        shown = dict(one.facts)
        assert list(shown)[:2] == ["category", "shape"] and shown["category"] == category
        assert all(value in KINDS[kind] for kind, value in shown.items())
        assert set(shown) == {"category", "shape", *kinds_of(category, shown["shape"])}
        for kind, value in shown.items():
            seen[shown["shape"], kind].add(value)
    assert {shape for shape, _ in seen} == set(SHAPES[category])
    for shape in SHAPES[category]:
        for kind, weights in kinds_of(category, shape).items():
            assert seen[shape, kind] == set(weights) and len(weights) > 1


def test_every_kind_of_the_vocabulary_is_shown_somewhere():
    shown = {kind: set() for kind in KINDS}
    for category in CATEGORIES:
        for one in scenes(category):
            for kind, value in one.facts:
                shown[kind].add(value)
    assert shown == {kind: set(values) for kind, values in KINDS.items()}


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_shape_draws_at_the_demanded_size_and_is_no_blank(category):
    for shape in SHAPES[category]:
        shown = next(one for one in scenes(category) if one["shape"] == shape and one["contrast"] == "high")
        picture = draw(shown, (80, 80))
        assert picture.shape == (80, 80) and picture.dtype == np.uint8
        assert picture[:70].std() > 4


def test_the_instrument_tells_nothing_of_the_category():
    drawn = {category: scenes(category, 1000) for category in CATEGORIES}
    for kind, weights in EVERYWHERE.items():
        for category in CATEGORIES:
            rates = Counter(one[kind] for one in drawn[category])
            for value, weight in weights.items():
                assert rates[value] / 1000 == pytest.approx(weight, abs=0.06), (kind, category)


def test_the_data_bar_stands_where_the_facts_say():
    for category in CATEGORIES:
        plain = {"contrast": "low", "charging": "none"}
        pictures = [first(category, bar=value, **plain)[-20:] for value in ("absent", "short", "long")]
        rows = [(np.isin(picture, (0, 255)).mean(1) > 0.4).sum() for picture in pictures]
        assert rows[0] == 0 and min(rows[1:]) >= 8, category


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_wider_picture_shows_the_same_scene_and_more_at_both_sides(category):
    plain = {"contrast": "high", "bar": "absent", "charging": "none", "focus": "blurred"}
    shown = next(one for one in scenes(category, 5000) if all(one[kind] == value for kind, value in plain.items()))
    square, wide = draw(shown, (96, 96)).astype(float), draw(shown, (96, 128)).astype(float)
    assert wide.shape == (96, 128)
    middle = wide[:, 16:112]
    assert np.corrcoef(square.ravel(), middle.ravel())[0, 1] > 0.85
    assert np.abs(np.diff(wide, axis=1)).mean() > 0.5 * np.abs(np.diff(square, axis=1)).mean()


def test_facts_can_be_measured_in_the_pictures():
    plain = {"contrast": "high", "focus": "sharp", "charging": "none", "bar": "absent"}
    dark = {**plain, "phases": "one", "background": "dark", "shape": "spherical", "uniformity": "uniform"}
    cover = []
    for value in ("sparse", "moderate", "dense"):
        picture = first("particles", **dark, coverage=value)
        cover.append(np.mean(picture > np.percentile(picture, 25) + 30))
    assert cover == sorted(cover) and cover[2] > 2 * cover[0]
    down, right = np.gradient(first("patterned_surface", **plain, shape="lines", direction="vertical", defect="none"))
    assert np.abs(right).mean() > 2 * np.abs(down).mean()
    both = {key: value for key, value in plain.items() if key != "contrast"}
    low, high = (first("patterned_surface", **both, contrast=value, shape="lines").std() for value in ("low", "high"))
    assert high > 1.8 * low
    grounds = [np.median(first("tips", **plain, background=value)) for value in ("dark", "bright")]
    assert grounds[1] > 70 + grounds[0]


def test_frequencies_follow_the_sem_dataset_above_a_floor():
    counts = category_counts(1200, balanced=False)
    assert sum(counts.values()) == 1200 and tuple(counts) == CATEGORIES
    assert [counts[name] for name in ("fibres", "porous_sponge", "films_coated_surface")] == [20, 20, 20]
    free = {name: count for name, count in counts.items() if count > 20}
    shares = {name: SEM_COUNTS[name] / count for name, count in free.items()}
    assert max(shares.values()) == pytest.approx(min(shares.values()), rel=0.03)
    assert dict(category_counts(sum(SEM_COUNTS.values()), balanced=False)) == dict(SEM_COUNTS)


def test_balanced_gives_every_category_as_many():
    assert set(category_counts(1200, balanced=True).values()) == {120}
    assert set(category_counts(1205, balanced=True).values()) == {120, 121}


@pytest.mark.parametrize("size", [20, 37, 100, 240, 999])
def test_the_floor_never_changes_the_size(size):
    counts = category_counts(size, balanced=False)
    assert sum(counts.values()) == size and min(counts.values()) >= min(20, size // 20)


def test_every_fold_and_its_validation_hold_every_category():
    drawn = labels(0, 1200, balanced=False)
    for index in range(10):
        for side in fold(drawn, 10, index, 0, 0.1):
            assert set(drawn[side]) == set(range(10))


def test_labels_depend_on_seed_size_and_balance():
    base = labels(0, 300, balanced=False)
    assert np.array_equal(base, labels(0, 300, balanced=False))
    assert not np.array_equal(base, labels(1, 300, balanced=False))
    assert not np.array_equal(base, labels(0, 300, balanced=True))


def test_loaded_pictures_are_those_of_their_scenes():
    built = build()
    micrographs = built.load()
    assert micrographs.pixels.shape == (40, 64, 64) and isinstance(micrographs.pixels, np.memmap)
    assert micrographs.ids[12] == "synthetic-000012" and len(set(micrographs.ids)) == 40
    for position in (0, 17, 39):
        facts = built.facts(position)
        assert facts["category"] == CATEGORIES[micrographs.labels[position]]
        assert dict(built.scene(position).facts) == facts
        assert np.array_equal(micrographs.pixels[position], draw(scene(5, position, facts["category"]), (64, 64)))


def test_the_cache_is_made_once_and_progress_is_told():
    told = Listener()
    build(progress=told).load()
    assert told.totals == [40] and told.done == [16, 32, 40]
    again = Listener()
    build(progress=again).load()
    assert again.totals == []
    build(progress=again, seed=6).load()
    assert again.totals == [40]


def test_several_processes_draw_what_one_draws(tmp_path, monkeypatch):
    alone = build().load()
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "another"))
    monkeypatch.setattr(module, "_WORTH_PROCESSES", 2)
    monkeypatch.setattr(cores, "usable", lambda: 2)
    # Who draws in this process now draws nothing.
    monkeypatch.setattr(module, "drawn", lambda shown, shape: Drawing(np.zeros(shape, np.uint8), {}, None))
    told = Listener()
    together = build(progress=told).load()
    assert alone.pixels.any() and np.array_equal(together.pixels, alone.pixels)
    assert told.done == [16, 32, 40]


def test_identity_and_facts_draw_nothing(monkeypatch):
    monkeypatch.setattr(module, "drawn", None)
    built = build()
    assert built.identity() == build().identity()
    assert built.facts(0) and len(built.labels()) == 40


@pytest.mark.parametrize("change", [{"size": 41}, {"seed": 6}, {"balanced": True}, {"image_size": 65}])
def test_identity_names_every_choice(change):
    assert build(**change).identity() != build().identity()


def test_identity_holds_the_generator_code():
    root = Path(module.__file__).parent
    needed = {path.stem for path in root.glob("*.py")} - {"__init__", "dataset"}
    assert {f"bench.tasks.datasets.synthetic.{name}" for name in needed} <= build().identity()["code"].keys()


@pytest.mark.parametrize("shape", [(15, 15), (100, 90), (100, 151), (6000, 8200)])
def test_a_shape_that_cannot_be_drawn_is_refused(shape):
    with pytest.raises(BenchError, match="try 1024x768"):
        build().draw(0, shape)


@pytest.mark.parametrize(("argument", "settings"), [("x", {}), ("", {"size": 19}), ("", {"seed": -1})])
def test_wrong_choices_are_one_sentence(argument, settings):
    with pytest.raises(BenchError, match="synthetic"):
        Synthetic(argument, 64, NoProgress(), **{**SETTINGS, **settings})
