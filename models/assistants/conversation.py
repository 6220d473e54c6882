"""How a question about a picture and its answer become an assistant's tokens, as its processor makes them."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from bench.models.assistants.reader import Reader
from bench.models.assistants.token_batches import TokenBatch


def plain_prompt(plain: str, question: str, caption: str) -> str:
    """Return the text of a plain conversation that asks a question, up to where the answer begins."""
    return plain.format(request=f"{caption} {question}".strip())


class Conversation:
    """Prompts, answers and pictures as a processor of transformers makes them.

    ``plain`` is the prompt, with ``{request}`` in it, for processors without a chat template; ``image_token`` the id
    in the place of a feature of the picture, ``image_tokens`` how many features it has; ``reader`` tokenises the
    prompt for what reads it while looking at the picture.
    """

    def __init__(
        self, processor: Any, plain: str, image_token: int, image_tokens: int, reader: Reader | None = None
    ) -> None:
        self._processor = processor
        self._tokenizer = processor.tokenizer
        self._plain = plain
        self._reader = reader
        self._image_token, self._image_tokens = image_token, image_tokens
        self._image_word: str = self._tokenizer.convert_ids_to_tokens(image_token)
        self.prompt_ids = cache(self._prompt_ids)
        self.end: int = self._tokenizer.eos_token_id
        padding = self._tokenizer.pad_token_id
        self.pad: int = self.end if padding is None else padding

    def prompt(self, question: str, caption: str) -> str:
        """Return the text that asks a question, up to where the answer begins."""
        question, caption = self._spoken(question), self._spoken(caption)
        if not self._processor.chat_template:
            return plain_prompt(self._plain, question, caption)
        content = [{"type": "image"}, {"type": "text", "text": f"{caption} {question}".strip()}]
        return self._processor.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True)

    def read(self, requests: Sequence[tuple[str, str]]) -> TokenBatch | None:
        """Return the prompts of questions and captions for the picture's reader; None if there is no reader."""
        return self._reader([self.prompt(*each) for each in requests]) if self._reader else None

    def prompt_length(self, question: str, caption: str) -> int:
        """Return how many tokens a prompt has, the picture's included: for its writer or, if more, for its reader."""
        read = self._reader.length(self.prompt(question, caption)) if self._reader else 0
        return max(len(self.prompt_ids(question, caption)), read)

    def longest_prompt(self, room: int) -> int:
        """Return the most tokens of a prompt that is read whole, if its writer has ``room`` for so many."""
        return min(room, self._reader.longest) if self._reader else room

    def answer_ids(self, answers: Sequence[str], longest: int) -> list[np.ndarray]:
        """Return the ids (T,) int32 of each answer with its end token, cut after ``longest`` tokens."""
        # Tokenised after the prompt's end: alone, an answer's first word may get other tokens.
        lead = self.prompt("?", "").rpartition("?")[2]
        skipped = len(self._encoded([lead])[0])
        coded = self._encoded([f"{lead} {self._spoken(answer)}" for answer in answers])
        return [np.array([*ids[skipped:], self.end][:longest], dtype=np.int32) for ids in coded]

    def decoded(self, ids: Tensor) -> list[str]:
        """Return the answers that ids (B, T) spell."""
        return [text.strip() for text in self._tokenizer.batch_decode(ids, skip_special_tokens=True)]

    def pixels(self, grey: np.ndarray, device: str) -> Tensor:
        """Return grey uint8 pictures (B, H, W) as the processor prepares them: size, mean and deviation."""
        colour = torch.from_numpy(np.ascontiguousarray(grey)).to(device)[:, None].expand(-1, 3, -1, -1)
        return self._processor.image_processor(images=colour, return_tensors="pt")["pixel_values"]

    def _spoken(self, text: str) -> str:
        """Return a text without the picture's token: the picture has one place, and no question may add one."""
        return text.replace(self._image_word, " ")

    def _prompt_ids(self, question: str, caption: str) -> np.ndarray:
        """Return the ids (T,) int32 of a prompt, with as many image tokens as the picture has features."""
        text = self.prompt(question, caption)
        has_begin = bool(self._tokenizer.bos_token) and text.startswith(self._tokenizer.bos_token)
        ids = self._tokenizer.encode(text, add_special_tokens=not has_begin)
        if self._image_token not in ids:  # BLIP's processors put the picture before all else, the begin token too
            ids.insert(0, self._image_token)
        coded = np.array(ids, dtype=np.int32)
        return np.repeat(coded, np.where(coded == self._image_token, self._image_tokens, 1))

    def _encoded(self, texts: list[str]) -> list[list[int]]:
        return self._tokenizer(texts, add_special_tokens=False)["input_ids"]
