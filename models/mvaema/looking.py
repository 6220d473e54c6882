"""Where the words of an answer looked: the decoder's cross-attention over the patches of the picture."""

from collections.abc import Sequence

import torch
from torch import Tensor

from bench.contracts import Look
from bench.models.mvaema.model import MVaEMaModel
from bench.models.mvaema.tokenizer import DECODE, TextTokenizer


def look(
    model: MVaEMaModel, tokenizer: TextTokenizer, features: Tensor, prompt: Sequence[int], answer_ids: Sequence[int]
) -> Look:
    """Return where an answer's words looked, given the picture's features (1, 1 + patches, D).

    A word's attention is the mean over its tokens and the heads of the last layer, from which the answer is read;
    earlier layers spread their attention almost evenly. A token's attention is that of the step that chose it.
    Attention on [CLS], which represents the whole picture, is on no patch.
    """
    shares = cross_attention(model, features, prompt, answer_ids)[-1].mean(0)[:, 1:]
    side = round(shares.shape[1] ** 0.5)
    words = tokenizer.words(answer_ids)
    weights = [shares[places].mean(0) for _, places in words]
    stacked = torch.stack(weights) if weights else shares[:0]
    (answer,) = tokenizer.decode([answer_ids])
    return Look(answer, tuple(word for word, _ in words), stacked.unflatten(1, (side, side)).cpu().numpy())


@torch.inference_mode()
def cross_attention(model: MVaEMaModel, features: Tensor, prompt: Sequence[int], answer_ids: Sequence[int]) -> Tensor:
    """Return the shares (layers, heads, answer tokens, 1 + patches) of the attention that chose each token."""
    tokens = torch.tensor([[*prompt, DECODE, *answer_ids[:-1]]], device=features.device)
    answer = torch.arange(model.prompt_tokens, model.prompt_tokens + max(len(answer_ids), 1), device=features.device)
    places = torch.cat([torch.arange(len(prompt), device=features.device), answer])
    hidden, shares = model.embedding(tokens, places[None]), []
    images = model.grounded.images(features)
    for layer, own, seen in zip(model.text.layers, model.grounded.layers, images, strict=True):
        hidden = hidden + own.causal_attention.causal(hidden)
        shares.append(own.cross_attention.shares(hidden, seen)[0, :, len(prompt) :])
        hidden = own.ground(hidden, seen, layer)
    return torch.stack(shares)[:, :, : len(answer_ids)]
