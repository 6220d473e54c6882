"""The dataset ``pictures:PATH``: all pictures of a folder, without categories, for models that learn without labels."""

from pathlib import Path
from typing import Any

from bench.store.code_digest import code_digests
from bench.tasks.datasets.decoded import FramesSetting
from bench.tasks.datasets.folder import Folder
from bench.tasks.datasets.listing import Listing, gathered
from bench.terminal.progress import Progress


class Pictures(Folder):
    """The user's pictures, whatever folder they are in; read, decoded and cached like any folder."""

    def __init__(
        self,
        argument: str,
        image_size: int,
        progress: Progress,
        *,
        frames: FramesSetting = "first",
    ) -> None:
        super().__init__(argument, image_size, progress, frames=frames, read_bars=False)
        self.name = self.name.replace("folder:", "pictures:", 1)

    def _list(self, argument: str, labels: str) -> tuple[Path, Listing]:
        """Return the same of all pictures at any depth."""
        return gathered(argument)

    def identity(self) -> dict[str, Any]:
        """Return what determines the data: every file's name and sha256, as one digest; decodes nothing."""
        return {**super().identity(), "name": "pictures", "code": code_digests("bench.tasks.datasets.pictures")}
