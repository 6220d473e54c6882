"""Made experiments whose printed numbers are true, to hold the audit against, and errors planted in them.

Each draws a number of classes, test cases, folds and runs, splits them (stratified or not), draws predictions, scores
them as studies do (scores per fold, per run or of pooled counts; what is undefined as 0 or left out; macro, weighted
and micro averages; F1 averaged, from averages or from pooled counts), prints them rounded or cut, and says of how they
were made what a study would say: all, some or nothing, but nothing false.
"""

import csv
import io
import math
from dataclasses import dataclass, field

import numpy as np

from bench.auditing.publication import Paper
from bench.auditing.reading import NUMBERS, STATEMENTS, TEXTS, publication_of
from bench.auditing.sheet import sheet_lines
from bench.tasks.metrics.text import text_scores

WORDS = (
    "the",
    "a",
    "wires",
    "particles",
    "are",
    "is",
    "small",
    "dark",
    "with",
    "and",
    "of",
    "surface",
    "tips",
    "rough",
)


@dataclass
class Printer:
    """How an experiment prints: digits, and whether what is left out is cut off."""

    digits: int
    cut: bool

    def __call__(self, value: float) -> str:
        unit = 10**self.digits
        return f"{math.floor(value * unit + 1e-9) / unit if self.cut else value:.{self.digits}f}"


@dataclass
class Experiment:
    """One experiment: lines of numbers, statements and texts, as texts by column."""

    numbers: list[dict[str, str]] = field(default_factory=list)
    statements: list[dict[str, str]] = field(default_factory=list)
    texts: list[dict[str, str]] = field(default_factory=list)
    digits: int = 3

    def publication(self) -> Paper:
        """The experiment as it is read from its files."""
        sheets = [
            sheet_lines(_text(lines, columns), "made", columns) if lines else []
            for lines, columns in ((self.numbers, NUMBERS), (self.statements, STATEMENTS), (self.texts, TEXTS))
        ]
        return publication_of(*sheets, "made")


def _text(lines, columns):
    stream = io.StringIO()
    writer = csv.DictWriter(stream, [*columns.needed, *columns.optional], restval="")
    writer.writeheader()
    writer.writerows(lines)
    return stream.getvalue()


def made(seed: int, with_texts: bool = False, stated: float | None = None) -> Experiment:
    """Return the experiment of a seed; scores of texts, which take longer, only ``with_texts``.

    ``stated`` is the share of what the study says of how its numbers were made; by default it varies.
    """
    random = np.random.default_rng(seed)
    experiment = Experiment(digits=int(random.choice([2, 3, 3, 4])))
    printer = Printer(experiment.digits, bool(random.random() < 0.15))
    _classification(random, experiment, printer, stated)
    if with_texts:
        _answers(random, experiment, printer)
    return experiment


# ---------------------------------------------------------------------------------------------- classification


def _classification(random, experiment, printer, stated):
    classes = int(random.integers(2, 12))
    cases = int(random.choice([25, 60, 150, 400]) * random.uniform(0.7, 1.5))
    folds, repeats = int(random.choice([1, 1, 2, 3, 5, 10])), int(random.choice([1, 1, 2, 3]))
    labels = np.sort(random.choice(classes, cases, p=random.dirichlet(np.full(classes, random.choice([0.5, 2, 20])))))
    labels[:classes] = np.arange(classes)  # every class occurs
    stratified = bool(random.random() < 0.6)
    skill = random.uniform(0.02, 1, classes) ** random.choice([0.1, 0.3, 1])
    units, tops = [], []
    for _ in range(repeats):
        fold = _folds(random, labels, folds, stratified)
        wild = random.random() < 0.2
        for number in range(folds):
            own = labels[fold == number]
            if not len(own):
                continue
            chance = np.clip(skill * random.uniform(0.3, 1) if wild else skill, 0, 1)
            right = random.random(len(own)) < chance[own]
            never = random.integers(classes) if random.random() < 0.1 else -1
            wrong = random.integers(classes, size=len(own))
            predicted = np.where(right & (own != never), own, wrong)
            predicted = np.where(predicted == never, (never + 1) % classes, predicted)
            table = np.zeros((classes, classes))
            np.add.at(table, (own, predicted), 1)
            units.append(table)
            tops.append(np.mean((predicted == own) | (random.random(len(own)) < 0.5)) if classes > 5 else 1.0)
    runs = [sum(units[at : at + folds]) for at in range(0, len(units), folds)]
    undefined = [0.0, math.nan][int(random.random() < 0.3)]
    how = str(random.choice(["pooled", "runs", "folds", "mixed"]))
    parts = {"pooled": [sum(units)], "runs": runs, "folds": units, "mixed": units}[how]
    per_class = _mean([_scores(part, undefined) for part in parts])  # (3, C)
    if how == "mixed":
        per_class[2] = _scores(sum(units), undefined)[2]
    average = str(random.choice(["macro", "weighted", "micro"]))
    harmonic = bool(random.random() < 0.3) and average != "micro"
    of_averages = how == "mixed" or bool(random.random() < 0.3)  # the average of what is printed of the classes
    overall = (
        _averaged(per_class, sum(units), average)
        if of_averages and average != "micro"
        else _mean([_averaged(_scores(part, undefined), part, average) for part in parts])
    )
    if harmonic and overall[0] + overall[1] > 0:
        overall[2] = 2 * overall[0] * overall[1] / (overall[0] + overall[1])
    accuracies = [np.trace(part) / part.sum() for part in parts]
    accuracy, top = np.mean(accuracies), np.mean(tops)
    statements = _statements(random, stated, how, folds, repeats, cases, classes, average)
    counts = np.bincount(labels, minlength=classes)
    count_known = bool(random.random() < (0.5 if stated is None else stated))
    table = str(random.integers(1, 3))
    if random.random() < 0.8:
        names = ["precision", "recall", "F1 score"]
        chosen = names if random.random() < 0.8 else names[: int(random.integers(1, 3))]
        for place in range(classes):
            for name, value in zip(names, per_class[:, place], strict=True):
                if name in chosen and not math.isnan(value):
                    _add(
                        experiment,
                        printer,
                        "1",
                        f"class {place}",
                        name,
                        value,
                        statements,
                        category=f"class {place}",
                        counts=str(counts[place]) if count_known else "",
                        average="",
                    )
    own = {**statements, "counts": " ".join(map(str, counts)) if count_known and random.random() < 0.5 else ""}
    for name, value in zip(("precision", "recall", "F1"), overall, strict=True):
        if not math.isnan(value):
            _add(
                experiment,
                printer,
                table,
                "all",
                f"{average} {name}" if statements["average"] else f"Avg-{name}",
                value,
                own,
            )
    own = {**own, "average": ""}
    deviation = printer(np.std(accuracies, ddof=int(random.random() < 0.7))) if len(parts) > 1 else ""
    _add(
        experiment,
        printer,
        table,
        "all",
        "Top-1",
        accuracy,
        own,
        std=deviation if statements["folds"] or not statements["n"] else "",
    )
    if (how in ("folds", "mixed") or len(units) == 1) and top >= accuracy:
        _add(experiment, printer, table, "all", "Top-5", top, {**own, "n": ""}, classes="")
    if random.random() < 0.3:
        _add(experiment, printer, "3", "all", "Top-1", accuracy, own)
    _statements_of(random, experiment, printer, accuracy, table)


def _folds(random, labels, folds, stratified):
    if not stratified:
        return random.permutation(np.arange(len(labels)) % folds)
    fold, start = np.zeros(len(labels), int), 0
    for label in np.unique(labels):  # each goes on where the last ended, as scikit-learn's stratified folds do nearly
        own = np.flatnonzero(labels == label)
        fold[random.permutation(own)] = (np.arange(len(own)) + start) % folds
        start += len(own)
    return fold


def _scores(table, undefined):
    """Precision, recall and F1 (3, C) of a table of counts; all that is undefined is alike."""
    hits, cases, predicted = np.diag(table), table.sum(1), table.sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = np.where(predicted > 0, hits / predicted, undefined)
        recall = np.where(cases > 0, hits / cases, undefined)
        f1 = np.where(predicted + cases > 0, 2 * hits / (predicted + cases), undefined)
        if math.isnan(undefined):  # as caret does: without precision or recall no F1
            f1 = np.where((predicted > 0) & (cases > 0), f1, np.nan)
    return np.stack([precision, recall, f1])


def _averaged(scores, table, average):
    if average == "micro":
        return np.full(3, np.trace(table) / table.sum())
    weights = table.sum(1) if average == "weighted" else np.ones(len(table))
    defined = ~np.isnan(scores)
    with np.errstate(invalid="ignore"):
        return np.where(defined, scores * weights, 0).sum(1) / (defined * weights).sum(1)


def _mean(parts):
    """The mean over parts of equal weight, without those where a score is undefined."""
    stacked = np.stack(parts)
    defined = ~np.isnan(stacked)
    with np.errstate(invalid="ignore"):
        return np.where(defined, stacked, 0).sum(0) / defined.sum(0)


def _statements(random, stated, how, folds, repeats, cases, classes, average):
    """What the study says: true where it says anything."""

    def maybe(text, share=0.6):
        return str(text) if random.random() < (share if stated is None else stated) else ""

    joined = {"pooled": "pooled", "runs": "mean", "folds": "mean", "mixed": ""}[how]
    return {
        "folds": maybe(folds),
        "repeats": maybe(repeats),
        "n": maybe(cases),
        "classes": maybe(classes),
        "over_folds": maybe(joined, 0.4),
        "average": maybe(average, 0.5),
    }


def _add(experiment, printer, table, row, column, value, statements, **more):
    experiment.numbers.append(
        {"table": table, "row": row, "column": column, "model": "ours", "value": printer(value), **statements, **more}
    )


def _statements_of(random, experiment, printer, accuracy, table):
    other = accuracy * random.uniform(0.4, 0.99)
    if other < 0.02:
        return
    experiment.numbers.append(
        {"table": table, "row": "other", "column": "Top-1", "value": printer(other), "model": "other"}
    )
    printed, against = (accuracy, other) if random.random() < 0.5 else (float(printer(accuracy)), float(printer(other)))
    if against <= 0:
        return
    percent, points = 100 * (printed / against - 1), printed - against
    statement = {"quote": "better", "of": f"{table} / all / Top-1", "against": f"{table} / other / Top-1"}
    if not printer.cut:
        experiment.statements.append({**statement, "kind": "relative change", "value": f"{percent:.2f}%"})
        experiment.statements.append({**statement, "kind": "difference", "value": f"{points:.{printer.digits}f}"})
    experiment.statements.append({**statement, "kind": "highest", "value": ""})


# ------------------------------------------------------------------------------------------------------- texts


def _answers(random, experiment, printer):
    """Add the scores of a few short answers, one of them printed."""
    few = WORDS[: int(random.integers(3, len(WORDS)))]
    references = [" ".join(random.choice(few, random.integers(2, 14))) for _ in range(int(random.integers(1, 6)))]
    answers = [_altered(random, reference, few) for reference in references]
    scores = {name: np.nan_to_num(values) for name, values in text_scores(answers, references).items()}
    headings = {"bleu2": "BLEU-2", "bleu4": "BLEU-4", "rouge1": "ROUGE-1", "rouge2": "ROUGE-2", "rougeL": "ROUGE-L"}
    for name, heading in {**headings, "meteor": "METEOR"}.items():
        deviation = printer(np.std(scores[name])) if len(answers) > 1 else ""
        line = {"table": "5", "row": "ours", "column": heading, "value": printer(scores[name].mean()), "std": deviation}
        experiment.numbers.append(line)
        if len(references[0].split()) >= 4:
            line = {"table": "6", "row": "answer", "column": heading, "value": printer(scores[name][0])}
            experiment.numbers.append({**line, "dataset": "answer"})
    if len(references[0].split()) >= 4:
        experiment.texts.append({"table": "6", "row": "answer", "reference": references[0], "answer": answers[0]})


def _altered(random, reference, few):
    words = reference.split()
    for place in range(len(words)):
        if random.random() < 0.2:
            words[place] = str(random.choice(few))
    if random.random() < 0.2:
        random.shuffle(words)
    return " ".join(words[: max(1, len(words) - int(random.integers(0, 2)))])
