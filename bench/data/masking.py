"""Pictures as models see them: data bars masked, grey levels standardised, computed once and cached like pictures."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.config.loading import Config
from bench.contracts import Dataset, Micrographs
from bench.specs import resolve
from bench.store.cache import cached
from bench.store.code_digest import code_digests
from bench.store.fingerprint import digest
from bench.terminal.progress import Progress

_PIXELS = "pixels.npy"
_AT_ONCE = 256


class _Preparation(NamedTuple):
    """What a choice of the config does to pictures (B, H, W), by a lazy path, and its name for a reader.

    Named and not imported: what imports a module changes with it, and only the protocol of a run that made the choice
    does, which holds its digest.
    """

    choice: str
    path: str
    progress: str

    @property
    def code(self) -> dict[str, str]:
        """The digests of the code that decides."""
        return code_digests(self.path.partition(":")[0])

    def apply(self, pictures: np.ndarray) -> np.ndarray:
        """Return the pictures as the choice wants them."""
        return resolve(self.path)(pictures)


_PREPARATIONS = (
    _Preparation("mask_bar", "bench.data.databar:masked", "masking data bars"),
    _Preparation("standardise", "bench.data.grey_levels:standardised", "standardising grey levels"),
)
"""In the order in which they are applied."""


def preparing(config: Config) -> dict[str, str]:
    """Return, for each choice of the config that changes pictures, the digest of the code that does it."""
    return {each.choice: digest(each.code)[:16] for each in _chosen(config)}


def prepared(pictures: np.ndarray, *, mask_bar: bool, standardise: bool) -> np.ndarray:
    """Return pictures (B, H, W) as models that were trained with these choices see them."""
    for each, chosen in zip(_PREPARATIONS, (mask_bar, standardise), strict=True):
        pictures = each.apply(pictures) if chosen else pictures
    return pictures


def as_shown(dataset: Dataset, config: Config, progress: Progress) -> Micrographs:
    """Return a dataset's pictures as models see them under a config."""
    micrographs = replace(dataset.load(), digest=digest(dataset.identity()))
    for each in _chosen(config):
        micrographs = _changed(micrographs, each, progress)
    if config.picture != "native":
        return micrographs
    native = tuple(partial(_native, dataset, config, position) for position in range(len(micrographs)))
    return replace(micrographs, native=native)


def _native(dataset: Dataset, config: Config, position: int) -> np.ndarray:
    """Return a picture in its own size, prepared as a config says."""
    picture = dataset.native(position)
    for each in _chosen(config):
        picture = each.apply(picture[None])[0]
    return picture


def _chosen(config: Config) -> list[_Preparation]:
    return [each for each in _PREPARATIONS if getattr(config, each.choice)]


def _changed(micrographs: Micrographs, preparation: _Preparation, progress: Progress) -> Micrographs:
    """Return the pictures changed and with a new digest; they must have a digest."""
    clear = {"data": micrographs.digest, "code": preparation.code}
    folder = cached("masked", clear, partial(_write, micrographs.pixels, preparation, progress))
    return replace(micrographs, pixels=np.load(folder / _PIXELS, mmap_mode="r"), digest=digest(clear))


def _write(pixels: np.ndarray, preparation: _Preparation, progress: Progress, folder: Path) -> None:
    progress.start(preparation.progress, len(pixels))
    changed = np.lib.format.open_memmap(folder / _PIXELS, "w+", np.uint8, pixels.shape)
    for start in range(0, len(pixels), _AT_ONCE):
        batch = slice(start, start + _AT_ONCE)
        changed[batch] = preparation.apply(pixels[batch])
        progress.advance(min(start + _AT_ONCE, len(pixels)))
    changed.flush()
