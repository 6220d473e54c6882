"""The losses by hand, what counts as a negative, and the tensors of a batch."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from bench.contracts import InstructionRecord, Instructions, Micrographs
from bench.models.mvaema.batch import TokenisedRecords
from bench.models.mvaema.losses import IGNORED, LossWeights, contrastive_loss, hard_pairs, language_loss, matching_loss
from bench.models.mvaema.tokenizer import DECODE, END, PAD, SEPARATOR, TextTokenizer
from tests.toy_instructions import QUESTIONS, toy_instructions

pytestmark = pytest.mark.numeric

NOTHING = torch.zeros(3, 3, dtype=torch.bool)
SIMILARITY = torch.tensor([[2.0, 1.0, 0.0], [0.5, 3.0, 1.0], [1.0, 0.0, 1.5]])


def record(number, picture, question, answer, facts=()):
    return InstructionRecord(f"r{number}", f"p{picture}", 1, question, answer, tuple(facts), "fake")


@pytest.fixture
def tokenised():
    records = (
        record(0, 0, "which size?", "It is small.", [("size", "small")]),
        record(1, 0, "which shape?", "It is a rod.", [("shape", "rod")]),
        record(2, 1, "which size?", "Small they are indeed.", [("size", "small")]),
        record(3, 1, "which shape?", "It is a cone.", [("shape", "cone")]),
        record(4, 2, "which size?", "Nothing said.", []),
        record(5, 3, "which size?", "Nothing said.", []),
        record(6, 4, "which size?", "Not a word.", []),
    )
    pixels = np.zeros((5, 4, 4), np.uint8)
    micrographs = Micrographs(pixels, np.arange(5), tuple(f"p{i}" for i in range(5)), np.zeros(5, int), ("powder",))
    captions = ("A picture of powder.",) * 5
    instructions = Instructions(micrographs, records, np.array([0, 0, 1, 1, 2, 3, 4]), captions)
    texts = [*captions, *(r.question for r in records), *(r.answer for r in records)]
    tokenizer = TextTokenizer.trained(texts, 200)
    return TokenisedRecords(instructions, tokenizer, 16, 12), tokenizer, pixels


def answers_of(batch):
    return batch.targets[batch.targets != IGNORED]


def batch_of(records, pixels, positions, captioned=True):
    positions = np.array(positions)
    pictures = np.unique(np.array([0, 0, 1, 1, 2, 3, 4])[positions])
    return records.batch(pixels[pictures], positions, np.full(len(positions), captioned))


def test_pieces_of_a_batch_are_those_of_the_whole_and_their_shares_add_up(tokenised):
    records, _, pixels = tokenised
    positions, captioned = np.arange(5), np.array([True, False, True, True, False])
    whole = records.batch(pixels[:3], positions, captioned)
    pieces = [
        records.batch(pixels[seen], positions, captioned, np.array(rows))
        for seen, rows in (([0, 1], [0, 1, 2, 3]), ([2], [4]))
    ]
    assert [piece.pictures.tolist() for piece in pieces] == [[0, 0, 1, 1], [0]]
    assert torch.equal(torch.cat([answers_of(piece) for piece in pieces]), answers_of(whole))
    for piece in pieces:
        assert all(torch.equal(getattr(piece, name), getattr(whole, name)) for name in ("pairs", "present", "same"))
        assert len(answers_of(piece)) == pytest.approx(piece.share_of_tokens * len(answers_of(whole)))
    assert [piece.share for piece in pieces] == [0.8, 0.2]
    assert (whole.share, whole.share_of_tokens) == (1.0, 1.0)


def test_contrastive_loss_is_half_of_both_directions():
    to_text = -torch.log_softmax(SIMILARITY, 1).diagonal().mean()
    to_image = -torch.log_softmax(SIMILARITY, 0).diagonal().mean()
    assert torch.isclose(contrastive_loss(SIMILARITY, NOTHING), (to_text + to_image) / 2)


def test_excluded_pairs_are_no_negatives_of_the_contrastive_loss():
    excluded = NOTHING.clone()
    excluded[0, 1] = excluded[1, 0] = True
    changed = SIMILARITY.clone()
    changed[0, 1] = changed[1, 0] = 50.0
    assert torch.equal(contrastive_loss(SIMILARITY, excluded), contrastive_loss(changed, excluded))
    assert contrastive_loss(changed, NOTHING) > contrastive_loss(SIMILARITY, NOTHING)


def test_every_other_row_gets_its_positive_and_one_negative_of_itself():
    pairs = hard_pairs(torch.zeros(8, 8), torch.zeros(8, 8, dtype=torch.bool))
    assert pairs.pictures[:4].tolist() == pairs.texts[:4].tolist() == [0, 2, 4, 6]
    assert pairs.match.tolist() == [1.0] * 4 + [0.0] * 4
    assert (pairs.pictures[4:] != pairs.texts[4:]).all()
    assert pairs.texts[4::2].tolist() == [0, 4]
    assert pairs.pictures[5::2].tolist() == [2, 6]


def test_negatives_are_drawn_by_similarity():
    similarity = torch.tensor([[0.0, 0.0, 99.0], [99.0, 0.0, 0.0], [0.0, 99.0, 0.0]])
    for seed in range(20):
        torch.manual_seed(seed)
        pairs = hard_pairs(similarity, NOTHING)
        negatives = list(zip(pairs.pictures[2:].tolist(), pairs.texts[2:].tolist(), strict=True))
        assert negatives == [(1, 0), (2, 1)]


def test_excluded_pairs_are_never_drawn_as_negatives():
    excluded = NOTHING.clone()
    excluded[1, 0] = excluded[2, 1] = True
    for seed in range(20):
        torch.manual_seed(seed)
        pairs = hard_pairs(torch.zeros(3, 3), excluded)
        negatives = zip(pairs.pictures[2:].tolist(), pairs.texts[2:].tolist(), strict=True)
        assert list(negatives) == [(2, 0), (2, 0)]


def test_what_excludes_a_text_from_a_picture_does_not_exclude_the_reverse():
    for one, other, negatives in ((0, 1, [(1, 0)]), (1, 0, [])):
        excluded = torch.zeros(2, 2, dtype=torch.bool)
        excluded[one, other] = True
        pairs = hard_pairs(torch.zeros(2, 2), excluded)
        assert list(zip(pairs.pictures[1:].tolist(), pairs.texts[1:].tolist(), strict=True)) == negatives


def test_a_row_without_partners_stays_without_a_negative():
    pairs = hard_pairs(torch.zeros(3, 3), ~torch.eye(3, dtype=torch.bool))
    assert pairs.match.tolist() == [1.0] * 2


def test_matching_loss_is_the_cross_entropy_of_a_sigmoid():
    log_odds, match = torch.tensor([2.0, -1.0]), torch.tensor([1.0, 0.0])
    expected = -(torch.log(torch.sigmoid(log_odds[0])) + torch.log(1 - torch.sigmoid(log_odds[1]))) / 2
    assert torch.isclose(matching_loss(log_odds, match), expected)


def test_language_loss_is_the_mean_over_tokens():
    scores, targets = torch.randn(4, 7), torch.tensor([1, 2, 3, 6])
    expected = -torch.log_softmax(scores, 1)[range(4), targets].mean()
    assert torch.isclose(language_loss(scores, targets), expected)


def test_the_target_that_is_left_out_is_the_one_that_torch_leaves_out():
    scores = torch.randn(2, 7)
    first = language_loss(scores[:1], torch.tensor([1]))
    assert torch.isclose(language_loss(scores, torch.tensor([1, IGNORED])), first)


@pytest.mark.parametrize(("weights", "total"), [(LossWeights(), 7), (LossWeights(0.5, 2.0, 3.0), 16.5)])
def test_losses_count_alike_unless_weights_say_otherwise(weights, total):
    losses = {"itc": 1.0, "itm": 2.0, "lm": 4.0}
    assert weights.total({name: torch.tensor(loss) for name, loss in losses.items()}) == total


def test_pairs_that_may_belong_together_are_marked(tokenised):
    records, _, pixels = tokenised
    same = batch_of(records, pixels, range(7)).same
    expected = {(0, 1), (2, 3), (0, 2), (4, 5)}
    also = {(1, 2)}  # picture 0 has size small too, though another of its records stands in that row
    found = {(i, j) for i in range(7) for j in range(7) if same[i, j]}
    assert found == expected | {(j, i) for i, j in expected} | also | {(3, 0)}
    assert not same.diagonal().any()


def test_a_text_that_holds_for_a_picture_is_no_negative_of_it_even_where_its_own_record_is_elsewhere(tokenised):
    records, _, pixels = tokenised
    same = batch_of(records, pixels, [1, 2]).same  # picture 0 asked for its shape, picture 1 for its size: both small
    assert same.tolist() == [[False, True], [False, False]]


SMALL, ROD = ("which size?", "It is small."), ("which shape?", "It is a rod.")


@pytest.mark.parametrize(
    ("held", "rows", "same"),
    [
        ([(0, SMALL), (0, ROD), (1, SMALL)], [1, 2], [[False, True], [False, False]]),  # none behind it has a rod
        ([(0, SMALL), (0, ROD), (1, ROD)], [1, 2], [[False, True], [True, False]]),
        ([(0, SMALL), (1, ROD), (2, SMALL)], [0, 1], [[False, False], [False, False]]),  # more pictures than statements
    ],
)
def test_a_picture_holds_its_own_statements_alone(tokenised, held, rows, same):
    _, tokenizer, pixels = tokenised
    pictures, rows = np.array([picture for picture, _ in held]), np.array(rows)
    count = pictures.max() + 1
    names = tuple(f"p{number}" for number in range(count))
    micrographs = Micrographs(pixels[:count], np.arange(count), names, np.zeros(count, int), ("powder",))
    records = tuple(record(number, picture, *said) for number, (picture, said) in enumerate(held))
    tokens = TokenisedRecords(Instructions(micrographs, records, pictures, ("",) * count), tokenizer, 16, 12)
    assert tokens.batch(pixels[np.unique(pictures[rows])], rows, np.zeros(2, bool)).same.tolist() == same


def test_each_record_has_the_place_of_its_picture_in_the_batch(tokenised):
    records, _, pixels = tokenised
    assert batch_of(records, pixels, [2, 3, 4]).pictures.tolist() == [0, 0, 1]


def test_the_decoder_learns_the_answer_and_its_end_alone(tokenised):
    records, tokenizer, pixels = tokenised
    batch = batch_of(records, pixels, [0, 2])
    answer = tokenizer.encode(["It is small."])[0]
    assert batch.targets[0][batch.targets[0] != IGNORED].tolist() == [*answer, END]
    start = batch.tokens[0].tolist().index(DECODE)
    assert batch.tokens[0, start + 1 : start + 1 + len(answer)].tolist() == answer
    assert batch.targets[0, start] == answer[0]
    assert batch.positions.min() == 0 == batch.positions[batch.tokens == PAD].max()
    assert tokenizer.decode([batch.tokens[0, :start].tolist()]) == ["A picture of powder. which size?"]


def test_the_answer_stands_at_the_same_positions_whatever_the_prompt(tokenised):
    records, _, pixels = tokenised
    for captioned in (True, False):
        batch = batch_of(records, pixels, [0], captioned)
        start = batch.tokens[0].tolist().index(DECODE)
        behind = batch.tokens.shape[1] - start
        assert behind > 2 and batch.positions[0].tolist() == [*range(start), *range(16, 16 + behind)]


def test_the_pair_is_question_and_answer_without_the_caption(tokenised):
    records, tokenizer, pixels = tokenised
    pair = batch_of(records, pixels, [0]).pairs[0, 1:].tolist()
    split = pair.index(SEPARATOR)
    assert tokenizer.decode([pair[:split], pair[split:]]) == ["which size?", "It is small."]


def test_the_longest_pair_is_present_whole_and_a_shorter_one_up_to_its_padding(tokenised):
    records, _, pixels = tokenised
    longest, shorter = (batch_of(records, pixels, [position]).pairs.shape[1] for position in (2, 0))
    assert longest > shorter and batch_of(records, pixels, [0, 2]).present.sum(1).tolist() == [shorter, longest]


def test_a_long_prompt_keeps_its_end_and_a_long_answer_its_beginning(tokenised):
    records, tokenizer, pixels = tokenised
    records.prompt_tokens, records.answer_tokens = 3, 3
    batch = batch_of(records, pixels, [0])
    assert batch.tokens[0].tolist() == [
        *tokenizer.encode(["which size?"])[0][-3:],
        DECODE,
        *tokenizer.encode(["It is"])[0],
    ]
    assert batch.positions.max() < 6


def test_the_scale_stands_between_caption_and_question_and_is_never_dropped():
    base = toy_instructions(2)
    stated = replace(base, captions=("A tip.",) * 2, scales=("It is wide.", ""))
    texts = ["A tip. It is wide.", *QUESTIONS, *(record.answer for record in base.records)]
    tokenizer = TextTokenizer.trained(texts, 200)
    records = TokenisedRecords(stated, tokenizer, 64, 12)
    spelled = tokenizer.decode(
        [records.prompt(0, True), records.prompt(0, False), records.prompt(len(QUESTIONS), True)]
    )
    assert spelled == [f"A tip. It is wide. {QUESTIONS[0]}", f"It is wide. {QUESTIONS[0]}", f"A tip. {QUESTIONS[0]}"]
    short = TokenisedRecords(stated, tokenizer, 5, 12)
    assert len(short.prompt(0, True)) == 5 and short.whole_prompt(0, True) == records.prompt(0, True)
