"""Running out of memory: smaller pieces, the same gradients, a clear end."""

import numpy as np
import pytest
import torch
from torch import nn

from bench.config.loading import Recipe
from bench.contracts import Context
from bench.errors import BenchError
from bench.models.supervised import Side, fit_classifier, pieces, probabilities
from bench.specs import ModelSpec
from bench.terminal.progress import NoProgress
from bench.training import memory

pytestmark = pytest.mark.numeric


class Narrow(nn.Module):
    """A network for whose batches above a size there is no memory."""

    def __init__(self, most, error):
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
        self.most, self.error, self.sizes = most, error, []

    def forward(self, inputs):
        self.sizes.append(len(inputs))
        if len(inputs) > self.most:
            raise self.error
        return self.layers(inputs)


class Ear(NoProgress):
    def __init__(self):
        self.said = []

    def say(self, text):
        self.said.append(text)


@pytest.fixture
def in_double():
    """Compute in float64: how far two orders of summation part in float32 is up to the processor's kernels."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def side(count=11):
    inputs = torch.from_numpy(np.random.default_rng(0).standard_normal((count, 4))).to(torch.get_default_dtype())
    return Side(lambda positions: inputs[positions], np.arange(count) % 3)


def context_in(folder):
    recipe = Recipe(epochs=2, batch_size=11)
    return Context(ModelSpec("narrow", "Narrow", "fakes"), {}, recipe, 0, "cpu", Ear(), folder)


ERRORS = [
    torch.OutOfMemoryError("CUDA out of memory"),
    MemoryError(),
    RuntimeError("[enforce fail at alloc_cpu.cpp:114] DefaultCPUAllocator: can't allocate memory: you tried 9 bytes"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_the_batch_goes_in_pieces_and_trains_as_the_whole_one(error, tmp_path, in_double):
    narrow, wide = Narrow(3, error), Narrow(99, error)
    context = context_in(tmp_path / "narrow")
    history = fit_classifier(narrow, side(), side(), context)
    expected = fit_classifier(wide, side(), side(), context_in(tmp_path / "wide"))

    assert (history.parts, expected.parts) == (4, 1)
    assert any("4 pieces" in text for text in context.progress.said)
    for got, wanted in zip(history.epochs, expected.epochs, strict=True):
        assert got.losses["loss"] == pytest.approx(wanted.losses["loss"], abs=1e-12)
        assert got.validation == pytest.approx(wanted.validation, abs=1e-6)  # of scores kept in float32
    for name, value in wide.state_dict().items():
        torch.testing.assert_close(narrow.state_dict()[name], value, rtol=0, atol=1e-10)


def test_gradients_of_the_pieces_add_up_to_those_of_the_batch(in_double):
    network, everything = Narrow(99, None), side()
    labels = torch.from_numpy(everything.labels)
    gradients = []
    for parts in (1, 4):
        network.zero_grad()
        for share, piece in pieces(np.arange(11), parts):
            loss = nn.functional.cross_entropy(network(everything.inputs(piece)), labels[piece])
            (share * loss).backward()
        gradients.append([parameter.grad.clone() for parameter in network.parameters()])
    for whole, added in zip(*gradients, strict=True):
        torch.testing.assert_close(added, whole, rtol=0, atol=1e-12)


def test_the_smaller_pieces_are_kept_for_the_rest_of_training(tmp_path):
    network = Narrow(6, MemoryError())
    fit_classifier(network, side(), side(), context_in(tmp_path))
    training = [size for size in network.sizes if size <= 6]
    assert network.sizes[0] == 11
    assert training[:2] == [6, 5]
    assert network.sizes.count(11) == 3  # the first step, and the validation of two epochs


def test_a_picture_that_does_not_fit_alone_ends_the_training_with_a_sentence(tmp_path):
    with pytest.raises(BenchError, match="one picture alone"):
        fit_classifier(Narrow(0, MemoryError()), side(), side(), context_in(tmp_path))


def test_prediction_goes_in_smaller_batches_too(tmp_path):
    context = context_in(tmp_path)
    found = probabilities(Narrow(2, MemoryError()), side(), context)
    np.testing.assert_allclose(
        found, probabilities(Narrow(99, None), side(), context), atol=1e-6
    )  # float32: eps times some ten terms


def test_other_errors_are_not_taken_for_a_lack_of_memory(tmp_path):
    assert not memory.out_of_memory(RuntimeError("shapes cannot be multiplied"))
    with pytest.raises(RuntimeError, match="cannot be multiplied"):
        network = Narrow(0, RuntimeError("shapes cannot be multiplied"))
        fit_classifier(network, side(), side(), context_in(tmp_path))
