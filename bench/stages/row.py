"""A row of a run: a model with its settings and its recipe, as the run trains it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.config.loading import Recipe
from bench.contracts import WeightsOrigin
from bench.errors import BenchError
from bench.specs import (
    SCRATCH,
    ContractName,
    Data,
    FamilySpec,
    ModelSpec,
    Settings,
    StageName,
    contracts_of,
    estimator_path,
    is_control,
)
from bench.training.budget import shortened

UNTUNED = "none"
"""The value of the setting ``tuning`` of a model that is asked as it is."""


@dataclass(frozen=True)
class Row:
    """A model as this run trains it: its settings, as declared and as values, and its recipe.

    ``tuned`` holds the values that the recipe's trials try of settings; ``origin`` says where its weights come from if
    its name does.
    """

    name: str
    spec: ModelSpec
    family: FamilySpec
    declared: Settings
    settings: Mapping[str, Any]
    recipe: Recipe
    tuned: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    origin: WeightsOrigin | None = None

    @property
    def contracts(self) -> tuple[ContractName, ...]:
        """What a task may ask of the model."""
        return contracts_of(self.spec, self.family)

    @property
    def trains_on(self) -> Data:
        """The data that the train stage is given, for any task."""
        tuned = self.spec.tuned_on if self.settings.get("tuning") != UNTUNED else None
        return tuned or self.spec.trains_on or self.family.trains_on

    @property
    def deterministic(self) -> bool:
        """Whether training and answers are the same for every seed."""
        return self.spec.deterministic or (self.spec.tuned_on is not None and self.settings.get("tuning") == UNTUNED)

    @property
    def estimator(self) -> str:
        """The lazy path of the estimator."""
        path = estimator_path(self.spec, self.family)
        if path is None:
            raise BenchError(f"model {self.name!r} names no estimator and family {self.family.name!r} has none")
        return path

    @property
    def control(self) -> bool:
        """Whether the row is not ranked: a control, or an upper row."""
        return is_control(self.spec, self.family)

    @property
    def needs_training(self) -> bool:
        """Whether the model cannot be asked as it is."""
        return self.spec.needs_training and not self.spec.upper and self.settings.get("tuning") != UNTUNED

    @property
    def pretrains(self) -> str | None:
        """The lazy path of the estimator of the step before training, None if there is none."""
        return self.spec.pretrains or self.family.pretrains

    @property
    def weights(self) -> str:
        """The pretrained weights that the row starts from, '' from random ones; of a model on a server, its name."""
        if self.spec.argument:
            return self.name.partition(":")[2]
        named = self.settings.get("weights", SCRATCH)
        return named if isinstance(named, str) and named != SCRATCH else ""

    @property
    def deviations(self) -> list[str]:
        """Say which settings differ from the model's defaults."""
        defaults = {key: setting.default for key, setting in self.declared.items()}
        return [
            f"{key} {value} (default {defaults[key]})" for key, value in self.settings.items() if value != defaults[key]
        ]

    @property
    def pretrain_share(self) -> float:
        """The share of a budget that the step before training may take."""
        return self.family.pretrain_share if self.spec.pretrain_share is None else self.spec.pretrain_share

    def recipe_of(self, stage: StageName) -> Recipe:
        """Return the recipe of one of the row's trainings: if there are two, they share its budget."""
        share = self.pretrain_share
        if not self.pretrains or self.recipe.budget is None or share == 1:
            return self.recipe
        return shortened(self.recipe, share if stage == "pretrain" else 1 - share)

    def grid(self, stage: StageName) -> dict[str, Sequence[Any]]:
        """Return the values of settings that the trials of one of the row's trainings try."""
        own = {stage} if self.pretrains else {"pretrain", "train"}
        return {key: values for key, values in self.tuned.items() if self.declared[key].stage in own}

    def staged(self, stage: StageName) -> dict[str, Any]:
        """Return the settings whose change redoes this stage and not the one before."""
        own = {key: setting for key, setting in self.declared.items() if setting.stage == stage and setting.decides}
        return {key: value for key, value in self.settings.items() if key in own}
