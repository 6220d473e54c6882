"""Every graph row over the registry, and the graphs that feed them."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.spatial.distance import pdist, squareform
from torch_geometric.data import Batch, Data
from torch_geometric.nn.aggr import Set2Set
from torch_geometric.utils import contains_self_loops, is_undirected

from bench.config.loading import Recipe
from bench.contracts import Context, Micrographs
from bench.errors import BenchError
from bench.models.graphs import building
from bench.models.graphs.batches import PatchGraphs
from bench.models.graphs.building import Joining, build_graphs, patch_graphs
from bench.models.graphs.convolutions import ResidualGated
from bench.models.graphs.estimator import GraphClassifier
from bench.models.graphs.network import graph_loss
from bench.models.graphs.nodes import Nodes
from bench.models.graphs.patches import Patches
from bench.models.graphs.readout import GatedSum, Readout
from bench.registered.registry import Registry
from bench.specs import resolve
from bench.stages.context import load_estimator
from bench.stages.fitting import train_estimator
from bench.tables.published import published
from bench.terminal.progress import NoProgress

REGISTRY = Registry()
ROWS = [spec for spec in REGISTRY.every("model").values() if spec.family == "gnn"]
SMALL = {"patch_size": 8, "neighbours": 3, "embed_dim": 16}
every_row = pytest.mark.parametrize("spec", ROWS, ids=lambda spec: spec.name)


def _toy(count=16, side=32, seed=0):
    """Pictures of three categories by brightness; the first is blank, the second all but one pixel of it."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % 3
    pixels = (random.integers(0, 100, (count, side, side)) + labels[:, None, None] * 70).astype(np.uint8)
    pixels[:2] = 7
    pixels[1, 3, 3] = 255
    return Micrographs(pixels, np.arange(count), tuple(map(str, range(count))), labels, ("dark", "grey", "bright"))


def _context(spec, folder, epochs=1, **own):
    settings = {key: setting.default for key, setting in REGISTRY.settings(spec).items()} | SMALL | own
    recipe = Recipe(epochs=epochs, batch_size=5)
    return Context(spec, settings, recipe, 0, "cpu", NoProgress(), folder)


def _trained(spec, folder, images, **own):
    context = _context(spec, folder, **own)
    kind = resolve(spec.estimator or REGISTRY.family(spec).estimator)
    return train_estimator(kind, images.take(np.arange(8)), images.take(np.arange(8, 12)), context), context


def _graphs(images=None, **joining):
    return patch_graphs(images or _toy(), Joining(**{"patch_size": 8, "neighbours": 3, **joining}), NoProgress())


def _named(name):
    return REGISTRY.find("model", name)[0]


def test_the_rows_are_those_of_the_papers_table_in_its_order():
    rows = [row for row in published(3).values() if row.block == "Graph Neural Networks"]
    assert list(dict.fromkeys((row.model, row.row) for row in rows)) == [(spec.name, spec.label) for spec in ROWS]


@every_row
def test_a_row_trains_and_gives_the_same_probabilities_after_loading(spec, tmp_path):
    images = _toy()
    estimator, context = _trained(spec, tmp_path, images)
    assert all(np.isfinite(loss) for loss in estimator.history.epochs[0].losses.values())
    (tmp_path / "weights").mkdir()
    estimator.save(tmp_path / "weights")
    asked = images.take(np.arange(1, 9))
    probabilities = estimator.predict_proba(asked)
    assert probabilities.shape == (8, 3)
    assert probabilities.sum(1) == pytest.approx(1)
    again = load_estimator(type(estimator), tmp_path / "weights", context)
    assert np.array_equal(again.predict_proba(asked), probabilities)


@pytest.mark.numeric
@every_row
def test_a_graph_scores_in_a_batch_as_it_does_alone(spec, tmp_path):
    images = _toy()
    network, graphs = _trained(spec, tmp_path, images)[0].network.eval(), _graphs(images)
    with torch.no_grad():
        together = network(graphs.batch(images, "cpu", np.arange(2, 8)))
        alone = torch.cat([network(graphs.batch(images, "cpu", np.array([place]))) for place in range(2, 8)])
    assert together == pytest.approx(alone, abs=1e-4)
    assert not torch.allclose(together[0], together[1])


@pytest.mark.slow
@every_row
def test_a_row_learns_dark_from_bright(spec, tmp_path):
    images = _toy(60)
    context = _context(spec, tmp_path, epochs=12, dropout=0.0, node_features="pixels")
    estimator = train_estimator(GraphClassifier, images, images, context)
    assert estimator.history.epochs[-1].validation < 0.8 * np.log(3)


@pytest.mark.parametrize("graph", ["knn", "grid"])
def test_edges_run_both_ways_and_none_to_itself(graph):
    batch = _graphs(graph=graph).batch(_toy(), "cpu", np.arange(16))
    assert is_undirected(batch.edge_index, batch.likeness)
    assert not contains_self_loops(batch.edge_index)
    assert (batch.batch[batch.edge_index[0]] == batch.batch[batch.edge_index[1]]).all()
    assert batch.edge_index[1].bincount(minlength=16 * 16).min() >= 3


def test_a_patch_is_joined_to_those_most_alike():
    images = _toy()
    batch = _graphs(images, neighbours=2).batch(images, "cpu", np.array([5]))
    patches = images.pixels[5].reshape(4, 8, 4, 8).swapaxes(1, 2).reshape(16, 64) - images.pixels[5].mean()
    alike = 1 - squareform(pdist(patches, "cosine"))
    np.fill_diagonal(alike, -2)
    wanted = {tuple(sorted((node, int(other)))) for node in range(16) for other in alike[node].argsort()[-2:]}
    assert {tuple(sorted(edge)) for edge in batch.edge_index.T.tolist()} == wanted
    assert batch.likeness.numpy() == pytest.approx(alike[tuple(batch.edge_index.numpy())], abs=1e-3)


def test_more_neighbours_than_patches_join_all():
    batch = _graphs(neighbours=99).batch(_toy(), "cpu", np.array([0, 4]))
    assert batch.edge_index.shape[1] == 2 * 16 * 15


def test_in_a_blank_picture_the_nearest_are_neighbours():
    batch = _graphs(neighbours=8).batch(_toy(), "cpu", np.array([0]))
    around_the_sixth = batch.edge_index[0, batch.edge_index[1] == 5].tolist()
    assert {0, 1, 2, 4, 6, 8, 9, 10} <= set(around_the_sixth)
    assert batch.likeness.numpy() == pytest.approx(0, abs=1e-3)


def test_the_exposure_changes_no_graph():
    images = _toy()
    dim = np.random.default_rng(1).integers(0, 60, images.pixels.shape).astype(np.uint8)
    dark, bright = (_graphs(replace(images, pixels=pixels)) for pixels in (dim, 3 * dim + 40))
    assert np.array_equal(dark.edges, bright.edges)


def test_batches_equal_those_of_torch_geometric():
    images, order = _toy().take(np.arange(15, -1, -1)), np.array([3, 0, 9])
    graphs = _graphs(images)
    singles = []
    for place in order:
        start, stop = graphs.offsets[images.rows[place]], graphs.offsets[images.rows[place] + 1]
        edges = torch.from_numpy(graphs.edges[start:stop].T.astype(np.int64).copy())
        likeness = torch.from_numpy(graphs.likeness[start:stop].astype(np.float32))
        pixels = torch.from_numpy(images.batch(np.array([place])))
        singles.append(Data(edge_index=edges, likeness=likeness, pixels=pixels, num_nodes=16))
    theirs, ours = Batch.from_data_list(singles), graphs.batch(images, "cpu", order)
    for name in ("edge_index", "likeness", "pixels", "batch"):
        assert torch.equal(getattr(ours, name), theirs[name])


def test_an_edge_knows_its_direction_and_likeness():
    batch = _graphs(graph="grid").batch(_toy(), "cpu", np.array([2, 3]))
    rightwards = (batch.edge_index[0] == 16 + 4) & (batch.edge_index[1] == 16 + 5)
    up = (batch.edge_index[0] == 16 + 5) & (batch.edge_index[1] == 16 + 1)
    assert batch.edge_attr[rightwards][0, :2].tolist() == [0.25, 0]
    assert batch.edge_attr[up][0, :2].tolist() == [0, -0.25]
    assert torch.equal(batch.edge_attr[:, 2], batch.likeness)


def test_patches_are_cut_row_by_row():
    pixels = torch.arange(64, dtype=torch.uint8).reshape(1, 8, 8)
    cut = Patches(8, 4).cut(pixels)
    assert cut[0, 1] == pytest.approx(pixels[0, :4, 4:].flatten() / 127.5 - 1)


def test_chunks_make_the_same_graphs(monkeypatch, tmp_path):
    pixels, patches, made = _toy(seed=5).pixels, Patches(32, 8), []
    for numbers in (building._NUMBERS, 16 * 64 * 3):  # all pictures, and three at once
        monkeypatch.setattr(building, "_NUMBERS", numbers)
        build_graphs(pixels, patches, Joining(neighbours=3), NoProgress(), tmp_path)
        made.append(PatchGraphs.load(tmp_path, patches))
    assert np.array_equal(made[0].offsets, made[1].offsets)
    assert np.array_equal(made[0].edges, made[1].edges)


def test_graphs_are_built_once_for_all_views(monkeypatch):
    images = _toy(seed=2)
    first = _graphs(images, graph="grid")
    monkeypatch.setattr(building, "build_graphs", lambda *_: pytest.fail("built again"))
    again = _graphs(images.take(np.array([4, 2])), graph="grid", neighbours=5)  # which a grid does not have
    assert np.array_equal(again.edges, first.edges)


@pytest.mark.parametrize("change", [{"neighbours": 4}, {"patch_size": 16}, {"graph": "grid"}])
def test_another_kind_of_graph_is_another_cache(change):
    assert not np.array_equal(_graphs().edges, _graphs(**change).edges)


def test_other_pictures_are_another_cache_with_and_without_a_digest():
    assert not np.array_equal(_graphs(_toy(seed=3)).edges, _graphs(_toy(seed=4)).edges)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"patch_size": 10}, "patch_size = 10 does not cut pictures of 32 x 32 .* fitting: 1, 2, 4, 8, 16"),
        ({"patch_size": 32}, "at least two a side"),
        ({"neighbours": 0}, "at least 1 neighbour"),
        ({"node_features": "statistics", "patch_size": 2}, "patches of at least 4 pixels a side, and patch_size is 2"),
        ({"num_heads": 3}, "embed_dim = 16 cannot be shared by num_heads = 3"),
    ],
)
def test_settings_that_make_no_graph_are_refused(settings, said, tmp_path):
    with pytest.raises(BenchError, match=said):
        _trained(_named("gat"), tmp_path, _toy(), **settings)


@pytest.mark.parametrize("name", ["ggconv", "graphconv", "rggconv", "mpnn"])
def test_neighbours_are_added_up_as_in_the_sources(name, tmp_path):
    convolutions = _trained(_named(name), tmp_path, _toy())[0].network.convolutions
    assert {module.aggr for module in convolutions.modules() if hasattr(module, "aggr")} == {"add"}


def test_rows_read_out_graphs_as_their_sources_do(tmp_path):
    kinds = {"mpnn": Set2Set, "ggconv": GatedSum}
    for name, kind in kinds.items():
        assert isinstance(_trained(_named(name), tmp_path, _toy())[0].network.readout.aggregation, kind)


def test_residual_gated_convolutions_add_to_what_they_are_given():
    convolutions, graphs = ResidualGated(16, 0.0), _graphs().batch(_toy(), "cpu", np.arange(4))
    for norm in convolutions.norms:
        torch.nn.init.zeros_(norm.weight)
        torch.nn.init.zeros_(norm.bias)
    nodes = torch.randn(4 * 16, 16)
    assert torch.equal(convolutions(nodes, graphs), nodes)


READ = {
    "mean": lambda nodes: nodes.mean(1),
    "sum": lambda nodes: nodes.sum(1),
    "max": lambda nodes: nodes.amax(1),
    "mean-max": lambda nodes: torch.cat([nodes.mean(1), nodes.amax(1)], 1),
    "mean-max-std": lambda nodes: torch.cat([nodes.mean(1), nodes.amax(1), nodes.std(1, correction=0)], 1),
}


@pytest.mark.parametrize("kind", READ)
def test_a_graph_is_read_out_over_its_own_nodes(kind):
    nodes = torch.randn(3, 4, 5)
    readout = Readout(kind, 4, 5)
    features = readout(nodes.flatten(0, 1))
    assert features.shape == (3, readout.width)
    torch.testing.assert_close(
        features, READ[kind](nodes), atol=2e-3, rtol=1e-3
    )  # torch_geometric's deviation has an epsilon


@pytest.mark.parametrize("kind", ["gated", "set2set"])
def test_a_learned_readout_does_not_depend_on_the_order_of_nodes_nor_on_other_graphs(kind):
    nodes, readout = torch.randn(3, 4, 5), Readout(kind, 4, 5).eval()
    together = readout(nodes.flatten(0, 1))
    assert together.shape == (3, readout.width)
    torch.testing.assert_close(readout(nodes.flip(1).flatten(0, 1)), together)
    torch.testing.assert_close(readout(nodes[1]), together[1:2])


def _stripes(angle, period=4, side=32, shift=0):
    down, right = np.mgrid[:side, :side]
    waves = np.sin(2 * np.pi * (right * np.cos(angle) + down * np.sin(angle) + shift) / period)
    return torch.from_numpy((127.5 + 100 * waves).astype(np.uint8))


def test_statistics_tell_texture_and_not_place():
    statistics, pixels = (Nodes(Patches(32, 16), kind) for kind in ("statistics", "pixels"))

    def distance(nodes, one, other):
        return (nodes(one[None]) - nodes(other[None])).square().mean().item()

    upright, moved = _stripes(0), _stripes(0, shift=2)
    for other in (_stripes(np.pi / 2), _stripes(0, period=10), upright // 2):
        assert distance(statistics, upright, other) > 10 * distance(statistics, upright, moved)
    assert distance(pixels, upright, moved) > distance(pixels, upright, upright // 2)


def test_statistics_are_finite_and_moderate_for_any_patch():
    nodes = Nodes(Patches(32, 4), "statistics")
    pictures = torch.stack([torch.zeros(32, 32), torch.full((32, 32), 255), torch.randint(0, 256, (32, 32))]).byte()
    features = nodes(pictures)
    assert features.shape == (3, 64, nodes.width) and features.abs().max() < 10
    assert not list(nodes.parameters()) and not nodes.state_dict()


@pytest.mark.parametrize("name", ["gat", "mpnn"])
def test_a_row_learns_from_statistics_and_any_readout(name, tmp_path):
    estimator, _ = _trained(_named(name), tmp_path, _toy(), node_features="statistics", readout="mean-max-std")
    assert np.isfinite(estimator.history.epochs[0].losses["loss"])
    assert estimator.network.head.in_features == 3 * SMALL["embed_dim"]


def test_dna_attends_to_all_before_and_gcn2_to_the_first(tmp_path):
    images, graphs = _toy(), _graphs()
    seen = {}
    for name in ("dna", "gcn2conv"):
        network = _trained(_named(name), tmp_path, images, depth=3)[0].network.eval()
        seen[name] = []
        for convolution in network.convolutions.convolutions:
            convolution.register_forward_pre_hook(lambda _, given, kept=seen[name]: kept.append(given))
        network(graphs.batch(images, "cpu", np.arange(2)))
    assert [given[0].shape for given in seen["dna"]] == [(32, 1, 16), (32, 2, 16), (32, 3, 16)]
    assert all(torch.equal(given[1], seen["gcn2conv"][0][0]) for given in seen["gcn2conv"])


def test_supergat_pays_for_taking_other_pairs_for_edges(tmp_path):
    images, labels = _toy(), torch.arange(4) % 3
    network = _trained(_named("supergat"), tmp_path, images, attention_weight=2.0)[0].network.train()
    batch = _graphs(images).batch(images, "cpu", np.arange(4))
    losses = graph_loss(network, batch, labels)
    own = sum(each.get_attention_loss() for each in network.convolutions.convolutions)
    assert losses["attention"].item() == pytest.approx(2 * own.item())
    network.zero_grad()
    losses["attention"].backward()
    assert network.embedding.weight.grad.abs().sum() > 0
    assert losses["loss"].item() > losses["attention"].item() > 0
