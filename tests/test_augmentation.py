"""How training pictures are altered: exactly, by the seed alone, and so that what they show stays true."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from bench.config.loading import Recipe, load_config
from bench.data.databar import find_bars
from bench.errors import BenchError
from bench.models.graphs.building import Joining, joined_graphs
from bench.models.graphs.patches import Patches
from bench.models.instruction_batches import InstructionBatches
from bench.models.supervised import PictureBatch, PictureBatches
from bench.planning.plan import Plan
from bench.planning.rows import Request
from bench.registered.registry import Registry
from bench.tasks.datasets.synthetic.drawing import draw
from bench.tasks.datasets.synthetic.scene import scene
from bench.terminal.progress import NoProgress
from bench.training.augmentation import altered, drawn_maps, mirrored
from tests.toy_instructions import toy_instructions

SYMMETRIES = [(turns, flip) for turns in range(4) for flip in (False, True)]


def pictures(count=6, side=32, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, side, side), dtype=np.uint8)


def symmetric(picture):
    """A picture in its eight symmetries."""
    return [np.rot90(picture[:, ::-1] if flip else picture, turns) for turns, flip in SYMMETRIES]


def test_turns_and_mirrors_move_every_pixel_exactly_and_all_eight_occur():
    shown = np.repeat(pictures(1), 200, axis=0)
    result = altered(torch.from_numpy(shown), drawn_maps("turns", 200, np.random.default_rng(0))).numpy()
    kinds = [next(k for k, each in enumerate(symmetric(shown[0])) if np.array_equal(each, one)) for one in result]
    assert sorted(set(kinds)) == list(range(8)) and np.bincount(kinds).min() > 10


def test_a_crop_is_a_square_of_half_the_area_or_more_within_the_picture():
    maps = drawn_maps("crops", 500, np.random.default_rng(0)).double().numpy()
    areas = np.abs(np.linalg.det(maps[:, :, :2]))
    assert 0.5 <= areas.min() < 0.55 and 0.95 < areas.max() <= 1
    assert np.allclose(maps[:, :, :2] @ maps[:, :, :2].transpose(0, 2, 1), areas[:, None, None] * np.eye(2), atol=1e-6)
    corners = maps @ np.array([[1, 1, 1], [1, -1, 1], [-1, 1, 1], [-1, -1, 1]]).T
    assert np.abs(corners).max() <= 1 + 1e-6 and np.abs(corners).max(axis=(1, 2)).min() < 0.99


def test_a_batch_is_altered_as_its_pictures_are_one_by_one():
    shown, maps = torch.from_numpy(pictures()), drawn_maps("crops", 6, np.random.default_rng(1))
    alone = torch.cat([altered(shown[k : k + 1], maps[k : k + 1]) for k in range(6)])
    assert torch.equal(altered(shown, maps), alone)


def test_batches_are_altered_by_seed_epoch_and_step_alone_and_pieces_as_the_whole():
    batches, again = PictureBatches(20, 6, 3, "crops"), PictureBatches(20, 6, 3, "crops")
    first, other = batches(1, 2), PictureBatches(20, 6, 4, "crops")(1, 2)
    assert again(0, 0) is not None and torch.equal(again(1, 2).maps, first.maps)
    assert not torch.equal(batches(2, 2).maps, first.maps) and not torch.equal(other.maps, first.maps)
    pieces = [piece for _, piece in first.pieces(3)]
    assert torch.equal(torch.cat([piece.maps for piece in pieces]), first.maps)
    assert np.array_equal(np.concatenate([piece.positions for piece in pieces]), first.positions)


def test_without_augmentation_pictures_are_as_they_are():
    batch = PictureBatches(20, 6, 3, "nothing")(0, 0)
    assert batch.maps is None and all(piece.maps is None for _, piece in batch.pieces(2))
    assert isinstance(batch, PictureBatch)


def test_the_graph_of_a_turned_picture_is_the_turned_graph():
    shown, patches, joining = pictures(1), Patches(32, 8), Joining("knn", 3, 8)
    turned = altered(torch.from_numpy(shown), torch.tensor([[[0.0, -1, 0], [1, 0, 0]]])).numpy()
    assert np.array_equal(turned[0], symmetric(shown[0])[2]) or np.array_equal(turned[0], symmetric(shown[0])[6])
    places = np.arange(16).reshape(4, 4)
    where = np.rot90(places, 1 if np.array_equal(turned[0], symmetric(shown[0])[2]) else 3).ravel()
    plain, moved = (joined_graphs(each, patches, joining).edges for each in (shown, turned))
    assert {(int(where[a]), int(where[b])) for a, b in moved} == {(int(a), int(b)) for a, b in plain}


def scenes(category, **facts):
    """Pictures of a category whose scenes show these facts."""
    every = (scene(11, index, category) for index in range(2000))
    chosen = [one for one in every if all(one.get(kind, "") == value for kind, value in facts.items())][:8]
    return np.stack([draw(one, (224, 224)) for one in chosen])


def elongation(shown):
    """How much more grey levels change from row to row than from column to column: positive for horizontal lines."""
    grey = shown.astype(float)[:, :180]  # above the data bar
    down, right = np.diff(grey, axis=1), np.diff(grey, axis=2)
    return np.log((down**2).mean((1, 2)) / (right**2).mean((1, 2)))


@pytest.mark.parametrize(("category", "shape"), [("nanowires", "straight"), ("patterned_surface", "lines")])
def test_a_quarter_turn_exchanges_the_directions_and_a_mirror_keeps_them(category, shape):
    lines = scenes(category, shape=shape, direction="horizontal", bar="absent", charging="none")
    assert elongation(lines).mean() > 0.1
    assert elongation(np.rot90(lines, axes=(1, 2))).mean() < -0.1
    assert elongation(mirrored(lines, np.ones(len(lines), bool))).mean() > 0.1


def test_a_mirror_keeps_the_bar_and_its_length():
    for bar in ("short", "long"):
        shown = scenes("particles", bar=bar)
        both = [shown, mirrored(shown, np.ones(len(shown), bool))]
        assert np.array_equal(*(find_bars(each) for each in both))
        assert np.array_equal(*(np.sort(each, axis=2) for each in both)), "no row gains or loses a pixel"


def test_a_tip_points_along_the_same_line_in_a_mirror():
    def sides(shown):
        """How much brighter the left and right rims are than the upper and lower ones, above the data bar."""
        grey = shown.astype(float)[:, :180]
        across = np.maximum(grey[:, :, :20].mean((1, 2)), grey[:, :, -20:].mean((1, 2)))
        return across - np.maximum(grey[:, :20].mean((1, 2)), grey[:, -20:].mean((1, 2)))

    facts = {"background": "dark", "bar": "absent", "charging": "none"}
    level, upright = (scenes("tips", direction=direction, **facts) for direction in ("horizontal", "vertical"))
    assert sides(level).mean() > sides(upright).mean() + 5
    assert np.allclose(sides(mirrored(level, np.ones(len(level), bool))), sides(level))


def test_pictures_with_questions_are_mirrored_by_halves_and_their_records_agree():
    instructions = toy_instructions(200)
    batches = InstructionBatches(instructions, 400, 2, 0.5, 3, mirrors=True)
    batch = batches(0, 0)
    distinct, mirrors = batch.pictures(instructions)
    assert 0.4 < mirrors.mean() < 0.6
    by_picture = dict(zip(distinct, mirrors, strict=True))
    assert all(by_picture[instructions.pictures[p]] == m for p, m in zip(batch.positions, batch.mirrored, strict=True))
    assert np.array_equal(batch.mirrored, batches(0, 0).mirrored)
    plain = InstructionBatches(instructions, 400, 2, 0.5, 3)(0, 0)
    assert plain.mirrored is None and np.array_equal(plain.captioned, batch.captioned)


def test_a_picture_whose_records_speak_of_left_or_right_is_never_mirrored():
    instructions = toy_instructions(30)
    records = [
        replace(record, answer="It points to the LEFT.") if instructions.pictures[number] < 15 else record
        for number, record in enumerate(instructions.records)
    ]
    instructions = replace(instructions, records=tuple(records))
    batches = InstructionBatches(instructions, 60, 2, 0.5, 3, mirrors=True)
    drawn = [batches(epoch, 0).pictures(instructions) for epoch in range(5)]
    assert not any(mirrors[distinct < 15].any() for distinct, mirrors in drawn)
    assert all(mirrors[distinct >= 15].any() for distinct, mirrors in drawn)


def plan(model, *options, task="classification"):
    config, explicit = load_config("demo", ["synthetic.size=60", "k=3", "folds=0", *options])
    return Plan(Request(task, (model,), config, explicit), Registry(), NoProgress())


def test_augmentation_is_part_of_the_protocol_and_of_the_fingerprint():
    (plain,), (turned,) = plan("gcn").cells, plan("gcn", "recipe.augment=turns").cells
    assert plain.protocol != turned.protocol and plain.train.fingerprint != turned.train.fingerprint
    assert "augment" not in plan("gcn").protocol(1.0)


@pytest.mark.parametrize("key", ["gcn.augment", "model.augment"])
def test_no_row_has_an_augmentation_of_its_own(key):
    with pytest.raises(BenchError, match="augment is part of the protocol, the same for all rows"):
        _ = plan("gcn", f"{key}=crops")


@pytest.mark.parametrize("augment", ["turns", "crops"])
def test_rows_of_all_kinds_train_on_altered_pictures(classify, folder, store, augment):
    from bench.store.store import Store

    options = ("--set", "k=4", "--set", f"recipe.augment={augment}", "--set", "recipe.batch_size=6")
    assert classify(folder(8, 8, 8), "gcn,squeezenet", *options)[0] == 0
    changed = {record.cell.model: record.training["validation"] for record in Store(store).records()}
    assert changed.keys() == {"gcn", "squeezenet"} and Recipe(augment=augment).augment == augment
