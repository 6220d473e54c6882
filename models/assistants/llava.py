"""LLaVA (Liu et al. 2023, 'Visual Instruction Tuning'), as transformers builds it.

A CLIP vision tower, a two-layer projector and a Llama decoder that reads the picture's patches as tokens.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from transformers import (
    CLIPImageProcessor,
    CLIPVisionConfig,
    GenerationConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)

from bench.errors import BenchError
from bench.models.assistants.estimator import Assistant
from bench.models.assistants.lessons import Seen
from bench.models.assistants.token_batches import IGNORED
from bench.models.assistants.tokenizer import BEGIN, END, IMAGE, PAD


class LlavaNetwork(nn.Module):
    """LLaVA that encodes each distinct picture once, however many questions a batch asks about it."""

    def __init__(self, model: LlavaForConditionalGeneration) -> None:
        super().__init__()
        self.model: Any = model  # what transformers annotates is narrower than what it takes

    def forward(self, seen: Seen) -> Tensor:
        """Return the mean loss of the answers' tokens; words are only scored where a label is."""
        following = seen.tokens.labels[:, 1:]
        scored = following != IGNORED
        with self._number_type():
            states = self.model.model(
                inputs_embeds=self._embeddings(seen), attention_mask=seen.tokens.mask, use_cache=False
            ).last_hidden_state
            words = self.model.lm_head(states[:, :-1][scored])
        return cross_entropy(words.float(), following[scored])

    def generate(self, seen: Seen, decoding: GenerationConfig) -> Tensor:
        """Return the ids (B, T) that follow the prompts."""
        # Given embeddings alone, generate returns no prompt that would have to be cut off.
        with self._number_type():
            return self.model.generate(
                inputs_embeds=self._embeddings(seen),
                attention_mask=seen.tokens.mask,
                generation_config=decoding,
            )

    def _number_type(self) -> AbstractContextManager[Any]:
        """Compute in the number type of frozen half-precision weights, beside which float32 ones learn."""
        kind = self.model.dtype
        return nullcontext() if kind == torch.float32 else torch.autocast(self.model.device.type, dtype=kind)

    def _embeddings(self, seen: Seen) -> Tensor:
        """Return the token embeddings (B, T, D) with each picture's features in its image tokens' places."""
        words = self.model.get_input_embeddings()(seen.tokens.ids)
        pixels = seen.pixels.to(self.model.dtype)
        features = torch.stack(list(self.model.get_image_features(pixels, return_dict=True).pooler_output))
        features = features[seen.pictures].to(words.dtype)
        places = self.model.model.get_placeholder_mask(seen.tokens.ids, inputs_embeds=words, image_features=features)
        return words.masked_scatter(places, features)


class Llava(Assistant):
    """LLaVA as an answerer."""

    model_class = LlavaForConditionalGeneration
    processor_class = LlavaProcessor
    network_class = LlavaNetwork
    tuned_whole = ("multi_modal_projector",)

    def scratch(
        self, tokenizer: PreTrainedTokenizerFast, image_size: int, settings: Mapping[str, Any]
    ) -> tuple[LlavaForConditionalGeneration, LlavaProcessor]:
        """Build a small LLaVA and the processor that goes with it."""
        width, heads = settings["embed_dim"], settings["num_heads"]
        if width % (2 * heads):  # rotary positions turn pairs of a head's numbers
            raise BenchError(
                f"embed_dim={width} cannot be shared by {heads} heads of an even width; use a multiple of {2 * heads}"
            )
        config = LlavaConfig(
            vision_config=_vision_config(image_size, settings),
            text_config=_text_config(tokenizer, settings),
            image_token_index=IMAGE,
            image_seq_length=(image_size // settings["patch_size"]) ** 2,
            vision_feature_layer=-1,
        )
        return LlavaForConditionalGeneration(config), _processor(tokenizer, image_size, settings)


def _vision_config(image_size: int, settings: Mapping[str, Any]) -> CLIPVisionConfig:
    return CLIPVisionConfig(
        hidden_size=settings["embed_dim"],
        intermediate_size=4 * settings["embed_dim"],
        num_hidden_layers=settings["depth"],
        num_attention_heads=settings["num_heads"],
        image_size=image_size,
        patch_size=settings["patch_size"],
    )


def _text_config(tokenizer: PreTrainedTokenizerFast, settings: Mapping[str, Any]) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=settings["embed_dim"],
        intermediate_size=4 * settings["embed_dim"],
        num_hidden_layers=settings["depth"],
        num_attention_heads=settings["num_heads"],
        pad_token_id=PAD,
        bos_token_id=BEGIN,
        eos_token_id=END,
    )


def _processor(tokenizer: PreTrainedTokenizerFast, image_size: int, settings: Mapping[str, Any]) -> LlavaProcessor:
    pixels = CLIPImageProcessor(
        size={"height": image_size, "width": image_size},
        do_center_crop=False,
        do_convert_rgb=False,
        image_mean=[0.5, 0.5, 0.5],
        image_std=[0.5, 0.5, 0.5],
    )
    return LlavaProcessor(
        image_processor=pixels,
        tokenizer=tokenizer,
        patch_size=settings["patch_size"],
        num_additional_image_tokens=1,
        vision_feature_select_strategy="default",
    )
