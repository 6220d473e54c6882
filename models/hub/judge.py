"""The judge ``hf:NAME``: a model of transformers on this machine that marks answers; it sees no picture."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
import torch

from bench.contracts import Context, MarkingPrompt, Marks
from bench.errors import BenchError
from bench.models.hub.batches import in_batches
from bench.models.hub.conversation import Chat, PictureQuestion
from bench.models.hub.network import HubNetwork
from bench.models.hub.opening import opened
from bench.models.hub.settings import Opening, PromptText, PromptWording, QuestionsAtOnce
from bench.models.hub.source import located
from bench.specs import Setting
from bench.training.seeding import seed_all


class HubJudge:
    """A ``Judge`` of ``bench.contracts``: a reply that cannot be read is asked for once more, with the reminder."""

    def __init__(
        self,
        context: Context,
        *,
        opening: Annotated[Opening, Setting()],
        prompt: PromptText = "",
        longest_marks: Annotated[int, Setting("longest reply of a judge in tokens", ge=1, le=1_000_000)] = 512,
        answer_batch_size: QuestionsAtOnce = 16,
        most_missing: Annotated[
            float,
            Setting(
                "share of answers that may stay without a mark; above it the cell fails", decides=False, ge=0, le=1
            ),
        ] = 0.1,
    ) -> None:
        self._context, self._opening, self._wording = context, opening, PromptWording(prompt)
        self._longest, self._at_once, self._most_missing = longest_marks, answer_batch_size, most_missing

    @torch.inference_mode()
    def marks(self, prompts: Sequence[MarkingPrompt]) -> list[Marks | None]:
        """Return the marks of each prompt, None where both replies were malformed; BenchError if too many are."""
        context = self._context
        name = context.model.name.partition(":")[2]
        seed_all(context.seed)
        model, processor = opened(located(name), self._opening, "none", context.device)
        network, talk = HubNetwork(model), Chat(processor, self._wording)
        decoding = network.likeliest(talk.end, talk.pad, self._longest, 1)

        def replies(texts: Sequence[str]) -> list[str]:
            context.progress.start(f"{name} marks", len(texts))

            def answers(positions: np.ndarray) -> list[str]:
                requests = [talk.prompt(PictureQuestion(texts[int(position)], ())) for position in positions]
                return talk.decoded(network.generate(talk.inputs(requests, [()] * len(requests)), decoding))

            return in_batches(len(texts), self._at_once, answers, context.progress)

        texts = [f"{prompt.instructions}\n\n{prompt.case}" for prompt in prompts]
        marks = [_read(prompt, reply) for prompt, reply in zip(prompts, replies(texts), strict=True)]
        again = [place for place, own in enumerate(marks) if own is None]
        reminded = replies([f"{texts[place]}\n\n{prompts[place].reminder}" for place in again])
        for place, reply in zip(again, reminded, strict=True):
            marks[place] = _read(prompts[place], reply)
        missing = [reply for place, reply in zip(again, reminded, strict=True) if marks[place] is None]
        if len(missing) > self._most_missing * len(prompts):
            raise BenchError(
                f"{len(missing)} of {len(prompts)} answers have no mark: the judge replied {missing[0][:80]!r}, which "
                "is none; name another judge, or allow more by its setting most_missing"
            )
        return marks


def _read(prompt: MarkingPrompt, reply: str) -> Marks | None:
    """Return the marks that a reply holds, None if it is malformed."""
    try:
        return prompt.reads(reply)
    except ValueError:
        return None
