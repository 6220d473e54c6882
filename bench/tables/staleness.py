"""Whether the code behind records is that of this installation."""

from collections.abc import Sequence

from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.stages.code import code_mark, current_code, judge_code
from bench.store.record import Record

DAGGERS = {True: "†", None: "‡"}
"""The mark of a row by ``stale``."""
_OWN = {
    True: "computed with code that has changed since; `bench run` renews it",
    None: "of a model that is no longer installed: whether its code has changed cannot be told",
}
_OF_OTHERS = {
    True: "measured by others, with other code than yours",
    None: "measured by others, with a model that is not installed here: whether its code is yours cannot be told",
}


def reason(changed: bool | None, measured_by: str) -> str:
    """Say why a row has its dagger, '' if it has none; ``measured_by`` is '' for what was measured here."""
    return (_OF_OTHERS if measured_by else _OWN).get(changed, "")


def stale(records: Sequence[Record], registry: Registry) -> bool | None:
    """Return whether the code behind any of one model's records is another than now; None if it is not installed."""
    if not records or not records[0].code:  # of nothing that ran
        return False
    try:
        now = _code_now(records[0], registry)
    except BenchError:
        return None
    return any(record.code != now for record in records)


def _code_now(record: Record, registry: Registry) -> dict[str, str]:
    model, task = registry.find("model", record.registered_model)[0], registry.find("task", record.cell.task)[0]
    judge = record.protocol.get("judge")
    return {
        **current_code(model, registry.family(model), task),
        **({"judge": code_mark(judge_code(registry.find("model", judge["name"])[0], task))} if judge else {}),
    }
