"""Random views: drawn from the same distributions as those of lightly, one operation at a time and all together."""

import numpy as np
import pytest
import torch
from lightly.transforms import (
    BYOLView1Transform,
    BYOLView2Transform,
    DINOTransform,
    MAETransform,
    MoCoV2Transform,
    SimCLRTransform,
    SimSiamTransform,
)
from PIL import Image, ImageFilter, ImageOps
from PIL.Image import Resampling
from scipy.ndimage import laplace
from scipy.stats import ks_2samp
from torchvision.transforms import RandomResizedCrop
from torchvision.transforms.functional import adjust_brightness, adjust_contrast

from bench.models.selfsupervised.images import views
from bench.models.selfsupervised.images.byol import VIEWS as BYOL
from bench.models.selfsupervised.images.dino import _views
from bench.models.selfsupervised.images.masked import Masked
from bench.models.selfsupervised.images.moco import MoCo
from bench.models.selfsupervised.images.nnclr import NNCLR
from bench.models.selfsupervised.images.simclr import SimCLR
from bench.models.selfsupervised.images.simsiam import SimSiam
from bench.models.selfsupervised.images.views import ImageView, crops, drawn

SIZE = 32
UNNORMALISED = {"normalize": None}
_DINO = DINOTransform(SIZE, local_crop_size=16, **UNNORMALISED).transforms
THEIRS = {
    "simclr": (SimCLR.views[0], SimCLRTransform(SIZE, **UNNORMALISED).transforms[0]),
    "nnclr": (NNCLR.views[1], SimCLRTransform(SIZE, **UNNORMALISED).transforms[0]),
    "byol-first": (BYOL[0], BYOLView1Transform(SIZE, **UNNORMALISED)),
    "byol-second": (BYOL[1], BYOLView2Transform(SIZE, **UNNORMALISED)),
    "moco": (MoCo.views[0], MoCoV2Transform(SIZE, **UNNORMALISED).transforms[0]),
    "simsiam": (SimSiam.views[0], SimSiamTransform(SIZE, **UNNORMALISED).transforms[0]),
    "dino-first": (_views(6, 16)[0], _DINO[0]),
    "dino-second": (_views(6, 16)[1], _DINO[1]),
    "dino-local": (_views(6, 16)[-1], _DINO[-1]),
    "masked": (Masked.views[0], MAETransform(SIZE, **UNNORMALISED).transform),
}


def picture(size=48):
    """A ramp with spots: where a crop lies, how bright and how sharp it is can all be told from its pixels."""
    random = np.random.default_rng(0)
    ramp = np.linspace(20, 180, size)[None] + np.linspace(0, 40, size)[:, None]
    return (ramp + 35 * (random.random((size, size)) < 0.15)).astype(np.uint8)


def figures(pixels):
    """Mean, spread, sharpness and slope of views (N, S, S): what exposure, blur, crop area and flips change."""
    pixels = pixels.astype(float)
    slope = pixels[:, :, -4:].mean((1, 2)) - pixels[:, :, :4].mean((1, 2))
    sharpness = np.array([np.abs(laplace(each)).mean() for each in pixels])
    return {"mean": pixels.mean((1, 2)), "spread": pixels.std((1, 2)), "sharpness": sharpness, "slope": slope}


@pytest.mark.parametrize("name", THEIRS)
def test_every_number_of_a_view_is_that_of_lightly(name):
    ours, theirs = THEIRS[name]
    wanted = {"flip": 0.0, "jitter": 0.0, "blur": 0.0, "solarise": 0.0}
    for step in (theirs if hasattr(theirs, "transforms") else theirs.transform).transforms:
        match type(step).__name__:
            case "RandomResizedCrop":
                way = getattr(step.interpolation, "value", step.interpolation)
                wanted |= {"scale": step.scale, "interpolation": way, "size": step.size[0]}
            case "RandomHorizontalFlip":
                wanted["flip"] = step.p
            case "RandomApply":
                (colours,) = step.transforms
                bounds = {"brightness": colours.brightness[1] - 1, "contrast": colours.contrast[1] - 1}
                wanted |= {"jitter": step.p, **bounds}
            case "GaussianBlur":
                wanted["blur"] = step.prob
            case "RandomSolarization":
                wanted["solarise"] = step.prob
    found = {field: getattr(ours, field) for field in wanted} | {"size": ours.size or SIZE}
    assert found == {
        field: value if isinstance(value, str) else pytest.approx(value) for field, value in wanted.items()
    }


@pytest.mark.parametrize("draws", [300, pytest.param(600, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", THEIRS)
def test_views_are_distributed_as_those_of_lightly(name, draws):
    view, transform = THEIRS[name]
    torch.manual_seed(0)
    np.random.seed(0)
    colour = Image.fromarray(picture()).convert("RGB")
    theirs = np.stack([(transform(colour)[0] * 255).round().byte().numpy() for _ in range(draws)])
    ours = drawn(np.stack([picture()] * draws), view, SIZE, np.random.default_rng(0))
    assert ours.shape == theirs.shape and ours.dtype == np.uint8
    for figure, values in figures(ours).items():
        assert ks_2samp(values, figures(theirs)[figure]).pvalue > 1e-3, figure


WHOLE = {"scale": (1.0, 1.0), "jitter": 0.0, "blur": 0.0, "flip": 0.0}
THEIR_WHOLE = {"min_scale": 1.0, "cj_prob": 0.0, "gaussian_blur": 0.0, "hf_prob": 0.0, "cj_sat": 0.0, "cj_hue": 0.0}
OPERATIONS = {
    "crop": ({"scale": (0.08, 1.0)}, {"min_scale": 0.08}, {"scale": (0.15, 1.0)}),
    "brightness": ({"jitter": 0.8, "contrast": 0.0}, {"cj_prob": 0.8, "cj_contrast": 0.0}, {"brightness": 0.65}),
    "contrast": ({"jitter": 0.8, "brightness": 0.0}, {"cj_prob": 0.8, "cj_bright": 0.0}, {"contrast": 0.65}),
    "blur": ({"blur": 0.5}, {"gaussian_blur": 0.5}, {"sigmas": (0.1, 1.6)}),
    "flip": ({"flip": 0.5}, {"hf_prob": 0.5}, {"flip": 0.4}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_alone_is_that_of_lightly_and_a_little_more_or_less_is_not(name):
    own, theirs, other = OPERATIONS[name]
    torch.manual_seed(1)
    np.random.seed(1)
    colour, count = Image.fromarray(picture()).convert("RGB"), 1500
    transform = SimCLRTransform(SIZE, **UNNORMALISED, **THEIR_WHOLE | theirs).transforms[0]
    expected = figures(np.stack([(transform(colour)[0] * 255).round().byte().numpy() for _ in range(count)]))
    chances = []
    for view in (ImageView(**WHOLE | own), ImageView(**WHOLE | own | other)):
        found = figures(drawn(np.stack([picture()] * count), view, SIZE, np.random.default_rng(1)))
        telling = ["sharpness"] if name == "blur" else [*found]  # behind blur alone, the others hold but rounding
        chances.append(min(ks_2samp(found[figure], expected[figure]).pvalue for figure in telling))
    assert chances[0] > 1e-3 > chances[1]


@pytest.mark.parametrize(("height", "width", "scale"), [(224, 224, (0.08, 1.0)), (60, 90, (0.2, 1.0))])
def test_crops_are_those_of_torchvision(height, width, scale):
    torch.manual_seed(0)
    blank = torch.zeros(1, height, width)
    theirs = np.array([RandomResizedCrop.get_params(blank, scale, (3 / 4, 4 / 3)) for _ in range(3000)])
    ours = crops(3000, height, width, scale, np.random.default_rng(0))
    for figure in (lambda box: box[:, 2] * box[:, 3], lambda box: box[:, 3] / box[:, 2], *map(_column, range(4))):
        assert ks_2samp(figure(ours), figure(theirs)).pvalue > 1e-3


def _column(number):
    return lambda box: box[:, number]


def test_a_crop_stays_within_the_picture_where_none_fits():
    assert crops(50, 8, 400, (1.0, 1.0), np.random.default_rng(0))[:, 2:].tolist() == [[8, 11]] * 50
    boxes = crops(500, 8, 8, (1.0, 1.0), np.random.default_rng(0))
    assert (boxes[:, :2] + boxes[:, 2:] <= 8).all() and (boxes[:, 2:] > 0).all()


@pytest.mark.parametrize("factor", [0.0, 0.4, 0.77, 1.0, 1.3, 1.8])
@pytest.mark.parametrize("ours,theirs", [(views.brightened, adjust_brightness), (views.contrasted, adjust_contrast)])
def test_exposure_changes_each_pixel_as_torchvision_does(ours, theirs, factor):
    expected = np.asarray(theirs(Image.fromarray(picture()).convert("RGB"), factor))[..., 0]
    assert np.array_equal(ours(picture(), factor), expected)


@pytest.mark.parametrize("size", [16, 48, 70])
@pytest.mark.parametrize(("ours", "theirs"), [("bilinear", Resampling.BILINEAR), ("bicubic", Resampling.BICUBIC)])
def test_a_crop_is_resized_as_pillow_does_but_for_rounding(ours, theirs, size):
    crop = picture()[3:40, 5:31]
    expected = np.asarray(Image.fromarray(crop).resize((size, size), theirs)).astype(int)
    assert np.abs(views.resized(crop, size, ours) - expected).max() <= 2


@pytest.mark.parametrize("sigma", [0.0, 0.1, 0.4, 0.7, 1.0, 1.5, 2.0])
def test_blur_is_that_of_pillow_but_for_rounding(sigma):
    rough = np.random.default_rng(0).integers(0, 256, (60, 50)).astype(np.uint8)
    expected = np.asarray(Image.fromarray(rough).filter(ImageFilter.GaussianBlur(sigma))).astype(int)
    found = views.blurred(rough, sigma)
    assert found.dtype == np.uint8 and found.shape == rough.shape
    inner = np.abs(found - expected)[7:-7, 7:-7]  # at the rim Pillow continues the picture anew for each of its boxes
    assert inner.max() <= 4 and inner.mean() < 1
    assert np.array_equal(views.blurred(np.full((9, 9), 200, np.uint8), sigma), np.full((9, 9), 200))


def test_above_half_grey_light_and_dark_change_places():
    levels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    view = ImageView(scale=(1.0, 1.0), jitter=0.0, blur=0.0, flip=0.0, solarise=1.0)
    shown = [drawn(levels, view, 16, np.random.default_rng(seed))[0] for seed in range(30)]
    expected = np.asarray(ImageOps.solarize(Image.fromarray(levels[0])))
    assert any(np.array_equal(each, expected) for each in shown)  # where the crop is the whole picture


def test_a_draw_is_a_function_of_its_random_numbers():
    pictures = np.stack([picture(), picture()[::-1]])
    first, again, other = (drawn(pictures, ImageView(), SIZE, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    assert not np.array_equal(first[0], first[1])
