"""Whether the code behind records has changed since they were written."""

from collections.abc import Sequence

from bench.errors import BenchError
from bench.freshness import current_code
from bench.registry import Registry
from bench.specs import FamilySpec, ModelSpec, TaskSpec
from bench.tables.selection import Record


def stale(records: Sequence[Record], registry: Registry) -> bool | None:
    """Tell whether the code behind any of the records has changed; None where the model is no longer installed."""
    try:
        return any(current_code(*_behind(record, registry)) != record["code"] for record in records)
    except BenchError:
        return None


def _behind(record: Record, registry: Registry) -> tuple[ModelSpec, FamilySpec, TaskSpec]:
    model = registry.find("model", record["cell"]["model"])[0]
    return model, registry.family(model), registry.find("task", record["cell"]["task"])[0]
