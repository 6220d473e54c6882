"""The estimator of every network over graphs of patches."""

from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import torch

from bench.contracts import Context, Micrographs
from bench.models.graphs.batches import GraphBatch, PatchGraphs
from bench.models.graphs.building import Joining, joined_graphs, patch_graphs
from bench.models.graphs.network import PatchGraphNetwork, graph_loss
from bench.models.graphs.nodes import Nodes
from bench.models.graphs.patches import Patches
from bench.models.graphs.settings import NodeSettings
from bench.models.network_classifier import NetworkClassifier, shape_of
from bench.models.supervised import Side, fit_classifier
from bench.registered.signature import handed
from bench.specs import Setting, resolve
from bench.training.augmentation import Alterations, altered


class GraphClassifier(NetworkClassifier):
    """Trains, between an embedding of patches and a head, the convolutions that the spec's ``builds`` makes.

    ``builds`` gets the width and the dropout of nodes too. A ``Classifier`` of ``bench.contracts``.
    """

    def __init__(
        self,
        context: Context,
        *,
        joining: Joining,
        nodes: NodeSettings,
        dropout: Annotated[float, Setting("dropout of nodes", ge=0, lt=1)] = 0.1,
    ) -> None:
        super().__init__(context)
        self._joining, self._nodes, self._dropout = joining, nodes, dropout

    def fit(self, train: Micrographs, validation: Micrographs) -> None:
        """Train by the recipe, judging by the validation side; BenchError where patches do not fill a picture."""
        self.shape = shape_of(train)
        self.network = self._built()
        self.history = fit_classifier(self.network, self.side(train), self.side(validation), self._context, graph_loss)

    def rebuilt(self, folder: Path) -> PatchGraphNetwork:
        """Build the network again; the folder is not needed."""
        return self._built()

    def _built(self) -> PatchGraphNetwork:
        spec = self._context.model
        assert spec.builds is not None, "a model of this estimator names its convolutions"
        build = resolve(spec.builds)
        return PatchGraphNetwork(
            build(**handed(build, self._context.settings)),
            Nodes(Patches(self.shape["image_size"], self._joining.patch_size), self._nodes.node_features),
            self._nodes.readout,
            self._nodes.embed_dim,
            self._dropout,
            self.shape["num_classes"],
        )

    def side(self, images: Micrographs) -> Side:
        """Return the pictures as graphs of patches."""
        graphs = patch_graphs(images, self._joining, self._context.progress)
        return Side(partial(self._graphs, graphs, images), images.labels)

    def _graphs(
        self, graphs: PatchGraphs, images: Micrographs, positions: np.ndarray, alterations: Alterations | None = None
    ) -> GraphBatch:
        """Return the graphs of the pictures at these positions; those of altered pictures are joined anew."""
        if alterations is None:
            return graphs.batch(images, self._context.device, positions)
        pictures = altered(torch.from_numpy(images.batch(positions)), alterations).numpy()
        joined = joined_graphs(pictures, graphs.patches, self._joining)
        return joined.of(pictures, np.arange(len(pictures)), self._context.device)
