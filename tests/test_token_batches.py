"""Rectangles of tokens: where padding stands, what is seen and from what a loss is taken."""

import numpy as np

from bench.models.assistants.token_batches import IGNORED, answered, unanswered

PROMPTS = [np.array([5, 6, 7]), np.array([8])]
PAD = 3


def test_answers_stand_behind_their_prompts_padded_at_the_right_and_are_all_that_is_learnt():
    batch = answered(PROMPTS, [np.array([9]), np.array([PAD, 2])], PAD)
    assert batch.ids.tolist() == [[5, 6, 7, 9], [8, PAD, 2, PAD]]
    assert batch.mask.tolist() == [[1, 1, 1, 1], [1, 1, 1, 0]]
    assert batch.labels.tolist() == [[IGNORED] * 3 + [9], [IGNORED, PAD, 2, IGNORED]]


def test_prompts_alone_end_together_and_nothing_of_them_is_learnt():
    batch = unanswered(PROMPTS, PAD)
    assert batch.ids.tolist() == [[5, 6, 7], [PAD, PAD, 8]]
    assert batch.mask.tolist() == [[1, 1, 1], [0, 0, 1]]
    assert (batch.labels == IGNORED).all()


def test_the_loss_leaves_out_what_torch_does():
    from torch.nn.functional import cross_entropy

    assert cross_entropy.__defaults__ and IGNORED in cross_entropy.__defaults__
