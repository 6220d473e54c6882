"""The judge ``openai:NAME``: a model behind an OpenAI-compatible server that marks answers; it sees no picture."""

from collections.abc import Sequence
from typing import Annotated

from bench.contracts import Context, MarkingPrompt, Marks
from bench.endpoint.address import Address
from bench.endpoint.calling import ask
from bench.endpoint.dialect import Dialect
from bench.endpoint.endpoint import CallLimits, Endpoint
from bench.endpoint.outcome import Outcome
from bench.endpoint.request import Malformed, ServerQuestion, text_tokens, without_thought
from bench.errors import BenchError
from bench.models.remote.outcomes import check_missing, is_missing, why
from bench.models.remote.settings import AnswerSampling, Spending
from bench.specs import Setting
from bench.terminal.text import safe


class RemoteJudge:
    """A ``Judge`` of ``bench.contracts``: each reply is paid once and then stored, by all that the server is sent."""

    def __init__(
        self,
        context: Context,
        *,
        base_url: Annotated[
            str, Setting("a server of your own; '' is the public API", check="bench.endpoint.address:Address")
        ] = "",
        drawn: AnswerSampling,
        wording: Dialect,
        limits: Annotated[CallLimits, Setting(decides=False)],
        spending: Annotated[Spending, Setting(decides=False)],
        most_missing: Annotated[
            float,
            Setting(
                "share of answers that may stay without a mark; above it the cell fails", decides=False, ge=0, le=1
            ),
        ] = 0.1,
    ) -> None:
        self._progress, self._model = context.progress, context.model.name.partition(":")[2]
        self._endpoint = Endpoint(
            self._model,
            Address(base_url.rstrip("/")),
            drawn.sampling,
            context.model.name,
            limits.in_flight,
            limits.timeout,
            dialect=wording,
        )
        self._ledger = spending.ledger(self._model)
        self._most_missing = most_missing

    def marks(self, prompts: Sequence[MarkingPrompt]) -> list[Marks | None]:
        """Return the marks of each prompt, None for a refusal and for a reply that stayed malformed.

        BenchError if a prompt got no reply: the others are stored, and the same run asks for the rest. The budget is
        that of all calls of this judge.
        """
        outcomes: dict[str, Outcome] = {}
        calls = self._ledger.calls
        self._progress.start(f"{self._model} marks", len(prompts))

        def report(outcome: Outcome) -> None:
            if outcome.status in ("failed", "refused") and not any(map(is_missing, outcomes.values())):
                self._progress.say(safe(f"the judge's first reply without a mark: {why(outcome)}"))
            outcomes[outcome.question] = outcome
            self._progress.advance(len(outcomes))

        within = ask(self._endpoint, map(_question, map(str, range(len(prompts))), prompts), self._ledger, report)
        lost = [outcome for outcome in outcomes.values() if outcome.status == "lost"]
        if left := len(prompts) - len(outcomes) + len(lost):
            reason = lost[0].reason if within else "the budget would be passed"
            raise BenchError(f"{left} of {len(prompts)} answers have no mark ({reason}); the others are kept")
        check_missing(outcomes.values(), self._most_missing, self._endpoint.settings)
        if self._ledger.calls > calls:
            self._progress.say(safe(f"judge {self._model}: {self._ledger} so far"))
        return [outcomes[str(number)].value for number in range(len(prompts))]


def _question(name: str, prompt: MarkingPrompt) -> ServerQuestion:
    """Return a prompt as the server is asked it; its reply is asked for again if it is malformed."""

    def read(reply: str) -> Marks:
        text = without_thought(reply)
        if not text.strip():
            raise Malformed("empty")
        try:
            return prompt.reads(text)
        except ValueError as error:
            raise Malformed(str(error)) from None

    messages = ({"role": "system", "content": prompt.instructions}, {"role": "user", "content": prompt.case})
    tokens = text_tokens(prompt.instructions, prompt.case)
    return ServerQuestion(name, messages, read, prompt.schema, tokens, prompt.reminder)
