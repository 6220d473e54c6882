"""Attention on a processor gives what torch's own does, and chosen rows carry the same gradients."""

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from bench.models.mvaema.attention import KeysValues, mixed_on_cpu


def parts(*shape):
    random = torch.Generator().manual_seed(4)
    return [torch.randn(*shape, generator=random, dtype=torch.float64).requires_grad_() for _ in range(3)]


def mask():
    seen = torch.ones(3, 1, 1, 5, dtype=torch.bool)
    seen[1, :, :, 2:] = False
    return seen


@pytest.mark.parametrize(("seen", "causal"), [(None, False), (None, True), (mask(), False)])
def test_attention_on_a_processor_is_that_of_torch_with_its_gradients(seen, causal):
    every = queries, keys, values = parts(3, 2, 5, 4)
    ours = mixed_on_cpu(queries, keys, values, seen, causal)
    theirs = scaled_dot_product_attention(queries, keys, values, attn_mask=seen, is_causal=causal)
    assert torch.allclose(ours, theirs)
    weights = torch.arange(ours.numel(), dtype=ours.dtype).view_as(ours)
    for one, other in zip(*(torch.autograd.grad((mix * weights).sum(), every) for mix in (ours, theirs)), strict=True):
        assert torch.allclose(one, other)


def test_rows_chosen_more_than_once_add_their_gradients_up():
    keys, values, _ = parts(3, 2, 5, 4)
    rows = torch.tensor([2, 0, 2])
    chosen = KeysValues(keys, values).of(rows)
    assert torch.equal(chosen.keys, keys[rows]) and torch.equal(chosen.values, values[rows])
    (gradient,) = torch.autograd.grad(chosen.keys.sum(), keys)
    assert gradient[:, 0, 0, 0].tolist() == [1, 0, 2]
