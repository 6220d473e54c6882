"""A question in the words of a Q-Former, which has a tokenizer of its own."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from bench.models.assistants.token_batches import TokenBatch, answered
from bench.models.assistants.tokenizer import IMAGE_TOKEN

_NOTHING = np.array([], dtype=np.int32)


class Reader:
    """Tokenises prompts for a Q-Former, cut after ``longest`` tokens."""

    def __init__(self, tokenizer: Any, longest: int) -> None:
        self._tokenizer = tokenizer
        self.longest = longest
        self._ids = cache(self._encoded)

    def __call__(self, prompts: Sequence[str]) -> TokenBatch:
        """Return prompts without answers and without the picture's place, padded at the right."""
        rows = [self._ids(prompt) for prompt in prompts]
        return answered(rows, [_NOTHING] * len(rows), self._tokenizer.pad_token_id)

    def length(self, prompt: str) -> int:
        """Return how many tokens a prompt has, cut or not."""
        return len(self._tokenizer.encode(prompt.replace(IMAGE_TOKEN, ""), verbose=False))

    def _encoded(self, prompt: str) -> np.ndarray:
        ids = self._tokenizer.encode(prompt.replace(IMAGE_TOKEN, ""), truncation=True, max_length=self.longest)
        self._tokenizer.encode("")  # it keeps the last call's truncation, which would be stored with a model
        return np.array(ids, dtype=np.int32)
