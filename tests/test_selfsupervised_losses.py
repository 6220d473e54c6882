"""The equations of the self-supervised losses against plain float64, and what must not learn, follow or remember."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from bench.models.graphs.batches import GraphBatch
from bench.models.graphs.nodes import Nodes
from bench.models.graphs.patches import Patches
from bench.models.images.layers import PatchLayers
from bench.models.selfsupervised.graphs.bgrl import BGRL
from bench.models.selfsupervised.graphs.encoder import gcn, gin
from bench.models.selfsupervised.graphs.gbt import GBT
from bench.models.selfsupervised.graphs.grace import GRACE
from bench.models.selfsupervised.graphs.infograph import InfoGraph
from bench.models.selfsupervised.images.banks import Bank
from bench.models.selfsupervised.images.barlowtwins import BarlowTwins
from bench.models.selfsupervised.images.byol import BYOL
from bench.models.selfsupervised.images.dino import DINO
from bench.models.selfsupervised.images.encoders import ViT
from bench.models.selfsupervised.images.ma import MaskedAutoencoder
from bench.models.selfsupervised.images.moco import MoCo
from bench.models.selfsupervised.images.nnclr import NNCLR
from bench.models.selfsupervised.images.simclr import SimCLR
from bench.models.selfsupervised.images.simsiam import SimSiam
from bench.models.selfsupervised.images.smim import SimMIM
from bench.models.selfsupervised.method import Follower, Moment, rising

pytestmark = pytest.mark.numeric

COUNT, WIDTH = 5, 4
START, MIDDLE = Moment(0, 0.0, torch.arange(COUNT)), Moment(1, 0.5, torch.arange(COUNT))
HEADS = {"hidden_dim": 6, "output_dim": WIDTH}


class Encoder(nn.Module):
    """From pictures (B, 3, 4, 4) to features (B, 8)."""

    width = 8

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(48, 8))

    def forward(self, pictures):
        return self.layers(pictures)


def vit():
    return ViT(16, PatchLayers(patch_size=8, embed_dim=8, depth=1, num_heads=2, mlp_ratio=2.0))


def dino(encoder=None, **changed):
    sizes = {"hidden_dim": 8, "bottleneck_dim": 6, "output_dim": WIDTH}
    return DINO(encoder or vit(), **{"momentum": 0.9, "local_views": 2, "local_size": 8, **sizes, **changed})


def projections(number, count=COUNT, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(count, WIDTH, generator=generator, dtype=torch.float64) for _ in range(number)]


def loss_of(method, *outputs):
    return method.loss(*(output.float() for output in outputs)).item()


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def cosines(first, second):
    return (unit(first) * unit(second)).sum(-1)


def contrastive(first, second, temperature):
    """Of 2N vectors, each is to be told its partner among the 2N - 1 others (Chen et al. 2020, equation 1)."""
    vectors = unit(np.concatenate([first, second]))
    likeness = vectors @ vectors.T / temperature
    total = 0.0
    for place in range(len(vectors)):
        partner = (place + len(first)) % len(vectors)
        others = [likeness[place, other] for other in range(len(vectors)) if other != place]
        total += math.log(sum(map(math.exp, others))) - likeness[place, partner]
    return total / len(vectors)


def redundancy(first, second, weight):
    """Zbontar et al. 2021, algorithm 1, with the biased deviation that batch normalisation has."""
    parts = [(each - each.mean(0)) / np.sqrt(each.var(0) + 1e-5) for each in (first, second)]
    correlation = parts[0].T @ parts[1] / len(first)
    apart = (correlation**2).sum() - (np.diag(correlation) ** 2).sum()
    return ((np.diag(correlation) - 1) ** 2).sum() + weight * apart


def graph_encoder():
    return gcn(Nodes(Patches(16, 8), "pixels"), WIDTH, 2, "mean")


@pytest.mark.parametrize(
    "method", [SimCLR(Encoder(), 0.3, **HEADS), GRACE(graph_encoder(), 0.3, 0.3, 0.3, 6)], ids=["simclr", "grace"]
)
def test_partners_are_told_among_all_others(method):
    first, second = projections(2)
    assert loss_of(method, first, second) == pytest.approx(contrastive(first.numpy(), second.numpy(), 0.3), rel=1e-5)


@pytest.mark.parametrize(
    ("method", "weight"),
    [(BarlowTwins(Encoder(), 0.02, **HEADS), 0.02), (GBT(graph_encoder(), 0.5, 0.1), 1 / WIDTH)],
    ids=["barlowtwins", "gbt"],
)
def test_the_correlation_is_to_be_the_identity(method, weight):
    first, second = projections(2)
    assert loss_of(method, first, second) == pytest.approx(redundancy(first.numpy(), second.numpy(), weight), rel=1e-4)


@pytest.mark.parametrize(
    "method",
    [
        BYOL(Encoder(), 0.9, **HEADS),
        SimSiam(Encoder(), bottleneck_dim=3, **HEADS),
        BGRL(graph_encoder(), 0.5, 0.1, 0.9, 6),
    ],
    ids=["byol", "simsiam", "bgrl"],
)
def test_predictions_are_to_be_like_the_other_view(method):
    outputs = projections(4)
    p0, p1, z0, z1 = (each.numpy() for each in outputs)
    assert loss_of(method, *outputs) == pytest.approx(-(cosines(p0, z1) + cosines(p1, z0)).mean() / 2, rel=1e-5)


def test_moco_finds_the_key_among_the_bank_and_the_keys_enter_it():
    method = MoCo(Encoder(), 0.9, temperature=0.2, bank_size=7, **HEADS)
    query, key = projections(2)
    bank = method.bank.entries.double().numpy().copy()
    logits = np.concatenate([cosines(query.numpy(), key.numpy())[:, None], unit(query.numpy()) @ bank.T], 1) / 0.2
    expected = (np.log(np.exp(logits).sum(1)) - logits[:, 0]).mean()
    loss = method.loss(query.float().requires_grad_(), key.float(), torch.arange(COUNT))
    assert loss.item() == pytest.approx(expected, rel=1e-5)
    torch.testing.assert_close(method.bank.entries[:COUNT], torch.from_numpy(unit(key.numpy())).float())
    torch.testing.assert_close(method.bank.entries[COUNT:], torch.from_numpy(bank[COUNT:]).float())


def test_nnclr_compares_with_the_nearest_in_the_bank_which_the_second_view_enters():
    method = NNCLR(Encoder(), temperature=0.1, bank_size=7, **HEADS)
    outputs = projections(4)
    p0, p1, z0, z1 = (each.numpy() for each in outputs)
    bank = method.bank.entries.double().numpy().copy()
    n0, n1 = (bank[(unit(each) @ bank.T).argmax(1)] for each in (z0, z1))
    expected = (contrastive(n0, p1, 0.1) + contrastive(n1, p0, 0.1)) / 2
    loss = method.loss(*(output.float() for output in outputs), torch.arange(COUNT))
    assert loss.item() == pytest.approx(expected, rel=1e-5)
    torch.testing.assert_close(method.bank.entries[:COUNT], torch.from_numpy(unit(z1)).float())


def test_a_bank_is_a_ring_whose_entries_their_own_picture_never_meets():
    bank, vectors = Bank(4, 2), torch.eye(2).repeat(3, 1)
    bank.add(vectors[:3], torch.tensor([7, 8, 9]))
    bank.add(vectors[3:5], torch.tensor([7, 6]))
    assert bank.pictures.tolist() == [6, 8, 9, 7]
    assert bank.likeness(torch.ones(2, 2), torch.tensor([9, 5])).isinf().tolist() == [
        [False, False, True, False],
        [False] * 4,
    ]
    bank.add(vectors, torch.arange(6))
    assert sorted(bank.pictures.tolist()) == [2, 3, 4, 5]


def test_neither_moco_nor_nnclr_compares_a_picture_with_its_own_earlier_features():
    for method, count in ((MoCo(Encoder(), 0.9, 0.2, COUNT, **HEADS), 2), (NNCLR(Encoder(), 0.1, COUNT, **HEADS), 4)):
        outputs, own = [output.float() for output in projections(count)], torch.arange(COUNT)
        method.bank.add(outputs[-1], own)
        likeness = method.bank.likeness(outputs[-1], own)
        assert likeness.diagonal().isinf().all() and likeness.isinf().sum() == COUNT
        assert method.loss(*outputs, own).isfinite()


def test_dino_is_the_cross_entropy_over_unlike_views_and_moves_the_centre():
    method = dino()
    taught, said = torch.stack(projections(2)), torch.stack(projections(4, seed=1))
    centre = 0.1 * projections(1, 1, seed=2)[0]
    method.distance.center.copy_(centre)
    wanted = torch.softmax((taught - centre) / 0.04, -1).numpy()
    given = torch.log_softmax(said / 0.1, -1).numpy()
    terms = [-(wanted[large] * given[view]).sum(-1).mean() for large in range(2) for view in range(4) if view != large]
    assert loss_of(method, taught, said) == pytest.approx(np.mean(terms), rel=1e-4)
    moved = 0.9 * centre + 0.1 * taught.mean((0, 1))
    torch.testing.assert_close(method.distance.center.flatten(), moved.flatten().float())


@pytest.mark.parametrize("normalised", [True, False])
def test_masked_pixels_are_decoded_by_squares_and_guessed_by_differences(normalised):
    decoded, true = (torch.randn(2, 3, 7, generator=torch.Generator().manual_seed(s)).double() for s in (0, 1))
    true[0, 0] = 1.0  # a patch of one grey level
    target = true.numpy()
    if normalised:
        spread = np.sqrt(target.var(-1, ddof=1, keepdims=True) + 1e-6)
        target = (target - target.mean(-1, keepdims=True)) / spread
    autoencoder = MaskedAutoencoder(vit(), 0.75, normalised, 8, 1, 2)
    assert loss_of(autoencoder, decoded, true) == pytest.approx(((decoded.numpy() - target) ** 2).mean(), rel=1e-5)
    guess = loss_of(SimMIM(vit(), 0.5), decoded, true)
    assert guess == pytest.approx(np.abs(decoded.numpy() - true.numpy()).mean(), rel=1e-5)


def test_infograph_tells_nodes_of_the_graph_from_those_of_others():
    nodes, graphs = projections(1, 6)[0], projections(1, 3, seed=1)[0]
    own, others = [], []
    for node in range(6):
        for graph in range(3):
            score = float(nodes[node] @ graphs[graph])
            (own if node // 2 == graph else others).append(score)
    positive = np.mean([math.log(2) - math.log1p(math.exp(-score)) for score in own])
    negative = np.mean([math.log1p(math.exp(-score)) + score - math.log(2) for score in others])
    assert loss_of(InfoGraph(graph_encoder()), nodes, graphs) == pytest.approx(negative - positive, rel=1e-5)


def test_infographs_graphs_are_the_sums_of_all_layers():
    encoder, random = gin(Nodes(Patches(16, 8), "pixels"), WIDTH, 3, "sum"), torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (2, 16, 16), generator=random, dtype=torch.uint8)
    edges = torch.tensor([[0, 1, 4, 5], [1, 0, 5, 4]])
    graphs = GraphBatch(pixels, edges, torch.arange(8) // 4, torch.ones(4), 2)
    seen = []
    for norm in encoder.network.norms:
        norm.register_forward_hook(lambda _, inputs, output: seen.append(output))
    features = encoder(graphs)
    assert len(seen) == 3 and features.shape == (2, 3 * WIDTH)
    torch.testing.assert_close(features, torch.cat(seen, 1).unflatten(0, (2, 4)).sum(1))


def test_infographs_heads_are_three_layers_beside_a_straight_one():
    head, inputs = InfoGraph(graph_encoder()).of_nodes, torch.randn(5, WIDTH)
    expected = inputs
    linear = [layer for layer in head.layers if isinstance(layer, nn.Linear)]
    for layer in linear:
        expected = layer(expected).relu()
    assert len(linear) == 3 and torch.allclose(head(inputs), expected + head.straight(inputs))


def test_the_loss_is_computed_in_full_precision_whatever_the_training_has():
    method = SimCLR(Encoder(), 0.3, **HEADS)
    seen = []
    method.loss = lambda first, second: seen.extend([first.dtype, (first @ second.T).dtype]) or first.sum()
    with torch.autocast("cpu", torch.bfloat16):
        method(pictures(2), START)
    assert seen == [torch.float32, torch.float32]


def test_the_momentum_rises_to_one():
    assert [rising(0.9, done) for done in (0.0, 0.5, 1.0)] == pytest.approx([0.9, 0.95, 1.0])


def test_a_follower_keeps_its_share_and_learns_nothing():
    leader, twin = nn.Linear(3, 2), nn.Linear(3, 2)
    follower = Follower(leader, twin)
    before = leader.weight.detach().clone()
    torch.testing.assert_close(follower.twin.weight, before)
    nn.init.ones_(leader.weight)
    follower.follow(leader, 0.75)
    torch.testing.assert_close(follower.twin.weight, 0.75 * before + 0.25)
    assert not follower(torch.ones(1, 3)).requires_grad


def pictures(number, size=4):
    generator = torch.Generator().manual_seed(3)
    return [torch.randn(COUNT, 3, size, size, generator=generator) for _ in range(number)]


FOLLOWING = {
    "byol": lambda: (BYOL(Encoder(), 0.9, **HEADS), pictures(2)),
    "moco": lambda: (MoCo(Encoder(), 0.9, temperature=0.2, bank_size=7, **HEADS), pictures(2)),
    "dino": lambda: (dino(), [*pictures(2, 16), *pictures(2, 8)]),
}


@pytest.mark.parametrize("name", FOLLOWING)
def test_every_step_moves_the_twin_towards_the_encoder_by_the_momentum(name):
    method, shown = FOLLOWING[name]()
    followers = [module for module in method.modules() if isinstance(module, Follower)]
    before = [[weight.detach().clone() for weight in follower.parameters()] for follower in followers]
    with torch.no_grad():
        for weight in method.encoder.parameters():
            weight += 1.0
    method(shown, MIDDLE)
    moved = [
        (now - then).abs().max().item()
        for follower, old in zip(followers, before, strict=True)
        for now, then in zip(follower.parameters(), old, strict=True)
    ]
    encoder = len([weight for weight in method.encoder.parameters() if weight.requires_grad])
    assert sum(change == pytest.approx(1 - rising(0.9, 0.5), rel=1e-3) for change in moved) == encoder


@pytest.mark.parametrize("name", FOLLOWING)
def test_the_twin_gets_no_gradient_and_the_encoder_does(name):
    method, shown = FOLLOWING[name]()
    method(shown, MIDDLE).backward()
    for module in method.modules():
        if isinstance(module, Follower):
            assert all(weight.grad is None for weight in module.parameters())
    assert any(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in method.encoder.parameters())


def test_simsiam_and_nnclr_stop_the_gradient_of_what_is_predicted():
    for method in (SimSiam(Encoder(), bottleneck_dim=3, **HEADS), NNCLR(Encoder(), 0.1, 7, **HEADS)):
        outputs = [output.float().requires_grad_() for output in projections(4)]
        method.loss(*outputs, *((torch.arange(COUNT),) if isinstance(method, NNCLR) else ())).backward()
        assert [output.grad is not None for output in outputs] == [True, True, False, False]


def test_dinos_last_layer_is_held_still_in_the_first_epoch_alone():
    for moment, still in ((START, True), (MIDDLE, False)):
        method = dino()
        method([*pictures(2, 16), *pictures(2, 8)], moment).backward()
        assert (method.student.last_layer.weight_v.grad.abs().sum() == 0) == still
        assert method.student.layers[0].weight.grad.abs().sum() > 0


def test_banks_are_part_of_what_a_checkpoint_holds():
    moco = MoCo(Encoder(), 0.9, temperature=0.2, bank_size=7, **HEADS)
    nnclr = NNCLR(Encoder(), 0.1, 7, **HEADS)
    for method in (moco, nnclr):
        assert {"bank.entries", "bank.pictures", "bank.place"} <= method.state_dict().keys()


@pytest.mark.parametrize(
    "method", [MaskedAutoencoder(vit(), 0.5, True, 8, 1, 2), SimMIM(vit(), 0.5)], ids=["ma", "smim"]
)
def test_hidden_patches_do_not_reach_the_encoder_and_are_what_is_asked_for(method):
    torch.manual_seed(0)
    picture = pictures(1, 16)[0].requires_grad_()
    stay, places = method.drawn(picture)
    assert stay.shape == (COUNT, 3) and places.shape == (COUNT, 2)
    asked = method.hidden(picture, places)
    assert torch.equal(asked[0, 0].unflatten(0, (8, 8, 3))[..., 0], _patch(picture[0, 0], int(places[0, 0]) - 1))
    torch.manual_seed(0)
    guessed, true = method.outputs([picture], START)
    guessed.sum().backward()
    for number in range(COUNT):
        reached = [_patch(picture.grad[number, 0], patch).abs().sum() > 0 for patch in range(4)]
        assert not any(reached[place - 1] for place in places[number])
    assert torch.equal(true, asked) and guessed.shape == true.shape


def _patch(channel, number):
    row, column = divmod(number, 2)
    return channel[8 * row : 8 * row + 8, 8 * column : 8 * column + 8]
