"""How a question about pictures and its answer become a model's inputs, as its own processor makes them."""

from collections.abc import Sequence
from functools import cached_property
from inspect import signature
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from bench.endpoint.request import Malformed, without_thought
from bench.errors import BenchError
from bench.models.hub.settings import PromptWording

_ANSWER = "answer"
"""A word in the place of an answer, to see what a template writes around one."""
Inputs = dict[str, Tensor]
"""What a model's forward takes, by name."""


class PictureQuestion(NamedTuple):
    """What is asked: a text, and grey pictures (H, W) uint8 of any size."""

    text: str
    pictures: tuple[np.ndarray, ...]


class Chat:
    """Prompts and answers of one processor, which pads at the left."""

    def __init__(self, processor: Any, wording: PromptWording) -> None:
        self._processor, self._words = processor, processor.tokenizer
        self._wording = wording
        self._takes_suffix = "suffix" in signature(processor.__call__).parameters
        own = [getattr(processor, name, None) for name in ("image_token", "boi_token", "video_token", "audio_token")]
        self._control = sorted({*self._words.all_special_tokens, *filter(None, own)}, key=len, reverse=True)

    def prompt(self, request: PictureQuestion) -> str:
        """Return the text that asks a question, up to where the answer begins."""
        count, text = len(request.pictures), self._spoken(request.text)
        if self._wording.prompt:
            image = (getattr(self._processor, "image_token", None) or "<image>") * count
            return self._wording.prompt.replace("{image}", image).replace("{request}", text)
        return self._rendered(self._turn(text, count), add_generation_prompt=True)

    def following(self, prompt: str, answer: str, *, ended: bool = True) -> tuple[int, ...]:
        """Return the ids of an answer after a prompt, with its end unless it is not ``ended``.

        A token that joins the last letters of the prompt to the first of the answer is the answer's.
        """
        if self._takes_suffix:
            return (*self._ids(self._spoken(answer)), *([self.end] if ended else []))
        before, after = self._ids(prompt), self._ids(self._answered(prompt, answer, ended=ended))
        places = zip(before, after, strict=False)
        shared = next((place for place, (one, other) in enumerate(places) if one != other), len(before))
        return tuple(after[shared:])

    def cut(self, answer: str, longest: int) -> str:
        """Return the first ``longest`` tokens of an answer as text."""
        ids = self._ids(answer)
        return answer if len(ids) <= longest else self._words.decode(ids[:longest])

    def inputs(self, prompts: Sequence[str], pictures: Sequence[Sequence[np.ndarray]]) -> Inputs:
        """Return prompts and their pictures as one padded batch; all have pictures or none has."""
        return self._processed(prompts, pictures)

    def lesson(
        self, prompts: Sequence[str], answers: Sequence[str], pictures: Sequence[Sequence[np.ndarray]]
    ) -> tuple[Inputs, tuple[int, ...]]:
        """Return the same with an answer after each prompt, and the number (B,) of tokens at the end that are its."""
        pairs = list(zip(prompts, answers, strict=True))
        lengths = tuple(len(self.following(*pair)) for pair in pairs)
        if self._takes_suffix:  # it lets a prompt be read both ways, and an answer in order
            return self._processed(prompts, pictures, suffix=[self._spoken(answer) for answer in answers]), lengths
        return self._processed([self._answered(*pair) for pair in pairs], pictures), lengths

    def _processed(self, texts: Sequence[str], pictures: Sequence[Sequence[np.ndarray]], **more: Any) -> Inputs:
        """Return what the processor makes of texts and pictures; BenchError if it fails."""
        begin = self._words.bos_token
        shown = [[self._colour(each) for each in own] for own in pictures]
        try:
            batch = self._processor(
                text=list(texts),
                images=shown if any(shown) else None,
                padding=True,
                return_tensors="pt",
                add_special_tokens=not (begin and texts[0].startswith(begin)),
                **more,
            )
        except (ValueError, TypeError, KeyError, IndexError) as error:
            reason = " ".join(str(error).split())[:300]
            raise BenchError(f"the model's processor cannot read a question with its picture ({reason})") from error
        return {name: value for name, value in batch.items() if name != "labels"}

    def decoded(self, ids: Tensor) -> list[str]:
        """Return the answers that ids (B, T) spell, in one line and without a thought before them."""
        return [
            " ".join(_without_thought(text).split()) for text in self._words.batch_decode(ids, skip_special_tokens=True)
        ]

    @property
    def pad(self) -> int:
        """The id of the token that fills a batch."""
        return self._words.pad_token_id

    @property
    def end(self) -> int:
        """The id of the token that ends an answer."""
        return self._words.eos_token_id

    @cached_property
    def _around(self) -> tuple[str, str]:
        """What the template writes before an answer and after it; the end token alone if that cannot be seen."""
        nothing = ("", self._words.eos_token or "")
        if self._wording.prompt:
            return nothing
        turn, content = self._turn("?", 0), [{"type": "text", "text": _ANSWER}]
        prompt = self._rendered(turn, add_generation_prompt=True)
        whole = self._rendered([*turn, {"role": "assistant", "content": content}], add_generation_prompt=False)
        lead, word, end = whole.removeprefix(prompt).partition(_ANSWER)
        if not (whole.startswith(prompt) and word):
            return nothing
        before, token, _ = end.partition(self._words.eos_token or end)
        return lead, before + token  # nothing is generated after the end token

    def _answered(self, prompt: str, answer: str, *, ended: bool = True) -> str:
        """Return a prompt followed by an answer, as the template writes it."""
        lead, end = self._around
        return f"{prompt}{lead}{self._spoken(answer)}{end if ended else ''}"

    def _ids(self, text: str) -> list[int]:
        return self._words(text, add_special_tokens=False)["input_ids"]

    def _turn(self, text: str, pictures: int) -> list[dict[str, Any]]:
        return [{"role": "user", "content": [*[{"type": "image"}] * pictures, {"type": "text", "text": text}]}]

    def _rendered(self, turns: list[dict[str, Any]], *, add_generation_prompt: bool) -> str:
        try:
            return self._processor.apply_chat_template(turns, add_generation_prompt=add_generation_prompt)
        except Exception as error:  # a template is a program of its author's
            reason = " ".join(str(error).split())[:300]
            raise BenchError(
                f"the model's chat template fails on a question with its picture ({reason}); write the prompt "
                "yourself by its setting prompt"
            ) from error

    def _spoken(self, text: str) -> str:
        """Return a text without control tokens: a picture has its own place, and no question may add one."""
        for token in self._control:
            text = text.replace(token, " ")
        return text

    def _colour(self, grey: np.ndarray) -> Image.Image:
        picture, longest = Image.fromarray(np.ascontiguousarray(grey)), self._wording.longest_side
        if longest and max(picture.size) > longest:
            picture.thumbnail((longest, longest), Image.Resampling.BICUBIC)
        return picture.convert("RGB")


def _without_thought(text: str) -> str:
    """Return the text after a thought, '' if the thought does not end."""
    try:
        return without_thought(text)
    except Malformed:
        return ""


def answer_mask(answers: Sequence[int], width: int) -> Tensor:
    """Return which of the last ``width`` tokens of each row are its answer's (B, width) bool."""
    lengths = torch.tensor(answers)[:, None]
    return torch.arange(width)[None] >= width - lengths
