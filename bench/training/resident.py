"""Grey levels of pictures on the device of a network; on a graphics card, if asked, from a copy of the whole dataset.

The copy is of the process, like its threads and seeds: a dataset that several models of a run learn from is sent once.
"""

import numpy as np
import torch
from torch import Tensor

from bench.contracts import Micrographs

_SHARE = 0.5
"""The share of a card's free memory that a copy may take; the rest is for networks."""
_state: dict[str, bool] = {"keeps": False}
_copies: dict[tuple[str, str], Tensor | None] = {}
"""The copy of a dataset's pictures by its digest and device, None if it is too large; one at a time."""


def keep(keeps: bool) -> None:
    """Say whether cards keep a copy of the dataset from now on; those that do not lose the one they have."""
    _state["keeps"] = keeps
    if not keeps:
        _copies.clear()


def grey_levels(images: Micrographs, positions: np.ndarray, device: str) -> Tensor:
    """Return the pictures at these positions of a view (B, H, W) uint8 on a device."""
    whole = _copy(images, device) if _state["keeps"] and device.startswith("cuda") else None
    if whole is None:
        return torch.from_numpy(images.batch(positions)).to(device)
    return whole[torch.from_numpy(images.rows[positions]).to(whole.device)]


def _copy(images: Micrographs, device: str) -> Tensor | None:
    """Return the whole dataset of a view on a card; None if its digest is unknown or the card has too little room."""
    if not images.digest:
        return None
    key = images.digest, device
    if key not in _copies:
        _copies.clear()
        free, _ = torch.cuda.mem_get_info(device)
        fits = images.pixels.nbytes <= _SHARE * free
        _copies[key] = torch.from_numpy(np.ascontiguousarray(images.pixels)).to(device) if fits else None
    return _copies[key]
