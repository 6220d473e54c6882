"""Batch norms under several ranks, whose statistics are those of the batch of all of them.

On GPUs they are torch's SyncBatchNorm, which does not exist on the CPU. What all of torch's batch norms derive from has
a private name, ``_BatchNorm``, and so has its check of inputs; tests/test_private_names.py fails where they are gone.
"""

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from bench.progress import Progress
from bench.training.gathering import added_up

_PLAIN = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


class AcrossRanks(_BatchNorm):
    """A batch norm over inputs (B, D, ...) of which every rank has some."""

    def _check_input_dim(self, input: Tensor) -> None:
        """Accept the inputs that the replaced norm accepts."""

    def forward(self, input: Tensor) -> Tensor:
        """Normalise by the mean and the variance over all ranks; in eval mode by the running ones."""
        if not self.training:
            return super().forward(input)
        values = input.to(torch.promote_types(input.dtype, torch.float32))
        axes = [0, *range(2, input.dim())]
        mean, count = self._mean(values, axes)
        centred = values - mean
        variance, _ = self._mean(centred.square(), axes)
        self._run(mean.detach().flatten(), variance.detach().flatten() * count / (count - 1))
        made = centred * (variance + self.eps).rsqrt()
        if self.affine:
            shape = mean.shape
            made = made * self.weight.view(shape) + self.bias.view(shape)
        return made.to(input.dtype)

    def _mean(self, values: Tensor, axes: list[int]) -> tuple[Tensor, Tensor]:
        """Return the mean (1, D, 1, ...) over all ranks, and of how many values it is."""
        sums = values.sum(axes, keepdim=True)
        count = sums.new_full((1,), values.numel() / sums.numel())
        whole = added_up(torch.cat([sums.flatten(), count]))
        return whole[:-1].view(sums.shape) / whole[-1], whole[-1].detach()

    @torch.no_grad()
    def _run(self, mean: Tensor, variance: Tensor) -> None:
        """Let the running statistics follow."""
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        self.num_batches_tracked += 1
        pace = 1 / float(self.num_batches_tracked) if self.momentum is None else self.momentum
        self.running_mean.lerp_(mean, pace)
        self.running_var.lerp_(variance, pace)


def share_statistics(module: nn.Module, progress: Progress) -> nn.Module:
    """Return a module with batch norms over all ranks.

    On the CPU, norms of somebody's own class are left, since what else they do is not known; the progress says so.
    """
    if next(module.parameters()).device.type == "cuda":
        from timm.layers.norm_act import convert_sync_batchnorm  # torch's own drops the activations of timm's norms

        return convert_sync_batchnorm(module)
    norms = [part for part in module.modules() if isinstance(part, _BatchNorm)]
    for norm in norms:
        if type(norm) in _PLAIN:
            norm.__class__ = AcrossRanks  # in place: whoever holds the norm holds this one
    others = {type(norm).__name__ for norm in norms if not isinstance(norm, AcrossRanks)}
    if others:
        progress.say(f"batch statistics of {', '.join(sorted(others))} are those of each process's share of a batch")
    return module


def meets(module: nn.Module) -> bool:
    """Tell whether a module computes with what other ranks have."""
    return any(isinstance(part, AcrossRanks | nn.SyncBatchNorm) for part in module.modules())
