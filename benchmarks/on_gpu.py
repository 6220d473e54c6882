"""The speed on a graphics card, against named peers: ``python -m benchmarks.on_gpu [NAME ...]``.

It says so where there is no card. Nothing of it was measured yet.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from bench.contracts import Micrographs
from bench.models.graphs.batches import GraphBatch
from bench.models.images.picture_input import PLAIN
from bench.training import resident
from benchmarks.graph_feeding import PATCHES, graphs_of_noise, one_by_one
from benchmarks.measurement import Row, as_table, in_turns
from benchmarks.visual_questions import Size, blip, blip_questions

CARD, SIDE, BATCH = "cuda", 224, 64


def feeding(pictures: int = 2048, repetitions: int = 7) -> Row:
    """Measure an epoch of pictures from the card's copy against torch's DataLoader with pinned memory."""
    pixels = np.random.default_rng(0).integers(0, 256, (pictures, SIDE, SIDE), dtype=np.uint8)
    rows = np.arange(pictures)
    images = Micrographs(pixels, rows, tuple(map(str, rows)), rows * 0, ("one",), "a benchmark's")
    loader = torch.utils.data.DataLoader(torch.from_numpy(pixels), BATCH, shuffle=True, pin_memory=True, num_workers=4)
    resident.keep(True)

    def ours() -> None:
        order = np.random.default_rng(0).permutation(pictures)
        _finish(PLAIN(resident.grey_levels(images, part, CARD)) for part in np.split(order, pictures // BATCH))

    def theirs() -> None:
        _finish(PLAIN(part.to(CARD, non_blocking=True)) for part in loader)

    timing = in_turns(ours, theirs, repetitions)
    resident.keep(False)
    return Row(f"{pictures} pictures from the card's own copy", "torch's DataLoader, pinned", timing, "times faster")


def compiling(repetitions: int = 7) -> Row:
    """Measure training steps of timm's ResNet-50, compiled as ``machine.compile`` does, against the same as it is."""
    import timm

    images = torch.randn(BATCH, 3, SIDE, SIDE, device=CARD)

    def steps(network: nn.Module) -> Callable[[], None]:
        optimiser = torch.optim.Adam(network.parameters(), fused=True)

        def step() -> None:
            for _ in range(10):
                optimiser.zero_grad()
                with torch.autocast(CARD, torch.bfloat16):
                    loss = network(images).square().mean()
                loss.backward()
                optimiser.step()
            torch.cuda.synchronize()

        return step

    compiled, plain = (timm.create_model("resnet50", num_classes=10).to(CARD).train() for _ in range(2))
    compiled.compile()
    timing = in_turns(steps(compiled), steps(plain), repetitions)
    return Row("10 training steps of ResNet-50, compiled", "timm's resnet50 as it is", timing, "times faster")


def generating(size: Size | None = None, repetitions: int = 5) -> Row:
    """Measure generation in a cache of fixed size, as ``machine.compile`` sets it, against transformers' default."""
    size = size or Size()
    model = blip(size).eval().to(CARD)
    inputs: dict[str, Any] = {name: value.to(CARD) for name, value in blip_questions(size).items()}

    def generate(**options: Any) -> Callable[[], None]:
        def run() -> None:
            model.generate(**inputs, do_sample=False, min_new_tokens=size.answer, max_new_tokens=size.answer, **options)
            torch.cuda.synchronize()

        return run

    timing = in_turns(generate(cache_implementation="static"), generate(), repetitions)
    return Row(f"generating {size.answer} tokens in a fixed cache", "transformers' default", timing, "times faster")


def graphs(pictures: int = 480, repetitions: int = 7) -> Row:
    """Measure an epoch of patch graphs on the card against torch_geometric's DataLoader."""
    from torch_geometric.data import Data
    from torch_geometric.loader import DataLoader

    images, stored = graphs_of_noise(pictures)
    each = [
        Data(pixels=one.pixels, edge_index=one.edge_index, likeness=one.likeness, num_nodes=nodes)
        for one, nodes in one_by_one(images, stored)
    ]
    loader = DataLoader(each, batch_size=BATCH, shuffle=True)

    def ours() -> Iterator[Tensor]:
        order = np.random.default_rng(0).permutation(pictures)
        for start in range(0, pictures, BATCH):
            yield stored.batch(images, CARD, order[start : start + BATCH]).pixels

    def theirs() -> Iterator[Tensor]:
        for one in loader:
            there = one.to(CARD)
            yield GraphBatch(there.pixels, there.edge_index, there.batch, there.likeness, PATCHES.side).pixels

    timing = in_turns(lambda: _finish(ours()), lambda: _finish(theirs()), repetitions)
    return Row(f"{pictures} patch graphs on the card", "torch_geometric's DataLoader", timing, "times faster")


def _finish(tensors: Iterator[Tensor]) -> None:
    """Make all tensors, and wait until the card has."""
    for _ in tensors:
        pass
    torch.cuda.synchronize()


MEASURES: dict[str, Callable[[], Row]] = {
    "feeding": feeding,
    "compiling": compiling,
    "generating": generating,
    "graphs": graphs,
}


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.on_gpu", description="Measure speed on a GPU.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of {', '.join(MEASURES)} [default: all]")
    names = parser.parse_args(arguments).names or [*MEASURES]
    if unknown := [name for name in names if name not in MEASURES]:
        parser.error(f"unknown measurement {unknown[0]!r} (valid: {', '.join(MEASURES)})")
    if not torch.cuda.is_available():
        sys.exit("torch sees no graphics card, so nothing is measured; run `make benchmarks` for the processor")
    print(torch.cuda.get_device_name(), file=sys.stderr)
    print(as_table([MEASURES[name]() for name in names]))


if __name__ == "__main__":
    main()
