"""The families of models, in the order of the paper's tables; then others, and controls last, under a rule."""

from collections.abc import Callable

from bench import FamilySpec, hookimpl

IMAGES = "bench.models.images.estimator:ImageClassifier"
GRAPHS = "bench.models.graphs.estimator:GraphClassifier"
PROBED = "bench.models.selfsupervised.probe:Probed"
RESNETS = "bench.models.selfsupervised.images.pretraining:ResNetPretraining"
GRAPH_ENCODERS = "bench.models.selfsupervised.graphs.pretraining:GraphPretraining"
ISOMORPHISM_ENCODERS = "bench.models.selfsupervised.graphs.pretraining:IsomorphismPretraining"
FAMILIES = (
    FamilySpec("assistant", "Assistants", 1, contracts=("answerer",), trains_on="instructions"),
    FamilySpec("convnet", "ConvNets", 2, IMAGES, ("classifier",)),
    FamilySpec("vsl", "VSL", 3, PROBED, ("classifier",), pretrains=RESNETS, pretrain_share=1.0),
    FamilySpec("vit", "Vision Transformers (ViTs)", 4, IMAGES, ("classifier",)),
    FamilySpec("gcl", "GCL", 5, PROBED, ("classifier",), pretrains=GRAPH_ENCODERS, pretrain_share=1.0),
    FamilySpec("gnn", "Graph Neural Networks", 6, GRAPHS, ("classifier",)),
    FamilySpec("mvaema", "MVaEMa", 7, contracts=("answerer", "classifier", "matcher"), trains_on="instructions"),
    FamilySpec("other", "Other models", 8, IMAGES, ("classifier",)),
    FamilySpec("control", "Controls", 9, contracts=("answerer",), trains_on="instructions", control=True),
)


@hookimpl
def register_families(register: Callable[[FamilySpec], None]) -> None:
    """Register every family of the paper."""
    for family in FAMILIES:
        register(family)
