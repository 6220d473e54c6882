"""Image-text-to-text models of many families, tiny and untrained, as folders written by `save_pretrained`."""

from pathlib import Path

import torch
import transformers as hf
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

SIDE = 28
_WORDS = ("nano", "wire", "s", "part", "icle", "Ġthe", "Ġimage", "Ġof", "Ġa", "What", "Ġis", "Ġshown", "?", "Ġfibres")
_TEXT = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}


def _template(image, begin="", start="<|im_start|>", middle="\n", end="<|im_end|>\n", assistant="assistant"):
    """Return a chat template: a turn is start, role, middle, content, end; ``image`` stands for a picture."""
    return (
        f"{{{{ '{begin}' }}}}{{% for message in messages %}}"
        f"{{{{ '{start}' + (message['role'] if message['role'] != 'assistant' else '{assistant}') + {middle!r} }}}}"
        "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
        "{% for part in message['content'] %}{% if part['type'] == 'image' %}"
        f"{{{{ {image!r} }}}}"
        "{% else %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}"
        f"{{{{ {end!r} }}}}{{% endfor %}}"
        f"{{% if add_generation_prompt %}}{{{{ '{start}{assistant}' + {middle!r} }}}}{{% endif %}}"
    )


def tokenizer(special, **named):
    """Return a byte-level tokenizer whose first ids are pad, begin and end, then the special tokens."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate(["<pad>", "<s>", "</s>", *special])}
    merges = []
    for token in letters:
        vocabulary.setdefault(token, len(vocabulary))
    for word in _WORDS:
        for stop in range(2, len(word) + 1):
            if word[:stop] not in vocabulary:
                vocabulary[word[:stop]] = len(vocabulary)
                merges.append((word[: stop - 1], word[stop - 1]))
    made = Tokenizer(models.BPE(vocabulary, merges))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(
        [AddedToken(token, special=True, normalized=False) for token in ["<pad>", "<s>", "</s>", *special]]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="<pad>", bos_token="<s>", eos_token=named.pop("eos_token", "</s>"), **named
    )


def _ids(words, *tokens):
    return [words.convert_tokens_to_ids(token) for token in tokens]


def _text(words, **more):
    begin, pad, end = words.bos_token_id, words.pad_token_id, words.eos_token_id
    return {**_TEXT, "vocab_size": len(words), "bos_token_id": begin, "pad_token_id": pad, "eos_token_id": end, **more}


def qwen2_5_vl():
    """Pictures of any size; three rotary axes."""
    words = tokenizer(
        ["<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"],
        eos_token="<|im_end|>",
    )
    pictures = {"size": {"shortest_edge": 28 * 28, "longest_edge": 56 * 56}}
    processor = hf.Qwen2_5_VLProcessor(
        hf.Qwen2VLImageProcessor(**pictures),
        words,
        hf.Qwen2VLVideoProcessor(),
        chat_template=_template("<|vision_start|><|image_pad|><|vision_end|>"),
    )
    image, video, first, last = _ids(words, "<|image_pad|>", "<|video_pad|>", "<|vision_start|>", "<|vision_end|>")
    config = hf.Qwen2_5_VLConfig(
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "intermediate_size": 48,
            "num_heads": 2,
            "out_hidden_size": 32,
            "fullatt_block_indexes": [1],
        },
        text_config=_text(
            words,
            num_key_value_heads=2,
            rope_parameters={"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 10000.0},
        ),
        image_token_id=image,
        video_token_id=video,
        vision_start_token_id=first,
        vision_end_token_id=last,
    )
    return config, processor


def qwen3_vl():
    """Pictures of any size; features of several layers."""
    words = tokenizer(
        ["<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"],
        eos_token="<|im_end|>",
    )
    pictures = {"size": {"shortest_edge": 32 * 32, "longest_edge": 64 * 64}, "patch_size": 16}
    processor = hf.Qwen3VLProcessor(
        hf.Qwen2VLImageProcessor(**pictures),
        words,
        hf.Qwen3VLVideoProcessor(),
        chat_template=_template("<|vision_start|><|image_pad|><|vision_end|>"),
    )
    image, video, first, last = _ids(words, "<|image_pad|>", "<|video_pad|>", "<|vision_start|>", "<|vision_end|>")
    config = hf.Qwen3VLConfig(
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "intermediate_size": 48,
            "num_heads": 2,
            "out_hidden_size": 32,
            "deepstack_visual_indexes": [0],
            "num_position_embeddings": 16,
        },
        text_config=_text(
            words,
            num_key_value_heads=2,
            head_dim=8,
            rope_parameters={"rope_type": "default", "mrope_section": [2, 1, 1], "rope_theta": 10000.0},
        ),
        image_token_id=image,
        video_token_id=video,
        vision_start_token_id=first,
        vision_end_token_id=last,
    )
    return config, processor


def _vision(**more):
    return {
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": SIDE,
        "patch_size": 14,
        **more,
    }


def llava_onevision():
    """Pictures in crops, each of them features of its own."""
    words = tokenizer(["<|im_start|>", "<|im_end|>", "<image>", "<video>"], eos_token="<|im_end|>")
    size = {"size": {"height": SIDE, "width": SIDE}}
    pinpoints = [[SIDE, SIDE], [SIDE, 2 * SIDE], [2 * SIDE, SIDE], [2 * SIDE, 2 * SIDE]]
    processor = hf.LlavaOnevisionProcessor(
        hf.LlavaOnevisionImageProcessor(**size, image_grid_pinpoints=pinpoints),
        words,
        hf.LlavaOnevisionVideoProcessor(**size),
        num_image_tokens=(SIDE // 14) ** 2,
        vision_feature_select_strategy="full",
        chat_template=_template("<image>"),
    )
    image, video = _ids(words, "<image>", "<video>")
    config = hf.LlavaOnevisionConfig(
        vision_config={"model_type": "siglip_vision_model", **_vision(), "vision_use_head": False},
        text_config={"model_type": "qwen2", **_text(words, num_key_value_heads=2)},
        image_token_index=image,
        video_token_index=video,
        image_grid_pinpoints=pinpoints,
    )
    return config, processor


def _idefics(words, kind, text, **more):
    return kind(
        vision_config=_vision(),
        text_config={"model_type": "llama", **text},
        scale_factor=2,
        image_token_id=words.convert_tokens_to_ids("<image>"),
        pad_token_id=words.pad_token_id,
        **more,
    )


def _idefics_words():
    tokens = ["<|im_start|>", "<end_of_utterance>", "<image>", "<fake_token_around_image>", "<global-img>", "<video>"]
    return tokenizer(
        [*tokens, *(f"<row_{row}_col_{column}>" for row in (1, 2) for column in (1, 2))], eos_token="<end_of_utterance>"
    )


_IDEFICS = _template("<image>", start="<|im_start|>", middle=":", end="<end_of_utterance>\n", assistant="Assistant")


def idefics3():
    """Pictures in rows and columns of crops."""
    words = _idefics_words()
    size = {"size": {"longest_edge": 2 * SIDE}, "max_image_size": {"longest_edge": SIDE}}
    processor = hf.Idefics3Processor(hf.Idefics3ImageProcessor(**size), words, image_seq_len=1, chat_template=_IDEFICS)
    return _idefics(words, hf.Idefics3Config, _text(words)), processor


def smolvlm():
    """The same for small models."""
    words = _idefics_words()
    size = {"size": {"longest_edge": 2 * SIDE}, "max_image_size": {"longest_edge": SIDE}}
    processor = hf.SmolVLMProcessor(
        hf.SmolVLMImageProcessor(**size),
        words,
        hf.SmolVLMVideoProcessor(**size),
        image_seq_len=1,
        chat_template=_IDEFICS,
    )
    return _idefics(words, hf.SmolVLMConfig, _text(words)), processor


def internvl():
    """Pictures in tiles."""
    named = {
        "start_image_token": "<img>",
        "end_image_token": "</img>",
        "context_image_token": "<IMG_CONTEXT>",
        "video_token": "<video>",
    }
    words = tokenizer(
        ["<|im_start|>", "<|im_end|>", *named.values()], eos_token="<|im_end|>", extra_special_tokens=named
    )
    size = {"size": {"height": SIDE, "width": SIDE}}
    processor = hf.InternVLProcessor(
        hf.GotOcr2ImageProcessor(**size, crop_to_patches=True, max_patches=4),
        words,
        hf.InternVLVideoProcessor(**size),
        image_seq_length=1,
        chat_template=_template("<IMG_CONTEXT>\n"),
    )
    config = hf.InternVLConfig(
        vision_config=_vision(image_size=[SIDE, SIDE], patch_size=[14, 14]),
        text_config={"model_type": "qwen2", **_text(words, num_key_value_heads=2)},
        image_token_id=words.convert_tokens_to_ids("<IMG_CONTEXT>"),
        image_seq_length=1,
    )
    return config, processor


def gemma3():
    """Attention in both directions over the picture's tokens."""
    named = {"image_token": "<image_soft_token>", "boi_token": "<start_of_image>", "eoi_token": "<end_of_image>"}
    words = tokenizer(
        ["<start_of_turn>", "<end_of_turn>", *named.values()], eos_token="<end_of_turn>", extra_special_tokens=named
    )
    processor = hf.Gemma3Processor(
        hf.Gemma3ImageProcessor(size={"height": SIDE, "width": SIDE}),
        words,
        image_seq_length=4,
        chat_template=_template(
            "<start_of_image>", begin="<s>", start="<start_of_turn>", end="<end_of_turn>\n", assistant="model"
        ),
    )
    image, first, last = _ids(words, *named.values())
    config = hf.Gemma3Config(
        vision_config=_vision(patch_size=7),
        text_config=_text(words, num_key_value_heads=2, head_dim=8, sliding_window=16, query_pre_attn_scalar=8),
        mm_tokens_per_image=4,
        tie_word_embeddings=False,
        image_token_index=image,
        boi_token_index=first,
        eoi_token_index=last,
    )
    return config, processor


def paligemma():
    """No chat template: the prompt is plain text."""
    words = tokenizer([])
    images = hf.SiglipImageProcessor(size={"height": SIDE, "width": SIDE}, default_to_square=True)
    images.image_seq_length = 4
    processor = hf.PaliGemmaProcessor(images, words)
    config = hf.PaliGemmaConfig(
        vision_config=_vision(projection_dim=32, vision_use_head=False),
        projection_dim=32,
        text_config={"model_type": "gemma", **_text(words, num_key_value_heads=2, head_dim=8)},
        image_token_index=words.convert_tokens_to_ids("<image>"),
        hidden_size=32,
    )
    return config, processor


def mllama():
    """Cross-attention to the picture, no token of it among the words but one."""
    words = tokenizer(
        ["<|image|>", "<|python_tag|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
        eos_token="<|eot_id|>",
    )
    processor = hf.MllamaProcessor(
        hf.MllamaImageProcessor(size={"height": SIDE, "width": SIDE}, max_image_tiles=4),
        words,
        chat_template=_template(
            "<|image|>", begin="<s>", start="<|start_header_id|>", middle="<|end_header_id|>\n\n", end="<|eot_id|>"
        ),
    )
    vision = {
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_global_layers": 1,
        "attention_heads": 2,
    }
    config = hf.MllamaConfig(
        vision_config={
            **vision,
            "vision_output_dim": 64,
            "image_size": SIDE,
            "patch_size": 14,
            "max_num_tiles": 4,
            "intermediate_layers_indices": [0],
            "supported_aspect_ratios": [[1, 1], [1, 2], [1, 3], [1, 4], [2, 1], [2, 2], [3, 1], [4, 1]],
        },
        text_config=_text(words, num_key_value_heads=2, cross_attention_layers=[1]),
        image_token_index=words.convert_tokens_to_ids("<|image|>"),
    )
    return config, processor


def mistral3():
    """Pixtral's tower: pictures of any size, a token between their rows."""
    words = tokenizer(["[INST]", "[/INST]", "[IMG]", "[IMG_BREAK]", "[IMG_END]"])
    template = (
        "{{ '<s>' }}{% for message in messages %}{% if message['role'] == 'user' %}{{ '[INST]' }}"
        "{% for part in message['content'] %}{% if part['type'] == 'image' %}{{ '[IMG]' }}{% else %}{{ part['text'] }}"
        "{% endif %}{% endfor %}{{ '[/INST]' }}{% else %}{{ message['content'][0]['text'] + '</s>' }}{% endif %}"
        "{% endfor %}"
    )
    processor = hf.PixtralProcessor(
        hf.PixtralImageProcessor(size={"longest_edge": 2 * SIDE}, patch_size={"height": 14, "width": 14}),
        words,
        patch_size=14,
        spatial_merge_size=2,
        chat_template=template,
    )
    config = hf.Mistral3Config(
        vision_config={"model_type": "pixtral", **_vision(image_size=2 * SIDE)},
        text_config={"model_type": "mistral", **_text(words, num_key_value_heads=2, head_dim=8)},
        image_token_index=words.convert_tokens_to_ids("[IMG]"),
        spatial_merge_size=2,
    )
    return config, processor


FAMILIES = (
    qwen2_5_vl,
    qwen3_vl,
    llava_onevision,
    idefics3,
    smolvlm,
    internvl,
    gemma3,
    paligemma,
    mllama,
    mistral3,
)


def write(family, folder: Path, seed=0):
    """Write a tiny model of a family with its processor."""
    torch.manual_seed(seed)
    config, processor = family()
    model = hf.AutoModelForImageTextToText.from_config(config)
    with torch.no_grad():  # wide enough that no two answers are as likely
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.normal_(0, 0.3)
    model.generation_config = hf.GenerationConfig(
        eos_token_id=processor.tokenizer.eos_token_id, pad_token_id=processor.tokenizer.pad_token_id
    )
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
