"""What assistants built from scratch have in common: the shape of their transformers and how they see pictures."""

from typing import Any, NamedTuple

from transformers import BlipImageProcessor, CLIPImageProcessor, LlamaConfig, PreTrainedTokenizerFast

from bench.errors import BenchError
from bench.models.assistants.tokenizer import BEGIN, END, PAD
from bench.models.stem import PATCH, Stem


class Shape(NamedTuple):
    """What decides the shape of an assistant built from scratch; both of its transformers are alike."""

    embed_dim: int
    depth: int
    num_heads: int
    patch_size: int
    stem: Stem
    vocabulary_size: int


def layers(shape: Shape) -> dict[str, Any]:
    """Return the layers' shape as transformers calls it; BenchError for a width that the heads cannot share."""
    width, heads = shape.embed_dim, shape.num_heads
    if width % (2 * heads):  # rotary positions turn pairs of a head's numbers
        raise BenchError(
            f"embed_dim={width} cannot be shared by {heads} heads of an even width; use a multiple of {2 * heads}"
        )
    return {
        "hidden_size": width,
        "intermediate_size": 4 * width,
        "num_hidden_layers": shape.depth,
        "num_attention_heads": heads,
    }


def tower(shape: Shape, image_size: int) -> dict[str, Any]:
    """Return the settings of a vision tower; BenchError for patches that the stem does not make."""
    patch, stem = shape.patch_size, shape.stem
    if stem != "linear" and patch != PATCH:
        raise BenchError(f"stem={stem} makes patches of {PATCH} pixels, not of patch_size={patch}; use {PATCH}")
    return {"image_size": image_size, "patch_size": patch, "stem": stem, **layers(shape)}


def decoder(tokenizer: PreTrainedTokenizerFast, shape: Shape) -> LlamaConfig:
    """Return the configuration of a small Llama for the tokenizer's words."""
    return LlamaConfig(
        vocab_size=len(tokenizer), pad_token_id=PAD, bos_token_id=BEGIN, eos_token_id=END, **layers(shape)
    )


def seeing(kind: type[CLIPImageProcessor | BlipImageProcessor], image_size: int) -> Any:
    """Return an image processor that leaves square pictures of this size as they are, in [-1, 1]."""
    return kind(
        size={"height": image_size, "width": image_size},
        do_center_crop=False,
        do_convert_rgb=False,
        image_mean=[0.5, 0.5, 0.5],
        image_std=[0.5, 0.5, 0.5],
    )
