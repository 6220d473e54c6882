"""The supervised graph networks of the paper's Table 3, over graphs of patches; layers of torch_geometric."""

from collections.abc import Callable

from bench import ModelSpec, Setting, hookimpl

SETTINGS = {
    "graph": Setting("knn", "knn joins the patches most alike, grid those side by side", ("knn", "grid")),
    "neighbours": Setting(8, "knn: how many patches each is joined to at least"),
    "patch_size": Setting(32, "side of a patch in pixels"),
    "embed_dim": Setting(64, "width of a node"),
    "dropout": Setting(0.1, "dropout of nodes"),
}
NUM_HEADS = Setting(4, "attention heads")
ALPHA = Setting(0.1, "share of the first nodes in every step")


def _row(name: str, label: str, builds: str, source: str, depth: int = 2, **own: Setting) -> ModelSpec:
    return ModelSpec(
        name=name,
        label=label,
        family="gnn",
        builds=f"bench.models.graphs.convolutions:{builds}",
        settings={**SETTINGS, "depth": Setting(depth, "convolutions, or steps of one"), **own},
        source=source,
    )


ROWS = (
    _row("appnp", "APNP", "appnp", "APPNP, Klicpera et al. 2018", depth=10, alpha=ALPHA),
    _row("agnn", "AGNN", "agnn", "Thekumparampil et al. 2018"),
    _row(
        "arma",
        "ARMA",
        "arma",
        "Bianchi et al. 2019",
        num_stacks=Setting(3, "filters side by side"),
        num_layers=Setting(2, "steps of each filter"),
        skip_dropout=Setting(0.25, "dropout of what a step is fed beside the last one"),
    ),
    _row("dna", "DNA", "DNA", "Just Jump, Fey 2019", num_heads=NUM_HEADS),
    _row("gat", "GAT", "gat", "Velickovic et al. 2017", num_heads=NUM_HEADS),
    _row("ggconv", "GGConv", "ggconv", "Gated Graph Sequence, Li et al. 2015"),
    _row("gcn", "GraphConv", "gcn", "Kipf and Welling 2016"),
    _row(
        "gcn2conv",
        "GCN2Conv",
        "GCN2",
        "GCNII, Chen et al. 2020",
        depth=4,
        alpha=ALPHA,
        theta=Setting(0.5, "how fast a layer's weights give way to the identity"),
    ),
    _row("chebconv", "ChebConv", "chebconv", "Defferrard et al. 2016", order=Setting(3, "size of a filter")),
    _row("graphconv", "GraphConv", "graphconv", "Morris et al. 2019"),
    _row(
        "graphunet",
        "GraphUNet",
        "UNet",
        "Gao and Ji 2019",
        depth=3,
        pool_ratio=Setting(0.5, "share of the nodes that a level keeps"),
    ),
    _row(
        "mpnn", "MPNN", "MPNN", "Gilmer et al. 2017", depth=3, edge_dim=Setting(32, "width of the network of an edge")
    ),
    _row("rggconv", "RGGConv", "rggconv", "Bresson and Laurent 2017"),
    _row(
        "supergat",
        "SuperGAT",
        "SuperGAT",
        "Kim and Oh 2021",
        num_heads=NUM_HEADS,
        attention_weight=Setting(1.0, "weight of the loss of telling edges from other pairs"),
    ),
)


@hookimpl
def register_models(register: Callable[[ModelSpec], None]) -> None:
    """Register the graph networks."""
    for row in ROWS:
        register(row)
