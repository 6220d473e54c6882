"""Batched generation with a key/value cache: greedy, beam search or sampling."""

import torch
from torch import Tensor

from bench.models.mvaema.attention import Memory
from bench.models.mvaema.decoding import Decoding
from bench.models.mvaema.model import MVaEMaModel
from bench.models.mvaema.one_token import OneTokenLayer
from bench.models.mvaema.tokenizer import DECODE, END


@torch.inference_mode()
def generate(
    model: MVaEMaModel, features: Tensor, prompts: Tensor, decoding: Decoding, random: torch.Generator | None = None
) -> list[list[int]]:
    """Return the answer's tokens, without [EOS], for each prompt (B, T) about image features (B, P, D).

    All prompts have the same length, so that a row's answer does not depend on its neighbours.
    """
    limit = min(decoding.max_new_tokens, model.answer_tokens - 1)
    speaker = _Speaker(model, features, prompts, limit)
    if decoding.num_beams > 1:
        rows = _beam_search(speaker, len(prompts), decoding.num_beams, limit)
    else:
        rows = _one_by_one(speaker, decoding, limit, random)
    return [row[: row.index(END)] if END in row else row for row in rows.tolist()]


class _Speaker:
    """The decoder at work: ``scores`` (B, vocabulary_size) of the next token, and what came before.

    It has ``room`` for a number of answer tokens.
    """

    def __init__(self, model: MVaEMaModel, features: Tensor, prompts: Tensor, room: int) -> None:
        self._model = model
        images = tuple(layer.contiguous() for layer in model.grounded.images(features))
        decode = torch.full_like(prompts[:, :1], DECODE)
        places = torch.arange(prompts.shape[1] + 1, device=prompts.device)
        places[-1] = self._place = model.prompt_tokens
        tokens = torch.cat([prompts, decode], dim=1)
        memories = [Memory(tokens.shape[1] + room) for _ in images]
        hidden = model.decode(tokens, places.expand_as(tokens), images, memories)
        parts = zip(model.text.layers, model.grounded.layers, images, memories, strict=True)
        self._layers = [OneTokenLayer(*part) for part in parts]
        self.scores = self._speakable(hidden[:, -1])

    def say(self, tokens: Tensor) -> None:
        """Append these tokens (B,)."""
        self._place += 1
        embedding = self._model.embedding
        hidden = embedding.tokens(tokens) + embedding.positions.weight[self._place]
        for layer in self._layers:
            hidden = layer(hidden)
        self.scores = self._speakable(self._model.grounded.norm(hidden))

    def take(self, rows: Tensor) -> None:
        """Continue with these rows (R,) instead, each as often as it occurs."""
        for layer in self._layers:
            layer.take(rows)
        self.scores = self.scores.index_select(0, rows)

    def _speakable(self, hidden: Tensor) -> Tensor:
        """Return the scores that follow a token (B, D); of the special tokens only [EOS] is allowed."""
        scores = self._model.embedding.scores(hidden).float()
        scores[:, :END] = float("-inf")  # the last of the special tokens
        return scores


def _one_by_one(speaker: _Speaker, decoding: Decoding, limit: int, random: torch.Generator | None) -> Tensor:
    """Generate one token per row at a time; rows that have ended are dropped once they are a quarter of all."""
    rows = torch.arange(len(speaker.scores), device=speaker.scores.device)
    answers = rows.new_full((len(rows), limit), END)
    running = torch.ones_like(rows, dtype=torch.bool)
    for place in range(limit):
        token = _drawn(speaker.scores, decoding, random) if decoding.temperature > 0 else speaker.scores.argmax(-1)
        answers[rows, place] = token
        running = running & (token != END)
        going = int(running.sum())
        if place + 1 == limit or not going:
            break
        if 4 * going <= 3 * len(rows):
            unfinished = running.nonzero().squeeze(1)
            speaker.take(unfinished)
            rows, token, running = rows[unfinished], token[unfinished], running[unfinished]
        speaker.say(token)
    return answers


def _drawn(scores: Tensor, decoding: Decoding, random: torch.Generator | None) -> Tensor:
    """Draw from the likeliest tokens that together hold ``top_p`` (nucleus sampling, arXiv:1904.09751)."""
    ordered, order = (scores / decoding.temperature).softmax(-1).sort(descending=True)
    ordered = ordered.masked_fill(ordered.cumsum(-1) - ordered >= decoding.top_p, 0.0)
    choice = torch.multinomial(ordered, 1, generator=random)
    return order.gather(1, choice).squeeze(1)


def _beam_search(speaker: _Speaker, batch: int, beams: int, limit: int) -> Tensor:
    """Keep the likeliest ``beams`` beginnings of each row; the best by mean log-probability per token wins."""
    rows = torch.arange(batch, device=speaker.scores.device)
    speaker.take(rows.repeat_interleave(beams))
    answers = torch.empty(batch * beams, 0, dtype=torch.long, device=rows.device)
    totals = torch.full((batch, beams), float("-inf"), device=rows.device)
    totals[:, 0] = 0  # all beams of a row begin alike: one of them may continue
    running = torch.ones(batch * beams, dtype=torch.bool, device=rows.device)
    while True:
        logs = _finished_stay(speaker.scores.log_softmax(-1), running)
        totals, chosen = (totals.flatten()[:, None] + logs).view(batch, -1).topk(beams)
        parent = (chosen // logs.shape[-1] + rows[:, None] * beams).flatten()
        token = chosen.flatten() % logs.shape[-1]
        answers = torch.cat([answers[parent], token[:, None]], dim=1)
        running = running[parent] & (token != END)
        if answers.shape[1] == limit or not running.any():
            break
        speaker.take(parent)
        speaker.say(token)
    lengths = (answers != END).sum(1).view(batch, beams) + 1
    return answers.view(batch, beams, -1)[rows, (totals / lengths).argmax(1)]


def _finished_stay(logs: Tensor, running: Tensor) -> Tensor:
    """Let a finished beam continue with [EOS] alone, at no cost."""
    only_end = torch.full_like(logs, float("-inf"))
    only_end[:, END] = 0
    return torch.where(running[:, None], logs, only_end)
