"""Prepared pictures into float batches, against decoding JPEGs as torchvision does."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder
from torchvision.transforms import v2

from bench.contracts import Micrographs
from bench.tasks.datasets.folder import Folder
from bench.terminal.progress import NoProgress
from benchmarks.measurement import Row, in_turns

BATCH, IMAGE_SIZE = 48, 224


def rows() -> list[Row]:
    """Return the one row."""
    return [pictures()]


def pictures(count: int = 96, repetitions: int = 5) -> Row:
    """Measure one pass over ``count`` pictures of 1024 x 768."""
    with tempfile.TemporaryDirectory() as folder, _cache_in(Path(folder) / "cache"):
        root = Path(folder) / "pictures"
        _write(root, count)
        prepared = Folder(str(root), IMAGE_SIZE, NoProgress()).load()
        loader = _loader(root)
        timing = in_turns(lambda: _ours(prepared), lambda: _theirs(loader), repetitions)
    what = f"{count} pictures of 1024 x 768, prepared, into ({BATCH}, 3, {IMAGE_SIZE}, {IMAGE_SIZE}) float batches"
    return Row(what, "torchvision ImageFolder and DataLoader on JPEGs", timing, "times faster")


def _write(root: Path, count: int) -> None:
    """Write pictures that are as smooth and noisy as micrographs."""
    random = np.random.default_rng(0)
    for number in range(count):
        smooth = Image.fromarray(random.integers(40, 200, (48, 64), dtype=np.uint8)).resize((1024, 768))
        noisy = np.asarray(smooth) + random.normal(0, 8, (768, 1024))
        folder = root / f"category{number % 2}"
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(folder / f"{number}.jpg", quality=90)


@contextmanager
def _cache_in(folder: Path) -> Iterator[None]:
    before = os.environ.get("BENCH_CACHE")
    os.environ["BENCH_CACHE"] = str(folder)
    try:
        yield
    finally:
        os.environ.pop("BENCH_CACHE")
        if before is not None:
            os.environ["BENCH_CACHE"] = before


def _loader(root: Path) -> DataLoader:
    steps = [
        v2.Resize((IMAGE_SIZE, IMAGE_SIZE)),
        v2.ToImage(),
        v2.ToDtype(torch.float32, scale=True),
        v2.Normalize([0.5] * 3, [0.5] * 3),
    ]
    return DataLoader(ImageFolder(str(root), v2.Compose(steps)), batch_size=BATCH)


def _ours(prepared: Micrographs) -> None:
    for start in range(0, len(prepared), BATCH):
        grey = torch.from_numpy(prepared.batch(slice(start, start + BATCH)))
        floats = grey.unsqueeze(1).float().div_(127.5).sub_(1).expand(-1, 3, -1, -1).contiguous()
        _check(floats)


def _theirs(loader: DataLoader) -> None:
    for floats, _ in loader:
        _check(floats)


def _check(floats: Tensor) -> None:
    assert floats.shape[1:] == (3, IMAGE_SIZE, IMAGE_SIZE)
