"""Is every kind of fact visible? A small ConvNet against guessing from the category, kind by kind.

One trunk with a head for each kind learns from pictures of the embedded dataset in its default shares. The prior
answers with the value that is most frequent within the picture's category.
"""

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from tabulate import tabulate
from torch import nn

from bench.tasks.datasets.synthetic.dataset import Synthetic
from bench.tasks.facts import KINDS
from bench.terminal.progress import Lines

UNKNOWN = -100
"""The target for a kind that a scene does not show."""


class SmallConvNet(nn.Module):
    """Pictures (B, 1, H, W) to one vector of scores per kind."""

    def __init__(self, values: Mapping[str, int]) -> None:
        super().__init__()
        widths = (1, 24, 48, 96, 160)
        layers: list[nn.Module] = []
        for number, (before, after) in enumerate(zip(widths[:-1], widths[1:], strict=True)):
            first = number == 0
            layers += [nn.Conv2d(before, after, 7 if first else 3, 4 if first else 2, 3 if first else 1, bias=False)]
            layers += [nn.BatchNorm2d(after), nn.ReLU()]
        self.trunk = nn.Sequential(*layers)
        self.heads = nn.ModuleDict({kind: nn.Linear(2 * widths[-1], count) for kind, count in values.items()})

    def forward(self, pictures: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return kind to scores (B, values)."""
        seen = self.trunk(pictures)
        pooled = torch.cat([seen.mean((2, 3)), seen.amax((2, 3))], 1)
        return {kind: head(pooled) for kind, head in self.heads.items()}


def targets(facts: Sequence[Mapping[str, str]]) -> dict[str, np.ndarray]:
    """Return kind to the number of each picture's value (N,), ``UNKNOWN`` if it shows none."""
    return {
        kind: np.array([values.index(shown[kind]) if kind in shown else UNKNOWN for shown in facts])
        for kind, values in KINDS.items()
    }


def normalised(pixels: np.ndarray) -> torch.Tensor:
    """Return uint8 pictures (B, H, W) as (B, 1, H, W), centred on zero."""
    return torch.from_numpy(pixels).float().div_(64).sub_(2).unsqueeze(1)


def train(pixels: np.ndarray, wanted: Mapping[str, np.ndarray], epochs: int, batch: int = 50) -> SmallConvNet:
    """Train on all pictures; half of those in a batch are mirrored, which changes no fact."""
    torch.manual_seed(0)
    random = np.random.default_rng(0)
    model = SmallConvNet({kind: len(KINDS[kind]) for kind in wanted})
    steps = epochs * -(-len(pixels) // batch)
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, total_steps=steps)
    progress, done = Lines(), 0
    progress.start("training", steps)
    for _ in range(epochs):
        order = random.permutation(len(pixels))
        for chosen in np.split(order, range(batch, len(order), batch)):
            pictures = normalised(pixels[np.sort(chosen)])
            pictures[::2] = pictures[::2].flip(3)
            scores = model(pictures)
            losses = [
                nn.functional.cross_entropy(scores[kind], torch.from_numpy(wanted[kind][np.sort(chosen)]))
                for kind in wanted
                if (wanted[kind][chosen] != UNKNOWN).any()
            ]
            loss = torch.stack(losses).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            done += 1
            progress.advance(done, loss=loss.item())
    return model.eval()


@torch.no_grad()
def predicted(model: SmallConvNet, pixels: np.ndarray) -> dict[str, np.ndarray]:
    """Return kind to the value that the model predicts for each picture (N,)."""
    parts = [model(normalised(pixels[start : start + 100])) for start in range(0, len(pixels), 100)]
    return {kind: torch.cat([part[kind] for part in parts]).argmax(1).numpy() for kind in parts[0]}


def prior(labels: np.ndarray, wanted: np.ndarray, queried: np.ndarray) -> np.ndarray:
    """Return for pictures of these categories the most frequent value of their category."""
    counts: dict[int, Counter[int]] = defaultdict(Counter)
    known = wanted != UNKNOWN
    for label, value in zip(labels[known].tolist(), wanted[known].tolist(), strict=True):
        counts[label][value] += 1
    return np.array([counts[label].most_common(1)[0][0] if counts[label] else UNKNOWN for label in queried.tolist()])


def table(labels: np.ndarray, wanted: Mapping[str, np.ndarray], seen: Mapping[str, np.ndarray], known: int) -> str:
    """Compare both on the pictures after the first ``known``; differences have their standard error."""
    rows = []
    for kind, values in wanted.items():
        shown = np.flatnonzero(values[known:] != UNKNOWN) + known
        blank = np.zeros_like(labels) if kind == "category" else labels
        guess = prior(blank[:known], values[:known], blank[shown])
        by_category, by_model = guess == values[shown], seen[kind][shown - known] == values[shown]
        gain = by_model.astype(float) - by_category
        error = gain.std(ddof=1) / np.sqrt(len(gain))
        verdict = "yes" if gain.mean() > 3 * error else "no"
        rows.append([kind, len(shown), by_category.mean(), by_model.mean(), gain.mean(), error, verdict])
    headers = ["kind", "n", "category's prior", "ConvNet", "gain", "s.e.", "gain > 3 s.e."]
    return tabulate(rows, headers=headers, floatfmt=".3f", tablefmt="github")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=5000, help="pictures to learn from")
    parser.add_argument("--test", type=int, default=1500, help="number of pictures to predict")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    began = time.perf_counter()
    size = options.pictures + options.test
    dataset = Synthetic("", 224, Lines(), size=size, seed=options.seed)
    pixels, labels = np.array(dataset.load().pixels), dataset.labels()
    wanted = targets([dataset.facts(position) for position in range(size)])
    drawn = time.perf_counter()
    model = train(pixels[: options.pictures], {k: v[: options.pictures] for k, v in wanted.items()}, options.epochs)
    print(table(labels, wanted, predicted(model, pixels[options.pictures :]), options.pictures))
    print(
        f"\n{options.pictures} pictures to learn from, {options.epochs} epochs, {options.threads} threads; "
        f"drawing {drawn - began:.0f} s, the rest {time.perf_counter() - drawn:.0f} s"
    )


if __name__ == "__main__":
    main()
