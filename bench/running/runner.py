"""Computes a cell up to its record, stage by stage: the only place where a model meets a task."""

import shutil
import time
import traceback
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from bench.errors import BenchError, in_one_line
from bench.planning.plan import Plan
from bench.processes.ranks import ALONE, Parted, Ranks
from bench.running.record import write_record
from bench.specs import StageName
from bench.stages import environment, train
from bench.stages.context import Surroundings, estimator_of
from bench.stages.materials import Materials
from bench.stages.predict import predict
from bench.stages.questions import Questions
from bench.stages.score import score
from bench.stages.seeding import chosen_device
from bench.store.cell import Cell, Stage, needed, recorded
from bench.store.sealed import write_json
from bench.store.stages import MAKING
from bench.store.store import SMALL_WEIGHTS, Store
from bench.terminal.progress import CellProgress, NoProgress, Progress
from bench.training import heap
from bench.training.history import PARTS
from bench.training.peak import Peak
from bench.watching.cell_events import CellEvents
from bench.watching.watchers import NOBODY, Watchers

Outcome = Literal["done", "failed", "busy"]


class Runner:
    """Computes the cells of a plan in this process; several processes train together if ``ranks`` says so.

    The first rank runs the cells, and the others ``follow`` it into each training. Only the first writes.
    """

    def __init__(
        self, plan: Plan, store: Store, progress: Progress, ranks: Ranks = ALONE, watchers: Watchers = NOBODY
    ) -> None:
        self.plan = plan
        self.store = store
        self.progress = progress
        self.ranks = ranks
        self.watchers = watchers
        self.materials = Materials(plan)
        self.questions = Questions(self.materials)
        self.failures: dict[str, str] = {}

    def run(self, cell: Cell) -> Outcome:
        """Compute what the cell lacks and write its record.

        Returns "busy" if another process computes one of its stages; "failed" after writing the failure to
        the cell's log and its reason to ``failures``, by the cell's id, so that other cells go on. Raises Parted; if
        the reason is this rank's own, it is in ``failures``, too.
        """
        if recorded(self.store, cell):
            return "done"
        log = self.store.log(cell.id)
        watched = CellEvents(self.watchers, cell, self.plan.rows[cell.model])
        progress = CellProgress(self.progress, str(cell), log, watched.end_epoch)
        part, lacking = "record", needed(self.store, cell)
        try:
            with ExitStack() as claims:  # held until the record is written, else another process may write it too
                for stage in lacking or [cell.score]:
                    part = stage.name
                    if not self._ensure(cell, stage, progress, watched, claims):
                        return "busy"
                part = "record"
                for stage in cell.stages:
                    self.store.stages.mend_inputs(stage.fingerprint, stage.inputs)
                if recorded(self.store, cell):
                    return "done"
                record = write_record(self.plan, self.store, cell, lacking, progress)
                watched.write_record(record, self.store.root / "cells" / f"{cell.id}.json")
            self._trim(cell)
            watched.end("done")
            return "done"
        except Parted as parted:
            self._keep_reason(cell, part, parted)
            progress.note(traceback.format_exc())
            progress.say(f"{part} ended: {parted}")
            watched.fail(part, str(parted), log)
            raise
        except Exception as error:  # one failing model never stops another
            progress.note(traceback.format_exc())
            reason = str(error) if isinstance(error, BenchError) else in_one_line(error)
            self.failures[cell.id] = f"{part} failed: {reason}"
            progress.say(self.failures[cell.id])
            watched.fail(part, reason, log)
            return "failed"
        finally:
            progress.close()

    def follow(self, cell: Cell, name: StageName) -> None:
        """Train along with the first rank in the stage of this name; the first rank writes an error that all have.

        Raises Parted as ``run`` does.
        """
        stage = next(stage for stage in cell.stages if stage.name == name)
        around = self._around(NoProgress(), stage)
        try:
            with suppress(Exception), self.ranks.shared():
                sides = train.sides(self.materials, cell)
                train.learn(sides, self.plan, cell, stage, around, around.folder / "weights")
        except Parted as parted:
            self._keep_reason(cell, name, parted)
            raise

    def _keep_reason(self, cell: Cell, part: str, parted: Parted) -> None:
        """Store the error that parts this rank from the others as the cell's failure, if its user can fix it."""
        if isinstance(parted.__cause__, BenchError):
            self.failures[cell.id] = f"{part} failed: {parted.__cause__}"

    def _ensure(self, cell: Cell, stage: Stage, progress: CellProgress, watched: CellEvents, claims: ExitStack) -> bool:
        """Claim a stage and compute it unless it has a product; return False if another process has claimed it."""
        held = self.store.stages.claim(stage.fingerprint)
        if held is None:
            return False
        claims.enter_context(held)
        watched.start()
        if self.store.stages.product(stage.fingerprint) is None:
            watched.start_stage(stage.name)
            self._make(cell, stage, progress)
            watched.end_stage(stage.name, self.store.stages.making(stage.fingerprint))
        return True

    def _make(self, cell: Cell, stage: Stage, progress: CellProgress) -> None:
        around = self._around(progress, stage)
        around.folder.mkdir(parents=True, exist_ok=True)
        estimator = estimator_of(self.plan, cell, stage)
        progress.note(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {stage.name} {stage.fingerprint} by {estimator.__name__}")

        def make(folder: Path) -> None:
            if stage.name != "score":  # scoring ends sooner than this takes
                heap.give_back()
            device = chosen_device(self.plan.config.machine)
            began, peak = time.monotonic(), Peak(device)
            units = self._compute(cell, stage, around, folder)
            processes, compiled = self.ranks.size if stage.name in PARTS else 1, self.plan.config.machine.compile
            meta = {
                "seconds": time.monotonic() - began,
                "units": units,
                "memory": peak.taken(),
                "environment": environment.description(device, processes, compiled=compiled),
            }
            write_json(folder / MAKING, meta)

        self.store.stages.make_product(stage.fingerprint, stage.inputs, make)

    def _compute(self, cell: Cell, stage: Stage, around: Surroundings, folder: Path) -> int:
        """Compute a stage into a folder; return the number of pictures processed."""
        if stage.name == "predict":
            return predict(self.questions, cell, around, folder)
        if stage.name == "score":
            answered = self.store.stages.product(cell.predict.fingerprint)
            assert answered is not None, "predict comes before score"
            return score(self.questions, cell, answered, around, folder)
        sides = train.sides(self.materials, cell)
        self.ranks.send((cell.id, stage.name))  # the ranks that follow
        with self.ranks.shared():
            return train.learn(sides, self.plan, cell, stage, around, folder / "weights")

    def _around(self, progress: Progress, stage: Stage) -> Surroundings:
        return Surroundings(progress, self.store.stages.folder(stage.fingerprint) / "work", self._weights, self.ranks)

    def _weights(self, cell: Cell, stage: Stage) -> Path:
        product = self.store.stages.product(stage.fingerprint)
        if product is None or not (product / "weights").is_dir():
            raise BenchError(f"the weights of {cell} are gone; run the same command with --force")
        return product / "weights"

    def _trim(self, cell: Cell) -> None:
        """Drop checkpoints that a killed process left, and the weights if the config does not keep them."""
        for stage in cell.stages:
            shutil.rmtree(self.store.stages.folder(stage.fingerprint) / "work", ignore_errors=True)
        learned = [stage for stage in (cell.pretrain, cell.train) if stage]
        products = [product for stage in learned if (product := self.store.stages.product(stage.fingerprint))]
        files = [file for product in products for file in (product / "weights").rglob("*") if file.is_file()]
        size, keep = sum(file.stat().st_size for file in files), self.plan.config.keep
        if files and (keep == "scores" or (keep == "weights" and size > SMALL_WEIGHTS)):
            self.progress.say(f"{cell}: weights of {size / 2**20:.0f} MB dropped (keep={keep})")
            for stage in learned:
                self.store.stages.drop(stage.fingerprint)


def forget(store: Store, cells: tuple[Cell, ...]) -> None:
    """Drop the products of the cells' stages, so that all is computed again."""
    for cell in cells:
        for stage in cell.stages:
            store.stages.drop(stage.fingerprint)
        (store.root / "cells" / f"{cell.id}.json").unlink(missing_ok=True)
