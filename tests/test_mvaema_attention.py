"""Attention gives what torch's own does, at once and token by token; chosen rows carry the same gradients."""

import pytest
import torch
from torch.nn.functional import gelu, multi_head_attention_forward, scaled_dot_product_attention

from bench.models.mvaema.attention import (
    FIRST,
    Attention,
    FeedForward,
    KeysValues,
    Memory,
    Sizes,
    Skipped,
    mixed_on_cpu,
)


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


def test_without_more_said_every_query_sees_every_key():
    every = parts(3, 2, 5, 4)
    assert torch.allclose(mixed_on_cpu(*every), scaled_dot_product_attention(*every))


def test_rows_chosen_more_than_once_add_their_gradients_up():
    keys, values, _ = parts(3, 2, 5, 4)
    rows = torch.tensor([2, 0, 2])
    chosen = KeysValues(keys, values).of(rows)
    assert torch.equal(chosen.keys, keys[rows]) and torch.equal(chosen.values, values[rows])
    (gradient,) = torch.autograd.grad(chosen.keys.sum(), keys)
    assert gradient[:, 0, 0, 0].tolist() == [1, 0, 2]


@pytest.fixture
def attention():
    torch.manual_seed(5)
    return Attention(8, 2).double()


def inputs(tokens=5):
    return torch.randn(3, tokens, 8, generator=torch.Generator().manual_seed(6), dtype=torch.float64)


def by_torch(attention, queries, attended, mask=None):
    """Torch's own multi-head attention with the same weights, over normed inputs."""
    weights = torch.cat([attention.query.weight, attention.key_value.weight])
    biases = torch.cat([attention.query.bias, attention.key_value.bias])
    queries, attended = queries.transpose(0, 1), attended.transpose(0, 1)
    out = attention.out.weight, attention.out.bias
    mixed, shares = multi_head_attention_forward(
        *(queries, attended, attended, 8, 2, weights, biases, None, None, False, 0.0, *out),
        attn_mask=mask,
        average_attn_weights=False,
    )
    return mixed.transpose(0, 1), shares


def test_attention_is_torchs_multi_head_attention_behind_a_norm(attention):
    some = inputs()
    normed = attention.norm(some)
    padded = ~mask().expand(-1, 2, 5, -1).flatten(0, 1)
    assert torch.allclose(attention(some), by_torch(attention, normed, normed)[0])
    assert torch.allclose(attention(some, mask()), by_torch(attention, normed, normed, padded)[0])
    assert torch.allclose(attention(some, mask(), FIRST), attention(some, mask())[:, :1])


def test_cross_attention_and_its_shares_are_torchs(attention):
    some, attended = inputs(), inputs(7)
    seen = attention.keys_values(attended)
    mixed, shares = by_torch(attention, attention.norm(some), attended)
    assert torch.allclose(attention.cross(some, seen), mixed) and torch.allclose(attention.shares(some, seen), shares)


def test_each_token_sees_itself_and_those_before_it_at_once_or_from_memory(attention):
    some = inputs()
    normed = attention.norm(some)
    later = torch.ones(5, 5, dtype=torch.bool).triu(1)
    whole = attention.causal(some)
    assert torch.allclose(whole, by_torch(attention, normed, normed, later)[0])
    memory = Memory(5)
    steps = [attention.causal(some[:, part], memory) for part in (slice(2), slice(2, 3), slice(3, 4), slice(4, 5))]
    assert torch.allclose(torch.cat(steps, 1), whole)


def test_a_memory_goes_on_with_the_rows_that_are_taken(attention):
    some, rows = inputs(), torch.tensor([2, 0, 2, 1])
    memory = Memory(5)
    attention.causal(some[:, :4], memory)
    memory.take(rows)
    assert torch.allclose(attention.causal(some[rows, 4:], memory), attention.causal(some)[rows, 4:])


def test_keys_and_values_stay_what_they_are_laid_out_anew(attention):
    seen = attention.keys_values(inputs())
    laid = seen.contiguous()
    assert all(torch.equal(one, other) and other.is_contiguous() for one, other in zip(seen, laid, strict=True))


def test_feeding_forward_is_norm_four_times_the_width_gelu_and_back():
    layer, some = FeedForward(8), torch.randn(2, 3, 8)
    norm, up, down = layer[0], layer[1], layer[3]
    assert up.weight.shape == (32, 8) and torch.equal(layer(some), down(gelu(up(norm(some)))))


def test_what_is_not_there_has_keys_and_values_of_nothing():
    nothing = Skipped().keys_values(torch.zeros(3, 5, 8))
    assert nothing.keys.shape == nothing.values.shape == (3, 0)
    assert isinstance(Sizes(8, 2, frozenset({"ca"})).attention("ca"), Skipped)
    assert type(Sizes(8, 2, frozenset({"ca"})).attention("sa")) is Attention
