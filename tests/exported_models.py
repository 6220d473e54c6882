"""Tiny models of every kind, trained by one run a task and exported."""

import shutil
import sys

import pytest

from bench.cli.main import main
from bench.config.loading import Config
from bench.planning.plan import Plan
from bench.planning.rows import Request
from bench.registered.registry import Registry
from bench.stages.materials import Materials
from bench.stages.questions import Questions
from bench.store.store import Store
from bench.terminal.progress import NoProgress

_MODELS = {"vqa": "mvaema,majority", "classification": "mvaema,majority,pixels,random-gcn"}
_SETTINGS = (
    *("synthetic.size=60", "image_size=64", "k=3", "machine.threads=1", "recipe.epochs=1"),
    *("mvaema.embed_dim=16", "mvaema.num_heads=2", "mvaema.depth=1", "mvaema.max_new_tokens=8"),
)


_OPTIONS = tuple(part for text in _SETTINGS for part in ("--set", text))


def export(root):
    """Train the models and export each into a folder of its name."""
    store = root / "store"
    for task, own in (("vqa", "vqa.questions=2"), ("classification", "random-gcn.patch_size=16")):
        run_bench("run", "--task", task, "--models", _MODELS[task], *_OPTIONS, "--set", own, "--store", store)
    for model in sorted({model for models in _MODELS.values() for model in models.split(",")}):
        run_bench("export", model, root / model, "--store", store)


class Exports:
    """The store of the runs and a folder for each exported model, which no test changes."""

    options = _OPTIONS

    def __init__(self, root):
        self.root, self.store = root, Store(root / "store")

    def folder(self, model):
        """The export of a model."""
        return self.root / model

    def copy(self, model, to):
        """A copy of it to change."""
        return shutil.copytree(self.folder(model), to / f"{model}-export")

    def record(self, task, model):
        """The record of a model's cell."""
        (found,) = [r for r in self.store.records() if (r.cell.task, r.cell.model) == (task, model)]
        return found

    def tested(self, record):
        """The pictures that a cell of classification was asked about."""
        run = next(run for run in self.store.runs() if run.task == "classification")
        plan = Plan(Request("classification", ("pixels",), _config(run), frozenset()), Registry(), NoProgress())
        return Questions(Materials(plan)).posed(plan.cells[0]).unlabelled()


def _config(run):

    return Config.model_validate({**run.config, "settings": {"synthetic": run.config["settings"]["synthetic"]}})


def run_bench(*arguments):
    """Run a command of `bench`, which has to succeed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["bench", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code, arguments
