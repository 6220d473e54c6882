"""The control that sees texture and grey levels, but no objects: logistic regression on spectrum and histograms."""

from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import ndimage
from scipy.signal.windows import hann

from bench.models.controls.regression import Regression

_RINGS, _SECTORS = 24, 6
_GREY_LEVELS, _DEVIATIONS = 32, 16
_SQUARES = (1 / 64, 1 / 16, 1 / 4)
_SMALLEST_POWER = 1e-6
"""Less than what rounding to 256 grey levels adds; it keeps the logarithm of a blank picture finite."""


class Spectrum(Regression):
    """Sees the power spectrum, its spread over the directions, and histograms of grey level and local deviation.

    None of them shows where in the picture something is.
    """

    def features(self, picture: np.ndarray) -> np.ndarray:
        """Return all of them side by side (D,); D depends on the picture's side alone, 225 at 224 pixels."""
        grey = picture / 255.0
        histograms = [_histogram(grey, _GREY_LEVELS)]
        for share in _SQUARES:
            deviation = _local_deviation(grey, max(2, round(share * len(grey))))
            histograms.append(_histogram(4 * deviation, _DEVIATIONS))  # few are above a quarter of black to white
        return np.concatenate([_spectrum(grey), *histograms])


def _spectrum(grey: np.ndarray) -> np.ndarray:
    """Return the log power in each bin of frequencies, and its standard deviation over the sectors of each ring."""
    window, bins = hann(len(grey)), _bins(len(grey))
    power = np.abs(np.fft.rfft2((grey - grey.mean()) * np.outer(window, window))) ** 2
    logs = np.log(ndimage.mean(power, bins.of, np.arange(1, len(bins.rings) + 1)) + _SMALLEST_POWER)
    return np.concatenate([logs, ndimage.standard_deviation(logs, bins.rings, np.unique(bins.rings))])


class _Bins(NamedTuple):
    """``of`` (H, W // 2 + 1) is each frequency's bin, counted from 1, or 0 for none; ``rings`` (B,) each bin's ring."""

    of: np.ndarray
    rings: np.ndarray


@cache
def _bins(side: int) -> _Bins:
    """Return the bins of ``rfft2`` of a square picture: the sectors of rings in which a frequency lies.

    Rings go from one wave per picture to one in two pixels, each wider than the last by the same factor. Sectors are 30
    degrees wide, the first around the horizontal; opposite directions are one.
    """
    down, right = np.fft.fftfreq(side)[:, None] * side, np.fft.rfftfreq(side)[None] * side
    # A frequency on an edge lies beyond it, however the machine rounds.
    edges = np.geomspace(1, side / 2, _RINGS + 1) * (1 - 1e-9)
    ring = np.searchsorted(edges, np.hypot(down, right), side="right")
    sector = np.floor(np.arctan2(down, right) / np.pi * _SECTORS + 0.5 + 1e-9).astype(int) % _SECTORS
    within = (ring > 0) & (ring <= _RINGS)
    occupied, of = np.unique(np.where(within, ring * _SECTORS + sector, 0), return_inverse=True)
    return _Bins(of, np.unique(occupied[1:] // _SECTORS, return_inverse=True)[1])


def _local_deviation(grey: np.ndarray, side: int) -> np.ndarray:
    """Return the standard deviation of grey levels in the square of ``side`` pixels around each pixel."""
    mean = ndimage.uniform_filter(grey, side)
    return np.sqrt(np.maximum(ndimage.uniform_filter(grey**2, side) - mean**2, 0))


def _histogram(values: np.ndarray, bins: int) -> np.ndarray:
    """Return the square roots of the shares of values in equal parts of 0 to 1, so that rare ones weigh, too."""
    counts = np.bincount(np.minimum(values * bins, bins - 1).astype(int).ravel(), minlength=bins)
    return np.sqrt(counts / values.size)
