"""How pictures enter networks: from -1 to 1 from scratch, as their config says with pretrained weights."""

import json

import numpy as np
import pytest
import timm
import torch
import torchvision
from PIL import Image
from torchvision.models import ResNet18_Weights
from transformers import BitImageProcessor, CLIPImageProcessor, ConvNextImageProcessor, ViTImageProcessor

from bench.errors import BenchError
from bench.models.images import pretrained as named
from bench.models.images.picture_input import IMAGENET, PLAIN, InputChoice, PictureInput, of_folder, of_processor
from bench.specs import ModelSpec
from tests.test_images import context_of, micrographs

GREY = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (2, 48, 48), dtype=np.uint8))


def test_plain_pictures_are_as_they_were_from_minus_1_to_1():
    plain = PLAIN(GREY)
    assert plain.shape == (2, 3, 48, 48)
    torch.testing.assert_close(plain, (GREY.float() / 127.5 - 1).unsqueeze(1).expand(-1, 3, -1, -1), rtol=0, atol=0)


def test_each_channel_has_the_mean_and_deviation_of_the_weights():
    wanted = torchvision.transforms.functional.normalize(
        (GREY.float() / 255).unsqueeze(1).expand(-1, 3, -1, -1), IMAGENET.mean, IMAGENET.deviation
    )
    torch.testing.assert_close(IMAGENET(GREY), wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic", "nearest"])
def test_pictures_are_resized_as_pillow_resizes_them(interpolation):
    made = PictureInput((0.0,), (1.0,), 16, interpolation)(GREY)
    filters = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC, "nearest": 0}
    wanted = [np.asarray(Image.fromarray(each.numpy()).resize((16, 16), filters[interpolation])) for each in GREY]
    assert made.shape == (2, 1, 16, 16)
    np.testing.assert_allclose(255 * made[:, 0].numpy(), np.stack(wanted), atol=1.01)  # Pillow rounds twice


@pytest.mark.parametrize(
    "processor",
    [
        CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}),
        ViTImageProcessor(size={"height": 40, "width": 40}, resample=2),
        ViTImageProcessor(size={"height": 48, "width": 48}, do_normalize=False),
        ViTImageProcessor(size={"height": 48, "width": 48}, rescale_factor=1 / 127.5),
        ViTImageProcessor(size={"height": 48, "width": 48}, do_rescale=False),
        ConvNextImageProcessor(size={"shortest_edge": 384}, do_resize=False),
    ],
    ids=["clip", "bilinear", "no mean", "another scale", "no scale", "no size"],
)
def test_a_processor_of_transformers_and_its_config_make_the_same_input(processor):
    pictures = [np.repeat(each.numpy()[:, :, None], 3, axis=2) for each in GREY]
    wanted = processor(images=pictures, return_tensors="pt")["pixel_values"].float()
    made = of_processor(json.loads(json.dumps(processor.to_dict())))(GREY)
    assert made.shape == wanted.shape
    bytes_apart = (made - wanted).abs() / (wanted.max() - wanted.min()) * 255
    assert bytes_apart.max() < 3  # a processor resizes and rounds bytes, in whole numbers


def test_a_crop_decides_the_side_and_cuts_nothing_off():
    processor = BitImageProcessor(size={"shortest_edge": 64}, crop_size={"height": 28, "width": 28})
    assert of_processor(processor.to_dict()).side == 28


def test_folders_of_every_origin_tell_their_input(tmp_path):
    for name in ("timm", "transformers", "bench", "nothing"):
        (tmp_path / name).mkdir()
    timm.models.save_for_hf(timm.create_model("test_vit"), str(tmp_path / "timm"))
    config = timm.get_pretrained_cfg("test_vit")
    CLIPImageProcessor().save_pretrained(tmp_path / "transformers")
    own = PictureInput((0.1, 0.2, 0.3), (0.4, 0.5, 0.6), 96, "area")
    own.save(tmp_path / "bench")
    made = of_folder(tmp_path / "timm")
    assert made is not None
    assert (made.mean, made.deviation, made.side) == (config.mean, config.std, config.input_size[-1])
    assert of_folder(tmp_path / "transformers").mean == pytest.approx((0.48145466, 0.4578275, 0.40821073))
    assert of_folder(tmp_path / "bench") == own
    assert of_folder(tmp_path / "nothing") is None
    (tmp_path / "nothing" / "shape.json").write_text("{}")
    assert of_folder(tmp_path / "nothing") == PLAIN


def test_a_choice_replaces_what_the_config_says():
    own = PictureInput((0.1,) * 3, (0.2,) * 3, 96, "bilinear")
    assert InputChoice().applied(own) == own
    assert InputChoice("imagenet").applied(own) == PictureInput(IMAGENET.mean, IMAGENET.deviation, 96, "bilinear")
    assert InputChoice("plain", 32).applied(own) == PictureInput(PLAIN.mean, PLAIN.deviation, 32, "bilinear")


@pytest.mark.parametrize("setting", [{"normalisation": "imagenet"}, {"input_size": 64}])
def test_a_choice_without_weights_is_refused(setting):
    with pytest.raises(BenchError, match="changes nothing without pretrained weights"):
        InputChoice(**setting).check_idle("resnet")
    InputChoice().check_idle("resnet")


def _of_folder(tmp_path, side, **settings):
    from bench.models.images.estimator import ImageClassifier
    from bench.stages.context import load_estimator
    from bench.stages.fitting import train_estimator

    folder = tmp_path / "weights"
    network = vit(5, side)
    timm.models.save_for_hf(network, str(folder))
    spec = ModelSpec("own", family="convnet", builds="tests.test_picture_input:vit")
    context = context_of(spec, tmp_path / "work", {"weights": str(folder), **settings})
    images = micrographs(6, 48)
    estimator = train_estimator(ImageClassifier, images, images, context)
    (tmp_path / "saved").mkdir()
    estimator.save(tmp_path / "saved")
    return estimator, load_estimator(ImageClassifier, tmp_path / "saved", context), images


def vit(num_classes: int, image_size: int = 224) -> torch.nn.Module:
    sizes = {"img_size": image_size, "embed_dim": 24, "depth": 2, "num_heads": 2}
    return timm.create_model("vit_tiny_patch16_224.augreg_in21k", num_classes=num_classes, **sizes)


def test_a_row_feeds_its_weights_as_their_folder_says_and_does_so_after_loading(tmp_path):
    estimator, again, images = _of_folder(tmp_path, 32)
    config = timm.get_pretrained_cfg("vit_tiny_patch16_224.augreg_in21k")
    entering = estimator.side(images).inputs(np.arange(2))
    assert entering.shape == (2, 3, 32, 32)
    mean = torch.tensor(config.mean).view(3, 1, 1) * torch.ones(1)
    levels = entering * torch.tensor(config.std).view(3, 1, 1) + mean
    assert 0 <= float(levels.min()) < 0.3 and 0.7 < float(levels.max()) <= 1.001
    torch.testing.assert_close(again.side(images).inputs(np.arange(2)), entering, rtol=0, atol=0)
    np.testing.assert_array_equal(estimator.predict_proba(images), again.predict_proba(images))


def test_weights_of_torchvision_bring_their_transforms(monkeypatch):
    state = torchvision.models.resnet18().state_dict()
    monkeypatch.setattr(ResNet18_Weights, "get_state_dict", lambda self, **_: state)
    _, made = named.pretrained("torchvision:resnet18", named.TensorShape(3, 224), context_of(
        ModelSpec("own", family="convnet"), None
    ).progress, InputChoice())  # fmt: skip
    assert (made.mean, made.deviation, made.side) == (IMAGENET.mean, IMAGENET.deviation, 224)


def test_weights_ported_from_elsewhere_turn_the_normalisation_into_their_own():
    assert named._torchvision_network("googlenet", 3).transform_input
