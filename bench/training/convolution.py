"""Convolutions of pictures smaller than their kernel, kept in float32 where half precision is wrong.

On CPUs that multiply in bfloat16, torch 2.14 leaves parts of such a layer's weight gradient unwritten: of 3 x 3 weights
with stride 2 over one pixel, the eight that see only padding hold whatever was in memory.
"""

import torch
from torch import Tensor, nn


class Convolution(nn.Conv2d):
    """``torch.nn.Conv2d``, in float32 where its input is smaller than its kernel."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the scores (B, out_channels, H', W')."""
        spans = (step * (size - 1) + 1 for step, size in zip(self.dilation, self.kernel_size, strict=True))
        if all(side >= span for side, span in zip(input.shape[-2:], spans, strict=True)):
            return super().forward(input)
        with torch.autocast(input.device.type, enabled=False):
            return super().forward(input.float())


def keep_small_convolutions_exact(module: nn.Module) -> None:
    """Let a module's convolutions, as far as they are torch's own, compute as ``Convolution`` from now on."""
    for part in module.modules():
        if type(part) is nn.Conv2d and "forward" not in vars(part):
            part.__class__ = Convolution
