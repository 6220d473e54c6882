"""The varied look: every specimen of the catalogue is drawn, varies, and claims only what holds."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from bench.tasks.datasets.synthetic.bodies import polygons
from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.databar import STEPS
from bench.tasks.datasets.synthetic.dataset import Synthetic
from bench.tasks.datasets.synthetic.drawing import draw, drawn
from bench.tasks.datasets.synthetic.scene import GEOMETRY, Scene, generator, scene
from bench.tasks.datasets.synthetic.specimens.camera import native
from bench.tasks.datasets.synthetic.specimens.captions import captioned, floating
from bench.tasks.datasets.synthetic.specimens.catalogue import CATALOGUE, varied_scene
from bench.tasks.datasets.synthetic.specimens.strokes import stroked
from bench.tasks.facts import CATEGORIES, SHAPES
from bench.tasks.teachers.scripted import ScriptedTeacher
from bench.terminal.progress import NoProgress

GOLDEN = Path(__file__).parent / "golden"
RECORDS = {
    "plain": "e07af439acc88c0469d72b819b2e272b9b7bc09285870119acd6eb591ea22ef5",
    "varied": "139070f03adc7935791f15a1cdd48d5a92c11578f0386bf169a840b9add45611",
}
"""The digests of what the scripted teacher says of the pictures of ``build`` in each look."""
DRAWN = [
    pytest.param(category, number, id=f"{category}-{specimen.drawer.__name__}")
    for category, specimens in CATALOGUE.items()
    for number, specimen in enumerate(specimens)
    if specimen.drawer
]


def build(**settings):
    return Synthetic("", 64, NoProgress(), size=40, seed=5, balanced=True, **settings)


def test_every_category_has_specimens_of_its_own_and_of_the_plain_look():
    assert tuple(CATALOGUE) == CATEGORIES
    for category, specimens in CATALOGUE.items():
        assert {each.shape for each in specimens if each.drawer is None} == set(SHAPES[category])
        assert {each.shape for each in specimens} <= {"", *SHAPES[category]}
        assert sum(each.drawer is not None for each in specimens) >= 3


@pytest.mark.parametrize(("category", "number"), DRAWN)
def test_every_specimen_is_no_blank_and_differs_from_picture_to_picture(category, number):
    drawer, shown = CATALOGUE[category][number].drawer, []
    for index in range(3):
        one = Scene(3, index, (("category", category),), number)
        canvas = Canvas((48, 64))
        drawer(canvas, one, one.stream(GEOMETRY))
        assert np.isfinite(canvas.z).all() and np.isfinite(canvas.albedo).all()
        assert canvas.z.dtype == canvas.albedo.dtype == np.float32
        shown.append(draw(one, (40, 40)))
        assert shown[-1].shape == (40, 40) and shown[-1].dtype == np.uint8 and shown[-1].std() > 1
    assert not np.array_equal(shown[0], shown[1]) and not np.array_equal(shown[1], shown[2])


TRACED = [
    ("soft_cells", 1.0, 2),
    ("microbes", 1.0, 4),
    ("broken_grains", 1.0, 4),
    ("pinholes", 1.0, 4),
    ("dried_mud", 1.0, 2),
    ("specks", 1.0, 4),
    ("packed_balls", 1.0, 8),
    ("bodies_alone", 1.0, 1),
    ("agglomerates", 1.0, 8),
    ("cubes", 1.0, 4),
    ("drops", 1.0, 4),
    ("dot_array", 1.0, 4),
    ("open_foam", 1.0, 4),
    ("beaded", 1.0, 4),
    ("clumps", 0.93, 2),
    ("loose_grains", 1.0, 8),
]
"""Specimens of compact bodies, how large these look beside their diameter, and the fewest that are whole in five."""


def traced(name, index, shape=(320, 320)):
    """The structures of a specimen's drawing."""
    category, number = next(each.values for each in DRAWN if each.id.endswith(f"-{name}"))
    one, canvas = Scene(3, index, (("category", category),), number), Canvas(shape)
    return CATALOGUE[category][number].drawer(canvas, one, one.stream(GEOMETRY))


@pytest.mark.parametrize(("name", "ratio", "fewest"), TRACED)
def test_the_diameter_of_a_compact_structure_is_that_of_the_circle_as_large_as_it_is_painted(name, ratio, fewest):
    ratios = []
    for index in range(5):
        item, diameters, _ = traced(name, index)
        area = np.bincount(item.ravel(), minlength=len(diameters) + 1)[1:]
        cut = np.unique(np.concatenate([item[0], item[-1], item[:, 0], item[:, -1]]))
        expected = np.pi / 4 * (diameters * len(item)) ** 2
        whole = (area > 0.6 * expected) & (expected > 60)
        whole[cut[cut > 0] - 1] = False
        ratios += np.sqrt(area[whole] / expected[whole]).tolist()
    assert len(ratios) >= fewest and np.median(ratios) == pytest.approx(ratio, abs=0.09)


def test_the_diameter_of_a_long_structure_is_its_width():
    """Of parallel lines and fibres: the distance to the outline along the middle is half a width."""
    for name in ("crossing", "bundle", "gratings"):
        ratios = []
        for index in range(5):
            item, diameters, _ = traced(name, index, (400, 400))
            for number in np.argsort(-np.bincount(item.ravel(), minlength=len(diameters) + 1)[1:])[:3]:
                inside = np.pad(item == number + 1, 1, mode="edge")
                ratios.append(2 * ndimage.distance_transform_edt(inside).max() / (diameters[number] * 400))
        assert np.median(ratios) == pytest.approx(1, abs=0.2), name


def test_the_pieces_of_a_wire_are_one_structure_as_wide_as_a_wire_is_on_average():
    canvas = Canvas((200, 200))
    lines = np.array([[[0.1, 0.3], [0.5, 0.3], [0.9, 0.3]], [[0.1, 0.6], [0.5, 0.6], [0.9, 0.6]]])
    item, diameters, countable = stroked(canvas, lines, np.array([0.02, 0.04]), np.full(2, 0.5), thin=0.5)
    assert set(np.unique(item)) == {0, 1, 2} and countable
    assert diameters == pytest.approx([0.03, 0.06])
    assert (item == 2).sum() / (0.8 * 200) == pytest.approx(0.06 * 200, rel=0.2)


def test_sizes_and_counts_of_varied_pictures_are_known_where_there_are_bodies():
    numbers = {
        each.id: [
            drawn(Scene(3, index, (("category", each.values[0]),), each.values[1]), (64, 64)) for index in range(4)
        ]
        for each in DRAWN
    }
    counted = {name for name, all_drawn in numbers.items() if any("count" in each.numbers for each in all_drawn)}
    sized = {name for name, all_drawn in numbers.items() if any("size_nm" in each.numbers for each in all_drawn)}
    assert {"particles-specks", "nanowires-forest", "fibres-bundle", "porous_sponge-open_foam"} <= counted & sized
    assert "powder-loose_grains" in sized - counted and "fibres-knitted" in sized - counted
    assert not {"tips-needle", "porous_sponge-network", "mems_devices_electrodes-dies"} & (counted | sized)
    for all_drawn in numbers.values():
        assert all("size_nm" not in each.numbers for each in all_drawn if each.pixel_sizes is None)


def test_the_scale_of_a_varied_picture_is_that_of_the_bar_that_is_drawn():
    """Seen in the bar alone: the line of a floating bar, in pixels, stands for what its label says."""
    for number in range(12):
        written = floating(number)
        line = np.asarray(written.image)[round(0.66 * written.image.height)]
        ink = np.flatnonzero(np.abs(line.astype(int) - int(line[-1])) > 100)
        long = ink[ink < 0.2 * len(line)].max() - ink.min()
        assert any(long / len(line) * written.field == pytest.approx(step, rel=0.04) for step in STEPS), (
            number,
            long,
            written.field,
        )


def test_a_squeezed_picture_has_pixels_that_are_not_square():
    one = next(
        each
        for each in (varied_scene(1, index, "particles") for index in range(200))
        if native(each, (96, 96))[1] > 1.3 * native(each, (96, 96))[0] and drawn(each, (96, 96)).pixel_sizes
    )
    high, wide = drawn(one, (96, 96)).pixel_sizes
    rows, columns = native(one, (96, 96))
    assert wide / high == pytest.approx(columns / rows)


def test_every_specimen_is_drawn_in_its_share():
    for category, specimens in CATALOGUE.items():
        counts = np.bincount([varied_scene(1, index, category).specimen for index in range(1500)])
        weights = np.array([each.weight for each in specimens])
        assert counts / 1500 == pytest.approx(weights / weights.sum(), abs=0.05)


def test_the_look_changes_the_pictures_and_the_identity_and_not_the_categories():
    plain, varied = build(), build(look="varied")
    assert np.array_equal(plain.labels(), varied.labels()) and plain.identity() != varied.identity()
    assert not np.array_equal(plain.draw(0, (64, 64)), varied.draw(0, (64, 64)))
    assert np.array_equal(build(look="varied").draw(3, (64, 64)), varied.draw(3, (64, 64)))


@pytest.mark.parametrize("look", ["plain", "varied"])
def test_what_is_known_of_drawings_moves_no_pixel_and_no_record(look):
    """A few pictures, four by four pixels averaged, and the digest of all that the scripted teacher says of them."""
    dataset = build(look=look)
    shown = np.stack([dataset.draw(position, (64, 64)) for position in range(16)])
    coarse = shown.reshape(16, 16, 4, 16, 4).mean((2, 4)).reshape(16, 256)
    before = np.asarray(Image.open(GOLDEN / f"drawn-{look}.png")).astype(float)
    assert np.abs(coarse - before).max() < 1.5
    texts = [(each.id, each.question, each.answer, each.facts) for each in ScriptedTeacher("", 0).records(dataset)]
    assert hashlib.sha256(json.dumps(texts).encode()).hexdigest() == RECORDS[look]


def test_a_plain_scene_has_no_specimen_and_its_lengths_are_not_magnified():
    for category in CATEGORIES:
        one = scene(3, 1, category)
        assert one.specimen is None and one.magnification == 1 and one.certain == one.facts


def test_of_a_varied_picture_only_category_and_shape_are_claimed():
    varied = build(look="varied")
    kinds = {kind for position in range(40) for kind in varied.facts(position)}
    assert kinds == {"category", "shape"}
    for position in range(40):
        facts = varied.facts(position)
        assert facts.get("shape", "") in ("", *SHAPES[facts["category"]])
    assert len(build().facts(0)) > 5


def test_brightness_and_contrast_vary_more_than_in_the_plain_look():
    def spread(look):
        dataset = build(look=look)
        shown = np.stack([dataset.draw(position, (48, 48)) for position in range(40)]).astype(float)
        return shown.mean((1, 2)).std(), np.log(shown.std((1, 2))).std()

    plain, varied = spread("plain"), spread("varied")
    assert varied[0] > 1.2 * plain[0] and varied[1] > plain[1]


def test_pictures_are_drawn_in_other_proportions_and_finenesses_and_squeezed():
    shapes = [native(varied_scene(1, index, "tips"), (96, 96)) for index in range(200)]
    ratios = np.array([width / height for height, width in shapes])
    assert 0.4 < np.mean(np.isclose(ratios, 4 / 3, atol=0.02)) < 0.85 and ratios.min() >= 1 and ratios.max() <= 1.52
    assert min(shapes)[0] < 80 and max(shapes)[0] > 140


def test_a_bar_floats_stands_at_the_border_or_is_absent():
    places = []
    for index in range(200):
        picture = np.full((120, 160), 100, np.uint8)
        caption = captioned(picture, generator(index))
        assert caption is None or (picture[caption.rows, caption.columns] != 100).mean() > 0.9
        rows = (picture != 100).mean(1) > 0.9
        places.append("none" if not rows.any() else "border" if rows[-1] else "floating")
    shares = {place: places.count(place) / 200 for place in set(places)}
    assert shares["floating"] > 0.4 and shares["border"] > 0.1 and shares["none"] > 0.1


def test_a_field_may_happen_to_show_no_body():
    canvas = Canvas((20, 20))
    assert (polygons(canvas, np.full((3, 4, 2), 7.0)) == 0).all()
