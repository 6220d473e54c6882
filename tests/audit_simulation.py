"""How often the audit is wrong, and how often it finds what is wrong: ``python -m tests.audit_simulation 100000 1000``.

The first number is of made experiments whose numbers are true: none of their numbers and statements may be impossible.
The second is of experiments in which one number or statement is altered, per kind of error. docs/audit.md has the
figures.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache

import numpy as np

from bench.auditing.audit import Audit, audit, registered_checks
from bench.registered.registry import Registry
from tests.audit_experiments import Experiment, made

DOUBTFUL = ("impossible", "unless")
Planting = Callable[[Experiment, np.random.Generator], bool]
"""Alters an experiment so that it is false; returns whether it has what is to be altered."""


@cache
def checks():
    """The registered checks by name."""
    return registered_checks(Registry())


def audited(experiment: Experiment) -> Audit:
    """The audit of an experiment."""
    return audit(experiment.publication(), checks())


def verdicts(seeds: Iterable[int], with_texts: bool = False) -> Mapping[tuple[str, str], int]:
    """How many numbers and statements of true experiments have each verdict, by check and verdict."""
    counts: Counter[tuple[str, str]] = Counter()
    for seed in seeds:
        report = audited(made(seed, with_texts))
        counts.update((own.check or "none", own.verdict) for own in report.numbers)
        counts.update(("statements", own.finding.verdict) for own in report.statements)
    return counts


def _lines(experiment, metric, of_class=None):
    return [
        line
        for line in experiment.numbers
        if metric in line["column"] and of_class in (None, bool(line.get("category"))) and line["value"]
    ]


def _moved(
    metric: str, least: float, most: float, of_class: bool | None = None, upwards: bool | None = None
) -> Planting:
    """Alter one number of a metric by between two distances."""

    def plant(experiment, random):
        lines = _lines(experiment, metric, of_class)
        if not lines:
            return False
        line = lines[random.integers(len(lines))]
        value, distance = float(line["value"]), random.uniform(least, most)
        up = bool(random.random() < 0.5) if upwards is None else upwards
        up = up if 0 <= value + (distance if up else -distance) <= 1 else not up
        altered = value + (distance if up else -distance)
        line["value"] = f"{altered:.{experiment.digits}f}"
        return 0 <= altered <= 1 and abs(float(line["value"]) - value) > 10.0**-experiment.digits * 1.5

    return plant


def _last_digit(experiment, random):
    """Alter the last digit of a share of few test cases."""
    lines = [
        line for line in _lines(experiment, "Top-1") if line.get("n") and int(line["n"]) < 10**experiment.digits / 3
    ]
    for line in lines:
        value = float(line["value"]) + random.choice([-2, 2]) * 10.0**-experiment.digits
        line["value"] = f"{min(1, max(0, value)):.{experiment.digits}f}"
    return bool(lines)


def _top_swapped(experiment, _):
    tops = {
        line["column"]: line
        for line in experiment.numbers
        if line["column"] in ("Top-1", "Top-5") and line["row"] == "all" and line["table"] != "3"
    }
    if len(tops) < 2 or float(tops["Top-5"]["value"]) - float(tops["Top-1"]["value"]) < 2 * 10.0**-experiment.digits:
        return False
    tops["Top-1"]["value"], tops["Top-5"]["value"] = tops["Top-5"]["value"], tops["Top-1"]["value"]
    return True


def _swapped(first: str, second: str) -> Planting:
    """Let two scores of texts change places."""

    def plant(experiment, _):
        own = {line["column"]: line for line in experiment.numbers if line["table"] == "5"}
        if first not in own or float(own[first]["value"]) - float(own[second]["value"]) < 2 * 10.0**-experiment.digits:
            return False
        own[first]["value"], own[second]["value"] = own[second]["value"], own[first]["value"]
        return True

    return plant


def _deviation(experiment, random):
    lines = [line for line in experiment.numbers if line.get("std")]
    for line in lines[:1]:
        line["std"] = f"{random.uniform(0.5, 1):.{experiment.digits}f}"
    return bool(lines)


def _statement(kind: str) -> Planting:
    """Alter a statement's value by a tenth and more."""

    def plant(experiment, random):
        statements = [statement for statement in experiment.statements if statement["kind"] == kind]
        for statement in statements:
            value = float(statement["value"].rstrip("%")) * random.uniform(1.1, 2) + 0.03 * (kind == "difference")
            statement["value"] = f"{value + 1:.2f}%" if kind == "relative change" else f"{value:.{experiment.digits}f}"
        return bool(statements)

    return plant


def _printed_text(experiment, random):
    lines = [line for line in experiment.numbers if line["table"] == "6"]
    if not experiment.texts or not lines:
        return False
    line = lines[random.integers(len(lines))]
    value = float(line["value"]) + random.choice([-0.03, 0.03])
    line["value"] = f"{min(1, max(0, value)):.{experiment.digits}f}"
    return 0 <= value <= 1


PLANTED: Mapping[str, Planting] = {
    "harmonic-mean: F1 of a class, raised by 0.02 to 0.2": _moved("F1", 0.02, 0.2, of_class=True, upwards=True),
    "harmonic-mean: F1 of a class, lowered by 0.02 to 0.2": _moved("F1", 0.02, 0.2, of_class=True, upwards=False),
    "harmonic-mean: average F1, raised by 0.02 to 0.2": _moved("F1", 0.02, 0.2, of_class=False, upwards=True),
    "recalls: accuracy, by 0.05 to 0.3": _moved("Top-1", 0.05, 0.3, of_class=False),
    "mean-recall, means: average recall, by 0.05 to 0.3": _moved("recall", 0.05, 0.3, of_class=False),
    "means: average precision, by 0.05 to 0.3": _moved("precision", 0.05, 0.3, of_class=False),
    "predictions: precision of a class, by 0.05 to 0.3": _moved("precision", 0.05, 0.3, of_class=True),
    "top-k: Top-1 and Top-5 exchanged": _top_swapped,
    "granularity: the last digit of an accuracy, by 2": _last_digit,
    "deviation: drawn from 0.5 to 1": _deviation,
    "text-scores: ROUGE-1 and ROUGE-L exchanged": _swapped("ROUGE-1", "ROUGE-L"),
    "text-scores: BLEU-2 and BLEU-4 exchanged": _swapped("BLEU-2", "BLEU-4"),
    "printed-texts: a score, by 0.03": _printed_text,
    "statements: a relative change": _statement("relative change"),
    "statements: a difference": _statement("difference"),
}
"""Errors by the check that should find them."""


def finds(planting: Planting, seed: int, stated: float | None = None) -> str | None:
    """The gravest new verdict after an error is planted, '' if there is none; None if there is nothing to alter."""
    random = np.random.default_rng(seed)
    with_texts = planting is _printed_text or planting.__qualname__.startswith("_swapped")
    experiment = made(seed, with_texts, stated)
    before = audited(experiment)
    if not planting(experiment, random):
        return None
    after = audited(experiment)
    pairs = [(old.verdict, new.verdict) for old, new in zip(before.numbers, after.numbers, strict=True)]
    pairs += [(o.finding.verdict, n.finding.verdict) for o, n in zip(before.statements, after.statements, strict=True)]
    new = {after for before, after in pairs if before != after and after in DOUBTFUL and before != "impossible"}
    return next((verdict for verdict in DOUBTFUL if verdict in new), "")


def main(true: int, planted: int) -> None:
    """Print both tables."""
    counts = verdicts(range(true))
    counts_of_texts = verdicts(range(true, true + true // 20), with_texts=True)
    total = Counter(counts) + Counter(counts_of_texts)
    print(f"{true + true // 20:,} true experiments, {true // 20:,} of them with texts\n")
    print("| check | impossible | unless | possible |\n|---|---|---|---|")
    for check in sorted({check for check, _ in total} - {"none"}):
        print(f"| {check} | {' | '.join(f'{total[check, verdict]:,}' for verdict in (*DOUBTFUL, 'possible'))} |")
    print("\n| error | stated | planted | impossible | unless | unnoticed |\n|---|---|---|---|---|---|")
    for name, planting in PLANTED.items():
        for stated in (1.0, None):
            found = Counter(finds(planting, seed, stated) for seed in range(planted))
            total_planted = sum(number for verdict, number in found.items() if verdict is not None)
            shares = [f"{found[verdict] / max(1, total_planted):.0%}" for verdict in (*DOUBTFUL, "")]
            print(f"| {name} | {'all' if stated else 'some'} | {total_planted} | {' | '.join(shares)} |", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
