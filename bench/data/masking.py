"""Pictures without their data bars, made once and cached like the pictures themselves."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from bench.config.loading import Config
from bench.contracts import Dataset, Micrographs
from bench.data.databar import find_bars, without_bars
from bench.progress import Progress
from bench.store.cache import cached
from bench.store.code_digest import code_digests
from bench.store.fingerprint import digest

_PIXELS = "pixels.npy"
_AT_ONCE = 256


def masking_code() -> dict[str, str]:
    """Digest the code that finds and blanks data bars: what a masked protocol depends on."""
    return code_digests("bench.data.databar")


def as_shown(dataset: Dataset, config: Config, progress: Progress) -> Micrographs:
    """Return a dataset's pictures as a run shows them to its models: without data bars where it blanks these."""
    micrographs = replace(dataset.load(), digest=digest(dataset.identity()))
    return masked(micrographs, progress) if config.mask_bar else micrographs


def masked(micrographs: Micrographs, progress: Progress) -> Micrographs:
    """Return the pictures with their data bars blanked; they have a digest, and get another."""
    clear = {"data": micrographs.digest, "code": masking_code()}
    folder = cached("masked", clear, partial(_mask, micrographs.pixels, progress))
    return replace(micrographs, pixels=np.load(folder / _PIXELS, mmap_mode="r"), digest=digest(clear))


def _mask(pixels: np.ndarray, progress: Progress, folder: Path) -> None:
    progress.start("blanking data bars", len(pixels))
    blank = np.lib.format.open_memmap(folder / _PIXELS, "w+", np.uint8, pixels.shape)
    for start in range(0, len(pixels), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        blank[some] = without_bars(pixels[some], find_bars(pixels[some]))
        progress.advance(min(start + _AT_ONCE, len(pixels)))
    blank.flush()
