"""The settings from which the model is built."""

from dataclasses import dataclass
from typing import Annotated

from bench.models.mvaema.attention import Summary
from bench.models.stem import Stem
from bench.specs import Setting


@dataclass(frozen=True)
class Architecture:
    """The arguments of ``MVaEMaModel`` that do not come from the training side."""

    stem: Annotated[
        Stem, Setting("how a patch becomes a vector: by one linear map, convolutions, or residual blocks of them")
    ] = "linear"
    embed_dim: Annotated[int, Setting("width of all encoders and of the decoder", ge=1, le=65_536)] = 64
    depth: Annotated[int, Setting("layers of the image encoder and of the text encoder", ge=1, le=1000)] = 6
    num_heads: Annotated[int, Setting("attention heads", ge=1, le=1024)] = 4
    without: Annotated[tuple[str, ...], Setting("parts that are switched off", ("itc", "itm", "sa", "ca", "csa"))] = ()
    summary: Annotated[
        Summary, Setting("what sums up a picture or a text: its first token, as in the paper, or the mean of all")
    ] = "first"
    prompt_tokens: Annotated[
        int, Setting("tokens a prompt can have; of a longer one the end is read", ge=1, le=1_000_000)
    ] = 64
    answer_tokens: Annotated[int, Setting("tokens an answer can have", ge=1, le=1_000_000)] = 128
