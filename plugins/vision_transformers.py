"""The supervised vision transformers of the paper's Table 2, in its order: 32 px patches, 4 heads of 16 in 64.

The paper names neither depth nor MLP width: six layers and MLPs four times as wide are our choice. A row that departs
from these has a footnote.
"""

from collections.abc import Callable

from bench.specs import ModelSpec, PublishedWeights
from bench.specs.hookspecs import hookimpl

_CHANNELS_LAST = ("cct", "convvit", "visformer", "levit", "regionvit")
"""Networks of many convolutions, which are faster if the channels of a pixel are adjacent in memory."""
_LARGE = ("cct", "convvit", "pvtc", "swint", "nest", "regionvit", "t2tvit")
"""Networks that trained faster in mixed precision on two cores that compute in bf16.

Visformer would too, but its weights work in that precision only: the validation loss of one training was 1.84 in bf16
and 5.53 in float32.
"""


_PUBLISHED = {
    "convit": PublishedWeights("timm:convit_tiny.fb_in1k", "Apache-2.0", 23),
    "convvit": PublishedWeights("transformers:microsoft/cvt-13", "Apache-2.0", 80),
    "crossvit": PublishedWeights("timm:crossvit_tiny_240.in1k", "Apache-2.0", 28),
    "pvtc": PublishedWeights("transformers:Zetatech/pvt-tiny-224", "Apache-2.0", 53),
    "swint": PublishedWeights("timm:swin_tiny_patch4_window7_224.ms_in1k", "MIT", 113),
    "vanillavit": PublishedWeights("timm:vit_small_patch32_224.augreg_in21k_ft_in1k", "Apache-2.0", 92),
    "visformer": PublishedWeights("timm:visformer_tiny.in1k", "Apache-2.0", 41),
    "cait": PublishedWeights("timm:cait_xxs24_224.fb_dist_in1k", "Apache-2.0", 48),
    "levit": PublishedWeights("timm:levit_128s.fb_dist_in1k", "Apache-2.0", 31),
    "nest": PublishedWeights("timm:nest_tiny_jx.goog_in1k", "Apache-2.0", 68),
    "pit": PublishedWeights("timm:pit_ti_224.in1k", "Apache-2.0", 19),
}
"""The smallest published weights of each method that timm or transformers reads, with the licence that they name."""


def _row(
    name: str,
    label: str,
    path: str,
    source: str,
    footnote: str = "",
    departures: tuple[str, ...] = (),
) -> ModelSpec:
    return ModelSpec(
        name=name,
        label=label,
        family="vit",
        builds=f"bench.models.images.{path}:{name}",
        defaults={"memory_format": "channels_last"} if name in _CHANNELS_LAST else {},
        source=source,
        departures=departures,
        footnote=footnote,
        large=name in _LARGE,
        published=_PUBLISHED.get(name),
    )


ROWS = (
    _row(
        "cct",
        "CCT",
        "one_width",
        "Hassani et al. 2021; vit-pytorch",
        "tokens from overlapping convolutions, 16 px apart, instead of patches: they are the method",
    ),
    _row("cvt", "CVT", "one_width", "Compact Vision Transformer, Hassani et al. 2021; vit-pytorch"),
    _row(
        "convit",
        "ConViT",
        "one_width",
        "d'Ascoli et al. 2021; timm",
    ),
    _row(
        "convvit",
        "ConvViT",
        "reduced_keys",
        "Convolutional vision Transformer, Wu et al. 2021; transformers",
        "three stages of convolved tokens, 4 to 16 px apart, of width 64 to 256 in heads of 64: stages are the method",
    ),
    _row(
        "crossvit",
        "CrossViT",
        "stages",
        "Chen et al. 2021; timm",
        "a second branch of 16 px patches and width 32: two scales are the method",
    ),
    _row(
        "pvtc",
        "PVTC",
        "reduced_keys",
        "Pyramid Vision Transformer, Wang et al. 2021; transformers",
        "four stages, patches of 4 to 32 px, of width 32 to 256 in heads of 32: the pyramid is the method",
    ),
    _row(
        "swint",
        "SwinT",
        "stages",
        "Liu et al. 2021; timm",
        "patches of 4 px, merged to 32 px in four stages, of width 64 to 512: windows of 7 need a grid of 56 tokens",
    ),
    _row("vanillavit", "VanillaViT", "one_width", "Dosovitskiy et al. 2020; timm"),
    _row(
        "visformer",
        "Visformer",
        "stages",
        "Chen et al. 2021; timm",
        "three stages of tokens, 8 to 32 px apart, of width 32 to 128, the first of convolutions: they are the method",
    ),
    _row(
        "ats",
        "ATS",
        "one_width",
        "Adaptive Token Sampling, Fayyaz et al. 2021; vit-pytorch",
        departures=("tokens are drawn with Gumbel noise instead of at even quantiles", "every layer draws tokens"),
    ),
    _row("cait", "CaiT", "one_width", "Touvron et al. 2021; timm"),
    _row("deepvit", "DeepViT", "one_width", "Zhou et al. 2021; vit-pytorch"),
    ModelSpec(
        name="distillation",
        label="Distillation",
        family="vit",
        estimator="bench.models.images.distillation:Distillation",
        pretrains="bench.models.images.distillation:TeacherNetwork",
        source="DeiT's distillation token, Touvron et al. 2020; timm",
        departures=("the teacher is a ResNet-18 trained on the same pictures, not a network trained on ImageNet",),
        footnote="the cost of training holds that of its teacher",
        large=True,
    ),
    _row(
        "levit",
        "LeViT",
        "stages",
        "Graham et al. 2021; timm",
        "tokens from a stem of convolutions, 16 to 64 px apart, of width 64 to 192: they are the method",
        ("one head, trained without a teacher",),
    ),
    _row(
        "nest",
        "NesT",
        "stages",
        "Zhang et al. 2021; timm",
        "patches of 8 px, merged to 32 px in three stages, of width 64 to 256: a grid of 7 cannot be halved",
    ),
    _row(
        "patchmerger",
        "PatchMerger",
        "one_width",
        "Renggli et al. 2022; vit-pytorch",
    ),
    _row(
        "pit",
        "PiT",
        "stages",
        "Heo et al. 2021; timm",
        "patches overlap, 16 px apart, and the width grows from 64 to 256: three stages are to be pooled",
    ),
    _row(
        "regionvit",
        "RegionViT",
        "stages",
        "Chen et al. 2021; vit-pytorch",
        "patches of 4 px in regions of 28 px, of width 64 to 512 in 4 heads of 32: regions are the method",
    ),
    _row(
        "t2tvit",
        "T2TViT",
        "one_width",
        "Yuan et al. 2021; vit-pytorch",
        "tokens joined from 7 px windows until they stand 16 px apart: the joining is the method",
        ("the layers that join tokens are as wide as the joined windows, not narrowed to 64",),
    ),
)


@hookimpl
def register_models(register: Callable[[ModelSpec], None]) -> None:
    """Register the vision transformers."""
    for row in ROWS:
        register(row)
