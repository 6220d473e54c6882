"""The task of a run: whoever wrote its class, it is checked where it enters."""

from collections.abc import Mapping
from typing import Any, cast

from bench.config.loading import complete
from bench.contracts import Task
from bench.registered.checked import Checked
from bench.registered.signature import class_settings
from bench.specs import TaskSpec


def build_task(spec: TaskSpec, given: Mapping[str, Any]) -> Task:
    """Construct a task with its settings, complete; BenchError where one is wrong or the class breaks its contract."""
    members = [name for name in vars(Task) if not name.startswith("_")]
    return cast("Task", Checked("task", members, spec.builds, **complete(spec.name, class_settings(spec), given)))
