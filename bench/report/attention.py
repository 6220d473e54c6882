"""Where models looked while they answered: each is loaded from the store and answers some questions once more.

A look is shown only if the answer is the stored one, letter by letter: so it is the look behind what was scored.
"""

from collections.abc import Sequence

import numpy as np

from bench.contracts import Attentive, Dataset, InstructionRecord, Instructions, Look
from bench.errors import BenchError
from bench.exports.description import dataset_of, described
from bench.report.chunk import Chunk
from bench.report.pictures import ReportPictures
from bench.report.protocol_items import ProtocolItems
from bench.report.shown_protocol import ShownProtocol
from bench.specs import contracts_of
from bench.store.record import Record
from bench.terminal.progress import NoProgress


def attention(
    shown: ShownProtocol, protocol_items: ProtocolItems, pictures: ReportPictures, model: int, count: int
) -> Chunk:
    """Return where a model looked in so many of its answers at most, by item; none if it cannot tell.

    Each has the ``words`` of the answer and, for each of them, the ``weights`` of the patches, row by row.
    """
    record = shown.selection.by_model[shown.models[model]][0]
    own = protocol_items.of_model(model)
    able = [
        at for at in protocol_items.items_of_cell(record) if at in own and "answer" in own[at] and pictures.holds(at)
    ]
    chosen = able[:: max(1, len(able) // count)][:count] if count else []
    if not chosen:
        return {}
    try:
        looks = _looks(shown, protocol_items, pictures, record, chosen)
    except BenchError:  # its weights were dropped, or its data changed
        return {}
    return {at: _as_chunk(look) for at, look in zip(chosen, looks, strict=True) if look is not None}


def _looks(
    shown: ShownProtocol, protocol_items: ProtocolItems, pictures: ReportPictures, record: Record, chosen: Sequence[int]
) -> list[Look | None]:
    """Return the look behind each stored answer, None if the model answers otherwise; BenchError if it is gone."""
    spec = shown.registry.find("model", record.cell.model)[0]
    if "answerer" not in contracts_of(spec, shown.registry.family(spec)) or "train" not in record.stages:
        return [None] * len(chosen)
    from bench.exports.exporting import loaded_from  # here, because it brings torch

    about = described(record, shown.store, shown.registry)
    estimator = loaded_from(record, about, shown.store, shown.registry, NoProgress()).estimator
    if not isinstance(estimator, Attentive):
        return [None] * len(chosen)
    dataset = dataset_of(record, shown.store, shown.registry)
    stored = [protocol_items.of_model(shown.models.index(record.cell.model))[at]["answer"] for at in chosen]
    behind: list[Look | None] = [None] * len(chosen)
    for captioned in (True, False):  # whether the protocol names the category is its task's own choice
        if all(behind):
            break
        posed = _posed(protocol_items, pictures, dataset, chosen, captioned)
        for place, look in enumerate(estimator.looks(posed)):
            if look.words and look.answer == stored[place]:
                behind[place] = look
    return behind


def _posed(
    protocol_items: ProtocolItems, pictures: ReportPictures, dataset: Dataset, chosen: Sequence[int], captioned: bool
) -> Instructions:
    """Return the questions of items, as a model is asked them."""
    micrographs = pictures.micrographs_of(chosen)
    records = tuple(
        InstructionRecord(str(place), str(place), int(item.get("group", 1)), str(item["question"]), "", (), "")
        for place, item in enumerate(map(protocol_items.item, chosen))
    )
    captions = tuple(dataset.caption(int(label)) if captioned else "" for label in micrographs.labels)
    return Instructions(micrographs.unlabelled(), records, np.arange(len(records)), captions)


def _as_chunk(look: Look) -> Chunk:
    return {
        "words": [*look.words],
        "side": int(look.weights.shape[1]),
        "weights": [[round(float(weight), 4) for weight in word.ravel()] for word in look.weights],
    }
