"""MVaEMa and BLIP at one size, and 48 questions of equal length for them."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import BlipConfig, BlipForQuestionAnswering
from transformers.utils import logging

from bench.models.mvaema.batch import Batch
from bench.models.mvaema.losses import IGNORED
from bench.models.mvaema.model import MVaEMaModel
from bench.models.mvaema.tokenizer import DECODE, SPECIAL
from bench.models.stem import PATCH

RECORDS, IMAGE_SIZE = 48, 224


@dataclass(frozen=True)
class Size:
    """The sizes of both models, and the tokens of a prompt and an answer."""

    embed_dim: int = 64
    depth: int = 6
    num_heads: int = 4
    vocabulary_size: int = 2000
    prompt: int = 16
    answer: int = 24


def mvaema(size: Size) -> MVaEMaModel:
    """Return our model with random weights."""
    torch.manual_seed(0)
    return MVaEMaModel(
        vocabulary_size=size.vocabulary_size,
        image_size=IMAGE_SIZE,
        embed_dim=size.embed_dim,
        depth=size.depth,
        num_heads=size.num_heads,
        prompt_tokens=size.prompt,
        answer_tokens=size.answer + 1,
    )


def blip(size: Size) -> BlipForQuestionAnswering:
    """Return the peer with random weights: same width, depth, heads, patches and vocabulary."""
    torch.manual_seed(0)
    logging.set_verbosity_error()
    common = {
        "hidden_size": size.embed_dim,
        "intermediate_size": 4 * size.embed_dim,
        "num_hidden_layers": size.depth,
        "num_attention_heads": size.num_heads,
    }
    vision = {**common, "image_size": IMAGE_SIZE, "patch_size": PATCH}
    text = {
        **common,
        "vocab_size": size.vocabulary_size,
        "encoder_hidden_size": size.embed_dim,
        "max_position_embeddings": 2 * (size.prompt + size.answer),
        "pad_token_id": 0,
        "bos_token_id": 1,
        "sep_token_id": 2,
        "eos_token_id": 2,
    }
    return BlipForQuestionAnswering(BlipConfig(text_config=text, vision_config=vision))


def batch(size: Size, pictures: int = RECORDS) -> Batch:
    """Return 48 records about this many pictures as MVaEMa's input."""
    prompts, answers = _words(size, size.prompt), _words(size, size.answer)
    start = torch.full((RECORDS, 1), DECODE)
    return Batch(
        pixels=torch.randint(0, 256, (pictures, IMAGE_SIZE, IMAGE_SIZE), dtype=torch.uint8),
        pictures=torch.arange(RECORDS) * pictures // RECORDS,
        pairs=torch.cat([prompts, answers], 1),
        present=torch.ones(RECORDS, size.prompt + size.answer, dtype=torch.bool),
        tokens=torch.cat([prompts, start, answers[:, :-1]], 1),
        positions=torch.arange(size.prompt + size.answer).expand(RECORDS, -1),
        targets=torch.cat([torch.full_like(prompts, IGNORED), answers], 1),
        same=torch.zeros(RECORDS, RECORDS, dtype=torch.bool),
    )


def blip_questions(size: Size) -> dict[str, Any]:
    """Return 48 questions as BLIP's input: one float picture each, prepared before the clock starts."""
    return {
        "pixel_values": torch.randn(RECORDS, 3, IMAGE_SIZE, IMAGE_SIZE),
        "input_ids": _words(size, size.prompt),
        "attention_mask": torch.ones(RECORDS, size.prompt, dtype=torch.long),
    }


def blip_answers(size: Size) -> Tensor:
    """Return the 48 answers."""
    return _words(size, size.answer)


def _words(size: Size, count: int) -> Tensor:
    return torch.randint(len(SPECIAL), size.vocabulary_size, (RECORDS, count))
