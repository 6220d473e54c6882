"""The commands `bench table all` and `bench run` with nothing to do, over thousands of records."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest.mock import patch

from bench.config.loading import load_config
from bench.planning.plan import Plan
from bench.planning.rows import Request
from bench.registered.registry import Registry
from bench.stages.code import code_mark
from bench.store.cell import Cell
from bench.store.record import Record
from bench.store.store import Store
from bench.terminal.progress import NoProgress
from benchmarks.measurement import Row, alone

MODELS = ("mvaema", "llava", "blind", "majority")
FOLDS = 10
SETTINGS = ("k=10", "synthetic.size=200", "synthetic.balanced=true", "vqa.questions=2", "machine.threads=1")


def rows() -> list[Row]:
    """Return the rows of both commands."""
    return large_store()


def large_store(repeats: int = 150, repetitions: int = 3) -> list[Row]:
    """Measure both on a store of four models, ten folds and these many repeats: 6,000 records."""
    records = f"{len(MODELS) * FOLDS * repeats:,} records"
    with _store(repeats) as store:
        store_option = ["--store", str(store.root)]
        run = [*_run(MODELS, "all"), "--repeats", str(repeats), *store_option]
        output = _bench(*run)
        assert "nothing to do" in output, output
        idle = alone(lambda: _bench(*run), repetitions)
        table = alone(lambda: _bench("table", "all", *store_option), repetitions)
    return [
        Row(f"`bench table all` over {records}", "", table, "s", 2),
        Row(f"`bench run` over {records}, all done", "", idle, "s", 3),
    ]


@contextmanager
def _store(repeats: int) -> Iterator[Store]:
    """Fill a store with copies of one true record, one for each cell of a large run."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        _bench(*_run(("majority",), "0"), "--store", folder)
        (source_cell,) = _plan(("majority",), 1, "0").cells
        record = store.record(source_cell.id)
        assert record is not None, "a cell that was run has a record"
        plan = _plan(MODELS, repeats, "all")
        assert len(plan.cells) == len(MODELS) * FOLDS * repeats
        with patch.object(os, "fsync"):  # 40,000 files that need not outlast this
            for cell in plan.cells:
                _write(store, plan, cell, source_cell, record)
        yield store


def _plan(models: tuple[str, ...], repeats: int, folds: str) -> Plan:
    config, explicit = load_config("demo", SETTINGS, {"folds": folds, "repeats": repeats})
    return Plan(Request("vqa", models, config, explicit), Registry(), NoProgress())


def _write(store: Store, plan: Plan, cell: Cell, source_cell: Cell, record: Record) -> None:
    """Write a cell's record with scores of its own, and copies of the source cell's products for its stages."""
    row = plan.rows[cell.model]
    noise = (MODELS.index(cell.model) + 3 * cell.identity.fold + 7 * cell.identity.repeat) % 10 / 1000
    own = replace(
        record,
        cell=cell.identity,
        protocol=plan.protocol(1.0),
        stages={stage.name: stage.fingerprint for stage in cell.stages},
        code={stage.name: code_mark(stage.inputs["code"]) for stage in cell.stages},
        model=replace(record.model, label=row.spec.label, settings=dict(row.settings), control=row.control),
        metrics={name: replace(score, value=score.value + noise) for name, score in record.metrics.items()},
    )
    for stage, source in zip(cell.stages, source_cell.stages, strict=True):
        if store.stages.product(stage.fingerprint) is None:
            product = store.stages.folder(source.fingerprint) / "product"
            store.stages.make_product(stage.fingerprint, stage.inputs, partial(_copy, product))
    digest = store.stages.product_digest(cell.score.fingerprint)
    assert digest is not None, "a product has a digest"
    store.write_record(cell.id, replace(own, products={**record.products, "score": digest}))


def _copy(product: Path, folder: Path) -> None:
    shutil.copytree(product, folder, dirs_exist_ok=True)


def _run(models: tuple[str, ...], folds: str) -> list[str]:
    settings = [part for setting in SETTINGS for part in ("--set", setting)]
    return ["run", "--task", "vqa", "--models", ",".join(models), "--folds", folds, *settings]


def _bench(*arguments: str) -> str:
    command = [sys.executable, "-m", "bench", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout
