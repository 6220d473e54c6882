"""How a question about pictures and its answer become a model's inputs, as its own processor makes them."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from bench.errors import BenchError
from bench.models.hub.settings import Wording

_ANSWER = "answer"
"""A word in the place of an answer, to see what a template writes around one."""
_CAUSAL = 1
"""The token type of words that are read in order, by a processor that tells them from a prompt read both ways."""
Inputs = dict[str, Tensor]
"""What a model's forward takes, by name."""


class Request(NamedTuple):
    """What is asked: a text, and grey pictures (H, W) uint8 of any size."""

    text: str
    pictures: tuple[np.ndarray, ...]


class Conversation:
    """Prompts and answers of one processor, which pads at the left."""

    def __init__(self, processor: Any, wording: Wording) -> None:
        self._processor, self._words = processor, processor.tokenizer
        self._wording = wording
        own = [getattr(processor, name, None) for name in ("image_token", "boi_token", "video_token", "audio_token")]
        self._control = sorted({*self._words.all_special_tokens, *filter(None, own)}, key=len, reverse=True)

    def prompt(self, request: Request) -> str:
        """Return the text that asks a question, up to where the answer begins."""
        count, text = len(request.pictures), self._spoken(request.text)
        if self._wording.prompt:
            image = (getattr(self._processor, "image_token", None) or "<image>") * count
            return self._wording.prompt.replace("{image}", image).replace("{request}", text)
        return self._rendered(self._turn(text, count), add_generation_prompt=True)

    def answered(self, prompt: str, answer: str, *, ended: bool = True) -> str:
        """Return a prompt followed by an answer, as the template writes it, with its end unless it is not ``ended``."""
        lead, end = self._around
        return f"{prompt}{lead}{self._spoken(answer)}{end if ended else ''}"

    def answer_tokens(self, prompt: str, answered: str) -> int:
        """Return how many tokens at the end of a prompt with its answer are the answer's.

        A token that joins the last letters of the prompt to the first of the answer is the answer's.
        """
        before, after = self._words([prompt, answered], add_special_tokens=False)["input_ids"]
        shared = next(
            (place for place, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), len(before)
        )
        return len(after) - shared

    def cut(self, answer: str, longest: int) -> str:
        """Return the first ``longest`` tokens of an answer as text."""
        ids = self._words(answer, add_special_tokens=False)["input_ids"]
        return answer if len(ids) <= longest else self._words.decode(ids[:longest])

    def inputs(
        self, texts: Sequence[str], pictures: Sequence[Sequence[np.ndarray]], answers: Sequence[int] = ()
    ) -> Inputs:
        """Return prompts, or prompts with answers, and their pictures as one padded batch; all or none have pictures.

        ``answers`` (B,) are the numbers of tokens at the end that are answers. BenchError if the processor fails.
        """
        begin = self._words.bos_token
        shown = [[self._colour(each) for each in own] for own in pictures]
        try:
            batch = self._processor(
                text=list(texts),
                images=shown if any(shown) else None,
                padding=True,
                return_tensors="pt",
                add_special_tokens=not (begin and texts[0].startswith(begin)),
            )
        except (ValueError, TypeError, KeyError, IndexError) as error:
            reason = " ".join(str(error).split())[:300]
            raise BenchError(f"the model's processor cannot read a question with its picture ({reason})") from error
        inputs: Inputs = dict(batch)
        if inputs.pop("labels", None) is not None:  # it tells a prompt from its answer by token types
            for row, length in enumerate(answers):
                inputs["token_type_ids"][row, inputs["token_type_ids"].shape[1] - length :] = _CAUSAL
        return inputs

    def decoded(self, ids: Tensor) -> list[str]:
        """Return the answers that ids (B, T) spell."""
        return [" ".join(text.split()) for text in self._words.batch_decode(ids, skip_special_tokens=True)]

    def ids(self, text: str) -> list[int]:
        """Return the ids of a text as it stands."""
        return self._words(text, add_special_tokens=False)["input_ids"]

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


def answer_mask(answers: Sequence[int], width: int) -> Tensor:
    """Return which of the last ``width`` tokens of each row are its answer's (B, width) bool."""
    lengths = torch.tensor(answers)[:, None]
    return torch.arange(width)[None] >= width - lengths
