"""Tiny models of many architectures with their processors, in folders as transformers and timm save them."""

from collections.abc import Callable
from pathlib import Path

import timm
import torch
import transformers as hub
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

_WORDS = "an electron micrograph of scanning microscope image showing under a . the fibres films tips wires porous"
_TEXT = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "vocab_size": 64,
    "max_position_embeddings": 12,
}
_VISION = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "image_size": 32,
    "patch_size": 8,
}
_SQUARE = {"height": 32, "width": 32}


def tokenizer() -> hub.PreTrainedTokenizerFast:
    """A tokenizer of whole words that heeds case, with a mark at the beginning and at the end."""
    words = ["<pad>", "<bos>", "<eos>", "<unk>", *dict.fromkeys(_WORDS.split())]
    made = Tokenizer(models.WordLevel({word: place for place, word in enumerate(words)}, unk_token="<unk>"))
    made.normalizer, made.pre_tokenizer = normalizers.NFC(), pre_tokenizers.Whitespace()
    marks = [("<bos>", 1), ("<eos>", 2)]
    made.post_processor = processors.TemplateProcessing(single="<bos> $A <eos>", special_tokens=marks)
    special = {"pad_token": "<pad>", "bos_token": "<bos>", "eos_token": "<eos>", "unk_token": "<unk>"}
    return hub.PreTrainedTokenizerFast(tokenizer_object=made, **special)


def _clip() -> tuple[hub.PreTrainedModel, hub.ProcessorMixin]:
    text = {**_TEXT, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}
    pictures = hub.CLIPImageProcessor(size={"shortest_edge": 32}, crop_size=_SQUARE)
    config = hub.CLIPConfig(text_config=text, vision_config=_VISION, projection_dim=16)
    return hub.CLIPModel(config), hub.CLIPProcessor(pictures, tokenizer())


def _siglip() -> tuple[hub.PreTrainedModel, hub.ProcessorMixin]:
    config = hub.SiglipConfig(text_config={**_TEXT, "projection_size": 32}, vision_config=_VISION)
    return hub.SiglipModel(config), hub.SiglipProcessor(hub.SiglipImageProcessor(size=_SQUARE), tokenizer())


def _siglip2() -> tuple[hub.PreTrainedModel, hub.ProcessorMixin]:
    vision = {**_VISION, "num_patches": 16}
    config = hub.Siglip2Config(text_config={**_TEXT, "projection_size": 32}, vision_config=vision)
    pictures = hub.Siglip2ImageProcessor(patch_size=8, max_num_patches=16)
    return hub.Siglip2Model(config), hub.Siglip2Processor(pictures, tokenizer())


_TOKENS = {**_VISION, "hidden_size": 24, "image_size": 28, "patch_size": 7}
_PLACES = {"height": 28, "width": 28}
CONTRASTIVE: dict[str, Callable[[], tuple[hub.PreTrainedModel, hub.ProcessorMixin]]] = {
    "clip": _clip,
    "siglip": _siglip,
    "siglip2": _siglip2,
}
BACKBONES: dict[str, Callable[[], tuple[hub.PreTrainedModel, hub.BaseImageProcessor]]] = {
    "dinov2": lambda: (
        hub.Dinov2Model(hub.Dinov2Config(**_TOKENS, mlp_ratio=2)),
        hub.BitImageProcessor(size={"shortest_edge": 32}, crop_size=_PLACES),
    ),
    "dinov2 with registers": lambda: (
        hub.Dinov2WithRegistersModel(hub.Dinov2WithRegistersConfig(**_TOKENS, mlp_ratio=2, num_register_tokens=2)),
        hub.BitImageProcessor(size={"shortest_edge": 32}, crop_size=_PLACES),
    ),
    "dinov3": lambda: (
        hub.DINOv3ViTModel(hub.DINOv3ViTConfig(**_TOKENS, num_register_tokens=2)),
        hub.DINOv3ViTImageProcessor(size=_PLACES),
    ),
    "vit": lambda: (hub.ViTModel(hub.ViTConfig(**_TOKENS)), hub.ViTImageProcessor(size=_PLACES)),
    "swin": lambda: (
        hub.SwinModel(
            hub.SwinConfig(image_size=32, patch_size=4, embed_dim=8, depths=[1, 1], num_heads=[1, 2], window_size=4)
        ),
        hub.ViTImageProcessor(size=_SQUARE),
    ),
    "convnext": lambda: (
        hub.ConvNextModel(hub.ConvNextConfig(hidden_sizes=[8, 8, 16, 24], depths=[1, 1, 1, 1])),
        hub.ConvNextImageProcessor(size={"shortest_edge": 64}),
    ),
    "resnet": lambda: (
        hub.ResNetModel(hub.ResNetConfig(embedding_size=8, hidden_sizes=[8, 24], depths=[1, 1])),
        hub.ConvNextImageProcessor(size={"shortest_edge": 32}),
    ),
}


def written(name: str, folder: Path) -> Path:
    """Write the model of this name with its processor into a folder; return the folder."""
    torch.manual_seed(0)
    model, processor = {**CONTRASTIVE, **BACKBONES}[name]()
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def of_timm(folder: Path) -> Path:
    """Write a tiny vision transformer as timm does; return the folder."""
    sizes = {"img_size": 32, "embed_dim": 24, "depth": 2, "num_heads": 2}
    timm.models.save_for_hf(timm.create_model("vit_tiny_patch16_224", **sizes), str(folder), model_args=sizes)
    return folder
