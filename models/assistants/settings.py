"""The settings of assistants that more than one class names."""

from typing import Annotated, Literal

from bench.models.stem import Stem
from bench.specs import Setting

Weights = Annotated[str, Setting("'scratch', a folder written by save_pretrained, or a hub id")]
NumHeads = Annotated[int, Setting("from scratch: attention heads", ge=1, le=1024)]
PatchSize = Annotated[int, Setting("from scratch: side of a patch in pixels", ge=1, le=4096)]
PatchStem = Annotated[
    Stem,
    Setting("from scratch: how a patch becomes a vector, by one linear map, convolutions, or residual blocks of them"),
]
VocabularySize = Annotated[int, Setting("from scratch: most tokens of the vocabulary", ge=10, le=1_000_000)]
AnswerTokens = Annotated[int, Setting("tokens after which a training answer is cut", ge=1, le=1_000_000)]
QFormerWidth = Annotated[
    int, Setting("from scratch: width of the vision tower, of the Q-Former and of the decoder", ge=1, le=65_536)
]
QFormerDepth = Annotated[
    int, Setting("from scratch: layers of the vision tower, of the Q-Former and of the decoder", ge=1, le=1000)
]
QueryTokens = Annotated[
    int, Setting("from scratch: queries of the Q-Former, each a token of the picture", ge=1, le=1_000_000)
]
WeightsDtype = Annotated[Literal["float32", "bfloat16"], Setting("number type that pretrained weights are read in")]
