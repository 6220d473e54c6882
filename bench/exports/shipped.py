"""The trained model that comes with the installation: asked where the user has trained none, with its limits."""

from collections.abc import Collection
from pathlib import Path

from bench.exports.exported import FILE, Exported, read
from bench.exports.model_card import standing
from bench.specs import ContractName

FOLDER = Path(__file__).parent.parent / "pretrained"
"""Its export, which `make pretrained` writes."""


def shipped(able: Collection[ContractName]) -> Path | None:
    """Return the folder of the installation's model; None without one, or if it lacks one of these contracts."""
    if not (FOLDER / FILE).is_file():
        return None
    return FOLDER if set(read(FOLDER).contracts).issuperset(able) else None


def limits(exported: Exported) -> str:
    """Return how a model stands to the controls on the pictures of other datasets, which is what a user's are."""
    if not exported.elsewhere:
        return "it was never tested on other pictures than such, so what it says of yours is no more than a guess"
    return "; ".join(f"on {test.pictures} pictures of {test.dataset} {standing(test)}" for test in exported.elsewhere)
