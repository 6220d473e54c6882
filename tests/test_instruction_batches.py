import numpy as np

from bench.models.instruction_batches import InstructionBatches, fixed_questions, rows_by_picture
from tests.toy_instructions import toy_instructions


def batches_of(instructions, **changes):
    arguments = {"batch_size": 8, "questions_per_picture": 2, "caption_dropout": 0.5, "seed": 3, **changes}
    return InstructionBatches(instructions, **arguments)


def test_pieces_of_a_batch_hold_whole_pictures():
    pictures = np.array([3, 3, 1, 7, 7, 7])
    assert [rows.tolist() for rows in rows_by_picture(pictures, 2)] == [[0, 1, 2], [3, 4, 5]]
    assert [rows.tolist() for rows in rows_by_picture(pictures, 9)] == [[0, 1], [2], [3, 4, 5]]


def test_an_epoch_visits_every_picture_once_with_distinct_questions():
    instructions = toy_instructions(pictures=13)
    batches = batches_of(instructions)
    epoch = [batches(0, step).positions for step in range(len(batches))]
    positions = np.concatenate(epoch)
    assert len(set(positions)) == len(positions) == 26
    assert np.array_equal(np.bincount(instructions.pictures[positions]), np.full(13, 2))
    assert max(map(len, epoch)) <= 8 and min(map(len, epoch)) >= 6


def test_a_batch_depends_on_seed_epoch_and_step_alone():
    instructions = toy_instructions(pictures=13)
    forwards, again = batches_of(instructions), batches_of(instructions)
    first = [forwards(2, step) for step in range(len(forwards))]
    for step in reversed(range(len(again))):
        batch = again(2, step)
        assert np.array_equal(batch.positions, first[step].positions)
        assert np.array_equal(batch.captioned, first[step].captioned)
    assert not np.array_equal(batches_of(instructions, seed=4)(2, 0).positions, first[0].positions)


def test_questions_and_order_are_drawn_anew_in_every_epoch():
    instructions = toy_instructions(pictures=13)
    batches = batches_of(instructions, batch_size=26)
    first, second = batches(0, 0).positions, batches(1, 0).positions
    assert set(first) != set(second)
    assert not np.array_equal(instructions.pictures[first], instructions.pictures[second])


def test_every_step_of_an_epoch_is_drawn_by_itself():
    batches = batches_of(toy_instructions(pictures=200), batch_size=100)
    captions = {batches(0, step).captioned.tobytes() for step in range(len(batches))}
    assert len(captions) == len(batches) == 4


def test_captions_are_dropped_at_the_share_asked_for():
    instructions = toy_instructions(pictures=400)
    half = batches_of(instructions, batch_size=800)(0, 0).captioned
    assert 0.42 < half.mean() < 0.58
    assert batches_of(instructions, caption_dropout=0.0)(0, 0).captioned.all()
    assert not batches_of(instructions, caption_dropout=1.0)(0, 0).captioned.any()


def test_pictures_with_few_or_no_records_give_what_they_have():
    instructions = toy_instructions(pictures=6).take(np.arange(9))
    positions = batches_of(instructions, batch_size=60, questions_per_picture=20)(0, 0).positions
    assert sorted(positions) == list(range(9))


def test_a_picture_of_more_questions_than_a_batch_holds_is_a_batch_of_its_own():
    batches = batches_of(toy_instructions(pictures=5), batch_size=2, questions_per_picture=3)
    assert [len(batches(0, step).positions) for step in range(len(batches))] == [3] * 5


def test_fixed_questions_are_the_same_at_every_call_and_in_order():
    instructions = toy_instructions(pictures=20)
    fixed = fixed_questions(instructions, 2, seed=1)
    assert np.array_equal(fixed, fixed_questions(instructions, 2, seed=1))
    assert np.array_equal(np.bincount(instructions.pictures[fixed]), np.full(20, 2))
    assert (np.diff(fixed) > 0).all()
    assert not np.array_equal(fixed, fixed_questions(instructions, 2, seed=2))
