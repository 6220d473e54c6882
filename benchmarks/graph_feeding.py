"""Batches of patch graphs by index arithmetic against torch_geometric's DataLoader over the same graphs."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch.optim import Adam
from torch_geometric.data import Data
from torch_geometric.loader import DataLoader

from bench.config.loading import Recipe
from bench.contracts import Micrographs
from bench.models.graphs.batches import GraphBatch, PatchGraphs
from bench.models.graphs.building import Joining, build_graphs
from bench.models.graphs.convolutions import gcn
from bench.models.graphs.network import PatchGraphNetwork, graph_loss
from bench.models.graphs.nodes import Nodes
from bench.models.graphs.patches import Patches
from bench.models.supervised import ShuffledBatches
from bench.terminal.progress import NoProgress
from benchmarks.measurement import Row, in_turns

PICTURES, SIDE, CATEGORIES, EPOCHS = 480, 224, 10, 10
PATCHES = Patches(SIDE, Joining().patch_size)
PEER = "torch_geometric's DataLoader over the same graphs"


def rows() -> list[Row]:
    """Return all three rows."""
    return [joining(), feeding(), training_epoch()]


def joining(pictures: int = PICTURES, repetitions: int = 7) -> Row:
    """Measure epochs of shuffled batches of edges and their attributes, without the pictures.

    A repetition is several epochs: one takes only two milliseconds, half of which depends on the processor's caches.
    """
    images, graphs = graphs_of_noise(pictures)
    batches = ShuffledBatches(pictures, Recipe().batch_size, seed=0)
    loader = _loader(
        [Data(edge_index=e.edge_index, likeness=e.likeness, num_nodes=n) for e, n in one_by_one(images, graphs)]
    )
    timing = in_turns(
        lambda: _drain(
            graphs.joined(batches(epoch, step), "cpu") for epoch in range(EPOCHS) for step in range(len(batches))
        ),
        lambda: _drain(batch for _ in range(EPOCHS) for batch in loader),
        repetitions,
    )
    return Row(f"joining {pictures} patch graphs in batches of 48, {EPOCHS} epochs", PEER, timing, "times faster", 5)


def feeding(pictures: int = PICTURES, repetitions: int = 7) -> Row:
    """Measure an epoch of shuffled batches, including their uint8 pictures on both sides."""
    ours, theirs = _feeds(pictures)
    timing = in_turns(lambda: _drain(ours()), lambda: _drain(theirs()), repetitions)
    return Row(f"feeding {pictures} patch graphs with their pictures", PEER, timing, "times faster")


def training_epoch(pictures: int = PICTURES, repetitions: int = 3) -> Row:
    """Measure a whole epoch of the row gcn with each feed."""
    ours, theirs = _feeds(pictures)
    timing = in_turns(lambda: _train(ours()), lambda: _train(theirs()), repetitions)
    return Row(f"training gcn on {pictures} patch graphs, one epoch", PEER, timing, "times faster")


def graphs_of_noise(pictures: int) -> tuple[Micrographs, PatchGraphs]:
    """Return pictures of noise and their graphs."""
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (pictures, SIDE, SIDE), dtype=np.uint8)
    ids = tuple(str(number) for number in range(pictures))
    images = Micrographs(pixels, np.arange(pictures), ids, np.zeros(pictures, np.int64), tuple("abcdefghij"))
    with tempfile.TemporaryDirectory() as folder:
        build_graphs(pixels, PATCHES, Joining(), NoProgress(), Path(folder))
        return images, PatchGraphs.load(Path(folder), PATCHES)


def _feeds(pictures: int) -> tuple[Callable[[], Iterator[GraphBatch]], Callable[[], Iterator[GraphBatch]]]:
    """Return the functions that yield an epoch of batches, ours and the peer's."""
    images, graphs = graphs_of_noise(pictures)
    batches = ShuffledBatches(pictures, Recipe().batch_size, seed=0)
    loader = _loader(
        [
            Data(pixels=each.pixels, edge_index=each.edge_index, likeness=each.likeness, num_nodes=nodes)
            for each, nodes in one_by_one(images, graphs)
        ]
    )

    def ours() -> Iterator[GraphBatch]:
        return (graphs.batch(images, "cpu", batches(0, step)) for step in range(len(batches)))

    def theirs() -> Iterator[GraphBatch]:
        return (GraphBatch(each.pixels, each.edge_index, each.batch, each.likeness, PATCHES.side) for each in loader)

    return ours, theirs


def one_by_one(images: Micrographs, graphs: PatchGraphs) -> Iterator[tuple[GraphBatch, int]]:
    """Yield each picture's graph, and its number of nodes."""
    for position in range(len(images)):
        yield graphs.batch(images, "cpu", np.array([position])), graphs.patches.count


def _loader(graphs: list[Data]) -> DataLoader:
    return DataLoader(graphs, batch_size=Recipe().batch_size, shuffle=True)


def _drain(feed: Iterable[object]) -> None:
    for _ in feed:
        pass


def _train(feed: Iterable[GraphBatch]) -> None:
    torch.manual_seed(0)
    network = PatchGraphNetwork(gcn(64, 0.1, depth=2), Nodes(PATCHES, "pixels"), "mean", 64, 0.1, CATEGORIES)
    optimiser = Adam(network.parameters(), lr=Recipe().learning_rate)
    for graphs in feed:
        optimiser.zero_grad()
        labels = torch.arange(len(graphs.pixels)) % CATEGORIES
        graph_loss(network, graphs, labels)["loss"].backward()
        optimiser.step()
