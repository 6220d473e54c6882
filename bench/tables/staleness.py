"""Whether the code behind records has changed since they were written."""

from collections.abc import Sequence

from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.stages.code import code_mark, current_code, judge_code
from bench.store.record import Record


def stale(records: Sequence[Record], registry: Registry) -> bool | None:
    """Return whether the code behind any of one model's records has changed; None if it is no longer installed."""
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
