"""What the page shows and does: the runs of a store, and a part that answers questions, by lazy path."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

from starlette.routing import BaseRoute

from bench.specs import resolve
from bench.store.store import Store
from bench.view.results import Results
from bench.view.store_watch import StoreWatch

_ASKING = "bench.tasks.asking.page:Asking"
"""By lazy path: what answers questions is in a floor above."""


class Part(Protocol):
    """A part of the page with routes of its own below ``/api``."""

    def routes(self) -> Sequence[BaseRoute]:
        """Return its routes."""
        ...

    def close(self) -> None:
        """Delete what it kept for the time of the server."""
        ...


class LivePage:
    """Everything behind the page of one store; ``folders`` of exports and ``names`` are models to ask besides."""

    def __init__(self, store: Store, folders: Sequence[Path], corrections: Path, names: Sequence[str] = ()) -> None:
        self.store = store
        self.watch = StoreWatch(store)
        self.results = Results(store)
        self._folders, self._corrections, self._names = folders, corrections, names

    @cached_property
    def asking(self) -> Part:
        """The part that answers questions about pictures."""
        return resolve(_ASKING)(self.store, self._folders, self._corrections, self._names)

    def close(self) -> None:
        """Delete what was kept for the time of the server."""
        if "asking" in self.__dict__:
            self.asking.close()
