"""The interface of contracts, and where each is defined."""

from pathlib import Path
from typing import Any, Protocol

from bench.contracts import Instructions, Micrographs
from bench.errors import unknown
from bench.specs import Data, resolve
from bench.terminal.progress import Progress

CONTRACTS = {
    "answerer": "bench.stages.contracts.answers:Answers",
    "chooser": "bench.stages.contracts.preferences:Preferences",
    "classifier": "bench.stages.contracts.probabilities:Probabilities",
    "matcher": "bench.stages.contracts.similarities:Similarities",
}
"""The name that specs give a contract, and the lazy path of its class."""


class Contract(Protocol):
    """One kind of question to a model.

    ``about`` is what is posed: records about pictures, or pictures alone. ``fewest`` is how many pictures suffice to
    measure the pace, None for a training batch. ``model`` is the word for a model that keeps the contract, ``methods``
    those of which a model has one that is called; ``unable`` is the message about a model that does not keep it.
    ``command`` asks an exported model, '' if none does, and ``hub_tag`` is the hub's name of its task.
    """

    about: Data
    fewest: int | None
    model: str
    methods: tuple[str, ...]
    unable: str
    command: str
    hub_tag: str

    def ask(self, estimator: Any, posed: Any, progress: Progress) -> Any:
        """Return the model's predictions; BenchError if they break the contract."""
        ...

    def keep(self, given: Any, folder: Path) -> None:
        """Write predictions into a folder."""
        ...

    def read(self, folder: Path) -> Any:
        """Read what ``keep`` wrote."""
        ...


def contract_of(name: str) -> Contract:
    """Return the contract of a name; BenchError if there is none."""
    return resolve(path_of(name))()


def path_of(name: str) -> str:
    """Return the lazy path of a contract, whose code decides what is asked and kept; BenchError if there is none."""
    if name not in CONTRACTS:
        raise unknown("contract", name, CONTRACTS)
    return CONTRACTS[name]


def pictures(side: Micrographs | Instructions) -> int:
    """Return how many pictures a side has."""
    return len(side.micrographs)
