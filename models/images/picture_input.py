"""How pictures enter a network: at which side, interpolated how, with which mean and deviation.

A network from random weights gets them from -1 to 1. Pretrained weights get them as they were trained, which the config
beside them says. No picture is cropped, whatever that config says: all rows see the same whole pictures.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from bench.errors import BenchError
from bench.specs import Setting

INPUT = "input.json"
"""The file of a saved model that says how pictures enter it; without it, they are plain."""
Interpolation = Literal["nearest", "bilinear", "bicubic", "area"]
_INTERPOLATIONS: Mapping[str, Interpolation] = {
    **{"nearest": "nearest", "bilinear": "bilinear", "bicubic": "bicubic"},
    # torch has neither of these: the nearest of those that it has.
    **{"lanczos": "bicubic", "hamming": "bilinear", "box": "area"},
}
_OF_PILLOW = ("nearest", "lanczos", "bilinear", "bicubic", "box", "hamming")
"""The names of Pillow's filters, in the order of their numbers."""


@dataclass(frozen=True)
class PictureInput:
    """The input of a network with as many channels as ``mean`` and ``deviation``, which are of values from 0 to 1.

    ``side`` is that of its pictures in pixels, 0 if it takes them as they are.
    """

    mean: tuple[float, ...] = (0.5, 0.5, 0.5)
    deviation: tuple[float, ...] = (0.5, 0.5, 0.5)
    side: int = 0
    interpolation: Interpolation = "bicubic"

    def __call__(self, grey: Tensor) -> Tensor:
        """Return grey pictures (B, H, W) uint8 as the input (B, C, S, S), each channel a scaled copy."""
        pictures = self._resized(grey.unsqueeze(1).float())
        if (self.mean, self.deviation) == (PLAIN.mean, PLAIN.deviation):
            return pictures.div_(127.5).sub_(1).expand(-1, 3, -1, -1)
        mean, deviation = (
            torch.tensor(each, device=grey.device).view(1, -1, 1, 1) for each in (self.mean, self.deviation)
        )
        return pictures / (255 * deviation) - mean / deviation

    def __str__(self) -> str:
        size = f"{self.side} x {self.side} pixels, {self.interpolation}, " if self.side else ""
        mean, deviation = (", ".join(f"{value:g}" for value in each) for each in (self.mean, self.deviation))
        return f"{size}mean {mean}, deviation {deviation}"

    def save(self, folder: Path) -> None:
        """Write it beside a model."""
        (folder / INPUT).write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote; plain if there is nothing."""
        if not (folder / INPUT).is_file():
            return cls()
        fields = json.loads((folder / INPUT).read_text(encoding="utf-8"))
        return cls(**{**fields, "mean": tuple(fields["mean"]), "deviation": tuple(fields["deviation"])})

    def _resized(self, pictures: Tensor) -> Tensor:
        if not self.side or pictures.shape[-2:] == (self.side, self.side):
            return pictures
        smooth = self.interpolation in ("bilinear", "bicubic")
        mode = "nearest-exact" if self.interpolation == "nearest" else self.interpolation
        resized = interpolate(pictures, (self.side, self.side), mode=mode, antialias=smooth)
        return resized.clamp_(0, 255)  # bicubic overshoots at edges


PLAIN = PictureInput()
"""The input of a network from random weights: grey levels from -1 to 1 in three channels."""
IMAGENET = PictureInput((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""That of most networks trained on ImageNet: the mean and deviation of its pictures."""


@dataclass(frozen=True)
class InputChoice:
    """What a user may choose of the input of pretrained weights."""

    normalisation: Annotated[
        Literal["own", "imagenet", "plain"],
        Setting(
            "pretrained weights: mean and deviation of what they are fed, as the config beside them says (ImageNet's "
            "if there is none), ImageNet's, or plain, from -1 to 1"
        ),
    ] = "own"
    input_size: Annotated[
        int,
        Setting("pretrained weights: side in pixels of what they are fed; 0 for what their config says", ge=0, le=4096),
    ] = 0

    def applied(self, own: PictureInput) -> PictureInput:
        """Return the input of weights whose config says ``own``."""
        norm = {"own": own, "imagenet": IMAGENET, "plain": PLAIN}[self.normalisation]
        return replace(own, mean=norm.mean, deviation=norm.deviation, side=self.input_size or own.side)

    def check_idle(self, name: str) -> None:
        """Raise BenchError if anything was chosen for a model that starts from random weights."""
        for key, value in asdict(self).items():
            if value != getattr(InputChoice(), key):
                raise BenchError(
                    f"{name}.{key}={value} changes nothing without pretrained weights: from scratch, pictures are fed "
                    f"as they are, from -1 to 1; leave it out, or name weights by {name}.weights"
                )


def of_folder(folder: Path) -> PictureInput | None:
    """Return the input that a folder of weights tells: bench's own, timm's or a processor's; None if it tells none."""
    if (folder / INPUT).is_file():
        return PictureInput.load(folder)
    if (folder / "shape.json").is_file():  # a model of bench from random weights
        return PLAIN
    processor = _json(folder / "preprocessor_config.json") or _json(folder / "processor_config.json")
    if processor:
        return of_processor(processor.get("image_processor", processor))
    config = _json(folder / "config.json")
    return of_timm(config.get("pretrained_cfg", config)) if config.keys() & {"pretrained_cfg", "mean"} else None


def of_timm(config: Mapping[str, Any]) -> PictureInput:
    """Return the input of weights that have this ``pretrained_cfg`` of timm."""
    from timm.data.config import resolve_data_config

    own = resolve_data_config(pretrained_cfg=dict(config))
    return PictureInput(
        tuple(own["mean"]), tuple(own["std"]), int(own["input_size"][-1]), _INTERPOLATIONS[_known(own["interpolation"])]
    )


def of_processor(config: Mapping[str, Any]) -> PictureInput:
    """Return the input that an image processor of transformers, given as its config, makes of a picture."""
    scale = 255 * float(config.get("rescale_factor") or 1 / 255) if config.get("do_rescale", True) else 255.0
    offset = 1.0 if config.get("rescale_offset") else 0.0
    normalises = config.get("do_normalize", True) and config.get("image_mean")
    mean = tuple(config["image_mean"]) if normalises else (0.0, 0.0, 0.0)
    deviation = tuple(config["image_std"]) if normalises else (1.0, 1.0, 1.0)
    filters = config.get("resample", 3)
    return PictureInput(
        tuple((value + offset) / scale for value in mean),
        tuple(value / scale for value in deviation),
        _side(config),
        _INTERPOLATIONS[_OF_PILLOW[filters] if isinstance(filters, int) else _known(str(filters))],
    )


def _side(config: Mapping[str, Any]) -> int:
    """Return the side of what a processor makes of a square picture, 0 if it leaves it."""
    cropped = config.get("do_center_crop") and config.get("crop_size")
    if not cropped and not config.get("do_resize", True):
        return 0
    size = config.get("crop_size") if cropped else config.get("size")
    if isinstance(size, Mapping):
        size = next((size[key] for key in ("height", "shortest_edge", "longest_edge") if size.get(key)), 0)
    return int(size or 0)


def _known(name: str) -> str:
    """Return the name of a filter, bicubic for one drawn at random in training."""
    return name if name in _INTERPOLATIONS else "bicubic"


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise BenchError(f"{str(path)!r} is no JSON file ({error}); take the folder as it was saved") from error
    return value if isinstance(value, dict) else {}
