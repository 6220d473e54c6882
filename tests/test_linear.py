import copy

import pytest
import torch
from torch import nn

from bench.planning.work import Counter, Workload
from bench.training import linear as module
from bench.training.linear import OPERATION, Linear, linear, speed_up_linears

fast = pytest.mark.skipif(OPERATION is None, reason="torch was built without oneDNN")


def _gradients(network, inputs):
    inputs = inputs.clone().requires_grad_()
    out = network(inputs)
    out.square().sum().backward()
    return [out.detach(), inputs.grad, *(parameter.grad for parameter in network.parameters())]


@pytest.mark.parametrize(("before", "after"), [(64, 256), (256, 64)])
@pytest.mark.parametrize("bias", [True, False])
def test_a_fast_linear_layer_is_torchs_own_to_rounding_with_its_gradients(before, after, bias):
    torch.manual_seed(0)
    plain = nn.Linear(before, after, bias=bias)
    other = copy.deepcopy(plain)
    speed_up_linears(other)
    inputs = torch.randn(16, 40, before)
    torch.testing.assert_close(_gradients(other, inputs), _gradients(plain, inputs), rtol=1e-4, atol=1e-3)


@fast
def test_many_rows_are_multiplied_by_onednn_and_few_by_torch(monkeypatch):
    calls = []
    monkeypatch.setattr(module, "OPERATION", lambda *given: calls.append(given) or OPERATION(*given))
    layer = Linear(64, 64)
    layer(torch.randn(3, 64)).sum().backward()
    assert not calls
    layer(torch.randn(300, 64)).sum().backward()
    assert len(calls) == 2, "forward, and the gradient of the weight alone: the inputs do not learn"


@fast
def test_its_flops_are_counted():
    layer, work = Linear(64, 32), Workload()
    with Counter(work), torch.no_grad():
        layer(torch.randn(6, 100, 64))
    assert work.flops == {"product float32": 2 * 600 * 64 * 32}


def test_weights_that_do_not_learn_get_no_gradient():
    layer = Linear(64, 64).requires_grad_(False)
    inputs = torch.randn(300, 64, requires_grad=True)
    layer(inputs).sum().backward()
    assert layer.weight.grad is None
    torch.testing.assert_close(inputs.grad, layer.weight.sum(0).expand(300, -1), rtol=1e-4, atol=1e-4)


def test_half_precision_stays_half():
    layer, inputs = Linear(64, 64), torch.randn(300, 64)
    with torch.autocast("cpu", torch.bfloat16):
        assert layer(inputs).dtype == torch.bfloat16
    assert linear(inputs.bfloat16(), layer.weight.bfloat16()).dtype == torch.bfloat16


def test_layers_that_are_not_torchs_own_stay_as_they_are():
    class Doubled(nn.Linear):
        def forward(self, input):
            return 2 * super().forward(input)

    network = nn.Sequential(nn.Linear(2, 2), Doubled(2, 2))
    before = network.state_dict()
    speed_up_linears(network)
    assert [type(part) for part in network] == [Linear, Doubled]
    assert network.state_dict().keys() == before.keys()


@fast
@pytest.mark.parametrize("repeated", ["inputs", "gradient"])
def test_onednn_is_never_given_repeated_rows_which_take_it_a_thousand_times_as_long(repeated, monkeypatch):
    strides = []

    def operation(inputs, *rest):
        strides.extend(inputs.stride())
        return OPERATION(inputs, *rest)

    monkeypatch.setattr(module, "OPERATION", operation)
    inputs = torch.randn(64).expand(512, 64) if repeated == "inputs" else torch.randn(512, 64)
    outputs = Linear(64, 64)(inputs.requires_grad_())
    outputs.sum().backward()
    assert strides and 0 not in strides


@fast
def test_wide_weights_with_few_rows_are_left_to_torch(monkeypatch):
    monkeypatch.setattr(module, "_product", lambda *_: pytest.fail("oneDNN was asked"))
    Linear(1024, 1024)(torch.randn(48, 1024))
