"""Pictures in their own size: whence they come, what is done to them, and who takes them."""

import base64
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from bench.config.loading import load_config
from bench.contracts import Micrographs
from bench.data.databar import masked
from bench.data.dataset import open_dataset
from bench.data.masking import as_shown
from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.tasks.altering import alter
from bench.tasks.robustness import ALTERATIONS, _with_altered
from bench.terminal.progress import NoProgress

CONFIG = load_config("demo")[0].model_copy(update={"picture": "native"})


def levels(number, shape=(60, 90), top=256):
    return np.random.default_rng(number).integers(0, top, shape)


@pytest.fixture
def folder(tmp_path):
    """A folder of two categories: pictures of 8 and of 16 bits, oblong."""
    for number in range(6):
        category = tmp_path / "pictures" / "ab"[number % 2]
        category.mkdir(parents=True, exist_ok=True)
        deep = number >= 4
        picture = levels(number, top=4000 if deep else 256).astype(np.uint16 if deep else np.uint8)
        Image.fromarray(picture).save(category / f"{number}.tif")
    return tmp_path / "pictures"


def dataset_of(name, size=32, **settings):
    return open_dataset(Registry(), name, {name.partition(":")[0]: settings}, size, NoProgress())


def test_a_folder_hands_its_files_in_their_own_size_stretched_if_they_are_deep(folder):
    dataset = dataset_of(f"folder:{folder}")
    shown = as_shown(dataset, CONFIG, NoProgress())
    place = {name: position for position, name in enumerate(shown.ids)}
    assert shown.pixels.shape[1:] == (32, 32)
    assert np.array_equal(shown.shown(place["a/0.tif"]), levels(0))
    deep = shown.shown(place["a/4.tif"])
    assert deep.shape == (60, 90) and deep.dtype == np.uint8 and deep.min() == 0 and deep.max() == 255
    part = shown.take(np.array([place["b/5.tif"], place["b/1.tif"]])).unlabelled()
    assert np.array_equal(part.shown(1), levels(1))


def test_without_the_choice_a_picture_is_shown_as_the_square_of_the_protocol(folder):
    config = CONFIG.model_copy(update={"picture": "protocol"})
    shown = as_shown(dataset_of(f"folder:{folder}"), config, NoProgress())
    assert shown.native is None and np.array_equal(shown.shown(2), shown.batch(np.array([2]))[0])


def test_the_embedded_pictures_are_the_same_scenes_drawn_larger():
    dataset = dataset_of("synthetic", size=20)
    picture = dataset.native(3)
    assert picture.shape == (768, 768) and picture.dtype == np.uint8
    small = np.asarray(Image.fromarray(picture).resize((224, 224), Image.Resampling.BOX), np.float64)
    drawn = dataset.drawing(3, (224, 224)).picture
    assert np.corrcoef(small.ravel(), drawn.ravel())[0, 1] > 0.5


def test_data_bars_are_masked_at_the_size_of_the_picture():
    dataset = dataset_of("synthetic", size=20)
    shown = as_shown(dataset, CONFIG.model_copy(update={"mask_bar": True}), NoProgress())
    changed = [
        position for position in range(20) if not np.array_equal(shown.shown(position), dataset.native(position))
    ]
    assert changed
    assert np.array_equal(shown.shown(changed[0]), masked(dataset.native(changed[0])[None])[0])


def test_altered_pictures_are_altered_in_their_own_size():
    pixels = levels(0, (2, 32, 32)).astype(np.uint8)
    own = [levels(number, (60, 90)).astype(np.uint8) for number in (1, 2)]
    plain = Micrographs(pixels, np.arange(2), ("x", "y"), np.zeros(2, int), ("a",))
    altered = _with_altered(replace(plain, native=tuple(each.copy for each in own)))
    assert len(altered.native) == len(altered) and np.array_equal(altered.shown(1), own[1])
    assert np.array_equal(altered.shown(2 + 1), alter(ALTERATIONS[0], own[1][None], ["y"])[0])
    assert _with_altered(plain).native is None


def test_a_grey_picture_behind_them_stays_grey():
    plain = Micrographs(np.zeros((1, 8, 8), np.uint8), np.arange(1), ("x",), np.zeros(1, int), ("a",))
    both = replace(plain, native=(levels(1).astype(np.uint8).copy,)).with_grey()
    assert both.shown(0).shape == (60, 90) and (both.shown(1) == 128).all()


class Without:
    """A dataset that hands no picture in its own size."""

    name, categories = "without", ("a", "b")

    def __init__(self, argument, image_size, progress):
        pass

    def identity(self):
        return {"name": "without"}

    labels = load = facts = caption = set_aside = identity


class Wrong(Without):
    """One that hands another kind of array."""

    def native(self, position):
        return np.zeros((4, 4), np.float32)


def checked(kind):
    from bench.data.dataset import CheckedDataset

    return CheckedDataset(f"{__name__}:{kind.__name__}", "", 32, NoProgress())


def test_a_dataset_without_pictures_of_their_own_size_says_so():
    with pytest.raises(BenchError, match="does not hand pictures in their own size"):
        checked(Without).native_code()
    with pytest.raises(BenchError, match=r"native\(0\).*array \(H, W\) of uint8"):
        checked(Wrong).native(0)


def test_a_model_behind_a_server_gets_the_picture_in_its_own_size(endpoint, bench, store, folder):
    options = ("--set", "k=2", "--folds", "0", "--set", "image_size=32", "--set", "vqa.questions=1")
    command = ("run", "--task", "vqa", "--models", "openai:gpt-4o,majority", "--set", "synthetic.size=20", *options)
    assert bench(*command, "--set", "synthetic.balanced=true", "--picture", "native")[0] == 0
    (part,) = [each for each in endpoint.bodies[0]["messages"][1]["content"] if "image_url" in each]
    with Image.open(io.BytesIO(base64.b64decode(part["image_url"]["url"].partition(",")[2]))) as picture:
        assert picture.size == (768, 768)
    table = bench("table", "1")[1]
    assert "picture native" in table and "openai:gpt-4o" in table


def test_a_row_that_sees_squares_alone_is_refused_by_name(bench):
    code, _, err = bench("run", "--task", "vqa", "--models", "majority,llava", "--picture", "native")
    assert code == 2 and "'llava' sees pictures as squares" in err and "openai:" in err
