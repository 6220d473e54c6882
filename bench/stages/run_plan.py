"""What the stages read of a plan, which is made on a floor above them; for type checkers alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from bench.config.loading import Config, Recipe
    from bench.contracts import Dataset, Task, Teacher
    from bench.data.partition import Partition
    from bench.data.transfer import Transfer
    from bench.data.unlabelled import Unlabelled
    from bench.specs import Data, ModelSpec, Settings, StageName, TaskSpec
    from bench.stages.contracts.contract import Contract
    from bench.terminal.progress import Progress


class PlannedModel(Protocol):
    """A model as a run trains it: its spec, its settings, as declared and as values, its recipe and its estimators."""

    @property
    def name(self) -> str:
        """The name that the run gives it."""
        ...

    @property
    def spec(self) -> ModelSpec:
        """What its plugin registered."""
        ...

    @property
    def declared(self) -> Settings:
        """Its settings as declared."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """The values of all its settings."""
        ...

    @property
    def recipe(self) -> Recipe:
        """How it is trained."""
        ...

    def recipe_of(self, stage: StageName) -> Recipe:
        """Return the recipe of one of its trainings."""
        ...

    def grid(self, stage: StageName) -> Mapping[str, Sequence[Any]]:
        """Return the values of settings that the trials of one of its trainings try."""
        ...

    @property
    def trains_on(self) -> Data:
        """The data that the train stage is given."""
        ...

    @property
    def estimator(self) -> str:
        """The lazy path of the estimator."""
        ...

    @property
    def pretrains(self) -> str | None:
        """The lazy path of the estimator of the step before training, None if there is none."""
        ...


class RunPlan(Protocol):
    """A run's models by name, and what they are trained on, asked and scored by."""

    @property
    def config(self) -> Config:
        """The settings of the run."""
        ...

    @property
    def rows(self) -> Mapping[str, PlannedModel]:
        """The models by name."""
        ...

    @property
    def contract(self) -> Contract:
        """What the task asks of a model."""
        ...

    @property
    def task_spec(self) -> TaskSpec:
        """What the task's plugin registered."""
        ...

    @property
    def task(self) -> Task:
        """What is measured."""
        ...

    @property
    def dataset(self) -> Dataset:
        """The pictures."""
        ...

    @property
    def teacher(self) -> Teacher:
        """What makes the instruction records."""
        ...

    @property
    def transfer(self) -> Transfer | None:
        """The other dataset whose pictures are tested, None if each fold's own are."""
        ...

    @property
    def unlabelled(self) -> Unlabelled | None:
        """The pictures without labels besides the dataset's, None if there are none."""
        ...

    @property
    def partition(self) -> Partition:
        """The pictures of each fold's sides."""
        ...

    @property
    def progress(self) -> Progress:
        """Where the run reports its progress."""
        ...
