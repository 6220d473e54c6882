"""What holds on a graphics card, run by `make test-gpu`; and what its settings do where there is none."""

import numpy as np
import pytest
import torch

from bench.contracts import Micrographs
from bench.training import resident
from tests.conftest import FAST

CARD = torch.cuda.is_available()
needs_card = [pytest.mark.gpu, pytest.mark.skipif(not CARD, reason="torch sees no graphics card")]
SMALL = ("--set", "synthetic.size=60", "--set", "k=3", "--folds", "0", "--set", "image_size=64", *FAST)
TRAINS = ("--set", "recipe.epochs=2")


def on_card(test):
    """Mark a test that needs a card."""
    for mark in needs_card:
        test = mark(test)
    return test


@pytest.fixture
def images():
    pixels = np.random.default_rng(0).integers(0, 256, (12, 8, 8), dtype=np.uint8)
    rows = np.array([7, 2, 5, 0])
    yield Micrographs(pixels, rows, tuple("abcd"), np.zeros(4, np.int64), ("one",), "digest")
    resident.keep(False)


@pytest.fixture
def card_of(monkeypatch):
    """Let the CPU pose as a card with so much free memory."""

    def pretend(free):
        of_numpy = torch.from_numpy
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (free, free))
        monkeypatch.setattr(torch.Tensor, "to", lambda tensor, *_: of_numpy(tensor.numpy().copy()))

    return pretend


@pytest.mark.parametrize(("free", "copied"), [(12 * 64 * 2, True), (12 * 64 * 2 - 1, False)])
def test_a_dataset_is_copied_once_if_half_the_free_memory_holds_it(images, card_of, free, copied):
    card_of(free)
    resident.keep(True)
    positions = np.array([3, 1, 1])
    levels = resident.grey_levels(images, positions, "cuda")
    assert torch.equal(levels, torch.from_numpy(images.batch(positions)))
    (copy,) = resident._copies.values()
    assert (copy is not None) == copied
    resident.grey_levels(images, positions, "cuda")
    assert next(iter(resident._copies.values())) is copy


def test_pictures_of_an_unknown_digest_are_never_copied(images, card_of):
    card_of(10**9)
    resident.keep(True)
    unknown = Micrographs(images.pixels, images.rows, images.ids, images.labels, images.categories)
    assert torch.equal(resident.grey_levels(unknown, np.array([0]), "cuda")[0], torch.from_numpy(images.pixels[7]))
    assert not resident._copies


@pytest.mark.parametrize("key", ["compile", "pictures_on_gpu"])
def test_settings_of_a_card_are_refused_without_one(bench, key):
    command = ("run", "--task", "classification", "--models", "resnet", *SMALL, "--set", f"machine.{key}=true")
    code, out, err = bench(*command, "--set", "machine.device=cpu")
    assert code and f"machine.{key}=true is for a GPU, and this computes on cpu" in out + err


@on_card
@pytest.mark.parametrize("model", ["resnet", "cvt", "mvaema", "rggconv", "simclr"])
def test_a_model_of_each_kind_trains_and_is_scored(bench, model):
    code, out, err = bench("run", "--task", "classification", "--models", model, *SMALL, *TRAINS)
    assert code == 0, out + err


@on_card
def test_the_copy_on_the_card_holds_the_same_pictures(images):
    resident.keep(True)
    levels = resident.grey_levels(images, np.array([3, 1, 1]), "cuda")
    assert levels.device.type == "cuda" and resident._copies
    assert torch.equal(levels.cpu(), torch.from_numpy(images.batch(np.array([3, 1, 1]))))


@on_card
def test_a_compiled_network_differs_by_rounding_alone():
    torch.manual_seed(0)
    network = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3), torch.nn.GELU(), torch.nn.Flatten(), torch.nn.Linear(288, 4)
    )
    network, images = network.to("cuda").eval(), torch.randn(5, 3, 8, 8, device="cuda")
    names = list(network.state_dict())
    plain = network(images)
    network.compile()
    assert torch.allclose(network(images), plain, atol=1e-3) and list(network.state_dict()) == names


@on_card
def test_a_budget_in_flops_is_counted_before_the_network_is_compiled(bench):
    options = ("--set", "recipe.budget=1e11", "--set", "machine.compile=true")
    code, out, err = bench("run", "--task", "classification", "--models", "resnet", *SMALL, *options)
    assert code == 0, out + err


@on_card
def test_an_assistant_generates_in_a_cache_of_fixed_size(bench):
    options = ("--set", "vqa.questions=1", "--set", "machine.compile=true")
    code, out, err = bench("run", "--task", "vqa", "--models", "llava", *SMALL, *TRAINS, *options)
    assert code == 0, out + err
