"""Runs killed at drawn moments and resumed: ``python -m tests.killed_runs FOLDER SEED [MODEL …]`` prints what differs.

One process imports all, and forks one process per run: it calls `bench.run` and kills itself, when a drawn call of a
function is reached, inside a training step, a prediction, a score, the writing of a record, or beside the rename that
completes a product. The same command, without a kill, then ends the cell. Its files must be those of a run that nobody
killed, but for times, and no training step may be computed twice that was in a checkpoint.
"""

import json
import os
import random
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import bench
from bench.config.loading import load_config
from bench.planning.plan import Plan
from bench.planning.rows import Request
from bench.registered.registry import Registry
from bench.running import runner
from bench.running.runner import Runner
from bench.stages.context import estimator_of
from bench.store import whole
from bench.store.claim import holder
from bench.terminal.progress import NoProgress
from bench.training.loop import _Training

SMALL = ("synthetic.size=60", "synthetic.balanced=true", "k=3", "folds=0", "image_size=64", "machine.threads=1")
TRAINED = ("recipe.epochs=2", "recipe.batch_size=20", "machine.checkpoint_seconds=0")
NETWORK = ("model.embed_dim=16", "model.depth=1", "model.num_heads=2")
ASKED = (*NETWORK, "vqa.questions=1", "recipe.questions_per_picture=1", "model.max_new_tokens=4")
FITTING = {"regionvit": ("regionvit.window_size=8",)}
"""Settings with which a model takes pictures of this size."""
ANSWERERS = ("mvaema", "llava", "instructblip", "minigpt4", "blind")
MOMENTS = ("predict", "score", "rename train", "rename predict", "rename score", "record")
"""The moments of a model's second kill, in turn; its first is in its training."""
TIMES = {"seconds", "finished", "timings", "memory", "at", "wall", "peak", "environment", "digest", "products"}
"""Keys of JSON files that hold times, or what differs with them, as digests of such files do."""


@dataclass
class Kill:
    """A moment: in the training step after ``step`` of a stage, or in a ``part`` of the run, after some calls in it.

    ``share`` is that of all calls in that part.
    """

    part: str
    share: float
    step: int = -1
    calls: int = 0


def named(part: str, step: int) -> str:
    """The name under which the calls of a part, or of one of its steps, are counted."""
    return part if step < 0 else f"{part} {step}"


class Calls:
    """Counts the calls of Python functions and of C's in a part of a run, and kills this process at a drawn one."""

    def __init__(self, kill: Kill | None, log: Path) -> None:
        self.kill, self.log = kill, log
        self.count, self.part, self.step = 0, "", 0
        self.most: dict[str, int] = {}

    def note(self, line: str) -> None:
        with self.log.open("a") as stream:
            stream.write(f"{line}\n")

    def enter(self, part: str, step: int = -1) -> None:
        self.leave()
        self.part, self.count, self.step = part, 0, step
        if self.kill is None or (self.kill.part, self.kill.step) == (part, step):
            sys.setprofile(self._called)

    def leave(self) -> None:
        sys.setprofile(None)
        if self.part:
            name = named(self.part, self.step)
            self.most[name] = max(self.most.get(name, 0), self.count)
        self.part = ""

    def _called(self, frame, event, arg) -> None:
        if event in ("call", "c_call"):
            self.count += 1
            if self.kill and self.count >= self.kill.calls:
                sys.setprofile(None)
                self.note(f"killed in {self.kill.part} {self.kill.step} at {frame.f_code.co_qualname}")
                os.kill(os.getpid(), signal.SIGKILL)


def watched(calls: Calls) -> None:
    """Let ``calls`` know which part of a run this process, which is to end soon, computes."""
    compute, step, record, settle = Runner._compute, _Training._step, runner.write_record, whole._settle
    stage_name = [""]

    def counted_compute(self, cell, stage, around, folder):
        calls.note(f"begun {stage.name}")
        stage_name[0] = stage.name
        calls.enter(stage.name)
        return compute(self, cell, stage, around, folder)

    def counted_step(self):
        if (done := self._steps_done()) < self.schedule.steps:
            calls.enter(f"step {stage_name[0]}", done)
        step(self)
        calls.note(f"step {stage_name[0]} {self._steps_done()}")

    def counted_record(*arguments):
        calls.enter("record")
        written = record(*arguments)
        calls.leave()
        return written

    def counted_settle(part, folder):
        if folder.name == "product":
            calls.enter(f"rename {stage_name[0]}")
        settle(part, folder)

    Runner._compute, _Training._step, runner.write_record = counted_compute, counted_step, counted_record
    whole._settle = counted_settle


def run(task: str, model: str, settings: tuple[str, ...], store: Path, kill: Kill | None) -> tuple[int, dict[str, int]]:
    """Run one model in a process of its own; return how it ended, and the calls of each part."""
    most = store / "calls.json"
    store.mkdir(parents=True, exist_ok=True)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            out = os.open(store / "out.txt", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
            os.dup2(out, 1)
            os.dup2(out, 2)
            calls = Calls(kill, store / "steps.txt")
            watched(calls)
            done = bench.run(task, model, settings=settings, store=store)
            calls.leave()
            most.write_text(json.dumps(calls.most))
            code = 1 if done.failed else 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    return os.waitstatus_to_exitcode(status), json.loads(most.read_text()) if most.is_file() else {}


def timeless(value):
    """JSON data without its times."""
    if isinstance(value, dict):
        return {key: timeless(part) for key, part in value.items() if key not in TIMES}
    return [timeless(part) for part in value] if isinstance(value, list) else value


def files(store: Path) -> dict[str, object]:
    """The records and products of a store, without times, by their path."""
    paths = [*store.glob("cells/*"), *store.glob("stages/*/inputs.json"), *store.glob("stages/*/product/**/*")]
    named = {
        path.relative_to(store).as_posix(): path for path in paths if path.is_file() and path.name != "digests.json"
    }
    return {
        name: timeless(json.loads(path.read_text())) if path.suffix == ".json" else path.read_bytes()
        for name, path in named.items()
    }


def leftovers(store: Path) -> list[str]:
    """What a finished run should have removed."""
    left = [path for path in store.glob("stages/*/claim") if holder(path)]  # a dead one is free
    left += [*store.glob("stages/*/work"), *store.rglob(".*.part-*")]
    return [path.relative_to(store).as_posix() for path in left]


def drawn(draw: random.Random, turn: int, steps: Mapping[str, int], most: dict[str, int]) -> list[Kill]:
    """Draw a moment in a model's training and one later."""
    if steps:
        part = draw.choice([*steps])
        first = Kill(part, draw.random(), draw.randrange(steps[part]))
    else:
        first = Kill("train", draw.random())
    second = Kill(MOMENTS[turn % len(MOMENTS)], draw.random())
    for kill in (first, second):
        kill.calls = 1 + int(kill.share * 0.95 * most[named(kill.part, kill.step)])
    return [first, second]


def trial(task: str, model: str, settings: tuple[str, ...], folder: Path, draw: random.Random, turn: int) -> dict:
    """Run a model undisturbed, and killed twice; return the kills and what differs."""
    code, most = run(task, model, settings, folder / "undisturbed", None)
    if code:
        return {"model": model, "kills": [], "differences": [f"undisturbed ended with {code}"]}
    lines = (folder / "undisturbed" / "steps.txt").read_text().splitlines()
    steps = Counter(line.rpartition(" ")[0] for line in lines if line.startswith("step "))
    kills, differences, store = drawn(draw, turn, steps, most), [], folder / "killed"
    for kill in kills:
        code, _ = run(task, model, settings, store, kill)
        if code != -signal.SIGKILL:
            differences.append(f"not killed but {code}: {kill}")
    code, _ = run(task, model, settings, store, None)
    if code:
        differences.append(f"resumed ended with {code}")
    expected, actual = files(folder / "undisturbed"), files(store)
    differences += sorted(
        name for name in expected.keys() | actual.keys() if expected.get(name, "none") != actual.get(name, "none")
    )
    differences += leftovers(store)
    again = (store / "steps.txt").read_text().splitlines()
    for name, count in steps.items():
        twice = sum(line.startswith(f"{name} ") for line in again) - count
        if twice > sum(kill.part == name for kill in kills):
            differences.append(f"{twice} of {count} computed twice: {name}")
    for stage in ("pretrain", "train", "predict", "score"):
        allowed = sum(line == f"begun {stage}" for line in lines)
        allowed += sum(stage in kill.part.split() for kill in kills)
        if sum(line == f"begun {stage}" for line in again) > allowed:
            differences.append(f"{stage} computed too often")
    return {"model": f"{task} {model}", "kills": list(map(asdict, kills)), "differences": differences}


def cases(names: list[str]) -> list[tuple[str, str, tuple[str, ...]]]:
    """The models, each with its task and settings; the import of all that they need."""
    registry = Registry()
    chosen = []
    for spec in registry.every("model").values():
        task = "vqa" if spec.name in ANSWERERS else "classification"
        if spec.name.endswith(":") or (names and spec.name not in names):  # the former are behind a server
            continue
        settings = registry.settings(spec)
        own = [text for text in ASKED if task == "vqa" or text in NETWORK]
        fitting = [
            text.replace("model.", f"{spec.name}.")
            for text in own
            if not text.startswith("model.") or text.partition("=")[0].removeprefix("model.") in settings
        ]
        chosen.append((task, spec.name, (*SMALL, *TRAINED, *fitting, *FITTING.get(spec.name, ()))))
    for task, model, assigned in chosen:
        config, explicit = load_config("demo", assigned)
        plan = Plan(Request(task, (model,), config, explicit), registry, NoProgress())
        for cell in plan.cells:
            for stage in cell.stages:
                estimator_of(plan, cell, stage)
    return chosen


def main(folder: Path, seed: int, names: list[str]) -> None:
    """Print one line of JSON per model."""
    draw = random.Random(seed)
    for turn, (task, model, settings) in enumerate(cases(names)):
        print(json.dumps(trial(task, model, settings, folder / model, draw, turn)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
