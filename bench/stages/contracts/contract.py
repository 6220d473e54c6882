"""What every contract can do, and where each is at home."""

from pathlib import Path
from typing import Any, Protocol

from bench.contracts import Instructions, Micrographs
from bench.errors import unknown
from bench.progress import Progress
from bench.specs import Data, resolve

CONTRACTS = {
    "answerer": "bench.stages.contracts.answers:Answers",
    "classifier": "bench.stages.contracts.probabilities:Probabilities",
}
"""The name that specs give a contract, and the lazy path of its class."""


class Contract(Protocol):
    """One kind of question to a model.

    ``about`` is what is posed: records about pictures, or pictures alone. ``fewest`` is how many pictures show the pace
    of asking, None for a batch of training's size. ``model`` names a model that keeps the contract, and ``method`` the
    method that is called; ``unable`` is said of a model that does not. ``command`` asks an exported one, and
    ``hub_tag`` is what the hub calls its work.
    """

    about: Data
    fewest: int | None
    model: str
    method: str
    unable: str
    command: str
    hub_tag: str

    def ask(self, estimator: Any, posed: Any, progress: Progress) -> Any:
        """Return what the model gives; BenchError where that is not what was asked for."""
        ...

    def keep(self, given: Any, folder: Path) -> None:
        """Write it into a folder."""
        ...

    def read(self, folder: Path) -> Any:
        """Read what ``keep`` wrote."""
        ...


def contract_of(name: str) -> Contract:
    """Return the contract of a name; BenchError where there is none."""
    return resolve(path_of(name))()


def path_of(name: str) -> str:
    """Return the lazy path of a contract, whose code decides what is asked and kept; BenchError where there is none."""
    if name not in CONTRACTS:
        raise unknown("contract", name, CONTRACTS)
    return CONTRACTS[name]


def pictures(side: Micrographs | Instructions) -> int:
    """Return how many pictures a side is of."""
    return len(side.micrographs)
