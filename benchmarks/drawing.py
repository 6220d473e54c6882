"""Drawing pictures of all categories, by one process on one core."""

from bench.tasks.datasets.synthetic.drawing import draw
from bench.tasks.datasets.synthetic.priors import SEM_COUNTS
from bench.tasks.datasets.synthetic.scene import scene
from benchmarks.measurement import Row, alone

SIDE, A_SECOND = 224, 150


def rows() -> list[Row]:
    """Return the one row."""
    return [drawing()]


def drawing(count: int = 300, repetitions: int = 3) -> Row:
    """Measure ``count`` pictures, as many of each category."""
    categories = list(SEM_COUNTS)
    scenes = [scene(0, index, categories[index % len(categories)]) for index in range(count)]
    timing = alone(lambda: [draw(shown, (SIDE, SIDE)) for shown in scenes], repetitions)
    return Row(f"drawing {count} pictures of {SIDE} x {SIDE}", "", timing, "s", count / A_SECOND)
