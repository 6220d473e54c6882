"""The code that each stage runs, module by module: it shows whether a record is current."""

from collections.abc import Mapping

from bench.specs import FamilySpec, ModelSpec, TaskSpec, estimator_path
from bench.stages.contracts.contract import path_of
from bench.store.code_digest import Methods, code_digests
from bench.store.fingerprint import digest

TRAINS = ("fit", "save")
"""The methods of an estimator that the stage train calls; later stages may call any."""
POSES = ("pose", "protocol")
"""The methods of a task that the stage predict calls; the stage score may call any."""
EXPLAINS = ("explained",)
"""Those that it also calls for a model that was not trained on records."""


def pretrain_code(model: ModelSpec, family: FamilySpec) -> dict[str, str] | None:
    """Digest what pretrains a model: the stage, its module, that step's estimator; None without pretraining."""
    path = model.pretrains or family.pretrains
    return _code("bench.stages.train", model.builds, path) if path else None


def train_code(model: ModelSpec, family: FamilySpec) -> dict[str, str]:
    """Digest what trains a model: the stage, its module, and of its estimator what trains and saves it."""
    estimator = estimator_path(model, family)
    return _code("bench.stages.train", model.builds, Methods(estimator, TRAINS) if estimator else None)


def predict_code(model: ModelSpec, family: FamilySpec, task: TaskSpec) -> dict[str, str]:
    """Digest what predicts: the stage, the model's estimator or the task's oracle, and of the task what poses."""
    untaught = (model.trains_on or family.trains_on) != "instructions" and not model.upper
    answering = task.oracle if model.upper else estimator_path(model, family)
    posed = Methods(task.builds, POSES + EXPLAINS * untaught)
    return _code("bench.stages.predict", path_of(task.asks), answering, posed)


def score_code(task: TaskSpec) -> dict[str, str]:
    """Digest what scores: the stage and the task."""
    return _code("bench.stages.score", path_of(task.asks), task.builds)


def judge_code(judge: ModelSpec, task: TaskSpec) -> dict[str, str]:
    """Digest what marks the answers to a task: the judge, and how the task lets it."""
    return _code("bench.stages.judging", *filter(None, (judge.judge, task.marking)))


def current_code(model: ModelSpec, family: FamilySpec, task: TaskSpec) -> dict[str, str]:
    """Return one digest of each stage's present code."""
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
