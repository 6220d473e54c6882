"""Pretraining of encoders of graphs of patches."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from bench.contracts import Context, Micrographs
from bench.models.graphs.batches import GraphBatch
from bench.models.graphs.building import Joining, patch_graphs
from bench.models.graphs.nodes import Nodes
from bench.models.graphs.patches import Patches
from bench.models.graphs.settings import NodeSettings, ReadoutKind
from bench.models.selfsupervised.graphs.encoder import GraphEncoder, gcn, gin
from bench.models.selfsupervised.method import Method
from bench.models.selfsupervised.pretraining import Draw, Pretraining
from bench.models.supervised import Side
from bench.specs import Setting


class GraphPretraining(Pretraining):
    """Pretrains graph convolutions; BenchError if patches do not fill a picture."""

    encoder_of: Callable[[Nodes, int, int, ReadoutKind], GraphEncoder] = staticmethod(gcn)

    def __init__(
        self,
        context: Context,
        *,
        joining: Joining,
        nodes: NodeSettings,
        depth: Annotated[int, Setting("convolutions", ge=1, le=1000)] = 2,
        **shared: Any,
    ) -> None:
        super().__init__(context, **shared)
        self._joining, self._nodes, self._depth = joining, nodes, depth

    def built(self) -> GraphEncoder:
        """Build the encoder of the settings."""
        own = self._nodes
        nodes = Nodes(Patches(self.image_size, self._joining.patch_size), own.node_features)
        return self.encoder_of(nodes, own.embed_dim, self._depth, own.readout)

    def side(self, images: Micrographs) -> Side:
        """Return pictures as graphs of patches."""
        graphs = patch_graphs(images, self._joining, self._context.progress)
        return Side(partial(graphs.batch, images, self._context.device), images.labels)

    def shown(self, images: Micrographs, method: Method) -> Callable[[Draw], GraphBatch]:
        """Return the function from a draw to its graphs; the method itself alters them."""
        inputs = self.side(images).inputs

        def show(draw: Draw) -> GraphBatch:
            return inputs(draw.positions)

        return show


class IsomorphismPretraining(GraphPretraining):
    """Pretrains the isomorphism network of InfoGraph."""

    encoder_of = staticmethod(gin)
