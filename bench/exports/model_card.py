"""The model card of an export: data, protocol, metrics and limits, in the format of the Hugging Face hub."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from huggingface_hub import EvalResult, ModelCardData

from bench.exports.exported import Elsewhere, Exported, Outcomes
from bench.specs import SCRATCH
from bench.specs.json_data import Clear
from bench.stages.contracts.contract import contract_of
from bench.store.record import Record
from bench.tables.markdown import grid, paragraph

_TAGS = ["electron-microscopy", "micrographs", "bench"]
_COVERAGES = (1.0, 0.8, 0.5, 0.2, 0.1)
"""The shares of pictures whose answers the card judges, the surest first."""


def card(exported: Exported, record: Record, samples: Sequence[Clear], meanings: Mapping[str, str]) -> str:
    """Return the card as markdown below a YAML head.

    ``samples`` are scored items, some with an answer; ``meanings`` say what metrics are, by name.
    """
    sections = {
        "Use": _use(exported),
        "Data": _data(exported),
        "Protocol": _protocol(exported, record),
        "Metrics": _metrics(exported, meanings),
        "Confidence": _confidence(exported),
        "On pictures of other datasets": _elsewhere(exported),
        "Answers to test questions": _samples(samples),
        "Limits": _limits(exported, record),
    }
    body = "\n\n".join(f"## {title}\n\n{text}" for title, text in sections.items() if text)
    return f"---\n{_head(exported)}\n---\n\n# {_escaped(exported.label)}\n\n{body}\n"


def _head(exported: Exported) -> str:
    """Return the YAML that the hub reads; whoever publishes the model chooses a licence."""
    results = [
        EvalResult(
            task_type=task,
            dataset_type=str(exported.cell["dataset"]),
            dataset_name=str(exported.cell["dataset"]),
            metric_type=name,
            metric_value=metric["value"],
        )
        for task, name, metric in _whole(exported)
    ]
    kind = contract_of(exported.contracts[0]).hub_tag
    named = {"model_name": exported.label, "eval_results": results} if results else {}
    return ModelCardData(library_name="bench", pipeline_tag=kind, tags=[*_TAGS, exported.model], **named).to_yaml()


def _use(exported: Exported) -> str:
    able = "\n".join(command for name in exported.contracts if (command := contract_of(name).command))
    square = f"grey, squashed to {exported.image_size} x {exported.image_size} pixels"
    shown = "grey, in their own size" if exported.native else square
    blanked = ", their data bars blanked" if exported.mask_bar else ""
    blanked += ", their grey levels standardised" if exported.standardise else ""
    read = f"FOLDER is the one that holds this file. Pictures are read as {shown}{blanked}."
    return "\n\n".join(filter(None, [f"```sh\n{able}\n```", read, _beside(exported)]))


def _beside(exported: Exported) -> str:
    """Say what must be available besides the export, '' if it is self-contained."""
    weights, tuning = (exported.settings.get(key) for key in ("weights", "tuning"))
    named = exported.model.partition(":")[2]
    if not named and (tuning in (None, "full") or weights in (None, SCRATCH)):
        return ""
    needed = _escaped(named or weights)
    return f"Only what learned is here: the weights {needed} must be there, at the same folder or hub id."


def _data(exported: Exported) -> str:
    sides = exported.cell["sides"]
    lines = [f"- {_escaped(key)}: {_escaped(value)}" for key, value in exported.data.items()]
    lines += [f"- pictures in the {side} side: {count}" for side, count in sides.items()]
    return "\n".join([*lines, f"- categories: {', '.join(map(_escaped, exported.categories))}"])


def _protocol(exported: Exported, record: Record) -> str:
    split = record.protocol["split"]
    return "\n".join(
        [
            f"- cell: {_escaped(record.cell)}, of {split['k']} folds",
            f"- recipe: {_pairs(exported.recipe)}",
            f"- settings: {_pairs(exported.settings) or 'none'}",
            f"- asked: {_pairs(record.protocol['task'])}",
            f"- finished: {exported.finished[:16]}",
        ]
    )


def _metrics(exported: Exported, meanings: Mapping[str, str]) -> str:
    from tabulate import tabulate

    rows = [
        [task, name, f"{metric['value']:.4f}", "" if metric["error"] is None else f"{metric['error']:.4f}"]
        for task, name, metric in _whole(exported)
    ]
    cells = [[*map(_escaped, row), _escaped(meanings.get(row[1], ""))] for row in rows]
    head = ["task", "metric", "value", "standard error", "what it is"]
    table = tabulate(cells, headers=head, tablefmt="pipe", disable_numparse=True)
    return f"On the test side of the fold, whose pictures training did not see.\n\n{table}" if rows else ""


def _confidence(exported: Exported) -> str:
    """Say what share of the surest answers to validation pictures is right, '' if that is unknown."""
    return _coverage(exported.validation, "validation pictures")


def _coverage(outcomes: Outcomes | None, pictures: str) -> str:
    """Return the risk-coverage curve of a model's answers to such ``pictures`` as a table, '' if it is unknown."""
    if outcomes is None or not outcomes.right:
        return ""
    confidence, right = (np.array(values) for values in (outcomes.confidence, outcomes.right))
    surest = np.argsort(-confidence, kind="stable")
    rows = []
    for share in _COVERAGES:
        answered = surest[: max(1, round(share * len(surest)))]
        rows.append([f"{share:.0%}", f"{confidence[answered[-1]]:.3f}", f"{right[answered].mean():.3f}"])
    table = grid(rows, ["answered", "confidence from", "share that is right"])
    return f"If only the surest of {len(right)} {pictures} are answered:\n\n{table}"


def _elsewhere(exported: Exported) -> str:
    return "\n\n".join(map(_of_dataset, exported.elsewhere))


def _of_dataset(test: Elsewhere) -> str:
    source = f": {_escaped(test.source)}" if test.source else ""
    rows = [
        [_escaped(name), "" if value["value"] is None else f"{value['value']:.4f}"]
        for name, value in test.metrics.items()
    ]
    against = [
        [
            _escaped(control.name),
            f"{control.value:.4f}",
            "-" if control.corrected is None else f"{control.corrected:.3g}",
        ]
        for control in test.controls
    ]
    return "\n\n".join(
        [
            f"### {_escaped(test.dataset)}\n\n{test.pictures} pictures{source}. There {_escaped(standing(test))}.",
            grid(rows, ["metric", "value"]),
            *([grid(against, ["control", _escaped(test.label), "p of the lead over it"])] if against else []),
            *filter(None, [_coverage(test.outcomes, f"pictures of {_escaped(test.dataset)}")]),
        ]
    )


def standing(test: Elsewhere) -> str:
    """Return the words that say how a model stands to the controls on another dataset's pictures."""
    own = f"its {test.label} is {test.value:.2f}"
    if not test.controls:
        return f"{own}, and no control was asked the same: take what it says for a guess"
    best = max(test.controls, key=lambda control: control.value)
    against = f"{own}, that of the best control ({best.name}) {best.value:.2f}"
    if test.beats_controls:
        return f"{against}: better than every control at 5 %"
    return f"{against}: not shown to be better than every control, so take what it says for a guess"


def _samples(samples: Sequence[Clear]) -> str:
    answers = [item for item in samples if "answer" in item and "question" in item]
    return "\n".join(f"- {_escaped(item['question'])}\n  {_escaped(item['answer'])}" for item in answers)


def _limits(exported: Exported, record: Record) -> str:
    lines = [record.caveat, record.model.footnote]
    if record.model.departures:
        lines.append(f"It departs from its source: {'; '.join(record.model.departures)}.")
    if exported.drawn and not any(test.beats_controls for test in exported.elsewhere):
        lines.append(
            "The pictures it learned from were drawn by a program: what it says of a real micrograph is a guess."
        )
    if record.model.control:
        lines.append("This is a control: a model that must lose, not one to use.")
    lines += [
        "The metrics hold for pictures like those of the test side; of pictures of another microscope, preparation or "
        "category they say nothing.",
        "It answers every question and ranks its categories for every picture, also where none of them fits.",
    ]
    return "\n".join(f"- {_escaped(line)}" for line in lines if line)


def _whole(exported: Exported) -> Iterator[tuple[str, str, Clear]]:
    """Yield task, name and value of every metric of the whole test side."""
    for task, metrics in exported.metrics.items():
        yield from ((task, name, metric) for name, metric in metrics.items() if ":" not in name)


def _pairs(values: Clear) -> str:
    return ", ".join(f"{_escaped(key)} {_escaped(value)}" for key, value in values.items())


def _escaped(value: object) -> str:
    """Return text of any origin, also a model's, as plain text within markdown, on one line."""
    return paragraph(" ".join(str(value).split()))
