"""The settings of assistants that more than one class names."""

from typing import Annotated, Literal

from bench.models.stem import Stem
from bench.specs import Setting

Weights = Annotated[str, Setting("'scratch', a folder written by save_pretrained, or a hub id")]
NumHeads = Annotated[int, Setting("from scratch: attention heads")]
PatchSize = Annotated[int, Setting("from scratch: side of a patch in pixels")]
PatchStem = Annotated[Stem, Setting("from scratch: how a patch becomes a vector, by one linear map or by convolutions")]
VocabularySize = Annotated[int, Setting("from scratch: most tokens of the vocabulary")]
AnswerTokens = Annotated[int, Setting("tokens after which a training answer is cut")]
QFormerWidth = Annotated[int, Setting("from scratch: width of the vision tower, of the Q-Former and of the decoder")]
QFormerDepth = Annotated[int, Setting("from scratch: layers of the vision tower, of the Q-Former and of the decoder")]
QueryTokens = Annotated[int, Setting("from scratch: queries of the Q-Former, each a token of the picture")]
WeightsDtype = Annotated[Literal["float32", "bfloat16"], Setting("number type that pretrained weights are read in")]
