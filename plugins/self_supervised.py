"""The self-supervised rows of the paper's Tables 2 and 3, pretrained without labels and probed, and their controls.

Heads are as lightly's examples have them for a residual network of 512 features, augmentations of graphs as PyGCL's.
"""

from collections.abc import Callable
from dataclasses import replace

from bench.hookspecs import hookimpl
from bench.models.selfsupervised.strengths import L2
from bench.plugins.families import GRAPH_ENCODERS, PROBED, RESNETS
from bench.plugins.graphs import SETTINGS as GRAPHS
from bench.plugins.vision_transformers import PATCHES
from bench.specs import ModelSpec, Setting, Settings

VITS = "bench.models.selfsupervised.images.pretraining:ViTPretraining"
PROBE: Settings = {
    "probe": Setting("linear", "how the frozen encoder is judged", ("linear", "knn")),
    "l2": Setting(L2, "linear: weights of the squared coefficients that are tried; validation chooses"),
    "knn_k": Setting(0, "knn: how many neighbours vote; 0 for 200, or all where there are fewer", stage="predict"),
    "knn_temperature": Setting(0.1, "knn: cosines are divided by it before they weigh a vote", stage="predict"),
}


def _first(settings: Settings) -> dict[str, Setting]:
    """Return settings of the pretraining, whose change does all again."""
    return {name: replace(setting, stage="pretrain") for name, setting in settings.items()}


VIEW = {"view_size": Setting(0, "side in pixels of what the encoder sees; 0 for that of the pictures")}
SHOWN = _first(
    {
        "pretrain_on": Setting(
            "labelled",
            "pictures that teach the encoder: the labelled ones, or with --fraction all of the fold's training side",
            ("labelled", "fold"),
        )
    }
)
RESNET = _first({"encoder": Setting("resnet18", "network", ("resnet18", "resnet34", "resnet50")), **VIEW})
VIT = _first({**PATCHES, **VIEW})
GRAPH = _first(
    {
        **{name: GRAPHS[name] for name in ("graph", "neighbours", "patch_size", "embed_dim")},
        "depth": Setting(2, "convolutions"),
    }
)
_BELOW = "published below 0.22, which naming the largest category alone would get on the paper's dataset"
_HIDDEN = "width of the heads' hidden layers"
_OUTPUT = "width of what the loss compares"
_MOMENTUM = "share of its weights that the following encoder keeps at first; it rises to 1"
_BANK = "how many earlier projections are kept"


def _heads(hidden_dim: int, output_dim: int) -> dict[str, Setting]:
    return {"hidden_dim": Setting(hidden_dim, _HIDDEN), "output_dim": Setting(output_dim, _OUTPUT)}


def _temperature(default: float) -> dict[str, Setting]:
    return {"temperature": Setting(default, "cosines are divided by it")}


def _altered(drop_edges: float, mask_features: float) -> dict[str, Setting]:
    return {
        "drop_edges": Setting(drop_edges, "share of edges that an alteration lacks"),
        "mask_features": Setting(mask_features, "share of a patch's pixels that an alteration lacks"),
    }


def _row(family: str, name: str, label: str, path: str, source: str, settings: Settings, own: Settings) -> ModelSpec:
    """Return the row of a method at ``path``, over an encoder of these settings; the probe's follow its own."""
    return ModelSpec(
        name=name,
        label=label,
        family=family,
        builds=f"bench.models.selfsupervised.{path}",
        settings={**settings, **SHOWN, **_first(own), **PROBE},
        source=source,
    )


def _vsl(name: str, label: str, method: str, source: str, **own: Setting) -> ModelSpec:
    row = _row("vsl", name, label, f"images.{name}:{method}", f"{source}; lightly", RESNET, own)
    return replace(row, footnote=_BELOW, large=True)


def _vit(name: str, label: str, method: str, source: str, **own: Setting) -> ModelSpec:
    row = _row("vit", name, label, f"images.{name}:{method}", f"{source}; lightly", VIT, own)
    return replace(row, footnote=_BELOW, estimator=PROBED, pretrains=VITS)


def _gcl(name: str, label: str, method: str, source: str, **own: Setting) -> ModelSpec:
    return _row("gcl", name, label, f"graphs.{name}:{method}", source, GRAPH, own)


def _random(name: str, label: str, pretrains: str, settings: Settings) -> ModelSpec:
    return ModelSpec(
        name=name,
        label=label,
        family="control",
        estimator=PROBED,
        pretrains=pretrains,
        contracts=("classifier",),
        trains_on="micrographs",
        settings={**settings, **PROBE},
        source="the same probe of an encoder that has learned nothing",
    )


ROWS = (
    _vsl(
        "barlowtwins",
        "Barlowtwins",
        "BarlowTwins",
        "Zbontar et al. 2021",
        redundancy_weight=Setting(5e-3, "weight of the correlations that should be 0"),
        **_heads(2048, 2048),
    ),
    _vsl("simclr", "SimCLR", "SimCLR", "Chen et al. 2020", **_temperature(0.5), **_heads(512, 128)),
    _vsl("byol", "byol", "BYOL", "Grill et al. 2020", momentum=Setting(0.996, _MOMENTUM), **_heads(1024, 256)),
    _vsl(
        "moco",
        "moco",
        "MoCo",
        "v2, Chen et al. 2020",
        momentum=Setting(0.996, _MOMENTUM),
        bank_size=Setting(1024, _BANK),
        **_temperature(0.2),
        **_heads(512, 128),
    ),
    _vsl(
        "nnclr",
        "nnclr",
        "NNCLR",
        "Dwibedi et al. 2021",
        bank_size=Setting(1024, _BANK),
        **_temperature(0.1),
        **_heads(512, 128),
    ),
    _vsl(
        "simsiam",
        "simsiam",
        "SimSiam",
        "Chen and He 2021",
        bottleneck_dim=Setting(64, "width of the prediction's hidden layer"),
        **_heads(512, 128),
    ),
    _vit(
        "dino",
        "Dino",
        "DINO",
        "Caron et al. 2021",
        momentum=Setting(0.996, _MOMENTUM),
        local_views=Setting(6, "how many small crops the student sees"),
        local_size=Setting(96, "side of a small crop in pixels"),
        bottleneck_dim=Setting(64, "width before the last layer"),
        **_heads(256, 1024),
    ),
    _vit(
        "ma",
        "MA",
        "MaskedAutoencoder",
        "He et al. 2021",
        mask_ratio=Setting(0.75, "share of patches that are hidden"),
        norm_pix_loss=Setting(True, "whether a patch is decoded about its own mean, in its own deviation"),
        decoder_embed_dim=Setting(64, "width of a token in the decoder"),
        decoder_depth=Setting(2, "layers of the decoder"),
        decoder_num_heads=Setting(4, "attention heads of the decoder"),
    ),
    _vit("smim", "SMIM", "SimMIM", "Xie et al. 2021", mask_ratio=Setting(0.6, "share of patches that are hidden")),
    _gcl("gbt", "GBT", "GBT", "Graph Barlow Twins, Bielak et al. 2021", **_altered(0.5, 0.1)),
    _gcl(
        "grace",
        "GRACE",
        "GRACE",
        "Zhu et al. 2020",
        **_altered(0.3, 0.3),
        **_temperature(0.4),
        hidden_dim=Setting(64, _HIDDEN),
    ),
    _gcl(
        "bgrl",
        "BGRL",
        "BGRL",
        "Thakoor et al. 2021",
        **_altered(0.5, 0.1),
        momentum=Setting(0.99, _MOMENTUM),
        hidden_dim=Setting(128, _HIDDEN),
    ),
    _gcl("infograph", "InfoGraph", "InfoGraph", "Sun et al. 2019"),
    _random("random-resnet", "Random ResNet", RESNETS, RESNET),
    _random("random-vit", "Random ViT", VITS, VIT),
    _random("random-gcn", "Random GCN", GRAPH_ENCODERS, GRAPH),
)


@hookimpl
def register_models(register: Callable[[ModelSpec], None]) -> None:
    """Register the self-supervised rows and the controls of their probes."""
    for row in ROWS:
        register(row)
