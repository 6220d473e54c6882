"""The supervised vision transformers of the paper's Table 2, in its order: 32 px patches, 4 heads of 16 in 64.

Six layers and MLPs four times as wide are ours, for the paper names neither; a footnote says where a row departs.
"""

from collections.abc import Callable

from bench.hookspecs import hookimpl
from bench.plugins.convnets import MEMORY_FORMAT, WEIGHTS
from bench.specs import ModelSpec, Setting, Settings

MLP = {
    "mlp_ratio": Setting(4.0, "width of an MLP in widths of a token"),
    "dropout": Setting(0.0, "dropout within the layers"),
}
LAYERS = {
    "embed_dim": Setting(64, "width of a token"),
    "depth": Setting(6, "number of layers"),
    "num_heads": Setting(4, "attention heads, which share the width"),
    **MLP,
}
PATCHES = {"patch_size": Setting(32, "side of a patch in pixels"), **LAYERS}


_LARGE = ("cct", "convvit", "pvtc", "swint", "nest", "regionvit", "t2tvit")
"""Those that trained faster in mixed precision on two cores that compute in bf16.

Visformer would too, but learns what holds in that precision alone: the validation loss of one training was 1.84 in bf16
and 5.53 in float32.
"""


def _stages(embed_dims: tuple[int, ...], depths: tuple[int, ...], heads: tuple[int, ...]) -> dict[str, Setting]:
    return {
        "embed_dims": Setting(embed_dims, "width of a token, one value a stage"),
        "depths": Setting(depths, "number of layers, one value a stage"),
        "heads": Setting(heads, "attention heads, one value a stage"),
    }


def _drop_path(default: float = 0.0) -> dict[str, Setting]:
    return {"drop_path": Setting(default, "share of pictures that skip a layer")}


def _row(
    name: str,
    label: str,
    path: str,
    source: str,
    settings: Settings,
    footnote: str = "",
) -> ModelSpec:
    return ModelSpec(
        name=name,
        label=label,
        family="vit",
        builds=f"bench.models.images.{path}:{name}",
        settings={**settings, "weights": WEIGHTS},
        source=source,
        footnote=footnote,
        large=name in _LARGE,
    )


ROWS = (
    _row(
        "cct",
        "CCT",
        "one_width",
        "Hassani et al. 2021; vit-pytorch",
        {**LAYERS, "convolutions": Setting(2, "convolutions that make the tokens"), "memory_format": MEMORY_FORMAT},
        "tokens from overlapping convolutions, 16 px apart, instead of patches: they are the method",
    ),
    _row("cvt", "CVT", "one_width", "Compact Vision Transformer, Hassani et al. 2021; vit-pytorch", PATCHES),
    _row(
        "convit",
        "ConViT",
        "one_width",
        "d'Ascoli et al. 2021; timm",
        {**PATCHES, "local_layers": Setting(4, "first layers, whose attention begins as convolution")},
    ),
    _row(
        "convvit",
        "ConvViT",
        "reduced_keys",
        "Convolutional vision Transformer, Wu et al. 2021; transformers",
        {**_stages((64, 128, 256), (1, 2, 3), (1, 2, 4)), **MLP, **_drop_path(), "memory_format": MEMORY_FORMAT},
        "three stages of convolved tokens, 4 to 16 px apart, of width 64 to 256 in heads of 64: stages are the method",
    ),
    _row(
        "crossvit",
        "CrossViT",
        "stages",
        "Chen et al. 2021; timm",
        {
            "patch_sizes": Setting((16, 32), "side of a patch in pixels, one value a branch"),
            "embed_dims": Setting((32, 64), "width of a token, one value a branch"),
            "depths": Setting((1, 2, 0), "layers of each branch in a stage, then layers across branches less one"),
            "heads": Setting((4, 4), "attention heads, one value a branch"),
            "stages": Setting(3, "number of stages"),
            **MLP,
        },
        "a second branch of 16 px patches and width 32: two scales are the method",
    ),
    _row(
        "pvtc",
        "PVTC",
        "reduced_keys",
        "Pyramid Vision Transformer, Wang et al. 2021; transformers",
        {**_stages((32, 64, 128, 256), (2, 2, 2, 2), (1, 2, 4, 8)), **MLP, **_drop_path()},
        "four stages, patches of 4 to 32 px, of width 32 to 256 in heads of 32: the pyramid is the method",
    ),
    _row(
        "swint",
        "SwinT",
        "stages",
        "Liu et al. 2021; timm",
        {
            "patch_size": Setting(4, "side of a patch in pixels"),
            "window_size": Setting(7, "side of a window in tokens"),
            "embed_dim": Setting(64, "width of a token in the first stage, doubled by each next"),
            "depths": Setting((2, 2, 2, 2), "number of layers, one value a stage"),
            "heads": Setting((4, 8, 16, 32), "attention heads, one value a stage"),
            **MLP,
            **_drop_path(0.1),
        },
        "patches of 4 px, merged to 32 px in four stages, of width 64 to 512: windows of 7 need a grid of 56 tokens",
    ),
    _row("vanillavit", "VanillaViT", "one_width", "Dosovitskiy et al. 2020; timm", PATCHES),
    _row(
        "visformer",
        "Visformer",
        "stages",
        "Chen et al. 2021; timm",
        {
            "stem_channels": Setting(16, "channels of the first convolution"),
            "embed_dim": Setting(64, "width of a token in the second stage, half before and double behind it"),
            "depths": Setting((3, 2, 2), "number of layers, one value a stage"),
            "num_heads": LAYERS["num_heads"],
            **MLP,
            **_drop_path(),
            "memory_format": MEMORY_FORMAT,
        },
        "three stages of tokens, 8 to 32 px apart, of width 32 to 128, the first of convolutions: they are the method",
    ),
    _row(
        "ats",
        "ATS",
        "one_width",
        "Adaptive Token Sampling, Fayyaz et al. 2021; vit-pytorch",
        {**PATCHES, "max_tokens": Setting((), "most tokens of each layer; without values they fall evenly to 8")},
    ),
    _row("cait", "CaiT", "one_width", "Touvron et al. 2021; timm", PATCHES),
    _row("deepvit", "DeepViT", "one_width", "Zhou et al. 2021; vit-pytorch", PATCHES),
    ModelSpec(
        name="distillation",
        label="Distillation",
        family="vit",
        estimator="bench.models.images.distillation:Distillation",
        pretrains="bench.models.images.distillation:TeacherNetwork",
        settings={
            **PATCHES,
            "teacher": Setting(
                "resnet18",
                "network of torchvision that is trained first, on the same pictures",
                ("resnet18", "resnet50", "densenet121", "vgg11_bn", "squeezenet1_1", "alexnet"),
                stage="pretrain",
            ),
            "temperature": Setting(3.0, "by which the scores of teacher and student are divided"),
            "alpha": Setting(0.5, "share of the teacher's word in the loss"),
            "hard": Setting(False, "whether the student learns the teacher's likeliest category alone"),
        },
        source="DeiT's distillation token, Touvron et al. 2020; vit-pytorch",
        footnote="the cost of training holds that of its teacher",
        large=True,
    ),
    _row(
        "levit",
        "LeViT",
        "stages",
        "Graham et al. 2021; timm",
        {
            **_stages((64, 128, 192), (2, 2, 2), (4, 6, 8)),
            "head_dim": Setting(16, "width of a head's keys"),
            "mlp_ratio": Setting(2.0, "width of an MLP in widths of a token"),
            **_drop_path(),
            "memory_format": MEMORY_FORMAT,
        },
        "tokens from a stem of convolutions, 16 to 64 px apart, of width 64 to 192: they are the method",
    ),
    _row(
        "nest",
        "NesT",
        "stages",
        "Zhang et al. 2021; timm",
        {
            "patch_size": Setting(8, "side of a patch in pixels"),
            **_stages((64, 128, 256), (2, 2, 2), (4, 8, 16)),
            **MLP,
            **_drop_path(0.1),
        },
        "patches of 8 px, merged to 32 px in three stages, of width 64 to 256: a grid of 7 cannot be halved",
    ),
    _row(
        "patchmerger",
        "PatchMerger",
        "one_width",
        "Renggli et al. 2022; vit-pytorch",
        {**PATCHES, "merged_tokens": Setting(8, "tokens behind the middle layer")},
    ),
    _row(
        "pit",
        "PiT",
        "stages",
        "Heo et al. 2021; timm",
        {
            "patch_size": Setting(32, "side of a patch in pixels"),
            "stride": Setting(16, "pixels from patch to patch"),
            "head_dim": Setting(16, "width of a head"),
            "depths": Setting((2, 2, 2), "number of layers, one value a stage"),
            "heads": Setting((4, 8, 16), "attention heads, one value a stage"),
            **MLP,
            **_drop_path(),
        },
        "patches overlap, 16 px apart, and the width grows from 64 to 256: three stages are to be pooled",
    ),
    _row(
        "regionvit",
        "RegionViT",
        "stages",
        "Chen et al. 2021; vit-pytorch",
        {
            "patch_size": Setting(4, "side of a patch in pixels"),
            "window_size": Setting(7, "side of a region in patches"),
            "embed_dims": Setting((64, 128, 256, 512), "width of a token, one value a stage"),
            "depths": Setting((1, 1, 2, 1), "number of layers, one value a stage"),
            "dropout": MLP["dropout"],
            "memory_format": MEMORY_FORMAT,
        },
        "patches of 4 px in regions of 28 px, of width 64 to 512 in 4 heads of 32: regions are the method",
    ),
    _row(
        "t2tvit",
        "T2TViT",
        "one_width",
        "Yuan et al. 2021; vit-pytorch",
        {
            **LAYERS,
            "t2t_layers": Setting(((7, 4), (3, 2), (3, 2)), "steps that join tokens, each (side of a token, stride)"),
        },
        "tokens joined from 7 px windows until they stand 16 px apart: the joining is the method",
    ),
)


@hookimpl
def register_models(register: Callable[[ModelSpec], None]) -> None:
    """Register the vision transformers."""
    for row in ROWS:
        register(row)
