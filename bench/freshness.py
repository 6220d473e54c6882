"""The code each stage runs, as a digest: what tells a current record from a stale one."""

from bench.code_digest import code_digest
from bench.specs import FamilySpec, ModelSpec, TaskSpec


def estimator_path(model: ModelSpec, family: FamilySpec) -> str | None:
    """Return the lazy path of a model's estimator: its own, else the family's."""
    return model.estimator or family.estimator


def train_code(model: ModelSpec, family: FamilySpec) -> str:
    """Digest what trains a model: its module, its estimator, the split."""
    paths = (model.builds, estimator_path(model, family))
    return code_digest("bench.splits", *(path.partition(":")[0] for path in paths if path))[:16]


def predict_code(task: TaskSpec) -> str:
    """Digest what poses a task's questions."""
    return code_digest(task.poses.partition(":")[0])[:16]


def score_code(task: TaskSpec) -> str:
    """Digest what scores a task's answers."""
    return code_digest(task.scores.partition(":")[0])[:16]


def current_code(model: ModelSpec, family: FamilySpec, task: TaskSpec) -> dict[str, str]:
    """Return the digest of each stage's code as it stands now."""
    return {"train": train_code(model, family), "predict": predict_code(task), "score": score_code(task)}
