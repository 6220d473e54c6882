from collections.abc import Mapping, MutableMapping
from os import PathLike
from typing import Literal

class Run:
    summary: MutableMapping[str, object]
    def log(self, data: Mapping[str, float], step: int | None = None) -> None: ...
    def finish(self, exit_code: int | None = None) -> None: ...

def init(
    *,
    project: str,
    name: str,
    group: str,
    config: Mapping[str, object],
    mode: Literal["online", "offline"],
    dir: PathLike[str],
) -> Run: ...
