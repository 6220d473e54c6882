"""Zero-shot classification: which category's name fits a picture best (paper, 'Experimental Results', Table 4).

The model is asked the first question of the first prompt, without caption, and each category's name is put into one
fixed answer. The three ranks use what the three losses taught: the decoder, the matching head, the common space.
"""

import numpy as np
import torch
from torch import Tensor

from bench.contracts import CATEGORY_QUESTION, InstructionRecord, Instructions, Micrographs
from bench.models.mvaema.batch import Batch, TokenisedRecords
from bench.models.mvaema.decoding import Rank
from bench.models.mvaema.losses import IGNORED
from bench.models.mvaema.model import MVaEMaModel
from bench.models.mvaema.tokenizer import END, TextTokenizer

ANSWER = "The image depicts {}"
"""The answer that names a category; it begins as teachers' answers to the question do."""


def candidates(pictures: Micrographs, names: tuple[str, ...]) -> Instructions:
    """Return every category's answer to the question about each picture, picture by picture."""
    records = tuple(
        InstructionRecord(f"{picture}#{name}", picture, 1, CATEGORY_QUESTION, ANSWER.format(name), (), "")
        for picture in pictures.ids
        for name in names
    )
    owners = np.repeat(np.arange(len(pictures)), len(names))
    return Instructions(pictures, records, owners, ("",) * len(pictures), names)


@torch.inference_mode()
def scores(
    model: MVaEMaModel, tokenizer: TextTokenizer, pixels: np.ndarray, answers: Instructions, rank: Rank, mean: bool
) -> Tensor:
    """Return how well each category's name fits each picture (N, C), as log-odds; pixels (N, H, W) uint8.

    With ``likelihood`` it is the sum of the log-likelihoods of the name's tokens after the answer's beginning, or
    with ``mean`` their mean.
    """
    records = TokenisedRecords(answers, tokenizer, model.prompt_tokens, model.answer_tokens)
    everything = np.arange(len(answers))
    batch = records.batch(pixels, everything, np.zeros(len(answers), bool)).to(model.device)
    features = model.vision(batch.pixels)
    if rank == "contrastive":
        fits = model.similarity(features, batch).diagonal()
    elif rank == "matching":
        fits = model.match(model.grounded.images(features), batch)
    else:
        fits = _likelihood(model, features, batch, mean)
    return fits.unflatten(0, (len(pixels), -1))


def _likelihood(model: MVaEMaModel, features: Tensor, batch: Batch, mean: bool) -> Tensor:
    names = _of_names(batch)
    total = model.likelihood(model.grounded.images(features), batch, names)
    return total / names.sum(1) if mean else total


def _of_names(batch: Batch) -> Tensor:
    """Return the places (B, S) whose targets are a name's tokens: after what all rows begin with, before [EOS]."""
    alike = (batch.tokens == batch.tokens[:1]).all(0).int().cumprod(0).bool()
    next_alike = torch.cat([alike[1:], alike.new_zeros(1)])
    return (batch.targets != IGNORED) & (batch.targets != END) & ~next_alike
