"""The supervised graph networks of the paper's Table 3, over graphs of patches; layers of torch_geometric."""

from collections.abc import Callable

from bench import ModelSpec, hookimpl


def _row(name: str, label: str, builds: str, source: str, *departures: str, readout: str = "") -> ModelSpec:
    return ModelSpec(
        name=name,
        label=label,
        family="gnn",
        builds=f"bench.models.graphs.convolutions:{builds}",
        defaults={"readout": readout} if readout else {},
        source=f"{source}; torch_geometric",
        departures=departures,
    )


_GATE = "the gate of the readout sees a node's last state alone, not its first too"
_UNPOOLED = "filters over 3 steps, not 25, and no coarser graphs between them"
_LAST = "only the last nodes are read out, not those of every level"
ROWS = (
    _row("appnp", "APNP", "appnp", "APPNP, Klicpera et al. 2018"),
    _row("agnn", "AGNN", "agnn", "Thekumparampil et al. 2018"),
    _row("arma", "ARMA", "arma", "Bianchi et al. 2019"),
    _row("dna", "DNA", "DNA", "Just Jump, Fey 2019"),
    _row("gat", "GAT", "gat", "Velickovic et al. 2017"),
    _row("ggconv", "GGConv", "ggconv", "Gated Graph Sequence, Li et al. 2015", _GATE, readout="gated"),
    _row("gcn", "GraphConv", "gcn", "Kipf and Welling 2016"),
    _row("gcn2conv", "GCN2Conv", "GCN2", "GCNII, Chen et al. 2020", "4 layers, where the source has up to 64"),
    _row("chebconv", "ChebConv", "chebconv", "Defferrard et al. 2016", _UNPOOLED),
    _row("graphconv", "GraphConv", "graphconv", "Morris et al. 2019"),
    _row("graphunet", "GraphUNet", "UNet", "Gao and Ji 2019", _LAST),
    _row("mpnn", "MPNN", "MPNN", "Gilmer et al. 2017", readout="set2set"),
    _row("rggconv", "RGGConv", "ResidualGated", "Bresson and Laurent 2017"),
    _row("supergat", "SuperGAT", "SuperGAT", "Kim and Oh 2021"),
)


@hookimpl
def register_models(register: Callable[[ModelSpec], None]) -> None:
    """Register the graph networks."""
    for row in ROWS:
        register(row)
