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
from bench.training.augmentation import Alterations, Tones, altered, drawn, drawn_maps, mirrors
from bench.training.augmentation import shown as altered_in_memory
from tests.toy_instructions import toy_instructions

SYMMETRIES = [(turns, flip) for turns in range(4) for flip in (False, True)]


def pictures(count=6, side=32, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, side, side), dtype=np.uint8)


def symmetric(picture):
    """A picture in its eight symmetries."""
    return [np.rot90(picture[:, ::-1] if flip else picture, turns) for turns, flip in SYMMETRIES]


def test_turns_and_mirrors_move_every_pixel_exactly_and_all_eight_occur():
    shown = np.repeat(pictures(1), 200, axis=0)
    result = altered(torch.from_numpy(shown), drawn("turns", 200, np.random.default_rng(0))).numpy()
    kinds = [next(k for k, each in enumerate(symmetric(shown[0])) if np.array_equal(each, one)) for one in result]
    assert sorted(set(kinds)) == list(range(8)) and np.bincount(kinds).min() > 10


def test_a_crop_is_a_square_of_half_the_area_or_more_within_the_picture():
    maps = drawn_maps("crops", 500, np.random.default_rng(0)).double().numpy()
    areas = np.abs(np.linalg.det(maps[:, :, :2]))
    assert 0.5 <= areas.min() < 0.55 and 0.95 < areas.max() <= 1
    assert np.allclose(maps[:, :, :2] @ maps[:, :, :2].transpose(0, 2, 1), areas[:, None, None] * np.eye(2), atol=1e-6)
    corners = maps @ np.array([[1, 1, 1], [1, -1, 1], [-1, 1, 1], [-1, -1, 1]]).T
    assert np.abs(corners).max() <= 1 + 1e-6 and np.abs(corners).max(axis=(1, 2)).min() < 0.99


@pytest.mark.parametrize("augment", ["crops", "strong"])
def test_a_batch_is_altered_as_its_pictures_are_one_by_one(augment):
    shown, all_of_them = torch.from_numpy(pictures()), drawn(augment, 6, np.random.default_rng(1))
    alone = torch.cat([altered(shown[k : k + 1], all_of_them[np.array([k])]) for k in range(6)])
    # A blur's kernel is as wide as the widest of its batch, which rounds sums otherwise.
    assert (altered(shown, all_of_them).int() - alone.int()).abs().max() <= (1 if augment == "strong" else 0)


def test_a_strong_crop_is_a_third_of_the_area_or_more_within_the_picture_and_not_square():
    maps = drawn_maps("strong", 500, np.random.default_rng(0)).double().numpy()
    areas = np.abs(np.linalg.det(maps[:, :, :2]))
    assert 0.29 < areas.min() < 0.36 and areas.max() <= 1
    corners = maps @ np.array([[1, 1, 1], [1, -1, 1], [-1, 1, 1], [-1, -1, 1]]).T
    assert np.abs(corners).max() <= 1 + 1e-6
    sides = np.sqrt((maps[:, :, :2] ** 2).sum(2))
    assert 1.3 < (sides[:, 0] / sides[:, 1]).max() < 1.5 and (sides[:, 1] / sides[:, 0]).max() > 1.3


def alone(**tones):
    """Alterations of one picture that change nothing but what is named."""
    plain = {"gamma": 1.0, "gain": 1.0, "shift": 0.0, "blur": 0.0, "noise": 0.0} | tones
    values = {name: torch.tensor([value]) for name, value in plain.items()}
    return Alterations(torch.eye(2, 3)[None], Tones(**values, place=torch.tensor([[1000, 5]])))


def test_tones_change_contrast_brightness_gamma_sharpness_and_noise_each_by_itself():
    grey = torch.from_numpy(pictures(1) // 2 + 50)

    def toned(**tones):
        return altered(grey, alone(**tones)).numpy().astype(float)

    before = grey.numpy().astype(float)
    assert np.array_equal(toned(), before)
    assert toned(gain=0.5).std() == pytest.approx(0.5 * before.std(), rel=0.02)
    assert toned(gain=0.5).mean() == pytest.approx(before.mean(), abs=1)
    assert np.array_equal(toned(shift=10 / 255), before + 10)
    assert np.allclose(toned(gamma=2.0), before**2 / 255, atol=0.51)
    assert toned(blur=0.05).std() < 0.5 * before.std()
    assert (toned(noise=10 / 255) - before).std() == pytest.approx(10, rel=0.1)


def test_strong_alterations_of_grey_levels_vary_from_picture_to_picture():
    shown = np.repeat(pictures(1), 100, axis=0)
    result = altered(torch.from_numpy(shown), drawn("strong", 100, np.random.default_rng(0))).double()
    means, spreads = result.mean((1, 2)), result.std((1, 2))
    assert means.max() - means.min() > 30 and spreads.max() > 2 * spreads.min()


def test_batches_are_altered_by_seed_epoch_and_step_alone_and_pieces_as_the_whole():
    def numbers(batch):
        """All that decides how a batch is altered, one row a picture."""
        maps, tones = batch.alterations.maps, batch.alterations.tones
        return torch.cat([maps.flatten(1), *(each.reshape(len(maps), -1) for each in tones)], 1)

    batches, again = PictureBatches(20, 6, 3, "strong"), PictureBatches(20, 6, 3, "strong")
    first, other = batches(1, 2), PictureBatches(20, 6, 4, "strong")(1, 2)
    assert again(0, 0) is not None and torch.equal(numbers(again(1, 2)), numbers(first))
    assert not torch.equal(numbers(batches(2, 2)), numbers(first)) and not torch.equal(numbers(other), numbers(first))
    pieces = [piece for _, piece in first.pieces(3)]
    assert torch.equal(torch.cat([numbers(piece) for piece in pieces]), numbers(first))
    assert np.array_equal(np.concatenate([piece.positions for piece in pieces]), first.positions)


def test_without_augmentation_pictures_are_as_they_are():
    batch = PictureBatches(20, 6, 3, "nothing")(0, 0)
    assert batch.alterations is None and all(piece.alterations is None for _, piece in batch.pieces(2))
    assert isinstance(batch, PictureBatch)


def test_the_graph_of_a_turned_picture_is_the_turned_graph():
    shown, patches, joining = pictures(1), Patches(32, 8), Joining("knn", 3, 8)
    turned = altered(torch.from_numpy(shown), Alterations(torch.tensor([[[0.0, -1, 0], [1, 0, 0]]]))).numpy()
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


def mirrored(shown):
    return altered_in_memory(shown, mirrors(np.ones(len(shown), bool)))


@pytest.mark.parametrize(("category", "shape"), [("nanowires", "straight"), ("patterned_surface", "lines")])
def test_a_quarter_turn_exchanges_the_directions_and_a_mirror_keeps_them(category, shape):
    lines = scenes(category, shape=shape, direction="horizontal", bar="absent", charging="none")
    assert elongation(lines).mean() > 0.1
    assert elongation(np.rot90(lines, axes=(1, 2))).mean() < -0.1
    assert elongation(mirrored(lines)).mean() > 0.1


def test_a_mirror_keeps_the_bar_and_its_length():
    for bar in ("short", "long"):
        shown = scenes("particles", bar=bar)
        both = [shown, mirrored(shown)]
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
    assert np.allclose(sides(mirrored(level)), sides(level))


def are_mirrored(alterations):
    """Whether each of some pictures is mirrored, and nothing else."""
    which = (alterations.maps[:, 0, 0] < 0).numpy()
    assert torch.equal(alterations.maps, mirrors(which).maps) and alterations.tones is None
    return which


def test_pictures_with_questions_are_mirrored_by_halves_and_their_records_agree():
    instructions = toy_instructions(200)
    batches = InstructionBatches(instructions, 400, 2, 0.5, 3, augment="strong")
    batch = batches(0, 0)
    distinct, alterations = batch.pictures(instructions)
    which, of_records = are_mirrored(alterations), are_mirrored(batch.alterations)
    assert 0.4 < which.mean() < 0.6
    by_picture = dict(zip(distinct, which, strict=True))
    assert all(by_picture[instructions.pictures[p]] == m for p, m in zip(batch.positions, of_records, strict=True))
    assert np.array_equal(of_records, are_mirrored(batches(0, 0).alterations))
    plain = InstructionBatches(instructions, 400, 2, 0.5, 3)(0, 0)
    assert plain.alterations is None and np.array_equal(plain.captioned, batch.captioned)


def of_any_part(instructions, facts=(("category", "a"), ("shape", "round")), numbers=()):
    records = tuple(replace(record, facts=facts, numbers=numbers) for record in instructions.records)
    return replace(instructions, records=records)


def test_pictures_of_which_only_category_and_shape_are_stated_are_altered_as_those_without_questions():
    instructions = of_any_part(toy_instructions(40))
    batch = InstructionBatches(instructions, 80, 2, 0.5, 3, augment="strong")(0, 0)
    distinct, alterations = batch.pictures(instructions)
    assert alterations.tones is not None and len(alterations.maps) == len(distinct) == 40
    assert torch.linalg.det(alterations.maps[:, :, :2]).abs().min() < 0.7, "cropped"
    first = {picture: at for at, picture in enumerate(distinct)}
    own = [first[instructions.pictures[position]] for position in batch.positions]
    assert torch.equal(batch.alterations.maps, alterations.maps[own]), "records of one picture see the same"


@pytest.mark.parametrize(
    "stated",
    [{"facts": ()}, {"facts": (("size", "small"),)}, {"numbers": (("count", 3.0),)}],
    ids=["nothing known", "a size", "a number"],
)
def test_a_statement_that_a_crop_might_falsify_leaves_pictures_whole(stated):
    instructions = of_any_part(toy_instructions(40), **stated)
    are_mirrored(InstructionBatches(instructions, 80, 2, 0.5, 3, augment="crops")(0, 0).alterations)


def test_a_picture_whose_records_speak_of_left_or_right_is_never_mirrored():
    instructions = toy_instructions(30)
    records = [
        replace(record, answer="It points to the LEFT.") if instructions.pictures[number] < 15 else record
        for number, record in enumerate(instructions.records)
    ]
    instructions = replace(instructions, records=tuple(records))
    batches = InstructionBatches(instructions, 60, 2, 0.5, 3, augment="turns")
    drawn = [batches(epoch, 0).pictures(instructions) for epoch in range(5)]
    assert not any(are_mirrored(alterations)[distinct < 15].any() for distinct, alterations in drawn)
    assert all(are_mirrored(alterations)[distinct >= 15].any() for distinct, alterations in drawn)


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


@pytest.mark.parametrize("augment", ["turns", "strong"])
def test_rows_of_all_kinds_train_on_altered_pictures(classify, folder, store, augment):
    from bench.store.store import Store

    options = ("--set", "k=4", "--set", f"recipe.augment={augment}", "--set", "recipe.batch_size=6")
    assert classify(folder(8, 8, 8), "gcn,squeezenet", *options)[0] == 0
    changed = {record.cell.model: record.training["validation"] for record in Store(store).records()}
    assert changed.keys() == {"gcn", "squeezenet"} and Recipe(augment=augment).augment == augment
