"""Train the reader of scale bar labels on drawn texts, and write its weights to bench/data/scale/letters.npz.

    python scripts/train_scale_reader.py

Needs the fonts of the extra ``fonts``. One core, deterministic.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from scale_labels import Pen, drawn, pens
from torch import nn

from bench.data.scale.letters import BLANK, HEIGHT, LETTERS, POOLS

_WIDTHS = (12, 24, 40, 72, 72)
_KERNELS = ((3, 3), (3, 3), (3, 3), (3, 5), (1, 5))
_CHUNK, _BATCH = 1024, 64
_OUT = Path(__file__).parent.parent / "bench" / "data" / "scale" / "letters.npz"


def network() -> nn.Sequential:
    """Return the untrained network: (B, 1, 24, W) to (B, 18, 1, W / 2)."""
    layers: list[nn.Module] = []
    depth = 1
    for width, kernel, pool in zip(_WIDTHS, _KERNELS, POOLS, strict=True):
        padding = (kernel[0] // 2, kernel[1] // 2)
        convolution = nn.Conv2d(depth, width, kernel, padding=padding, bias=False)
        layers += [convolution, nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(pool)]
        depth = width
    return nn.Sequential(*layers, nn.Conv2d(depth, BLANK + 1, 1))


def batches(random: np.random.Generator, fonts: list[Pen]) -> list[tuple[torch.Tensor, list[str], torch.Tensor]]:
    """Return drawn texts as batches of like widths in random order: pictures, targets, numbers of steps."""
    drawings = sorted((drawn(random, fonts) for _ in range(_CHUNK)), key=lambda pair: pair[0].shape[1])
    parts = [drawings[start : start + _BATCH] for start in range(0, _CHUNK, _BATCH)]
    return [_together(parts[place]) for place in random.permutation(len(parts))]


def _together(part: list[tuple[np.ndarray, str]]) -> tuple[torch.Tensor, list[str], torch.Tensor]:
    widths = [strip.shape[1] for strip, _ in part]
    pictures = np.zeros((len(part), 1, HEIGHT, max(widths) // 2 * 2 + 2), np.float32)
    for picture, (strip, _) in zip(pictures, part, strict=True):
        picture[0, :, : strip.shape[1]] = strip
    return torch.from_numpy(pictures), [text for _, text in part], torch.tensor([width // 2 for width in widths])


def loss_of(net: nn.Module, pictures: torch.Tensor, targets: list[str], steps: torch.Tensor) -> torch.Tensor:
    """Return the connectionist temporal classification loss of a batch."""
    scores = net(pictures)[:, :, 0].permute(2, 0, 1).log_softmax(2)
    letters = torch.tensor([LETTERS.index(letter) for text in targets for letter in text])
    lengths = torch.tensor([len(text) for text in targets])
    return nn.functional.ctc_loss(scores, letters, steps, lengths, blank=BLANK, zero_infinity=True)


def folded(net: nn.Sequential) -> dict[str, np.ndarray]:
    """Return the weights of each convolution with its normalisation folded in, float16."""
    weights: dict[str, np.ndarray] = {}
    modules = list(net)
    for layer, place in enumerate(range(0, len(modules) - 1, 4)):
        convolution, norm = modules[place], modules[place + 1]
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        weights[f"{layer}.weight"] = convolution.weight * scale[:, None, None, None]
        weights[f"{layer}.bias"] = norm.bias - norm.running_mean * scale
    weights[f"{layer + 1}.weight"], weights[f"{layer + 1}.bias"] = modules[-1].weight[:, :, 0, 0], modules[-1].bias
    return {name: value.detach().numpy().astype(np.float16) for name, value in weights.items()}


def main() -> None:
    """Train, print the loss of each chunk, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=50, help="chunks of 1,024 drawn texts")
    parser.add_argument("--out", type=Path, default=_OUT)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    random, fonts, net = np.random.default_rng(0), pens(), network()
    total = options.chunks * _CHUNK // _BATCH
    optimiser = torch.optim.AdamW(net.parameters(), lr=4e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=total, pct_start=0.15)
    for chunk in range(options.chunks):
        losses = []
        for pictures, targets, steps in batches(random, fonts):
            optimiser.zero_grad()
            loss = loss_of(net, pictures, targets, steps)
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        print(f"{chunk + 1} of {options.chunks}: loss {np.mean(losses):.3f}", flush=True)
        if chunk % 10 == 9 or chunk + 1 == options.chunks:
            np.savez_compressed(options.out, **folded(net))


if __name__ == "__main__":
    main()
