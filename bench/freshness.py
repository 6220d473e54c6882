"""The code each stage runs, module by module: what tells a current record from a stale one."""

from collections.abc import Mapping

from bench.code_digest import code_digests
from bench.fingerprint import digest
from bench.specs import FamilySpec, ModelSpec, TaskSpec


def estimator_path(model: ModelSpec, family: FamilySpec) -> str | None:
    """Return the lazy path of a model's estimator: its own, else the family's."""
    return model.estimator or family.estimator


def pretrain_code(model: ModelSpec, family: FamilySpec) -> dict[str, str] | None:
    """Digest what runs before a model's training: its module, that step's estimator, the split; None for no chain."""
    path = model.pretrains or family.pretrains
    return _split_and(model.builds, path) if path else None


def train_code(model: ModelSpec, family: FamilySpec) -> dict[str, str]:
    """Digest what trains a model: its module, its estimator, the split."""
    return _split_and(model.builds, estimator_path(model, family))


def predict_code(task: TaskSpec) -> dict[str, str]:
    """Digest what poses a task's questions."""
    return code_digests(task.poses.partition(":")[0])


def score_code(task: TaskSpec) -> dict[str, str]:
    """Digest what scores a task's answers."""
    return code_digests(task.scores.partition(":")[0])


def current_code(model: ModelSpec, family: FamilySpec, task: TaskSpec) -> dict[str, str]:
    """Return one digest of each stage's code as it stands now."""
    stages = {
        "pretrain": pretrain_code(model, family),
        "train": train_code(model, family),
        "predict": predict_code(task),
        "score": score_code(task),
    }
    return {stage: code_mark(code) for stage, code in stages.items() if code is not None}


def _split_and(*paths: str | None) -> dict[str, str]:
    return code_digests("bench.splits", *(path.partition(":")[0] for path in paths if path))


def code_mark(code: Mapping[str, str]) -> str:
    """Return one short digest of a stage's code: 16 hex digits."""
    return digest(code)[:16]
