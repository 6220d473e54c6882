"""What the stages read of a plan, which is made on a floor above them; for type checkers alone."""

from typing import Protocol

from bench.config.loading import Config
from bench.contracts import Dataset, Teacher
from bench.data.partition import Partition
from bench.data.task import CheckedMarking, CheckedTask
from bench.data.transfer import Transfer
from bench.data.unlabelled import Unlabelled
from bench.specs import TaskSpec
from bench.stages.contracts.contract import Contract
from bench.stages.row import Row
from bench.terminal.progress import Progress


class RunPlan(Protocol):
    """A run's rows by name, and what they are trained on, asked and scored by."""

    config: Config
    rows: dict[str, Row]
    contract: Contract
    task_spec: TaskSpec
    task: CheckedTask
    judge: Row | None
    marking: CheckedMarking | None
    dataset: Dataset
    teacher: Teacher
    transfer: Transfer | None
    unlabelled: Unlabelled | None
    partition: Partition
    progress: Progress
