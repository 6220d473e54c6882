"""The code each stage runs, module by module: what tells a current record from a stale one."""

from collections.abc import Mapping

from bench.specs import FamilySpec, ModelSpec, TaskSpec, estimator_path
from bench.stages.contracts.contract import path_of
from bench.store.code_digest import Methods, code_digests
from bench.store.fingerprint import digest

TRAINS = ("fit", "save")
"""What the stage train asks of an estimator; the stages behind it may ask anything."""
POSES = ("pose", "protocol")
"""What the stage predict asks of a task; the stage score, behind it, asks the rest."""


def pretrain_code(model: ModelSpec, family: FamilySpec) -> dict[str, str] | None:
    """Digest what runs before a model's training: the stage, its module, that step's estimator; None for no chain."""
    path = model.pretrains or family.pretrains
    return _code("bench.stages.train", model.builds, path) if path else None


def train_code(model: ModelSpec, family: FamilySpec) -> dict[str, str]:
    """Digest what trains a model: the stage, its module, and of its estimator what trains and keeps it."""
    estimator = estimator_path(model, family)
    return _code("bench.stages.train", model.builds, Methods(estimator, TRAINS) if estimator else None)


def predict_code(model: ModelSpec, family: FamilySpec, task: TaskSpec) -> dict[str, str]:
    """Digest what asks a model: the stage, its estimator, and of the task what poses the questions."""
    estimator, posed = estimator_path(model, family), Methods(task.builds, POSES)
    return _code("bench.stages.predict", path_of(task.asks), estimator, posed)


def score_code(task: TaskSpec) -> dict[str, str]:
    """Digest what judges a model: the stage, and the task."""
    return _code("bench.stages.score", path_of(task.asks), task.builds)


def current_code(model: ModelSpec, family: FamilySpec, task: TaskSpec) -> dict[str, str]:
    """Return one digest of each stage's code as it stands now."""
    stages = {
        "pretrain": pretrain_code(model, family),
        "train": train_code(model, family),
        "predict": predict_code(model, family, task),
        "score": score_code(task),
    }
    return {stage: code_mark(code) for stage, code in stages.items() if code is not None}


def code_mark(code: Mapping[str, str]) -> str:
    """Return one short digest of a stage's code: 16 hex digits."""
    return digest(code)[:16]


def _code(*paths: str | Methods | None) -> dict[str, str]:
    return code_digests(*(path.partition(":")[0] if isinstance(path, str) else path for path in paths if path))
