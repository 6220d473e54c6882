"""What a table says of the judge behind its marks: what it gave answers of known worth, and what it could not mark."""

from collections.abc import Sequence

from bench.store.record import Record
from bench.tables.selection import PRETRAINED, Selection

_CONTROLS = {
    "judge_oracle": "the oracle's answers",
    "judge_shuffled": "the references of other pictures",
    "judge_injected": "these with an instruction to mark them well",
}
"""The metrics of a judged task that hold its judge's marks of answers of known worth, and what was marked."""
_UNMARKED = "judge_unmarked"


def judged(selection: Selection) -> list[str]:
    """Return the sentences about the judge of a selection's records, none if nobody marked their answers."""
    judge = selection.clear.get("judge")
    if judge is None:
        return []
    records = [record for own in selection.by_model.values() for record in own]
    marks = [f"{what} {_mean(records, metric)}" for metric, what in _CONTROLS.items() if _has(records, metric)]
    meaning = selection.clear.get("metrics", {}).get("judged")
    sentences = [f"judged: {meaning}."] if meaning else []
    if marks:
        sentences.append(f"Judge {judge['name']}, which saw no picture, gave {_listed(marks)}: told apart at 5 %.")
    for model, own in selection.by_model.items():
        label = own[0].model.label.removesuffix(PRETRAINED)
        if model == judge["name"]:
            sentences.append(f"{label} judged its own answers too, and models are known to prefer their own.")
        shares = [record.metrics[_UNMARKED].value for record in own if _UNMARKED in record.metrics]
        if any(shares):
            share = 100 * sum(shares) / len(shares)
            sentences.append(f"{label}: {share:.2g} % of the answers to mark have no mark, and judged leaves them out.")
    return sentences


def _has(records: Sequence[Record], metric: str) -> bool:
    return any(metric in record.metrics for record in records)


def _mean(records: Sequence[Record], metric: str) -> str:
    """Return the mean of a metric over the folds and repeats, each counting once, and its range if they differ."""
    by_place = {
        (record.cell.fold, record.cell.repeat): record.metrics[metric].value
        for record in records
        if metric in record.metrics
    }
    values = by_place.values()
    mean, least, most = (f"{value:.2f}" for value in (sum(values) / len(values), min(values), max(values)))
    return mean if least == most else f"{mean} ({least} to {most})"


def _listed(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
