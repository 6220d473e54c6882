"""Which settings of a model a stage may read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.specs import STAGES, StageName

if TYPE_CHECKING:
    from bench.stages.row import Row


def settings_until(row: Row, stage: StageName) -> dict[str, Any]:
    """Return the settings that a stage may read: its own and those of the stages before.

    Its fingerprint does not hold the settings of later stages, so these must not decide its product.
    """
    return {
        key: value
        for key, value in row.settings.items()
        if STAGES.index(row.declared[key].stage) <= STAGES.index(stage)
    }
