"""Drawing pictures of all categories: in one process, and the embedded dataset in one process per core."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from bench.config.cores import usable
from bench.tasks.datasets.synthetic.dataset import Synthetic
from bench.tasks.datasets.synthetic.drawing import draw
from bench.tasks.datasets.synthetic.priors import SEM_COUNTS
from bench.tasks.datasets.synthetic.scene import scene
from bench.terminal.progress import NoProgress
from benchmarks.measurement import Row, alone

SIDE, A_SECOND = 224, 150
"""The pictures' side in pixels, and the target per core in pictures per second."""


def rows() -> list[Row]:
    """Return the row of one process and that of all cores."""
    return [drawing(), dataset()]


def drawing(count: int = 300, repetitions: int = 3) -> Row:
    """Measure ``count`` pictures, equally many of each category."""
    categories = list(SEM_COUNTS)
    scenes = [scene(0, index, categories[index % len(categories)]) for index in range(count)]
    timing = alone(lambda: [draw(shown, (SIDE, SIDE)) for shown in scenes], repetitions)
    return Row(f"drawing {count} pictures of {SIDE} x {SIDE}", "", timing, "s", count / A_SECOND)


def dataset(count: int = 2400, repetitions: int = 1) -> Row:
    """Measure the dataset of ``count`` pictures, including process start and writing the cache."""
    settings = {"size": count, "seed": 0, "balanced": True}

    def load() -> None:
        with _empty_cache():
            Synthetic("", SIDE, NoProgress(), **settings).load()

    processes = usable()
    timing = alone(load, repetitions)
    what = f"drawing the dataset of {count} pictures on {processes} cores"
    return Row(what, "", timing, "s", count / (A_SECOND * processes))


@contextmanager
def _empty_cache() -> Iterator[None]:
    before = os.environ.get("BENCH_CACHE")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BENCH_CACHE"] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ["BENCH_CACHE"]
            else:
                os.environ["BENCH_CACHE"] = before
