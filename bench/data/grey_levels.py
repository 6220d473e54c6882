"""Grey levels brought to one mean and spread in every picture, whatever brightness and contrast the operator chose."""

import numpy as np

_ABOVE_BAR = 5 / 6
"""The share of the height, from above, that decides: a white data bar would take most of a dark picture's spread."""
_MEAN, _SPREAD = 128, 48
_FAINTEST = 2
"""Added to the spread, in grey levels, so that the noise of an empty picture is not made its content."""


def standardised(pictures: np.ndarray) -> np.ndarray:
    """Return pictures (B, H, W) uint8 whose levels have the same mean and spread; what lies far outside is clipped."""
    deciding = pictures[:, : round(pictures.shape[1] * _ABOVE_BAR)].astype(np.float32)
    mean, spread = (measure(deciding, axis=(1, 2), keepdims=True) for measure in (np.mean, np.std))
    levels = _MEAN + (pictures - mean) * (_SPREAD / (spread + _FAINTEST))
    return levels.round().clip(0, 255).astype(np.uint8)
