"""Batched generation with a key/value cache: greedy, beam search or sampling."""

import torch
from torch import Tensor

from bench.models.mvaema.attention import Memory
from bench.models.mvaema.decoding import Decoding
from bench.models.mvaema.grounded import select
from bench.models.mvaema.model import MVaEMaModel
from bench.models.mvaema.tokenizer import DECODE, END, SPECIAL


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

    It has room for so many tokens of an answer.
    """

    def __init__(self, model: MVaEMaModel, features: Tensor, prompts: Tensor, room: int) -> None:
        self._model = model
        self._images = tuple(layer.contiguous() for layer in model.grounded.images(features))
        decode = torch.full_like(prompts[:, :1], DECODE)
        places = torch.arange(prompts.shape[1] + 1, device=prompts.device)
        places[-1] = self._place = model.prompt_tokens
        tokens = torch.cat([prompts, decode], dim=1)
        self._memories = [Memory(tokens.shape[1] + room) for _ in self._images]
        hidden = model.decode(tokens, places.expand_as(tokens), self._images, self._memories)
        self.scores = self._speakable(hidden)

    def say(self, tokens: Tensor) -> None:
        """Go on with these tokens (B,)."""
        self._place += 1
        places = torch.full_like(tokens, self._place)
        hidden = self._model.decode(tokens[:, None], places[:, None], self._images, self._memories)
        self.scores = self._speakable(hidden)

    def take(self, rows: Tensor) -> None:
        """Go on with these rows (R,) instead, each as often as it is named."""
        self._images = select(self._images, rows)
        for memory in self._memories:
            memory.take(rows)
        self.scores = self.scores.index_select(0, rows)

    def _speakable(self, hidden: Tensor) -> Tensor:
        """Return the last token's scores; of the special tokens only [EOS] can be said."""
        scores = self._model.embedding.scores(hidden[:, -1]).float()
        scores[:, [token for token in range(len(SPECIAL)) if token != END]] = float("-inf")
        return scores


def _one_by_one(speaker: _Speaker, decoding: Decoding, limit: int, random: torch.Generator | None) -> Tensor:
    """Say one token a row at a time; rows that have ended are let go once they are a quarter of all."""
    rows = torch.arange(len(speaker.scores), device=speaker.scores.device)
    said = rows.new_full((len(rows), limit), END)
    running = torch.ones_like(rows, dtype=torch.bool)
    for place in range(limit):
        token = _drawn(speaker.scores, decoding, random) if decoding.temperature > 0 else speaker.scores.argmax(-1)
        said[rows, place] = token
        running = running & (token != END)
        going = int(running.sum())
        if place + 1 == limit or not going:
            break
        if 4 * going <= 3 * len(rows):
            kept = running.nonzero().squeeze(1)
            speaker.take(kept)
            rows, token, running = rows[kept], token[kept], running[kept]
        speaker.say(token)
    return said


def _drawn(scores: Tensor, decoding: Decoding, random: torch.Generator | None) -> Tensor:
    """Draw from the likeliest tokens that together hold ``top_p`` (nucleus sampling, arXiv:1904.09751)."""
    ordered, order = (scores / decoding.temperature).softmax(-1).sort(descending=True)
    ordered = ordered.masked_fill(ordered.cumsum(-1) - ordered >= decoding.top_p, 0.0)
    drawn = torch.multinomial(ordered, 1, generator=random)
    return order.gather(1, drawn).squeeze(1)


def _beam_search(speaker: _Speaker, batch: int, beams: int, limit: int) -> Tensor:
    """Keep the likeliest ``beams`` beginnings of each row; the best by mean log-probability a token wins."""
    rows = torch.arange(batch, device=speaker.scores.device)
    speaker.take(rows.repeat_interleave(beams))
    said = torch.empty(batch * beams, 0, dtype=torch.long, device=rows.device)
    totals = torch.full((batch, beams), float("-inf"), device=rows.device)
    totals[:, 0] = 0  # all beams of a row begin alike: one of them may go on
    running = torch.ones(batch * beams, dtype=torch.bool, device=rows.device)
    while True:
        logs = _finished_stay(speaker.scores.log_softmax(-1), running)
        totals, chosen = (totals.flatten()[:, None] + logs).view(batch, -1).topk(beams)
        parent = (chosen // logs.shape[-1] + rows[:, None] * beams).flatten()
        token = chosen.flatten() % logs.shape[-1]
        said = torch.cat([said[parent], token[:, None]], dim=1)
        running = running[parent] & (token != END)
        if said.shape[1] == limit or not running.any():
            break
        speaker.take(parent)
        speaker.say(token)
    lengths = (said != END).sum(1).view(batch, beams) + 1
    return said.view(batch, beams, -1)[rows, (totals / lengths).argmax(1)]


def _finished_stay(logs: Tensor, running: Tensor) -> Tensor:
    """Let a beam that has said [EOS] go on with [EOS], at no cost, and nothing else."""
    only_end = torch.full_like(logs, float("-inf"))
    only_end[:, END] = 0
    return torch.where(running[:, None], logs, only_end)
