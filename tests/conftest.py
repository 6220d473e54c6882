"""What the tests share: a cache and a store of their own, the command line, strangers' plugins."""

import gc
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
import submitit  # noqa: F401 -- its import closes the streams of logging handlers: before any takes pytest's for its own
from filelock import FileLock
from PIL import Image

from bench.cli.main import main
from bench.tasks.datasets.editions import FOLDERS
from tests import endpoint_server, kernels
from tests import writable_hub as hubs
from tests.sem_server import Server, tar_of

kernels.settle()
gc.disable()  # until all is imported, of which nothing is garbage
OUTSIDE = Path(__file__).parent / "outside_plugin"
FAST = ("--set", "recipe.batch_size=48", "--set", "recipe.fewest_steps=0", "--set", "machine.threads=1")
SMALL = ("--set", "synthetic.size=100", "--set", "vqa.questions=2", *FAST)
"""Options of the smallest `bench run` on the embedded dataset."""
QUICK = ("--set", "image_size=64", "--set", "recipe.epochs=2", *FAST)
SMALL_PATCHES = ("--set", "gcn.patch_size=16")
MEMORY_IS_LIMITED = (
    "JobAcctGatherType=jobacct_gather/linux",
    "JobAcctGatherFrequency=task=1",
    "JobAcctGatherParams=OverMemoryKill",
)
"""Settings of a Slurm that kills jobs above their memory."""


@pytest.fixture
def signals_act():
    """As in a terminal: a process in the background inherits that some are ignored."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before, hook = [signal.signal(number, signal.SIG_DFL) for number in numbers], threading.excepthook
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    threading.excepthook = hook
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def texture(category, number):
    """Return a grey picture whose stripes are as wide as its category asks."""
    random = np.random.default_rng([category, number])
    rows, columns = np.mgrid[:64, :64]
    stripes = np.sin((rows * np.cos(category) + columns * np.sin(category)) / (1 + category / 2))
    return (127 + 60 * stripes + 20 * random.standard_normal((64, 64))).clip(0, 255).astype(np.uint8)


def write(path, category, number):
    """Write a picture, every fourth one in another way: grey, with transparency, of 16 bits, of one pixel."""
    path.parent.mkdir(parents=True, exist_ok=True)
    grey = texture(category, number)
    if number % 4 == 1:
        Image.merge("RGBA", [Image.fromarray(grey)] * 3 + [Image.new("L", grey.shape[::-1], 255)]).save(
            path.with_suffix(".png")
        )
    elif number % 4 == 2:
        Image.fromarray(grey.astype(np.uint16) * 257).save(path.with_suffix(".tif"))
    else:
        pixel = np.full((1, 1), 20 * category + number, np.uint8)
        Image.fromarray(pixel if number % 4 == 3 else grey).save(path.with_suffix(".png"))


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    """A folder that all processes of these tests see."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def once(shared):
    """Call a function with the path of a new folder, once for all tests; returns the path, which no test changes."""

    def made(name, make):
        folder, done = shared / name, shared / f"{name}.made"
        with FileLock(shared / f"{name}.lock"):
            if not done.exists():
                folder.mkdir()
                make(folder)
                done.touch()
        return folder

    return made


@pytest.fixture(scope="session", autouse=True)
def cache(shared):
    """One cache for all tests: what is drawn once is drawn once."""
    os.environ.setdefault("BENCH_CACHE", str(shared / "cache"))


@pytest.fixture(scope="module", autouse=True)
def frozen():
    """Leave what stands before a file's tests, above all modules, out of the collections that each run makes."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    """An empty store, the default of every command."""
    monkeypatch.setenv("BENCH_STORE", str(tmp_path / "store"))
    return tmp_path / "store"


@pytest.fixture
def bench(monkeypatch, capfd):
    """Run the command line in this process; returns (exit code, standard output, standard error)."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["bench", *map(str, arguments)])
        capfd.readouterr()
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        return code, *capfd.readouterr()

    return call


@pytest.fixture
def writable_hub(monkeypatch):
    """A hub on this machine, whose token is set."""
    with hubs.serving() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        monkeypatch.setenv("HF_TOKEN", hubs.TOKEN)
        yield hub


@pytest.fixture(scope="session")
def slurm():
    """A Slurm of four nodes of this host's own, with a pretended GPU each; skips where it cannot be started."""
    if os.geteuid():
        pytest.skip("Slurm is started by root alone")
    scripts, folder = Path(__file__).parent / "slurm", Path(tempfile.mkdtemp(prefix="slurm-"))
    options = [*(part for setting in MEMORY_IS_LIMITED for part in ("--set", setting)), "--mem", "16000"]
    up = subprocess.run([scripts / "slurm-up", folder, "--install", *options], capture_output=True, text=True)
    if up.returncode:
        subprocess.run([scripts / "slurm-down", folder, "--purge"], capture_output=True)
        pytest.skip(f"Slurm did not start: {' '.join(up.stderr.split())[-300:]}")
    os.environ["SLURM_CONF"] = str(folder / "etc" / "slurm.conf")
    yield folder
    del os.environ["SLURM_CONF"]
    subprocess.run([scripts / "slurm-down", folder, "--purge"], check=True, capture_output=True)


@pytest.fixture(scope="session")
def exports(cache, once):
    """Tiny trained models, exported once for all tests."""
    from tests.exported_models import Exports, export

    return Exports(once("exports", export))


@pytest.fixture
def put(store):
    """Write records into the default store; returns it."""
    from bench.store.store import Store

    kept = Store(store)
    kept.prepare()

    def write(*records):
        for record in records:
            cell = record.cell
            kept.write_record(f"{cell.model}-{cell.fold}-{cell.seed}-{cell.protocol}-{record.finished[:10]}", record)
        return kept

    return write


@pytest.fixture
def plugged(monkeypatch):
    """Let a plugin of strangers register tables, tasks and models, for one test."""
    from bench import ModelSpec, TableSpec, TaskSpec, hookimpl
    from bench.registered import registry

    class Point:
        name, value, dist = "stranger", "stranger.plugin", None

        def load(self):
            return self

        @hookimpl
        def register_tables(self, register):
            register_all(TableSpec, register)

        @hookimpl
        def register_tasks(self, register):
            register_all(TaskSpec, register)

        @hookimpl
        def register_models(self, register):
            register_all(ModelSpec, register)

    def register_all(kind, register):
        for spec in specs:
            if isinstance(spec, kind):
                register(spec)

    specs = []
    found = registry.discovered
    monkeypatch.setattr(registry, "discovered", lambda: [*found(), registry.Plugin(Point(), "strangers")])
    return specs.append


@pytest.fixture(scope="session")
def installed(once, tmp_path_factory):
    """Install the strangers' packages, each into a folder of its own; returns name to folder."""
    names = ("nearest", "broken", "sleeper")

    def install(folder):
        work = tmp_path_factory.mktemp("wheels")
        sources = [shutil.copytree(OUTSIDE / name, work / name) for name in names]  # building leaves files behind
        build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
        subprocess.run([*build, "--wheel-dir", work, *sources], check=True)
        for name in names:
            (wheel,) = work.glob(f"bench_{name}-*.whl")
            ZipFile(wheel).extractall(folder / name)

    folder = once("installed", install)
    return {name: folder / name for name in names}


@pytest.fixture
def strangers(installed, monkeypatch):
    """Put strangers' packages on the path for one test."""

    def put(*names):
        for name in names:
            monkeypatch.syspath_prepend(str(installed[name]))
        paths = os.pathsep.join(str(installed[name]) for name in names)
        monkeypatch.setenv("PYTHONPATH", paths)

    return put


@pytest.fixture
def tars():
    """The ten tars of a small SEM dataset, by file name."""
    return {f"{folder}.tar": tar_of(folder, 10 * number) for number, folder in enumerate(FOLDERS)}


@pytest.fixture
def server(tars, monkeypatch):
    """A B2SHARE on this machine that holds them."""
    with Server(tars) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        monkeypatch.setenv("BENCH_B2SHARE", f"http://127.0.0.1:{found.server_port}/")
        yield found
        found.shutdown()


@pytest.fixture
def endpoint(monkeypatch, tmp_path):
    """A chat server on this machine, the one that OPENAI_BASE_URL names, with no reply kept yet; pauses are short."""
    from bench.endpoint import connection

    monkeypatch.setattr(connection, "FIRST_PAUSE", 0.01)
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("OPENAI_API_KEY", endpoint_server.KEY)
    with endpoint_server.Server() as found:
        threading.Thread(target=found.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setenv("OPENAI_BASE_URL", found.url)
        yield found
        found.shutdown()


@pytest.fixture
def folder(tmp_path):
    """Make a folder of categories, each of as many pictures as it is told, of every kind."""

    def make(*sizes, name="mine", first=0):
        for category, size in enumerate(sizes):
            for number in range(first, first + size):
                write(tmp_path / name / f"kind{category:02d}" / str(number), category, number)
        return f"folder:{tmp_path / name}"

    return make


@pytest.fixture
def classify(bench):
    """Run the task classification on a dataset, quickly."""

    def call(dataset, models, *options):
        patches = SMALL_PATCHES if "gcn" in models.split(",") else ()
        options = (*QUICK, *patches, *options)
        return bench("run", "--task", "classification", "--dataset", dataset, "--models", models, *options)

    return call
