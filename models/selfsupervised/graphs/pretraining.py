"""Pretraining of encoders of graphs of patches."""

from collections.abc import Callable
from dataclasses import fields
from functools import partial

from bench.contracts import Micrographs
from bench.models.graphs.batches import GraphBatch
from bench.models.graphs.building import Joining, patch_graphs
from bench.models.graphs.patches import Patches
from bench.models.selfsupervised.graphs.encoder import GraphEncoder
from bench.models.selfsupervised.method import Method
from bench.models.selfsupervised.pretraining import Draw, Pretraining
from bench.models.supervised import Side

_JOINING = tuple(field.name for field in fields(Joining))


class GraphPretraining(Pretraining):
    """Pretrains graph convolutions; BenchError where patches do not fill a picture."""

    own = (*_JOINING, "embed_dim", "depth")

    def built(self) -> GraphEncoder:
        """Build the encoder of the settings."""
        settings = self._context.settings
        return GraphEncoder(Patches(self.image_size, settings["patch_size"]), settings["embed_dim"], settings["depth"])

    def side(self, images: Micrographs) -> Side:
        """Return pictures as graphs of patches."""
        joining = Joining(**{name: self._context.settings[name] for name in _JOINING})
        graphs = patch_graphs(images, joining, self._context.progress)
        return Side(partial(graphs.batch, images, self._context.device), images.labels)

    def shown(self, images: Micrographs, method: Method) -> Callable[[Draw], GraphBatch]:
        """Return what makes the graphs of a draw; the method alters them itself."""
        inputs = self.side(images).inputs

        def show(draw: Draw) -> GraphBatch:
            return inputs(draw.positions)

        return show
