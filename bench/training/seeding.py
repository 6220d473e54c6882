"""The random sources of a process, seeded by one call."""

import random
import sys

import numpy as np


def seed_all(seed: int) -> None:
    """Seed Python, numpy and, if a model's code has imported it, torch on every device.

    Called before an estimator is constructed and before it predicts, so that no estimator seeds itself.
    """
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 -- libraries draw from the global state
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed)
