"""The torch module around a model of transformers that reads pictures and text, for training and for generation."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from inspect import signature
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from transformers import GenerationConfig, LogitsProcessor

from bench.models.hub.conversation import Inputs, answer_mask


class Taught(NamedTuple):
    """Prompts with their answers: ``answers`` (B,) says how many tokens at the end of each row are the answer's."""

    inputs: Inputs
    answers: tuple[int, ...]


class HubNetwork(nn.Module):
    """A model whose answers are generated, scored and learned alike, whatever its family."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model
        self._keeps_logits = "logits_to_keep" in signature(model.forward).parameters

    def forward(self, taught: Taught) -> Tensor:
        """Return the mean loss of the answers' tokens."""
        width = max(taught.answers)
        inputs = self._placed(taught.inputs)
        last = {"logits_to_keep": width + 1} if self._keeps_logits else {}
        with self._number_type():
            logits = self.model(**inputs, **last, use_cache=False).logits[:, -width - 1 : -1]
        scored = answer_mask(taught.answers, width).to(logits.device)
        return cross_entropy(logits[scored].float(), inputs["input_ids"][:, -width:][scored])

    def likeliest(self, end: int, pad: int, longest: int, beams: int) -> GenerationConfig:
        """Return how answers are generated: the likeliest words, whatever the model's own file of sampling says."""
        own = self.model.generation_config.eos_token_id
        ends = {end, *([own] if isinstance(own, int) else own or [])}
        return GenerationConfig(
            max_new_tokens=longest,
            num_beams=beams,
            do_sample=False,
            repetition_penalty=1.0,
            no_repeat_ngram_size=0,
            pad_token_id=pad,
            eos_token_id=sorted(ends),
        )

    def generate(self, inputs: Inputs, decoding: GenerationConfig) -> Tensor:
        """Return the ids (B, T) that follow the prompts."""
        inputs = self._placed(inputs)
        with self._number_type():
            ids = self.model.generate(**inputs, generation_config=decoding)
        return ids if self.model.config.is_encoder_decoder else ids[:, inputs["input_ids"].shape[1] :]

    def likelihoods(self, inputs: Inputs, following: Sequence[Sequence[int]], pad: int) -> Tensor:
        """Return the log-likelihood (B,) of the ids that are to follow each prompt, float64.

        They are generated one by one, as answers are: so each family reads its prompt, its pictures and what it has
        written in its own way, which one pass over prompt and answer together does not ensure.
        """
        inputs = self._placed(inputs)
        device = inputs["input_ids"].device
        width = max(map(len, following))
        wanted = torch.tensor([[*row, *[pad] * (width - len(row))] for row in following], device=device)
        decoding = _silent(width, pad)
        with self._number_type():
            steps = self.model.generate(
                **inputs,
                generation_config=decoding,
                logits_processor=[_Forced(wanted)],
            ).logits
        total = torch.zeros(len(wanted), dtype=torch.float64, device=device)
        lengths = torch.tensor([len(row) for row in following], device=device)
        for step, logits in enumerate(steps):
            scores = logits.double().log_softmax(1).gather(1, wanted[:, step : step + 1])[:, 0]
            total += torch.where(step < lengths, scores, 0.0)
        return total.cpu()

    def next_words(self, inputs: Inputs, pad: int) -> Tensor:
        """Return the log-probability of every word (B, V) right after each prompt, float64."""
        decoding = _silent(1, pad)
        with self._number_type():
            steps = self.model.generate(**self._placed(inputs), generation_config=decoding).logits
        return steps[0].double().log_softmax(1).cpu()

    def _placed(self, inputs: Inputs) -> Inputs:
        """Return inputs on the model's device, pictures in its number type."""
        model = self.model
        return {
            name: value.to(model.device, model.dtype if value.is_floating_point() else None)
            for name, value in inputs.items()
        }

    def _number_type(self) -> AbstractContextManager[Any]:
        """Compute in the number type of frozen half-precision weights, in which case float32 ones learn."""
        kind = self.model.dtype
        return nullcontext() if kind == torch.float32 else torch.autocast(self.model.device.type, dtype=kind)


def _silent(words: int, pad: int) -> GenerationConfig:
    """Return how so many words are generated for the probabilities alone, whatever the model's own file says."""
    return GenerationConfig(
        max_new_tokens=words,
        do_sample=False,
        num_beams=1,
        pad_token_id=pad,
        output_logits=True,
        return_dict_in_generate=True,
    )


class _Forced(LogitsProcessor):
    """Lets nothing follow but the wanted ids (B, T)."""

    def __init__(self, wanted: Tensor) -> None:
        self._wanted = wanted
        self._step = 0

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        forced = torch.full_like(scores, float("-inf"))
        forced.scatter_(1, self._wanted[:, self._step : self._step + 1], 0.0)
        self._step += 1
        return forced
