"""Answering 48 questions in 24 tokens, pictures included: MVaEMa against BLIP, both greedy.

BLIP encodes a picture for every question; ours only once per picture, as in a run: once with 48
different pictures, once with the 12 that a recipe's batch holds.
"""

from bench.models.mvaema.generate import Decoding, generate
from benchmarks.measurement import Row, in_turns
from benchmarks.visual_questions import RECORDS, Size, batch, blip, blip_questions, mvaema

FULL = Size()


def rows() -> list[Row]:
    """Return a row for each number of pictures."""
    return [generation(RECORDS), generation(12)]


def generation(pictures: int, size: Size = FULL, repetitions: int = 5) -> Row:
    """Measure; AssertionError if one of the two generates too few tokens."""
    import torch

    model, given = mvaema(size).eval(), batch(size, pictures)
    prompts, decoding = given.tokens[:, : size.prompt], Decoding(max_new_tokens=size.answer)
    peer, inputs = blip(size).eval(), blip_questions(size)

    @torch.inference_mode()
    def ours() -> None:
        tokens = generate(model, model.vision(given.pixels)[given.pictures], prompts, decoding)
        assert max(len(row) for row in tokens) == size.answer, "all answers ended early"

    def theirs() -> None:
        tokens = peer.generate(**inputs, do_sample=False, min_new_tokens=size.answer, max_new_tokens=size.answer)
        assert tokens.shape == (RECORDS, 1 + size.answer), "BLIP generated another number of tokens"

    timing = in_turns(ours, theirs, repetitions)
    what = f"generating {size.answer} tokens for {RECORDS} questions about {pictures} pictures"
    return Row(what, "BlipForQuestionAnswering", timing, "of its time", 0.5)
