"""Processes that train together, for the tests: each case is a function of a folder and the ranks, computed on all."""

import os
import socket
import time
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context

import numpy as np
import torch
from torch import nn

import bench.processes.ranks
from bench import ModelSpec
from bench.config.loading import Recipe, complete, load_config
from bench.contracts import Context
from bench.errors import BenchError
from bench.launch.together import work
from bench.models.mvaema.estimator import MVaEMa
from bench.models.supervised import ShuffledBatches, Side, fit_classifier, pieces
from bench.planning.plan import Plan
from bench.planning.rows import Request
from bench.processes.endings import end_with
from bench.processes.ranks import ALONE, Parted, abandon, join, leave
from bench.registered.registry import Registry
from bench.registered.signature import settings_of
from bench.running.runner import Runner
from bench.stages.context import make_estimator
from bench.stages.fitting import train_estimator
from bench.store.store import Store
from bench.terminal.progress import NoProgress, Stopped
from bench.training.loop import TrainingDiverged, _Training, train
from bench.training.seeding import seed_all
from tests import kernels
from tests.toy_instructions import toy_context, toy_instructions

OWN = {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}


def start(size, work, *arguments):
    """Start ``work(ranks, *arguments)`` in processes on this machine that train together."""
    port = free_port()
    spawn = get_context("spawn")
    processes = [spawn.Process(target=_begin, args=(rank, size, port, work, arguments)) for rank in range(size)]
    for process in processes:
        process.start()
    return processes


def free_port():
    """Return a port that nobody listens at."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def end(processes, code=0):
    """Wait for processes that are to end in this way."""
    for process in processes:
        process.join(300)
        assert process.exitcode == code


def together(size, folder, names):
    """Return what the cases of these names make on each rank: one list a name."""
    end(start(size, _cases, folder, names))
    return _kept(size, folder, names)


def together_and_on(size, folder, names, work):
    """Return what the cases make, and the processes: they join anew and go on with ``work(ranks, folder)``."""
    processes = start(size, _cases_and_on, folder, names, work)
    while not all((folder / f"{rank}.ready").exists() for rank in range(size)):
        assert all(process.is_alive() for process in processes)
        time.sleep(0.05)
    return _kept(size, folder, names), processes


def _kept(size, folder, names):
    kept = [torch.load(folder / f"{rank}.pt", weights_only=False) for rank in range(size)]
    return {name: [made[name] for made in kept] for name in names}


def _begin(rank, size, port, work, arguments):
    end_with(os.getppid())
    os.environ.update(OWN)
    bench.processes.ranks.PATIENCE = timedelta(seconds=3)  # so that a test need not wait as long as a job
    torch.set_num_threads(1)
    kernels.settle()
    ranks = join(rank, size, rank, "127.0.0.1", port, "cpu")
    try:
        work(ranks, *arguments)
    except BaseException:
        abandon()
        raise
    leave()


def _cases(ranks, folder, names):
    torch.save({name: made(name, folder / name, ranks) for name in names}, folder / f"{ranks.rank}.pt")


def _cases_and_on(ranks, folder, names, work):
    _cases(ranks, folder, names)
    abandon()
    (folder / f"{ranks.rank}.ready").touch()
    port = folder / "port"
    if ranks.first:  # so late, lest another process takes it meanwhile
        (folder / "port.part").write_text(str(free_port()))
        (folder / "port.part").rename(port)
    while not port.exists():
        time.sleep(0.05)
    work(join(ranks.rank, ranks.size, ranks.rank, "127.0.0.1", int(port.read_text()), "cpu"), folder)


def made(name, folder, ranks):
    """Return what a case makes, in float64 but for those IN_SINGLE."""
    with nullcontext() if name in IN_SINGLE else in_double():
        return CASES[name](folder, ranks)


@contextmanager
def in_double():
    """Compute in float64.

    Ranks add up in another order than one process does. In float32 each step rounds otherwise by some eps of 6e-8,
    which Adam, dividing by the gradients' own size, and batch norm magnify: how far depends on the processor's kernels.
    """
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)


class Ear(NoProgress):
    """A progress that keeps what it is told."""

    def __init__(self):
        self.said, self.figures = [], []

    def advance(self, done, **figures):
        self.figures.append(figures)

    def say(self, text):
        self.said.append(text)


def context_of(folder, ranks, **recipe):
    values = {"epochs": 3, "batch_size": 7, "learning_rate": 0.01, **recipe}
    spec = ModelSpec("tiny", "Tiny", "fakes")
    return Context(spec, {}, Recipe(**values), 0, "cpu", Ear(), folder, 1000.0, ranks=ranks)


def curve(history, module):
    """What two trainings are compared by."""
    return (
        [(dict(epoch.losses), epoch.validation, epoch.learning_rate) for epoch in history.epochs],
        history.best,
        {name: value.clone() for name, value in module.state_dict().items()},
    )


def side(count, seed, seen=None):
    """Noise with a label; ``seen`` takes the positions that were asked for."""
    random = np.random.default_rng(seed)
    values = torch.from_numpy(random.standard_normal((count, 5))).to(torch.get_default_dtype())

    def inputs(positions):
        if seen is not None:
            seen.append(positions.tolist())
        return values[positions]

    return Side(inputs, random.integers(0, 3, count))


def attentive():
    """A network without batch statistics, one of whose parts no loss reaches."""
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Unflatten(1, (5, 1)), nn.Linear(1, 8), nn.TransformerEncoderLayer(8, 2, 16, 0.0, batch_first=True)
    )
    network.extend([nn.Flatten(), nn.Linear(40, 3)])
    network.register_module("idle", nn.Linear(2, 2))
    network.forward = lambda inputs: nn.Sequential(*list(network)[:5])(inputs)
    return network


def fitted(context):
    network = attentive()
    return curve(fit_classifier(network, side(23, 0), side(11, 1), context), network)


def plain(folder, ranks, **recipe):
    return fitted(context_of(folder, ranks, **recipe))


def plain_stops(folder, ranks):
    return plain(folder, ranks, epochs=30, stop_after=2, halve_after=1, learning_rate=0.3)


def refused(folder, ranks):
    """What is said of batch norms on CPUs, and of batches that are too small to be shared."""
    normed = nn.Sequential(nn.Linear(5, 8, bias=False), nn.BatchNorm1d(8), nn.Linear(8, 3))
    found = []
    for network, recipe in ((normed, {}), (attentive(), {"batch_size": 1})):
        try:
            with ranks.shared():
                fit_classifier(network, side(23, 0), side(11, 1), context_of(folder, ranks, **recipe))
        except BenchError as error:
            found.append(str(error))
    return found


def visits(folder, ranks):
    """The positions that this rank computed, epoch by epoch, and those that validation saw."""
    seen, held = [], []
    fit_classifier(attentive(), side(23, 0, seen), side(11, 1, held), context_of(folder, ranks))
    return seen, held


def diverging(folder, ranks):
    """One rank's loss is no number; what each says of it, and how the error passes."""
    data, context = side(23, 0), context_of(folder, ranks)

    def losses(module, positions):
        loss = module(data.inputs(positions)).sum()
        return {"loss": loss * float("nan") if ranks.rank == ranks.size - 1 else loss}

    try:
        with ranks.shared():
            train(attentive(), ShuffledBatches(23, 7, 0), losses, None, context, pieces)
    except TrainingDiverged as error:
        return str(error)
    return None


def resumed(folder, ranks):
    """A training that every rank broke off, gone on with."""
    data, labels = side(23, 0), torch.from_numpy(side(23, 0).labels)
    context = replace(context_of(folder, ranks), checkpoint_seconds=0.0)

    def until(steps):
        left = [steps]

        def losses(module, positions):
            if left[0] == 0:
                raise KeyboardInterrupt
            left[0] -= 1
            return {"loss": nn.functional.cross_entropy(module(data.inputs(positions)), labels[positions])}

        return losses

    batches, validate = (
        ShuffledBatches(23, 7, 0),
        lambda module: float(module(data.inputs(np.arange(9))).square().mean()),
    )
    network = attentive()
    try:
        train(network, batches, until(6), validate, context, pieces)
    except KeyboardInterrupt:
        ranks.agreed(None)  # once the first, which writes, is here, too
        context.progress.said.append(sorted(path.name for path in folder.iterdir()))
    network = attentive()
    history = train(network, batches, until(6), validate, context, pieces)
    return curve(history, network), context.progress.said, sorted(path.name for path in folder.iterdir())


def dropouts(folder, ranks):
    """What dropout drew in the first step."""
    drawn = []

    def losses(module, positions):
        made = module(torch.ones(1, 64))
        drawn.append(made.detach())
        return {"loss": made.sum()}

    network = nn.Sequential(nn.Identity(), nn.Dropout(0.5), nn.Linear(64, 1))
    network[1].register_forward_hook(lambda module, inputs, output: drawn.append(output.detach()))
    train(network, ShuffledBatches(4, 4, 0), losses, None, context_of(folder, ranks, epochs=1), pieces)
    return drawn[0]


def weights_of_the_first(folder, ranks):
    """Where training begins though every rank began elsewhere."""
    torch.manual_seed(ranks.rank)
    network, began = nn.Linear(5, 3), []

    def losses(module, positions):
        began.append(network.weight.detach().clone())
        return {"loss": module(torch.ones(1, 5)).sum()}

    train(network, ShuffledBatches(4, 4, 0), losses, None, context_of(folder, ranks, epochs=1), pieces)
    return began[0]


def fates(folder, ranks):
    """How an error that all have, and one that the last alone has, come out of what is shared.

    The others of the last are done, or wait for it in a reduction, which fails when its connections close: no case
    can come after this one.
    """
    found = []
    for failing, waits in ((range(ranks.size), False), ([ranks.size - 1], False), ([ranks.size - 1], True)):
        try:
            with ranks.shared():
                if ranks.rank in failing:
                    raise ValueError("no")
                if waits:
                    ranks.summed([1.0])
            found.append("done")
        except ValueError:
            found.append("failed")
        except Parted:
            found.append("parted")
            if waits:
                abandon()
    return found


def gcn(folder, ranks):
    from bench.models.graphs.estimator import GraphClassifier
    from bench.plugins.graphs import ROWS

    spec = next(spec for spec in ROWS if spec.name == "gcn")
    settings = complete("gcn", Registry().settings(spec), {"patch_size": 16, "dropout": 0.0, "embed_dim": 16})
    context = replace(context_of(folder, ranks), model=spec, settings=settings)
    sides = toy_instructions(23).micrographs, toy_instructions(9, seed=1).micrographs
    estimator = train_estimator(GraphClassifier, *sides, context)
    return curve(estimator.history, estimator.network)


SMALL = {"embed_dim": 16, "depth": 1, "num_heads": 2, "vocabulary_size": 200}


class Gradients(NoProgress):
    """A progress that keeps the gradients of the first step."""

    def __init__(self):
        self.model, self.kept = None, {}

    def advance(self, done, **figures):
        if done == 1:
            learning = self.model().named_parameters()
            self.kept = {name: value.grad.clone() for name, value in learning if value.grad is not None}


def mvaema(folder, ranks, batch_size=10, questions_per_picture=2, **settings):
    declared, progress = settings_of("bench.models.mvaema.estimator:MVaEMa"), Gradients()
    chosen = complete("mvaema", declared, {**SMALL, **settings})
    drawn = {"batch_size": batch_size, "questions_per_picture": questions_per_picture}
    context = toy_context(folder, chosen, epochs=2, learning_rate=3e-3, **drawn)
    context = replace(context, ranks=ranks, progress=progress)
    seed_all(context.seed)
    estimator = make_estimator(LayerNormed, context)
    progress.model = lambda: estimator.model
    estimator.fit(toy_instructions(22), toy_instructions(6, seed=1))
    return *curve(estimator.history, estimator.model), progress.kept


class LayerNormed(MVaEMa):
    """MVaEMa without batch statistics, which processes on CPUs cannot share."""

    def _initial(self, train):
        model, tokenizer = super()._initial(train)
        for projection in (model.space.pictures, model.space.texts) if model.space else ():
            projection.norm = nn.LayerNorm(projection.norm.num_features)
        return model, tokenizer


def mvaema_in_twos(folder, ranks):
    """Two records a step: where they are alike, the second rank has none of the pairs for matching."""
    return mvaema(folder, ranks, batch_size=2, questions_per_picture=1, without=("itc",))


def mvaema_in_single(folder, ranks):
    return mvaema(folder, ranks)


def mvaema_without_itc(folder, ranks):
    return mvaema(folder, ranks, without=("itc",))


def mvaema_without_itm(folder, ranks):
    return mvaema(folder, ranks, without=("itm",))


def llava(folder, ranks):
    from bench.models.assistants.llava import Llava
    from bench.plugins.assistants import register_models

    specs = {}
    register_models(lambda spec: specs.__setitem__(spec.name, spec))
    settings = complete(
        "llava", Registry().settings(specs["llava"]), {"embed_dim": 32, "depth": 1, "vocabulary_size": 300}
    )
    context = toy_context(folder, settings, epochs=2, batch_size=10, questions_per_picture=2, learning_rate=3e-3)
    context = replace(context, ranks=ranks)
    assistant = train_estimator(Llava, toy_instructions(16), toy_instructions(4, seed=1), context)
    return curve(assistant._history, assistant._network)


def planned(models, *assignments):
    """The plan of one fold of a small classification."""
    small = ("synthetic.size=60", "synthetic.balanced=true", "k=3", "folds=0", "image_size=64", "recipe.epochs=8")
    quick = ("recipe.batch_size=10", "recipe.learning_rate=0.03", "gcn.patch_size=16", "gcn.dropout=0.0")
    config, explicit = load_config("demo", (*small, *quick, *assignments))
    return Plan(Request("classification", models, config, explicit), Registry(), NoProgress())


def cells(folder, ranks):
    """Go through cells, the first of which fails on several ranks; return the store, and what failed."""
    plan = planned(("simclr", "gcn") if ranks.size > 1 else ("gcn",), "recipe.tune=learning_rate")
    runner = Runner(plan, Store(folder), NoProgress(), ranks)
    if ranks.first:
        runner.store.prepare()
    failed = []
    work(runner, plan.cells, lambda cell: cell in failed, lambda cell, why: failed.append(cell))
    return folder, [cell.model for cell in failed]


CASES = {
    case.__name__: case
    for case in (
        plain,
        plain_stops,
        refused,
        visits,
        diverging,
        resumed,
        dropouts,
        weights_of_the_first,
        gcn,
        mvaema,
        mvaema_in_twos,
        mvaema_in_single,
        mvaema_without_itc,
        mvaema_without_itm,
        llava,
        cells,
        fates,
    )
}


IN_SINGLE = ("mvaema_in_single", "cells")
"""The cases that compute in float32, as users' trainings do."""


def alone(name, folder):
    """Return what a case makes in this process alone."""
    return made(name, folder, ALONE)


def endless(ranks, folder):
    """Train until somebody dies; a file tells that this rank is at it."""
    data, labels = side(23, 0), torch.from_numpy(side(23, 0).labels)

    def losses(module, positions):
        (folder / str(ranks.rank)).touch()
        return {"loss": nn.functional.cross_entropy(module(data.inputs(positions)), labels[positions])}

    context = context_of(folder / "work", ranks, epochs=10**6, learning_rate=1e-5)
    with ranks.shared():
        train(attentive(), ShuffledBatches(23, 7, 0), losses, None, context, pieces)


def out_of_memory(ranks, folder, victim):
    """Go through a cell for which one rank lacks memory; a file keeps what that rank says."""
    accumulate = _Training._accumulate

    def short(training, share, piece):
        if training.standing.step == 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return accumulate(training, share, piece)

    if ranks.rank == victim:
        _Training._accumulate = short
    runner = Runner(planned(("gcn",)), Store(folder), NoProgress(), ranks)
    if ranks.first:
        runner.store.prepare()

    def fail(cell, why):
        (folder / f"{ranks.rank}.failed").write_text(why)

    work(runner, runner.plan.cells, lambda cell: False, fail)


def stopped(ranks, folder):
    """Train until the first is told to stop."""

    class Stopping(NoProgress):
        def advance(self, done, **figures):
            if done == 5 and ranks.first:
                raise Stopped

    with ranks.shared(), in_double():
        fitted(replace(context_of(folder / "work", ranks), progress=Stopping()))


def waiting(ranks, folder):
    """The first is at work of its own, for which the others wait."""
    (folder / str(ranks.rank)).touch()
    if ranks.first:
        time.sleep(3600)
    ranks.receive()
