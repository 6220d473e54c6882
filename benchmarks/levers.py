"""From drawn to real pictures: what each lever is worth by itself, for a small ConvNet, over several seeds.

Every training differs from the reference in what its name says. All learn categories from drawn pictures only and are
tested on real ones. A seed draws initial weights, order and alterations; the drawn pictures are the same. Differences
are paired by picture, with 95 % intervals whose errors are those over pictures and over seeds. Results are kept in a
file, so that a run resumes.

    python -m benchmarks.levers folder:FIGURES folder:ORIGINALS --unlabelled folder:OTHERS --out levers.jsonl
"""

import argparse
import copy
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image
from tabulate import tabulate
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim.swa_utils import update_bn

from bench import load_dataset
from bench.data.grey_levels import standardised
from bench.models.images.picture_input import PLAIN
from bench.models.supervised import ShuffledBatches
from bench.models.views import viewed, views
from bench.statistics.paired import Difference, ModelScores, difference
from bench.tasks.datasets.synthetic.scene import category_counts
from bench.training.augmentation import Alterations, altered, drawn, drawn_maps

SIDE, BATCH, RATE = 64, 32, 4e-3
DRAWN, DRAWN_SIDE = {"varied": 12_000, "plain": 5_000}, 128
"""How many pictures of a look are drawn, and how large; the varied ones are those of ``--config bundled``."""
HELD_OUT = 400
"""The last drawn pictures are not learned from but tested."""
_CUT_SIDE = 512
"""The side of real unlabelled pictures, of which squares down to a quarter of it are cut."""
_FLOOR = 1e-3
"""Added to a probability before its logarithm, so that one sure mistake does not decide a mean."""


@dataclass(frozen=True)
class Training:
    """What a network learns from, and how; the defaults are the reference, all levers that the project keeps."""

    look: str = "varied"
    balanced: bool = True
    standardise: bool = True
    augment: str = "crops"
    pictures: int = 4400
    seen: int = 17_600
    """Pictures in all steps."""
    pretrained: str = ""
    """On nothing, the "drawn" pictures, or as many of which half are squares cut from "real" ones."""
    against: str = "reference"
    """The training with which it is compared."""


REFERENCE = Training()
LONGER = replace(REFERENCE, pictures=11_600, seen=2 * REFERENCE.seen)
TRAININGS = {
    "reference": REFERENCE,
    "shares, not balanced": replace(REFERENCE, balanced=False),
    "plain look": replace(REFERENCE, look="plain"),
    "not standardised": replace(REFERENCE, standardise=False),
    "no augmentation": replace(REFERENCE, augment="nothing"),
    "strong": replace(REFERENCE, augment="strong"),
    "crops and tones": replace(REFERENCE, augment="crops and tones"),
    "1,100 pictures": replace(REFERENCE, pictures=1100),
    "11,600 pictures": replace(REFERENCE, pictures=11_600),
    "pretrained on drawn": replace(REFERENCE, pretrained="drawn"),
    "pretrained on drawn and real": replace(REFERENCE, pretrained="real", against="pretrained on drawn"),
    "twice as long": replace(LONGER, against="11,600 pictures"),
    "twice as long, no augmentation": replace(LONGER, augment="nothing", against="twice as long"),
}


EVERY = "every training"
"""The name under which the networks of all trainings are tested in several ways."""


class Residual(nn.Module):
    """Two convolutions with batch norms beside a shortcut; half the side."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            nn.Conv2d(before, after, 3, 2, 1, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(),
            nn.Conv2d(after, after, 3, 1, 1, bias=False),
            nn.BatchNorm2d(after),
        )
        self.shortcut = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(before, after, 1, bias=False), nn.BatchNorm2d(after))
        nn.init.zeros_(self.branch[-1].weight)  # pyright: ignore[reportArgumentType] -- a batch norm's scale

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the sum of both (B, after, H/2, W/2)."""
        return torch.relu(self.shortcut(inputs) + self.branch(inputs))


class Network(nn.Module):
    """0.2 million parameters: a stem, three residual layers, mean and maximum over places, one linear layer."""

    width = 2 * 96

    def __init__(self, categories: int) -> None:
        super().__init__()
        stem = nn.Conv2d(1, 16, 5, 2, 2, bias=False), nn.BatchNorm2d(16), nn.ReLU()
        self.trunk = nn.Sequential(*stem, Residual(16, 32), Residual(32, 64), Residual(64, 96))
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(self.width, categories))
        self.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue] -- its overloads lack it

    def features(self, grey: Tensor) -> Tensor:
        """Return the features (B, width) of grey pictures (B, H, W) uint8."""
        seen = self.trunk(PLAIN(grey)[:, :1].contiguous(memory_format=torch.channels_last))
        return torch.cat([seen.mean((2, 3)), seen.amax((2, 3))], 1)

    def forward(self, grey: Tensor) -> Tensor:
        """Return scores (B, C) of grey pictures (B, H, W) uint8."""
        return self.head(self.features(grey))


class Drawn(NamedTuple):
    """Drawn pictures (N, SIDE, SIDE) and their categories (N,)."""

    pixels: np.ndarray
    labels: np.ndarray
    names: Sequence[str]


@cache
def drawn_pictures(look: str) -> Drawn:
    """Return all pictures of a look, equally many of every category, reduced to ``SIDE``."""
    settings = {"size": DRAWN[look], "look": look, "balanced": True}
    images = load_dataset("synthetic", image_size=DRAWN_SIDE, settings=settings).load()
    reduced = [
        nn.functional.interpolate(torch.from_numpy(part)[:, None], (SIDE, SIDE), mode="bilinear", antialias=True)[:, 0]
        for part in np.array_split(np.array(images.pixels), 20)
    ]
    return Drawn(torch.cat(reduced).numpy(), images.labels, images.categories)


def chosen(labels: np.ndarray, names: Sequence[str], balanced: bool, count: int) -> np.ndarray:
    """Return the positions of the first pictures of every category: as many of each, or in the SEM dataset's shares."""
    shares = category_counts(count, balanced)
    return np.sort(
        np.concatenate([np.flatnonzero(labels == place)[: shares[name]] for place, name in enumerate(names)])
    )


def alterations(augment: str, count: int, random: np.random.Generator) -> Alterations | None:
    """Draw how pictures are altered; "crops and tones" has the crops of the one and the grey levels of "strong"."""
    if augment == "nothing":
        return None
    if augment == "crops and tones":
        return replace(drawn("strong", count, random), maps=drawn_maps("crops", count, random))
    return drawn("strong" if augment == "strong" else "crops", count, random)


def steps(
    pixels: np.ndarray, augment: str, seen: int, batch: int, seed: int, copies: int = 1
) -> Iterator[tuple[np.ndarray, list[Tensor]]]:
    """Yield the positions (B,) of each step, and so many altered copies of these pictures (B, H, W)."""
    batches = ShuffledBatches(len(pixels), batch, seed)
    for number in range(seen // batch):
        epoch, step = divmod(number, len(batches))
        positions, random = batches(epoch, step), np.random.default_rng([seed, number])
        grey = torch.from_numpy(pixels[positions])
        changes = [alterations(augment, len(positions), random) for _ in range(copies)]
        yield positions, [grey if change is None else altered(grey, change) for change in changes]


def optimised(modules: nn.Module, count: int) -> tuple[torch.optim.AdamW, torch.optim.lr_scheduler.OneCycleLR]:
    """Return the optimiser of so many steps, and its schedule."""
    optimiser = torch.optim.AdamW(modules.parameters(), lr=RATE, weight_decay=0.02)
    return optimiser, torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=count, pct_start=0.2)


def pretrain(network: Network, pixels: np.ndarray, seen: int, seed: int, batch: int = 64) -> None:
    """Pretrain a network's trunk by SimCLR (Chen et al. 2020) on pictures (N, H, W) without labels."""
    from lightly.loss import NTXentLoss
    from lightly.models.modules import SimCLRProjectionHead

    head, contrast = SimCLRProjectionHead(network.width, 256, 128), NTXentLoss(0.2)
    optimiser, schedule = optimised(nn.ModuleList([network.trunk, head]), seen // batch)
    for _, copies in steps(pixels, "strong", seen, batch, seed, copies=2):
        with torch.autocast("cpu", torch.bfloat16):
            first, second = (head(network.features(each)) for each in copies)
        loss = contrast(first.float(), second.float())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()


def train(training: Training, unlabelled: str | None, seed: int) -> tuple[Network, float]:
    """Return a trained network and its Top-1 for held-out drawn pictures."""
    pixels, categories, names = drawn_pictures(training.look)
    which = chosen(categories[:-HELD_OUT], names, training.balanced, training.pictures)
    learned, held_out = levelled(training, pixels[which]), levelled(training, pixels[-HELD_OUT:])
    labels = torch.from_numpy(categories[which].astype(np.int64))
    torch.manual_seed(seed)
    network = Network(len(names))
    if training.pretrained:
        pretrain(network, shown_before(training, learned, unlabelled), training.seen, seed)
    optimiser, schedule = optimised(network, training.seen // BATCH)
    for positions, (grey,) in steps(learned, training.augment, training.seen, BATCH, seed):
        with torch.autocast("cpu", torch.bfloat16):
            scores = network(grey)
        loss = cross_entropy(scores.float(), labels[positions])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    right = probabilities(network, held_out).argmax(1) == categories[-HELD_OUT:]
    return network, float(np.mean(right))


def levelled(training: Training, pixels: np.ndarray) -> np.ndarray:
    """Return pictures with the grey levels that a training's network is to see."""
    return standardised(pixels) if training.standardise else pixels


def shown_before(training: Training, pixels: np.ndarray, unlabelled: str | None) -> np.ndarray:
    """Return the pictures of a pretraining, as many as are learned from after it."""
    if training.pretrained == "drawn":
        return pixels
    if unlabelled is None:
        raise SystemExit("pretraining on real pictures needs --unlabelled folder:PATH")
    cut = squares(np.asarray(load_dataset(unlabelled, image_size=_CUT_SIDE).load().pixels), len(pixels) // 2)
    return np.concatenate([pixels[: len(pixels) - len(cut)], levelled(training, cut)])


def squares(pixels: np.ndarray, count: int) -> np.ndarray:
    """Return so many squares (count, SIDE, SIDE) cut from pictures in turn, of a quarter of their side and more."""
    random, side = np.random.default_rng(0), pixels.shape[1]
    cut = np.empty((count, SIDE, SIDE), np.uint8)
    for place in range(count):
        width = int(random.integers(side // 4, side + 1))
        top, left = random.integers(side - width + 1, size=2)
        part = Image.fromarray(pixels[place % len(pixels), top : top + width, left : left + width])
        cut[place] = np.asarray(part.resize((SIDE, SIDE), Image.Resampling.BOX))
    return cut


@torch.no_grad()
def probabilities(network: nn.Module, pixels: np.ndarray, view: Tensor | None = None) -> np.ndarray:
    """Return the probabilities (N, C) of pictures (N, H, W) in one view, or as they are."""
    network.eval()
    change, grey = viewed(view, len(pixels)), torch.from_numpy(pixels)
    shown = grey if change is None else altered(grey, change)
    return torch.cat([network(part).softmax(1) for part in shown.split(128)]).double().numpy()


def adapted(network: Network, pixels: np.ndarray, share: float) -> Network:
    """Return the network with batch-norm statistics that are, to a share, those of the tested pictures."""
    copied = copy.deepcopy(network)
    update_bn([torch.from_numpy(pixels)], copied)
    for own, tested in zip(network.modules(), copied.modules(), strict=True):
        if isinstance(own, nn.BatchNorm2d) and isinstance(tested, nn.BatchNorm2d):
            for name in ("running_mean", "running_var"):
                getattr(tested, name).lerp_(getattr(own, name), 1 - share)
    return copied


def tested(network: Network, pixels: np.ndarray) -> Mapping[str, np.ndarray]:
    """Return way of testing to probabilities (N, C)."""
    answers = {}
    for way, share in (("", 0.0), ("; batch norms half adapted", 0.5), ("; batch norms adapted", 1.0)):
        shown = adapted(network, pixels, share) if share else network
        answers["one view" + way] = probabilities(shown, pixels)
        answers["ten views" + way] = np.mean([probabilities(shown, pixels, view) for view in views()], 0)
    return answers


def measure(options: argparse.Namespace) -> None:
    """Train what the file lacks and add a line to it after each training."""
    path = Path(options.out)
    done = {(line["training"], line["seed"]) for line in records(path)}
    real = [load_dataset(name, image_size=SIDE).load() for name in options.real]
    for name, seed in ((name, seed) for name in options.only or TRAININGS for seed in range(options.seeds)):
        if (name, seed) in done:
            continue
        training, began = TRAININGS[name], time.process_time()
        network, top1 = train(training, options.unlabelled, seed)
        seconds, names, folders = time.process_time() - began, drawn_pictures(training.look).names, []
        for images in real:
            answers = tested(network, levelled(training, np.array(images.pixels)))
            ways = {way: values.round(5).tolist() for way, values in answers.items()}
            labels = [names.index(images.categories[label]) for label in images.labels]
            folders.append({"labels": labels, "answers": ways})
        line = {"training": name, "seed": seed, "seconds": seconds, "drawn": top1, "real": folders}
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        print(f"{name}, seed {seed}: {seconds:.0f} s, Top-1 of drawn pictures {top1:.3f}", flush=True)


def records(path: Path) -> list[Mapping[str, Any]]:
    """Return the lines of a file of results, none if it is not there."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


class Outcomes(NamedTuple):
    """Whether the networks of a training, one of each seed, are right about pictures, and their log loss (seeds, N)."""

    right: np.ndarray
    loss: np.ndarray


def of_training(lines: Sequence[Mapping[str, Any]], training: str) -> list[Mapping[str, Any]]:
    """Return the lines of a training, or of all, by seed."""
    named = (line for line in lines if training in (line["training"], EVERY))
    return sorted(named, key=lambda line: (line["training"], line["seed"]))


def outcomes(lines: Sequence[Mapping[str, Any]], training: str, way: str, folders: Sequence[int]) -> Outcomes:
    """Return the outcomes of a training for the pictures of some folders, in one way of testing."""
    right, loss = [], []
    for line in of_training(lines, training):
        shown = [line["real"][folder] for folder in folders]
        answers = np.concatenate([np.array(each["answers"][way]) for each in shown])
        labels = np.concatenate([each["labels"] for each in shown])
        right.append(answers.argmax(1) == labels)
        loss.append(-np.log(answers[np.arange(len(labels)), labels] + _FLOOR))
    return Outcomes(np.array(right, float), np.array(loss))


def change(values: np.ndarray, reference: np.ndarray) -> Difference:
    """Return how the mean of values (seeds, N) differs from the reference's, paired by picture."""
    own, other = (
        ModelScores(
            {(0, 0): each.mean(1).tolist()},
            {(0, 0): {str(place): float(of) / each.shape[1] for place, of in enumerate(each.mean(0) - each.mean())}},
            {},
        )
        for each in (values, reference)
    )
    measured = difference(own, other, 1)
    assert measured is not None, "both have the one fold"
    return measured


def in_words(measured: Difference) -> str:
    """Return a difference with its 95 % interval, and a star if that excludes 0."""
    interval = measured.interval(0.05)
    if interval is None:
        return f"{measured.value:+.2f}"
    star = " *" if interval[0] * interval[1] > 0 else ""
    return f"{measured.value:+.2f} [{interval[0]:+.2f}, {interval[1]:+.2f}]{star}"


def row(lines: Sequence[Mapping[str, Any]], cell: tuple[str, str], other: tuple[str, str]) -> list[object]:
    """Return a training in one way of testing, compared with another training or way."""
    folders = range(len(lines[0]["real"]))
    groups = [*([folder] for folder in folders), list(folders)]
    own, base = ([outcomes(lines, *each, group) for group in groups] for each in (cell, other))
    top1 = [each.right.mean(1) for each in own[:-1]]
    seeds, drawn_top1 = len(top1[0]), np.mean([line["drawn"] for line in of_training(lines, cell[0])])
    means = [f"{each.mean():.2f} ± {each.std(ddof=1):.2f}" if seeds > 1 else f"{each.mean():.2f}" for each in top1]
    pairs = [(a.right, b.right) for a, b in zip(own[:-1], base[:-1], strict=True)] + [(own[-1].loss, base[-1].loss)]
    if cell[0] == other[0]:  # the same networks: their seeds are paired, too
        pairs = [(first - second, np.zeros_like(first)) for first, second in pairs]
    changes = [change(*pair) for pair in pairs]
    against = [other[0] if other[0] != cell[0] else other[1], *map(in_words, changes)] if cell != other else []
    return [*cell, seeds, *means, f"{own[-1].loss.mean():.2f}", f"{drawn_top1:.2f}", *against]


def table(lines: Sequence[Mapping[str, Any]]) -> str:
    """Compare every training with its counterpart, and ways of testing all networks."""
    present = [name for name in TRAININGS if any(line["training"] == name for line in lines)]
    trained = [name for name in present if TRAININGS[name].against in present]
    rows = [
        row(lines, (name, way), (TRAININGS[name].against, way)) for way in ("one view", "ten views") for name in trained
    ]
    rows.append(row(lines, (EVERY, "ten views"), (EVERY, "one view")))
    adapted_ways = [way for way in lines[0]["real"][0]["answers"] if "adapted" in way]
    rows += [row(lines, (EVERY, way), (EVERY, way.split(";")[0])) for way in adapted_ways]
    sizes = [f"of {len(folder['labels'])}" for folder in lines[0]["real"]]
    headers = ["training", "tested in", "networks", *sizes, "log loss", "drawn", "against", *sizes, "log loss"]
    return tabulate(rows, headers=headers, tablefmt="github", disable_numparse=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train what the file of results lacks, and print a table of all that it has."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "real", nargs="+", help="datasets of real pictures whose categories are the synthetic dataset's"
    )
    parser.add_argument("--unlabelled", help="a dataset of other real pictures, for pretraining")
    parser.add_argument("--out", default="levers.jsonl", help="the file of results")
    parser.add_argument("--seeds", type=int, default=3, help="trainings of each kind")
    parser.add_argument("--only", action="append", choices=TRAININGS, help="a training; all by default")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    measure(options)
    print(table(records(Path(options.out))))


if __name__ == "__main__":
    main()
