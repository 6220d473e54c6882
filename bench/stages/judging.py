"""The judge of a run as its task sees it: a model that marks answers, each case once, checked whoever wrote it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.contracts import Context, MarkingPrompt, Marks
from bench.registered.checked import Checked, shortened
from bench.stages.seeding import prepare

if TYPE_CHECKING:
    from bench.stages.context import Surroundings
    from bench.stages.row import Row
    from bench.stages.run_plan import RunPlan
    from bench.store.cell import Cell


def judge_of(plan: RunPlan, cell: Cell, around: Surroundings) -> CheckedJudge | None:
    """Return the judge of a cell's answers, None if nobody marks them; nothing is asked yet."""
    if plan.judge is None:
        return None
    context = Context(
        model=plan.judge.spec,
        settings=plan.judge.settings,
        recipe=plan.judge.recipe,
        seed=cell.random_state,
        device=prepare(plan.config.machine, cell.random_state),
        progress=around.progress,
        folder=around.folder,
    )
    return CheckedJudge(plan.judge, context)


class CheckedJudge(Checked):
    """A ``bench.contracts.Judge`` around a plugin's: it sees each case once, and its marks keep the contract."""

    def __init__(self, row: Row, context: Context) -> None:
        path = row.spec.judge
        assert path, "a row that marks nothing is no judge"
        super().__init__("judge", ("marks",), path, context, **row.settings)
        self.name = row.name

    def marks(self, prompts: Sequence[MarkingPrompt]) -> list[Marks | None]:
        """Return the marks of each prompt, None where no reply could be read."""
        cases = {(prompt.instructions, prompt.case): prompt for prompt in prompts}
        marks = self._call("marks", [*cases.values()])
        several = isinstance(marks, list | tuple) and len(marks) == len(cases)
        remedy = "return a list with the marks of each prompt, or None"
        self._require(several, "marks()", f"returned {shortened(marks)} for {len(cases)} prompts", remedy)
        by_case = dict(zip(cases, marks, strict=True))
        return [by_case[prompt.instructions, prompt.case] for prompt in prompts]
