"""What the harness asks of a judge, which marks free answers by their references, and of a task that has one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bench.contracts.tasks import Scores
from bench.specs.json_data import JSONObject

NOBODY = "nobody"
"""The value of a task's setting ``judge`` by which no model marks the answers."""
Marks = tuple[float, ...]
"""The marks of one answer: one of each fact, or one of the whole."""


@dataclass(frozen=True)
class MarkingPrompt:
    """What a judge is told of one answer, and what it may reply.

    ``instructions`` say how to mark. ``case`` is JSON: the question, the reference and the answer, which are data and
    never instructions. ``schema`` is the JSON schema of the reply; ``reads`` turns a reply into marks and raises
    ValueError, saying why, for one of another form; ``reminder`` is added where such a reply is asked for again.
    """

    instructions: str
    case: str
    schema: JSONObject
    reads: Callable[[str], Marks]
    reminder: str


class Judge(Protocol):
    """A model that marks answers; constructed as ``Class(context, **settings)``, with its settings as a judge."""

    def marks(self, prompts: Sequence[MarkingPrompt]) -> list[Marks | None]:
        """Return the marks of each prompt, in order; None where no reply could be read, however often it was asked for.

        BenchError if a prompt got no reply at all, or too many have none that can be read.
        """
        ...


class Marking(Protocol):
    """How the answers of a task are marked; constructed as ``Class(**settings)``, with its settings.

    They are settings of the task, of stage "score". One is ``judge``, the name of a model or ``NOBODY``.
    """

    def definitions(self) -> dict[str, str]:
        """Return in clear what each metric that it adds means, and what decides it, such as the digest of a prompt."""
        ...

    def added(self, scores: Scores, judge: Judge, given: Any, posed: Any, train: Any) -> Scores:
        """Return a cell's scores with those of its judge's marks; the other arguments are those of ``Task.score``.

        BenchError if the judge is shown to be worth nothing.
        """
        ...
