"""Pictures with masked data bars, computed once and cached like the pictures themselves."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from bench.config.loading import Config
from bench.contracts import Dataset, Micrographs
from bench.specs import resolve
from bench.store.cache import cached
from bench.store.code_digest import code_digests
from bench.store.fingerprint import digest
from bench.terminal.progress import Progress

_PIXELS = "pixels.npy"
_DATABAR = "bench.data.databar"
"""Named and not imported: what imports it changes with it, and only a masked protocol does, which holds its digest."""
_AT_ONCE = 256


def masking_code() -> dict[str, str]:
    """Return digests of the code that finds and masks data bars, on which a masked protocol depends."""
    return code_digests(_DATABAR)


def as_shown(dataset: Dataset, config: Config, progress: Progress) -> Micrographs:
    """Return a dataset's pictures as models see them: with masked data bars if the config says so."""
    micrographs = replace(dataset.load(), digest=digest(dataset.identity()))
    return masked(micrographs, progress) if config.mask_bar else micrographs


def masked(micrographs: Micrographs, progress: Progress) -> Micrographs:
    """Return the pictures with masked data bars and a new digest; they must have a digest."""
    clear = {"data": micrographs.digest, "code": masking_code()}
    folder = cached("masked", clear, partial(_mask, micrographs.pixels, progress))
    return replace(micrographs, pixels=np.load(folder / _PIXELS, mmap_mode="r"), digest=digest(clear))


def _mask(pixels: np.ndarray, progress: Progress, folder: Path) -> None:
    find_bars, without_bars = (resolve(f"{_DATABAR}:{name}") for name in ("find_bars", "without_bars"))
    progress.start("masking data bars", len(pixels))
    blank = np.lib.format.open_memmap(folder / _PIXELS, "w+", np.uint8, pixels.shape)
    for start in range(0, len(pixels), _AT_ONCE):
        batch = slice(start, start + _AT_ONCE)
        blank[batch] = without_bars(pixels[batch], find_bars(pixels[batch]))
        progress.advance(min(start + _AT_ONCE, len(pixels)))
    blank.flush()
