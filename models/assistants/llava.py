"""LLaVA (Liu et al. 2023, 'Visual Instruction Tuning'), as transformers builds it.

A CLIP vision tower, a two-layer projector and a Llama decoder that reads the picture's patches as tokens.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import (
    CLIPImageProcessor,
    CLIPVisionConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedModel,
)

from bench.models.assistants.conversation import Conversation
from bench.models.assistants.estimator import Assistant
from bench.models.assistants.lessons import Seen
from bench.models.assistants.network import AssistantNetwork
from bench.models.assistants.scratch import decoder, seeing, tower
from bench.models.assistants.stem import stemmed
from bench.models.assistants.tokenizer import IMAGE, train_tokenizer


class LlavaNetwork(AssistantNetwork):
    """LLaVA as a torch module."""

    @property
    def writer(self) -> Any:
        """The whole model, which also takes embeddings."""
        return self.model

    def features(self, seen: Seen) -> Tensor:
        """Return each sequence's patches (B, P, D) as the projector gives them."""
        patches = self.model.get_image_features(seen.pixels, return_dict=True).pooler_output
        return torch.stack(list(patches))[seen.pictures]


class Llava(Assistant):
    """LLaVA as an answerer."""

    model_class = stemmed(LlavaForConditionalGeneration)
    processor_class = LlavaProcessor
    network_class = LlavaNetwork
    tuned_whole = ("multi_modal_projector",)
    plain = "USER: <image>\n{request} ASSISTANT:"

    def scratch(self, texts: Sequence[str], image_size: int) -> tuple[PreTrainedModel, LlavaProcessor]:
        """Build a small LLaVA and the processor that goes with it, whose tokenizer knows the texts."""
        tokenizer = train_tokenizer(texts, self.shape.vocabulary_size)
        patch = self.shape.patch_size
        config = LlavaConfig(
            vision_config=CLIPVisionConfig(**tower(self.shape, image_size)),
            text_config=decoder(tokenizer, self.shape),
            image_token_index=IMAGE,
            image_seq_length=(image_size // patch) ** 2,
            vision_feature_layer=-1,
        )
        processor = LlavaProcessor(
            image_processor=seeing(CLIPImageProcessor, image_size),
            tokenizer=tokenizer,
            patch_size=patch,
            num_additional_image_tokens=1,
            vision_feature_select_strategy="default",
        )
        return self.model_class(config), processor

    def conversation(self, model: PreTrainedModel, processor: Any) -> Conversation:
        """Return the conversation in which a picture has as many tokens as the processor gives it."""
        blank = torch.zeros(3, 224, 224, dtype=torch.uint8)
        ids = processor(images=blank, text=processor.image_token, return_tensors="np")["input_ids"]
        image_token = processor.image_token_id
        return Conversation(processor, self.plain, image_token, int((ids == image_token).sum()))
