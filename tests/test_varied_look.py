"""The varied look: every specimen of the catalogue is drawn, varies, and claims only what holds."""

import numpy as np
import pytest

from bench.tasks.datasets.synthetic.bodies import polygons
from bench.tasks.datasets.synthetic.canvas import Canvas
from bench.tasks.datasets.synthetic.dataset import Synthetic
from bench.tasks.datasets.synthetic.drawing import draw
from bench.tasks.datasets.synthetic.scene import GEOMETRY, Scene, generator, scene
from bench.tasks.datasets.synthetic.specimens.camera import native
from bench.tasks.datasets.synthetic.specimens.captions import captioned
from bench.tasks.datasets.synthetic.specimens.catalogue import CATALOGUE, varied_scene
from bench.tasks.facts import CATEGORIES, SHAPES
from bench.terminal.progress import NoProgress

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
        rows = (captioned(np.full((120, 160), 100, np.uint8), generator(index)) != 100).mean(1) > 0.9
        places.append("none" if not rows.any() else "border" if rows[-1] else "floating")
    shares = {place: places.count(place) / 200 for place in set(places)}
    assert shares["floating"] > 0.4 and shares["border"] > 0.1 and shares["none"] > 0.1


def test_a_field_may_happen_to_show_no_body():
    canvas = Canvas((20, 20))
    assert (polygons(canvas, np.full((3, 4, 2), 7.0)) == 0).all()
