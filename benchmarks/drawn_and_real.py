"""How far are drawn pictures from real ones? Statistics of both, and whether a classifier can tell them apart.

The classifier sees, of pictures without their lowest sixth, the radial power spectrum, quantiles of grey levels, local
contrast at four scales and the tails of gradients. It is cross-validated on as many drawn pictures as there are real
ones, in the real ones' shares of categories; an accuracy of 0.5 means that it cannot. Blind to shapes, it says when
drawn pictures are certainly unlike real ones, not that they are alike.

    python -m benchmarks.drawn_and_real folder:PATH --set look=varied
"""

import argparse
from collections.abc import Mapping, Sequence

import numpy as np
import yaml
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tabulate import tabulate

from bench import load_dataset
from bench.contracts import Micrographs

SIDE = 96
_ABOVE_BAR = 5 / 6
_BANDS, _QUANTILES, _TILES = 10, (1, 10, 25, 50, 75, 90, 99), (4, 8, 16, 32)
NAMES = (
    *(f"log power, band {band}" for band in range(_BANDS)),
    *(f"grey level, {share} %" for share in _QUANTILES),
    "log contrast",
    *(f"{what} in tiles of {tile}" for tile in _TILES for what in ("log contrast", "its unevenness")),
    "log kurtosis of steps right",
    "log kurtosis of steps down",
    "log ratio of steps right to down",
)


def statistics(pictures: np.ndarray) -> np.ndarray:
    """Return the statistics (N, len(NAMES)) of square pictures (N, H, W) uint8, without their lowest sixth."""
    grey = pictures[:, : round(pictures.shape[1] * _ABOVE_BAR)].astype(np.float64) / 255
    count, height, width = grey.shape
    window = np.hanning(height)[:, None] * np.hanning(width)
    power = np.abs(np.fft.rfft2((grey - grey.mean((1, 2), keepdims=True)) * window)) ** 2
    radius = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width))
    edges = np.geomspace(1.5 / width, 0.5, _BANDS + 1)
    rings = [(radius >= low) & (radius < high) for low, high in zip(edges[:-1], edges[1:], strict=True)]
    columns = [np.log(power[:, ring].mean(1) + 1e-6) for ring in rings]
    columns += list(np.percentile(grey.reshape(count, -1), _QUANTILES, axis=1))
    columns.append(np.log(grey.std((1, 2)) + 1e-3))
    for tile in _TILES:
        rows, across = height // tile, width // tile
        tiles = grey[:, : rows * tile, : across * tile].reshape(count, rows, tile, across, tile).std((2, 4))
        contrast = tiles.reshape(count, -1)
        columns += [np.log(contrast.mean(1) + 1e-3), contrast.std(1) / (contrast.mean(1) + 1e-3)]
    right, down = (np.diff(grey, axis=axis).reshape(count, -1) for axis in (2, 1))
    columns += [np.log((step**4).mean(1) / ((step**2).mean(1) ** 2 + 1e-9) + 1e-3) for step in (right, down)]
    columns.append(np.log(((right**2).mean(1) + 1e-5) / ((down**2).mean(1) + 1e-5)))
    return np.stack(columns, 1)


def apart(drawn: np.ndarray, real: np.ndarray, repeats: int = 5) -> Mapping[str, float]:
    """Return the accuracy of classifiers that tell statistics (N, F) of as many drawn as real pictures apart."""
    classifiers = {
        "logistic regression": make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=2000)),
        "random forest": RandomForestClassifier(200, random_state=0),
    }
    values, labels = np.concatenate([drawn, real]), np.repeat([0, 1], [len(drawn), len(real)])
    folds = [StratifiedKFold(5, shuffle=True, random_state=repeat) for repeat in range(repeats)]
    return {
        name: float(np.mean([cross_val_score(classifier, values, labels, cv=split) for split in folds]))
        for name, classifier in classifiers.items()
    }


def in_shares(drawn: Micrographs, real: Micrographs) -> np.ndarray:
    """Return the first of the drawn pictures, as many of every category as there are real ones."""
    chosen = []
    for number, name in enumerate(real.categories):
        places = np.flatnonzero(drawn.labels == drawn.categories.index(name))
        chosen.append(places[: int(np.sum(real.labels == number))])
    return drawn.pixels[np.sort(np.concatenate(chosen))]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both kinds' statistics, their distance in the drawn ones' spread, and the classifiers' accuracy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("real", help="a dataset of real pictures whose categories are the synthetic dataset's")
    parser.add_argument("--set", action="append", default=[], help="NAME=VALUE of the dataset synthetic")
    options = parser.parse_args(arguments)
    real = load_dataset(options.real, image_size=SIDE).load()
    settings = {name: yaml.safe_load(value) for name, _, value in (text.partition("=") for text in options.set)}
    enough = 20 * len(real.pixels)
    drawn = load_dataset("synthetic", image_size=SIDE, settings={"size": enough, "balanced": True} | settings).load()
    both = statistics(in_shares(drawn, real)), statistics(np.asarray(real.pixels))
    rows = []
    for number, name in enumerate(NAMES):
        ours, theirs = (values[:, number] for values in both)
        rows.append(
            [name, ours.mean(), ours.std(), theirs.mean(), theirs.std(), (theirs.mean() - ours.mean()) / ours.std()]
        )
    print(tabulate(rows, ["statistic", "drawn", "spread", "real", "spread", "distance"], floatfmt=".2f"))
    for name, accuracy in apart(*both).items():
        print(f"{name}: {accuracy:.3f} of {len(both[0]) + len(both[1])} pictures told apart")


if __name__ == "__main__":
    main()
