"""A small reader of scale bar labels: a convolutional network with CTC (Graves et al. 2006).

Own code, because an optical character reader for any text (tesseract, rapidocr) is a hundred times as large, and reads
'pm', 'um' or 'Hm' for the µm of an instrument's small letters. Inference is in numpy alone, so that a command that
decodes pictures imports no torch. ``scripts/train_scale_reader.py`` trains the network.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

LETTERS = "0123456789.nmµcÅ#"
"""What the network tells apart; # is any other letter, a comma is a point, a space is nothing."""
BLANK = len(LETTERS)
HEIGHT, _MARGIN = 24, 3
"""Rows of a strip, and those above and below the text."""
_WIDEST = 320
_WEIGHTS = Path(__file__).with_name("letters.npz")


class PixelBox(NamedTuple):
    """A rectangle of pixels: first row and column, end row and column."""

    top: int
    left: int
    bottom: int
    right: int


def strip_of(levels: np.ndarray, box: PixelBox, light: bool) -> np.ndarray:
    """Return a text as a strip (24, W) of shares of ink, about 0 on paper and 1 in letters.

    ``levels`` (H, W) grey levels, ``box`` the text's, ``light`` whether its letters are lighter than their paper.
    """
    margin = max(1, round((box.bottom - box.top) * _MARGIN / (HEIGHT - 2 * _MARGIN)))
    padded = np.pad(levels.astype(np.float32), margin, mode="edge")
    cut = padded[box.top : box.bottom + 2 * margin, box.left : box.right + 2 * margin]
    ink = cut if light else -cut
    ink = ink - np.percentile(ink, 30)
    ink = np.clip(ink / max(float(np.percentile(ink, 98)), 8.0), -0.5, 1.2)
    width = min(_WIDEST, max(12, round(cut.shape[1] * HEIGHT / cut.shape[0])))
    resized = Image.fromarray(np.ascontiguousarray(ink)).resize((width, HEIGHT), Image.Resampling.BILINEAR)
    return np.asarray(resized)


def log_probabilities(strip: np.ndarray) -> np.ndarray:
    """Return the log probability of every letter and of the blank (T, 18) along a strip, a step per two columns."""
    weights = _weights()
    layers = len(weights) // 2
    values = strip[None].astype(np.float32)
    for layer, pool in enumerate(POOLS):
        values = np.maximum(_convolved(values, weights[f"{layer}.weight"], weights[f"{layer}.bias"]), 0)
        values = _pooled(values, *pool)
    flat = values[:, 0]
    scores = weights[f"{layers - 1}.weight"] @ flat + weights[f"{layers - 1}.bias"][:, None]
    scores = scores - scores.max(axis=0)
    return (scores - np.log(np.exp(scores).sum(axis=0))).T


def greedy(steps: np.ndarray) -> str:
    """Return the text of the most likely letter of every step."""
    best = steps.argmax(axis=1)
    heads = best[np.concatenate([[True], best[1:] != best[:-1]])]
    return "".join(LETTERS[index] for index in heads if index != BLANK)


def likelihoods(steps: np.ndarray, texts: tuple[str, ...]) -> np.ndarray:
    """Return the probability of every text (N,), by the forward algorithm over all texts at once."""
    length = max(map(len, texts))
    states = np.full((len(texts), 2 * length + 1), BLANK)
    for row, text in enumerate(texts):
        states[row, 1 : 2 * len(text) : 2] = [LETTERS.index(letter) for letter in text]
    skips = np.zeros(states.shape)
    skips[:, 2:] = (states[:, 2:] != BLANK) & (states[:, 2:] != states[:, :-2])
    probabilities = np.exp(steps.astype(np.float64))
    alpha = np.zeros(states.shape)
    alpha[:, :2] = probabilities[0][states[:, :2]]
    for step in probabilities[1:]:
        after = alpha.copy()
        after[:, 1:] += alpha[:, :-1]
        after[:, 2:] += skips[:, 2:] * alpha[:, :-2]
        alpha = after * step[states]
    ends = 2 * np.array([len(text) for text in texts])
    rows = np.arange(len(texts))
    return alpha[rows, ends] + alpha[rows, ends - 1]


POOLS = ((2, 2), (2, 1), (2, 1), (3, 1), (1, 1))
"""The rows and columns that become one after each convolution: 24 rows become one."""


@cache
def _weights() -> dict[str, np.ndarray]:
    with np.load(_WEIGHTS) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


def _convolved(values: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Return (C, H, W) values convolved with (D, C, h, w) weights, (D, H, W); the border is paper."""
    depth, channels, tall, wide = weight.shape
    _, height, width = values.shape
    padded = np.pad(values, ((0, 0), (tall // 2, tall // 2), (wide // 2, wide // 2)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (tall, wide), axis=(1, 2))
    columns = windows.transpose(0, 3, 4, 1, 2).reshape(channels * tall * wide, height * width)
    return (weight.reshape(depth, -1) @ columns).reshape(depth, height, width) + bias[:, None, None]


def _pooled(values: np.ndarray, down: int, across: int) -> np.ndarray:
    depth, height, width = values.shape
    cut = values[:, :, : width // across * across]
    return cut.reshape(depth, height // down, down, width // across, across).max(axis=(2, 4))
