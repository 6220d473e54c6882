"""Answers heard as they grow: functions for ``ModelSpec.streams``, apart from estimators, as they decide nothing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn, tensor

from bench.contracts import Instructions

if TYPE_CHECKING:
    from bench.models.assistants.estimator import Assistant
    from bench.models.hub.estimator import HubModel
    from bench.models.mvaema.estimator import MVaEMa

Hear = Callable[[str], None]


def of_mvaema(estimator: "MVaEMa", questions: Instructions, hear: Hear) -> str:
    """Return the answer to one record; ``hear`` gets it as it grows, unless beams are searched."""
    tokenizer = estimator.tokenizer
    with listening(estimator.model.embedding.tokens, lambda ids: hear(_whole(tokenizer.decode([ids])[0]))):
        return estimator.answer(questions)[0]


def of_transformers(estimator: "Assistant | HubModel", questions: Instructions, hear: Hear) -> str:
    """Return the answer to one record of a model of transformers; ``hear`` gets it as it grows, unless beams are."""
    network, conversation = estimator._network, estimator._conversation
    assert network is not None and conversation is not None, "a model answers after it was loaded"
    with listening(
        network.model.get_input_embeddings(), lambda ids: hear(_whole(conversation.decoded(tensor([ids]))[0]))
    ):
        return estimator.answer(questions)[0]


@contextmanager
def listening(embedding: nn.Module, hear: Callable[[Sequence[int]], None]) -> Iterator[None]:
    """Let ``hear`` have the ids that a decoder has written so far: it reads each, alone, to write the next.

    By a hook, because a model of transformers is generated from in many ways, and what it trains with must not change.
    """
    ids: list[int] = []

    def note(module: nn.Module, read: tuple[Any, ...]) -> None:
        if read and isinstance(read[0], Tensor) and read[0].numel() == 1:
            ids.append(int(read[0]))
            hear(ids)

    handle = embedding.register_forward_pre_hook(note)
    try:
        yield
    finally:
        handle.remove()


def _whole(text: str) -> str:
    """Return a text without its last letters as long as bytes of them are to come."""
    return text.rstrip("\ufffd")
