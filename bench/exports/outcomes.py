"""How sure a trained model is of the categories of its validation pictures, and whether it is right."""

from collections.abc import Mapping
from typing import Any

from bench.config.loading import Config
from bench.contracts import Dataset
from bench.data.masking import as_shown
from bench.data.partition import Partition
from bench.exports.exported import Exported, Outcomes
from bench.exports.trained import Trained
from bench.terminal.progress import NoProgress


def with_outcomes(model: Trained, dataset: Dataset, config: Config, split: Mapping[str, Any]) -> Exported:
    """Classify the validation pictures of a model's fold; return the description with the outcomes.

    ``split`` is that of the train stage's inputs. A model that ranks no categories has none.
    """
    exported, own = model.exported, model.exported.of
    if "classifier" not in exported.contracts:
        return exported
    choices = {key: split[key] for key in ("k", "validation_share")}
    preparing = {"mask_bar": exported.mask_bar, "standardise": exported.standardise}
    same = config.model_copy(update={**choices, "split": split["kind"], **preparing})
    fold = Partition(dataset, same, False, NoProgress()).fold(own.fold, own.repeat, own.fraction)
    pictures = as_shown(dataset, same, NoProgress()).take(fold.validation)
    probabilities = model.estimator.predict_proba(pictures.unlabelled())
    outcomes = Outcomes(
        confidence=tuple(probabilities.max(1).tolist()),
        right=tuple((probabilities.argmax(1) == pictures.labels).tolist()),
    )
    return exported.model_copy(update={"validation": outcomes})
