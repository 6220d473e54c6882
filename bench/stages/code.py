"""The code each stage runs, module by module: what tells a current record from a stale one."""

from collections.abc import Mapping

from bench.specs import FamilySpec, ModelSpec, TaskSpec, estimator_path
from bench.stages.contracts.contract import path_of
from bench.store.code_digest import code_digests
from bench.store.fingerprint import digest


def pretrain_code(model: ModelSpec, family: FamilySpec) -> dict[str, str] | None:
    """Digest what runs before a model's training: the stage, its module, that step's estimator; None for no chain."""
    path = model.pretrains or family.pretrains
    return _code("bench.stages.train", model.builds, path) if path else None


def train_code(model: ModelSpec, family: FamilySpec) -> dict[str, str]:
    """Digest what trains a model: the stage, its module, its estimator."""
    return _code("bench.stages.train", model.builds, estimator_path(model, family))


def predict_code(task: TaskSpec) -> dict[str, str]:
    """Digest what asks a model: the stage, and what poses the task's questions."""
    return _code("bench.stages.predict", path_of(task.asks), task.poses)


def score_code(task: TaskSpec) -> dict[str, str]:
    """Digest what judges a model: the stage, and what scores the task's answers."""
    return _code("bench.stages.score", path_of(task.asks), task.scores)


def current_code(model: ModelSpec, family: FamilySpec, task: TaskSpec) -> dict[str, str]:
    """Return one digest of each stage's code as it stands now."""
    stages = {
        "pretrain": pretrain_code(model, family),
        "train": train_code(model, family),
        "predict": predict_code(task),
        "score": score_code(task),
    }
    return {stage: code_mark(code) for stage, code in stages.items() if code is not None}


def code_mark(code: Mapping[str, str]) -> str:
    """Return one short digest of a stage's code: 16 hex digits."""
    return digest(code)[:16]


def _code(*paths: str | None) -> dict[str, str]:
    return code_digests(*(path.partition(":")[0] for path in paths if path))
