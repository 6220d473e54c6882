"""How far are drawn pictures from real ones? Statistics of both, and whether a classifier can tell them apart.

The classifier sees, of pictures without their lowest sixth, the radial power spectrum, quantiles of grey levels, local
contrast at four scales and the tails of gradients. It is cross-validated on as many drawn pictures as there are real
ones, in the real ones' shares of categories; an accuracy of 0.5 means that it cannot. Each of ten draws takes other
drawn pictures. Blind to shapes, it says when drawn pictures are certainly unlike real ones, not that they are alike.

    python -m benchmarks.drawn_and_real folder:PATH --figure apart.svg
"""

import argparse
from collections.abc import Mapping, Sequence

import numpy as np
import yaml
from matplotlib.figure import Figure
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tabulate import tabulate

from bench import load_dataset
from bench.contracts import Micrographs
from bench.tasks.facts import CATEGORIES

SIDE, DRAWS, LOOKS = 96, 10, ("plain", "varied")
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


def apart(drawn: Sequence[np.ndarray], real: np.ndarray) -> Mapping[str, np.ndarray]:
    """Return the accuracies (draws,) of classifiers that tell statistics (N, F) of as many drawn as real ones apart."""
    classifiers = {
        "logistic regression": make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=2000)),
        "random forest": RandomForestClassifier(200, random_state=0),
    }
    accuracies: dict[str, list[float]] = {name: [] for name in classifiers}
    for draw, values in enumerate(drawn):
        both, labels = np.concatenate([values, real]), np.repeat([0, 1], [len(values), len(real)])
        split = StratifiedKFold(5, shuffle=True, random_state=draw)
        for name, classifier in classifiers.items():
            accuracies[name].append(float(np.mean(cross_val_score(classifier, both, labels, cv=split))))
    return {name: np.array(values) for name, values in accuracies.items()}


def in_shares(drawn: Micrographs, real: Micrographs, draw: int) -> np.ndarray:
    """Return the drawn pictures of a draw, counted from 0: as many of every category as there are real ones."""
    chosen = []
    for number, name in enumerate(real.categories):
        places = np.flatnonzero(drawn.labels == drawn.categories.index(name))
        count = int(np.sum(real.labels == number))
        chosen.append(places[draw * count : (draw + 1) * count])
    return drawn.pixels[np.sort(np.concatenate(chosen))]


def figure(distances: Mapping[str, np.ndarray], path: str) -> None:
    """Write the distances (len(NAMES),) of each look, one line a statistic."""
    drawing = Figure(figsize=(7, 6.5), layout="constrained")
    axes = drawing.subplots()
    places = np.arange(len(NAMES))[::-1]
    for (look, values), marker in zip(distances.items(), "os", strict=False):
        axes.plot(values, places, marker, label=look, fillstyle="none" if marker == "o" else "full", color="black")
    axes.axvline(0, color="grey", linewidth=1)
    axes.set_yticks(places, NAMES, fontsize=7)
    axes.set_xlabel("real pictures' mean less drawn ones', in the drawn ones' spread")
    axes.legend(loc="lower left")
    drawing.savefig(path, metadata={"Date": None} if path.endswith(".svg") else None)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print real and drawn pictures' statistics, their distances, and the classifiers' accuracy for each look."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("real", help="a dataset of real pictures whose categories are the synthetic dataset's")
    parser.add_argument("--set", action="append", default=[], help="NAME=VALUE of the dataset synthetic")
    parser.add_argument("--figure", help="a file for the distances of both looks, such as apart.svg")
    options = parser.parse_args(arguments)
    real = load_dataset(options.real, image_size=SIDE).load()
    theirs = statistics(np.asarray(real.pixels))
    settings = {name: yaml.safe_load(value) for name, _, value in (text.partition("=") for text in options.set)}
    enough = DRAWS * len(CATEGORIES) * int(np.bincount(real.labels).max())
    table, distances, sentences = [list(NAMES), theirs.mean(0), theirs.std(0)], {}, []
    for look in [settings["look"]] if "look" in settings else LOOKS:
        own = {"size": enough, "balanced": True, **settings, "look": look}
        drawn = load_dataset("synthetic", image_size=SIDE, settings=own).load()
        draws = [statistics(in_shares(drawn, real, draw)) for draw in range(DRAWS)]
        ours = np.concatenate(draws)
        distances[look] = (theirs.mean(0) - ours.mean(0)) / ours.std(0)
        table += [ours.mean(0), ours.std(0), distances[look]]
        sentences += [
            f"{look} look, {name}: {values.mean():.3f} of {2 * len(theirs)} pictures told apart (standard deviation "
            f"over {DRAWS} draws {values.std(ddof=1):.3f})"
            for name, values in apart(draws, theirs).items()
        ]
    headers = ["statistic", "real", "spread", *(head for look in distances for head in (look, "spread", "distance"))]
    print(tabulate(list(zip(*table, strict=True)), headers=headers, floatfmt=".2f"))
    print("\n".join(sentences))
    if options.figure:
        figure(distances, options.figure)


if __name__ == "__main__":
    main()
