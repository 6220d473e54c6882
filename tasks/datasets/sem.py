"""The datasets ``sem`` and ``sem:PATH``: the SEM dataset of Aversa et al. 2018, downloaded or in the user's folder."""

from pathlib import Path
from typing import Annotated, Any, Literal

from bench.errors import BenchError
from bench.inputs import path_of
from bench.specs import Setting
from bench.store.code_digest import code_digests
from bench.tasks.datasets.editions import FOLDERS, home
from bench.tasks.datasets.folder import Folder
from bench.tasks.facts import CATEGORIES
from bench.terminal.progress import Progress

Edition = Literal["sem", "majority", "all"]
Subset = Annotated[str, Setting("the pictures of a study, nffa-rs, or of a file with a name in each line; '' is all")]


class Sem(Folder):
    """The ten published folders as the ten categories; read, decoded and cached like any folder."""

    def __init__(
        self,
        argument: str,
        image_size: int,
        progress: Progress,
        *,
        # Of 21,000 pictures it takes most of an hour.
        read_bars: Annotated[
            bool, Setting("read scales off data bars where files state none, about 0.1 s each")
        ] = False,
        subset: Subset = "",
    ) -> None:
        root = path_of(argument, "the folder")
        _require_folders(root, "")
        super().__init__(str(root), image_size, progress, read_bars=read_bars)
        self.name, self.categories = "sem", CATEGORIES
        known = {name: FOLDERS[folder] for name, folder in self._listing.categories.items() if folder in FOLDERS}
        paths = {name: path for name, path in self._listing.paths.items() if name in known}
        self._listing = self._listing._replace(paths=paths, categories=known)
        self._choose(subset)
        if subset:
            filled = {*self._listing.categories.values()}
            self.categories = tuple(category for category in CATEGORIES if category in filled)

    def identity(self) -> dict[str, Any]:
        """Return what determines the data: every file's name and sha256, as one digest; decodes nothing."""
        return {**super().identity(), "name": "sem", "code": code_digests("bench.tasks.datasets.sem")}


class FetchedSem(Sem):
    """The same from the cache, where `bench data fetch sem` put it."""

    def __init__(
        self,
        argument: str,
        image_size: int,
        progress: Progress,
        *,
        edition: Annotated[Edition, Setting("which of the published sets of labels")] = "sem",
        read_bars: Annotated[
            bool, Setting("read scales off data bars where files state none, about 0.1 s each")
        ] = False,
        subset: Subset = "",
    ) -> None:
        _require_folders(home(edition), edition)
        super().__init__(str(home(edition)), image_size, progress, read_bars=read_bars, subset=subset)


def _require_folders(root: Path, edition: str) -> None:
    """Raise BenchError with a remedy if one of the ten folders is missing."""
    fetch = f"`bench data fetch sem{'' if edition in ('', 'sem') else f' --edition {edition}'}`"
    if edition and not root.is_dir():
        raise BenchError(f"the SEM dataset is not in the cache; get it with {fetch}, or name its folder: sem:PATH")
    missing = [name for name in FOLDERS if not (root / name).is_dir()]
    if not missing:
        return
    if edition:
        raise BenchError(f"the cache's SEM dataset lacks {', '.join(missing)}; complete it with {fetch}")
    if not root.is_dir():
        raise BenchError(f"there is no folder {str(root)!r}; name the one that holds {', '.join(FOLDERS)}")
    inner = [child for child in sorted(root.iterdir()) if all((child / name).is_dir() for name in FOLDERS)]
    if inner:
        raise BenchError(f"the folder {str(root)!r} holds none of the ten folders; did you mean 'sem:{inner[0]}'?")
    if len(missing) == len(FOLDERS):
        remedy = f"name the one that holds {', '.join(FOLDERS)}, or read any other with folder:{root}"
        raise BenchError(f"the folder {str(root)!r} holds none of the ten folders of the SEM dataset; {remedy}")
    remedy = f"unpack the missing, or read the others with folder:{root}"
    raise BenchError(f"the folder {str(root)!r} lacks {', '.join(missing)} of the SEM dataset; {remedy}")
