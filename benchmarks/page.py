"""The page of results of thousands of cells and answers: to write it, and to open it in a browser."""

import json
import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from bench.registered.registry import Registry
from bench.report.data import ReportData
from bench.report.writing import WrittenReport, write_folder
from bench.store.record import RECORD_FORMAT, CellIdentity, MetricValue, Record, RecordedModel, StageTiming
from bench.store.sealed import write_json
from bench.store.store import Store
from benchmarks.measurement import Row, Timing, seconds

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CATEGORIES = ("biological", "fibres", "films", "nanowires", "particles", "powder", "tips")
FOLDS = 5
WORDS = ("round", "long", "smooth", "dark", "bright", "rough", "dense", "loose")
METRICS = ("bleu2", "bleu4", "rouge1", "rouge2", "rougeL", "meteor", "facts", "length_ratio")


def rows() -> list[Row]:
    """Return the rows of writing and of opening."""
    return page()


def page(
    models: int = 20, questions: int = 1000, others: int = 59, repeats: int = 20, pictures: int = 500
) -> list[Row]:
    """Measure on ``models`` that answered so many ``questions`` per fold, and ``others`` that left records alone.

    By default 6,000 cells and 100,000 answers.
    """
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store")
        with patch.object(os, "fsync"):  # files that need not outlast this
            cells = _fill(store, models, questions, others, repeats)
        make = partial(ReportData, store, Registry(), pictures=pictures)
        written: list[WrittenReport] = []
        taken = seconds(lambda: written.append(write_folder(make, Path(folder) / "page")))
        answers = models * FOLDS * questions
        what = f"{cells:,} cells and {answers:,} answers, {written[0].size / 1e6:.0f} MB in {written[0].files:,} files"
        table = [Row(f"`bench report` of {what}", "", Timing(taken, nan, nan), "s")]
        return [*table, *_opened(Path(folder) / "page", cells)]


def _opened(folder: Path, cells: int) -> Iterator[Row]:
    """Measure from the address to the drawn page, in the system's browser; nothing where there is none."""
    if (path := shutil.which("chromium")) is None:
        return
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for what, address in (("leaderboard", ""), ("pictures, A right and B wrong", "#pictures?a=0&b=1&show=a")):
            taken = [_opening(browser, f"{(folder / 'index.html').as_uri()}{address}") for _ in range(3)]
            median = sorted(taken)[1]
            yield Row(f"opening the {what} of {cells:,} cells", "", Timing(median, nan, nan), "s", 1)


def _opening(browser: "Browser", address: str) -> float:
    tab = browser.new_page()
    try:
        return seconds(lambda: (tab.goto(address), tab.wait_for_selector("#main[data-drawn]")))
    finally:
        tab.close()


def _fill(store: Store, models: int, questions: int, others: int, repeats: int) -> int:
    """Write the records, the scored answers and the requests; return how many cells there are."""
    store.prepare()
    random.seed(0)
    for number in range(models):
        for fold in range(FOLDS):
            record = _record("vqa", f"assistant{number}", fold, 0, "p1", number)
            store.write_record(f"vqa-{number}-{fold}", record)
            _write_items(store, record, fold, questions)
    for number in range(others):
        for fold in range(FOLDS):
            for repeat in range(repeats):
                record = _record("classification", f"net{number}", fold, repeat, "p2", number)
                store.write_record(f"c-{number}-{fold}-{repeat}", record)
    config = {"dataset": "synthetic", "records": "scripted", "settings": {"synthetic": {"size": 600}}}
    for number, (task, protocol) in enumerate((("classification", "p2"), ("vqa", "p1"))):
        request = {"task": task, "dataset": "synthetic", "protocol": protocol, "config": config}
        write_json(store.root / "runs" / f"{number}.json", request)
    return models * FOLDS + others * FOLDS * repeats


def _record(task: str, model: str, fold: int, repeat: int, protocol: str, number: int) -> Record:
    names = METRICS if task == "vqa" else ("top1", "top5")
    value = 0.3 + 0.005 * number + random.gauss(0, 0.02)
    about = RecordedModel(
        label=model.capitalize(),
        family="f",
        family_label=("ConvNets", "Vision Transformers (ViTs)", "Assistants")[number % 3],
        order=number % 3,
        control=number % 20 == 19,
        variant_of=None,
        pretrains=None,
        footnote="",
        settings={"depth": 2},
        deviations=[],
        recipe={"epochs": 5},
    )
    return Record(
        format=RECORD_FORMAT,
        cell=CellIdentity(task, "synthetic", model, fold, repeat, protocol),
        protocol={"split": {"k": FOLDS}, "repeats": 1, "task": {}, "metrics": dict.fromkeys(names, "what it means")},
        model=about,
        config_recipe={"epochs": 5},
        stages={stage: f"{stage}-{task}-{model}-{fold}-{repeat}" for stage in ("train", "predict", "score")},
        code={},
        metrics={name: MetricValue(value, 0.01) for name in names},
        n=1000,
        timings={"train": StageTiming(60.0 + number, 1000), "score": StageTiming(1.0, 1000)},
        environment={},
        finished=f"2026-01-0{1 + (task == 'vqa')}T00:00:00",
        training={"epochs": 5, "training_flops": 1e12 * (1 + number)},
    )


def _write_items(store: Store, record: Record, fold: int, questions: int) -> None:
    product = store.stages.folder(record.stages["score"]) / "product"
    product.mkdir(parents=True)
    with (product / "items.jsonl").open("w") as stream:
        for number in range(questions):
            picture = f"synthetic-{(fold * 100 + number // 10) % 600:06d}"
            right = random.random() < 0.5
            value = WORDS[number % 8]
            answer = " ".join(random.choices(WORDS, k=20))
            item = {
                "id": f"{picture}#{number % 10}",
                "picture": picture,
                "category": CATEGORIES[number // 10 % 7],
                "group": number % 10 + 1,
                "question": f"What of question {number % 10}?",
                "reference": f"The image shows {value} structures. {' '.join(WORDS)}.",
                "answer": f"The image shows {answer}.",
                **{name: random.random() for name in METRICS if name != "facts"},
                "facts_asked": 1,
                "facts_stated": 1,
                "facts_right": int(right),
                "facts_counted": 1.0,
                "fact_values": [["shape", value, [value if right else WORDS[(number + 1) % 8]]]],
            }
            stream.write(json.dumps(item) + "\n")
