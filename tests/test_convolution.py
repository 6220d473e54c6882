"""Convolutions of small pictures: their gradients in half precision are those of float32, rounded."""

import pytest
import torch
from torch import nn

from bench.training.convolution import keep_small_convolutions_exact


def _gradient(layer, pixels, half):
    layer.zero_grad()
    unwritten = [torch.full(layer.weight.shape, torch.nan) for _ in range(4)]
    del unwritten  # what is not written next holds these
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        scores = layer(pixels)
    scores.float().square().mean().backward()
    return layer.weight.grad.clone()


@pytest.mark.parametrize("side", [1, 2, 3, 4])
@pytest.mark.parametrize(("kernel", "stride", "dilation"), [(3, 1, 1), (3, 2, 1), (5, 2, 1), (7, 2, 1), (3, 2, 2)])
def test_the_weight_gradient_in_half_precision_is_that_of_float32(kernel, stride, dilation, side):
    torch.manual_seed(0)
    layer = nn.Conv2d(16, 32, kernel, stride, padding=dilation * (kernel // 2), dilation=dilation)
    keep_small_convolutions_exact(layer)
    pixels = torch.randn(6, 16, side, side)
    for _ in range(3):
        half, full = _gradient(layer, pixels, True), _gradient(layer, pixels, False)
        assert (half - full).abs().max() <= 0.02 * full.abs().max()


def test_a_picture_as_large_as_the_kernel_is_convolved_in_half_precision():
    layer = nn.Conv2d(4, 4, 3, padding=1)
    keep_small_convolutions_exact(layer)
    with torch.autocast("cpu", torch.bfloat16):
        assert layer(torch.randn(2, 4, 3, 3)).dtype == torch.bfloat16
        assert layer(torch.randn(2, 4, 2, 3)).dtype == torch.float32
