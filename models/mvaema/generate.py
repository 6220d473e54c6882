"""Batched generation with a key/value cache: greedy, beam search or sampling."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from bench.models.mvaema.grounded import Layered
from bench.models.mvaema.model import MVaEMaModel
from bench.models.mvaema.tokenizer import DECODE, END, SPECIAL


@dataclass(frozen=True)
class Decoding:
    """How an answer is chosen; ``beams`` counts for ``beam``, ``temperature`` and ``top_p`` for ``sample``."""

    method: Literal["greedy", "beam", "sample"] = "greedy"
    beams: int = 4
    temperature: float = 1.0
    top_p: float = 1.0
    max_answer_tokens: int = 64


@torch.inference_mode()
def generate(
    model: MVaEMaModel, features: Tensor, prompts: Tensor, decoding: Decoding, random: torch.Generator | None = None
) -> list[list[int]]:
    """Return the answer's tokens, without [EOS], for each prompt (B, T) about image features (B, P, D).

    All prompts have the same length, so that a row's answer does not depend on its neighbours.
    """
    images = model.grounded.images(features)
    limit = min(decoding.max_answer_tokens, model.answer_tokens - 1)
    if decoding.method == "beam":
        rows = _beam_search(model, images, prompts, decoding.beams, limit)
    else:
        rows = _one_by_one(model, images, prompts, decoding, limit, random)
    return [row[: row.index(END)] if END in row else row for row in rows.tolist()]


def _one_by_one(
    model: MVaEMaModel,
    images: Layered,
    prompts: Tensor,
    decoding: Decoding,
    limit: int,
    random: torch.Generator | None,
) -> Tensor:
    scores, past = _prefill(model, images, prompts)
    tokens = torch.full((len(prompts), limit), END, device=prompts.device)
    running = torch.ones(len(prompts), dtype=torch.bool, device=prompts.device)
    for step in range(limit):
        token = scores.argmax(-1) if decoding.method == "greedy" else _sample(scores, decoding, random)
        tokens[:, step] = torch.where(running, token, END)
        running &= token != END
        if step + 1 == limit or not running.any():
            break
        scores, past = _step(model, images, tokens[:, step], step, past)
    return tokens


def _beam_search(model: MVaEMaModel, images: Layered, prompts: Tensor, beams: int, limit: int) -> Tensor:
    """Keep the ``beams`` likeliest beginnings of each row; the best by mean log-probability a token wins."""
    batch, device = len(prompts), prompts.device
    scores, past = _prefill(model, images, prompts)
    fan_out = torch.arange(batch, device=device).repeat_interleave(beams)
    images, past, scores = _rows(images, fan_out), _rows(past, fan_out), scores.index_select(0, fan_out)
    tokens = torch.full((batch * beams, limit), END, device=device)
    # All beams of a row begin alike: only the first may win at the first step.
    totals = torch.full((batch, beams), float("-inf"), device=device)
    totals[:, 0] = 0
    running = torch.ones(batch * beams, dtype=torch.bool, device=device)
    lengths = torch.zeros(batch * beams, device=device)
    for step in range(limit):
        logs = scores.log_softmax(-1)
        logs = torch.where(running[:, None], logs, _only_end(logs))
        width = logs.shape[-1]
        totals, chosen = (totals.flatten()[:, None] + logs).view(batch, -1).topk(beams)
        parent = (chosen // width + torch.arange(batch, device=device)[:, None] * beams).flatten()
        tokens, running, lengths = tokens[parent], running[parent], lengths[parent]
        tokens[:, step] = chosen.flatten() % width
        lengths = lengths + running
        running = running & (tokens[:, step] != END)
        if step + 1 == limit or not running.any():
            break
        scores, past = _step(model, images, tokens[:, step], step, _rows(past, parent))
    best = (totals / lengths.view(batch, beams).clamp(min=1)).argmax(1)
    return tokens.view(batch, beams, limit)[torch.arange(batch, device=device), best]


def _prefill(model: MVaEMaModel, images: Layered, prompts: Tensor) -> tuple[Tensor, Layered]:
    """Read the prompts and [Decode]; return the scores of the first answer token."""
    decode = torch.full_like(prompts[:, :1], DECODE)
    tokens = torch.cat([prompts, decode], dim=1)
    positions = torch.arange(prompts.shape[1], device=prompts.device)
    positions = torch.cat([positions, positions.new_tensor([model.prompt_tokens])]).expand_as(tokens)
    hidden, past = model.decode(tokens, positions, images)
    return _scores(model, hidden), past


def _step(model: MVaEMaModel, images: Layered, tokens: Tensor, step: int, past: Layered) -> tuple[Tensor, Layered]:
    positions = torch.full_like(tokens, model.prompt_tokens + 1 + step)
    hidden, past = model.decode(tokens[:, None], positions[:, None], images, past)
    return _scores(model, hidden), past


def _scores(model: MVaEMaModel, hidden: Tensor) -> Tensor:
    scores = model.embedding.scores(hidden[:, -1]).float()
    barred = [token for token in range(len(SPECIAL)) if token != END]
    scores[:, barred] = float("-inf")
    return scores


def _sample(scores: Tensor, decoding: Decoding, random: torch.Generator | None) -> Tensor:
    """Draw from the likeliest tokens that together hold ``top_p`` (nucleus sampling, arXiv:1904.09751)."""
    ordered, order = (scores / decoding.temperature).softmax(-1).sort(descending=True)
    ordered = ordered.masked_fill(ordered.cumsum(-1) - ordered >= decoding.top_p, 0.0)
    drawn = torch.multinomial(ordered, 1, generator=random)
    return order.gather(1, drawn).squeeze(1)


def _only_end(logs: Tensor) -> Tensor:
    """Return log-probabilities under which a finished beam goes on with [EOS] for free."""
    only = torch.full_like(logs, float("-inf"))
    only[:, END] = 0
    return only


def _rows(layered: Layered, rows: Tensor) -> Layered:
    return tuple(layer.of(rows) for layer in layered)
