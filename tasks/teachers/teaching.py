"""A remote teacher at work: a model answers the paper's ten prompts about each picture, and a notebook stores them."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from bench.endpoint.batch import ServerBatches, outstanding
from bench.endpoint.calling import ask
from bench.endpoint.dialect import Dialect
from bench.endpoint.endpoint import Endpoint
from bench.endpoint.ledger import Ledger
from bench.endpoint.outcome import Outcome
from bench.endpoint.prices import BATCH_SHARE, Price, Usage
from bench.endpoint.request import Message, ServerQuestion, picture_part, picture_tokens
from bench.errors import BenchError
from bench.store.fingerprint import digest
from bench.tasks.prompts import PROMPT_GROUPS
from bench.tasks.teachers.forecast import Forecast
from bench.tasks.teachers.lesson import Lesson, prompt, question, records
from bench.tasks.teachers.notebook import Notebook
from bench.tasks.teachers.subjects import Subjects
from bench.terminal.progress import Progress
from bench.terminal.text import safe

ANSWER_TOKENS, THOUGHT_TOKENS = 60, 250
"""Estimated tokens of an answer, and of the thought before a prompt's answers, until some were paid."""


class Teaching:
    """One model, some pictures, one notebook."""

    def __init__(self, endpoint: Endpoint, subjects: Subjects, notebook: Notebook, batch: bool) -> None:
        self._endpoint, self._subjects, self._notebook, self._batch = endpoint, subjects, notebook, batch
        self.address = endpoint.address
        self.teacher = f"openai:{endpoint.model}"
        self._lessons = [Lesson(picture, group) for picture in subjects.ids for group in PROMPT_GROUPS]
        self._lost = 0
        self._reasons: Counter[str] = Counter()
        self._by_name = {lesson.name: lesson for lesson in self._lessons}
        self._picture = lru_cache(maxsize=2)(self._encoded)

    @property
    def request(self) -> dict[str, Any]:
        """What decides the records, in clear, without the key."""
        sampling = self._endpoint.sampling
        return {
            "model": self._endpoint.model,
            "base_url": self._endpoint.address.url,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": sampling.max_tokens,
            **_changed(self._endpoint.dialect),
            **self._subjects.identity,
            "prompts": digest([prompt(group) for group in PROMPT_GROUPS])[:16],
        }

    def forecast(self, price: Price | None) -> Forecast:
        """Return what is left to pay; nothing is asked or written."""
        self._notebook.look(self.request)
        under_way = self._under_way()
        ledger = Ledger(price, self._notebook.spent)
        left = [call for call in self._questions() if isinstance(self._endpoint.stored_outcome(call), int)]
        sent = sum(call.estimate for call in left)
        answers = sum(len(self._by_name[call.name].group.questions) for call in left)
        expected = Usage(sent, THOUGHT_TOKENS * len(left) + ANSWER_TOKENS * answers)
        if ledger.calls:
            expected = Usage(*(len(left) * tokens // ledger.calls for tokens in ledger.tokens))
        most = Usage(max(expected.input_tokens, sent), self._endpoint.sampling.max_tokens * len(left))
        pictures = len({self._by_name[call.name].picture for call in left})
        done = len(self._lessons) - len(left)
        return Forecast(pictures, done, len(left), expected, most, price, self._share, bool(ledger.calls), under_way)

    def teach(self, price: Price | None, budget: float | None, progress: Progress, poll_seconds: float) -> str:
        """Ask the prompts without records, and return a summary; BenchError if no call can succeed."""
        with self._notebook.open(self.request):
            self._under_way()
            self._notebook.forget_failures()
            ledger = Ledger(price, self._notebook.spent, budget, self._share)
            before, done = ledger.dollars, len(self._lessons) - self._left()
            progress.start("asking the teacher", len(self._lessons), done)
            count = itertools.count(done + 1)

            def report(outcome: Outcome) -> None:
                if outcome.status in ("failed", "refused") and _why(outcome) not in self._reasons:
                    progress.say(safe(f"no answer about {outcome.question}: {_why(outcome)}"))
                self._note(outcome)
                progress.advance(next(count))

            try:
                if self._batch:
                    within = self._in_batches(ledger, report, progress, poll_seconds)
                else:
                    proven = bool(self._notebook.done)
                    within = ask(self._endpoint, self._questions(), ledger, report, proven)
            finally:
                self._notebook.tidy(name for lesson in self._lessons for name in lesson.ids)
            return self._summary(ledger, within, ledger.dollars - before)

    @property
    def complete(self) -> bool:
        """Whether every prompt has a reply, and at least half of them records."""
        left = self._left()
        return left <= self._notebook.failures - self._lost and 2 * left <= len(self._lessons)

    @property
    def _share(self) -> float:
        return BATCH_SHARE if self._batch else 1.0

    def _under_way(self) -> int:
        """Count the batches to be collected; BenchError if their calls would also be asked and paid one by one."""
        batches = outstanding(self._notebook.batches)
        if batches and not self._batch:
            name = next(iter(batches.values())) or "one whose name is not known yet"
            raise BenchError(
                f"a batch of {str(self._notebook.out)!r} is under way ({name}); add --batch to collect it, or name "
                "a new file to pay for its calls again"
            )
        return len(batches)

    def _left(self) -> int:
        return sum(not self._stands(lesson) for lesson in self._lessons)

    def _stands(self, lesson: Lesson) -> bool:
        return self._notebook.done.issuperset(lesson.ids)

    def _questions(self) -> Iterator[ServerQuestion]:
        """Yield the prompts that have no records yet, picture by picture."""
        captions = dict(zip(self._subjects.ids, self._subjects.captions, strict=True))
        places = {picture: place for place, picture in enumerate(self._subjects.ids)}
        for lesson in self._lessons:
            if not self._stands(lesson):
                part, tokens = self._picture(places[lesson.picture])
                yield question(lesson, captions[lesson.picture], part, tokens)

    def _encoded(self, place: int) -> tuple[Message, int]:
        levels = self._subjects.levels(place)
        return picture_part(levels), picture_tokens(*levels.shape)

    def _in_batches(
        self, ledger: Ledger, report: Callable[[Outcome], None], progress: Progress, poll_seconds: float
    ) -> bool:
        """Let batches answer what they can, then record the outcome of each call, whatever ended them."""
        batches = ServerBatches(self._endpoint, ledger, self._notebook.batches, progress, poll_seconds)
        try:
            return batches.run(self._questions)
        finally:
            for call in self._questions():
                outcome = self._endpoint.stored_outcome(call)
                if isinstance(outcome, Outcome):
                    report(outcome)
                elif why := batches.failures.get(self._endpoint.identity(self._endpoint.body(call, outcome), outcome)):
                    report(Outcome(call.name, "lost", reason=why))

    def _note(self, outcome: Outcome) -> None:
        """Record the outcome of a prompt."""
        lesson = self._by_name[outcome.question]
        if outcome.status == "answered":
            self._notebook.add(records(lesson, outcome.value, self.teacher))
        else:
            self._notebook.fail(_failure(lesson, outcome))
            self._reasons[_why(outcome)] += 1
            self._lost += outcome.status == "lost"

    def _summary(self, ledger: Ledger, within: bool, now: float) -> str:
        left, failed = self._left(), self._notebook.failures
        lines = [f"{self._notebook.out}: {len(self._notebook.done):,} records of {self.teacher}"]
        if failed:
            lines.append(f"{failed:,} prompts were not answered, see {self._notebook.failed}")
            lines += [f"  {count:,}: {safe(reason)}" for reason, count in self._reasons.most_common(3)]
        if self._lost:
            lines.append(f"{self._lost:,} of them got no reply at all: the same command asks them again")
        if not within:
            lines.append(f"stopped before the budget is passed, {left - failed:,} prompts left; raise it to go on")
        spent = f", ${now:.4f} of it now" if ledger.price else ""
        return "\n".join([*lines, f"paid: {ledger}{spent}"])


def _why(outcome: Outcome) -> str:
    return f"{outcome.reason}; {outcome.remedy}" if outcome.remedy else outcome.reason


def _changed(dialect: Dialect) -> dict[str, Any]:
    """Return the settings of a dialect that an answer may depend on, of those that are not the default."""
    usual = asdict(Dialect())
    return {key: value for key, value in asdict(dialect).items() if value != usual[key] and key != "length_parameter"}


def _failure(lesson: Lesson, outcome: Outcome) -> dict[str, Any]:
    return {
        "image": lesson.picture,
        "prompt_group": lesson.group.number,
        "questions": list(lesson.group.questions),
        "status": outcome.status,
        "reason": outcome.reason,
        "raw": outcome.raw,
    }
