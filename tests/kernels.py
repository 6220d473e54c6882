"""Which kernels compute: what no library reads from an environment variable, for whole processes of the tests."""

import os

ONEDNN = "TEST_ONEDNN"
"""The environment variable that, set to ``off``, keeps torch from calling oneDNN."""


def settle():
    """Do as the environment says; every process that computes calls it first."""
    if os.environ.get(ONEDNN) == "off":
        import torch

        torch.backends.mkldnn.set_flags(False)
