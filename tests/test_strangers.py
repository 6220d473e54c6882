"""Whatever a stranger's package holds: it is set aside with one sentence that names it, and all others work."""

import json
import re
import signal
import sys
import threading

import pytest

from bench import BenchError, DatasetSpec, FamilySpec, ModelSpec, SuiteSpec, TableSpec, TaskSpec
from bench.cli.main import added
from bench.config.loading import EVERY_MODEL, Config
from bench.errors import UncaughtError
from bench.registered import source_file, source_parameters
from bench.registered.plugin import SPECS, _discovered
from bench.registered.registry import Registry
from bench.registered.signature import parameters
from bench.registered.validation import RESERVED, validated
from bench.specs import Column, ContractName, resolve
from bench.specs.isolation import isolated
from bench.stages.contracts.contract import CONTRACTS
from tests.conftest import SMALL

HEAD = "from bench import *\nfrom bench.specs import Column\n"
MODEL = 'ModelSpec(name="mynet", label="MyNet", family="convnet", builds="mynet.net:Net")'
HOOK = "@hookimpl\ndef register_models(register):\n    "
GOOD = f"{HEAD}{HOOK}register({MODEL})\n"
DECLARED = "from bench import Setting\nfrom typing import *\ndef Net("
SPEC = {
    "model": ModelSpec("mynet", "MyNet", "convnet", "mynet.net:Net"),
    "family": FamilySpec("myfamily", "Mine", 9),
    "task": TaskSpec("mytask", "Mine", "classifier", "mytask.task:Task"),
    "suite": SuiteSpec("mysuite", "Mine", ("vqa",), ("majority",)),
    "dataset": DatasetSpec("mydata", "Mine", "mydata.data:Data"),
    "table": TableSpec("mytable", 99, "Mine", "vqa", (Column("words", "words"),)),
}

pytestmark = pytest.mark.usefixtures("signals_act")


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Install a package of one plugin, and a good one beside it."""

    def install(source, name="odd", files=(), points=None):
        folder = tmp_path / name
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").touch()
        (folder / name / "plugin.py").write_bytes(source if isinstance(source, bytes) else source.encode())
        for file, text in dict(files).items():
            (folder / name / file).write_bytes(text if isinstance(text, bytes) else text.encode())
        about = folder / f"{name}-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        points = points if points is not None else f"[bench]\n{name} = {name}.plugin\n"
        (about / "entry_points.txt").write_bytes(points if isinstance(points, bytes) else points.encode())
        monkeypatch.syspath_prepend(str(folder))

    install(GOOD.replace("mynet.net:Net", "bench.models.images.convnets:alexnet").replace("mynet", "goodnet"), "good")
    yield install
    for name in [name for name in sys.modules if name.partition(".")[0] in ("odd", "good")]:
        del sys.modules[name]
    _discovered.cache_clear()  # the next test's package may lie at the same path
    parameters.cache_clear()
    source_parameters._names.cache_clear()


def _set_aside(bench, message, name="odd"):
    """Assert that the listing works, and that one printable sentence says why a plugin is missing."""
    code, out, err = bench("list", "models", "--json")
    assert code == 0, err
    models = [row["name"] for row in json.loads(out)]
    assert "goodnet" in models and "majority" in models
    (line,) = [line for line in err.splitlines() if line.startswith("note: ")]
    assert message in line and line.isprintable() and name in line and len(line) < 1500, err
    assert "Traceback" not in err
    assert bench("list", "plugins")[0] == 0


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("raise BaseException('gone')", "BaseException: gone"),
        ("import asyncio\nraise asyncio.CancelledError", "CancelledError"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("import sys\nsys.exit(0)", "SystemExit: 0"),
        ("raise BaseExceptionGroup('several', [SystemExit()])", "BaseExceptionGroup"),
        ("raise RuntimeError('x' * 100_000 + '\\x1b[31m\\n')", "RuntimeError: xxx"),
        ("raise RuntimeError('\\x1b[31mred')", r"RuntimeError: \x1b[31mred"),
        ("class Mute(Exception):\n    def __str__(self): raise ValueError\nraise Mute", "its message cannot be shown"),
        ("def f(): f()\nf()", "RecursionError"),
        ("x = " + "(" * 500 + ")" * 500, "SyntaxError"),
        ("x = " + "-" * 100_000 + "1", "memory ran out"),  # of the parser
        (b"x = '\xff'", "SyntaxError"),
        (b"x = 1\0", "null bytes"),
        (f"{HEAD}@hookimpl\ndef register_model(register): ...", "register_model"),
        (f"{HEAD}@hookimpl\ndef register_models(registry): ...", "registry"),
        (f"{HEAD}{HOOK}return [{MODEL}]", "register_models returned [ModelSpec(name='mynet'"),
        (f"{HEAD}{HOOK}yield {MODEL}", "register_models returned <generator"),
        (f"{HEAD}async {HOOK[10:]}register({MODEL})".replace("async ", "@hookimpl\nasync "), "returned <coroutine"),
        (f"{HEAD}{HOOK}register({MODEL}); raise KeyError('midway')", "KeyError: 'midway'"),
        (f"{HEAD}{HOOK}register({MODEL}); raise SystemExit(3)", "SystemExit: 3"),
        (f"{HEAD}{HOOK}register(None)", "was given None, which is no ModelSpec"),
        (f"{HEAD}{HOOK}[register({MODEL}) for _ in iter(int, 1)]", "more than 10,000 specs"),
        (f"{HEAD}{HOOK}register({MODEL}); register({MODEL})", "'mynet' is registered already, by plugin 'odd'"),
        (GOOD.replace('"convnet"', '"convnets"'), "did you mean 'convnet'"),
        (GOOD.replace('"convnet"', '"convnet", variant_of="mvaena"'), "did you mean 'mvaema'"),
        (GOOD.replace('"mynet"', '"vqa"'), "'vqa' is registered already as a task"),
        (GOOD.replace("mynet.net:Net", "mynet"), "builds 'mynet' is not a path such as 'mypackage.module:Class'"),
    ],
)
def test_a_plugin_that_fails_is_set_aside(source, message, package, bench):
    package(source)
    _set_aside(bench, message)


def test_a_run_names_the_plugin_that_takes_the_name_of_a_model_it_runs(package, bench):
    package(GOOD.replace('"mynet"', '"majority"'))
    reason = "model 'majority' is registered already, by plugin 'controls' of mvaema-bench"
    note = f"note: plugin odd of odd is set aside: {reason}"
    run = ("run", "--task", "vqa", "--dry-run", *SMALL, "--models")
    assert note in bench(*run, "majority")[2] and note not in bench(*run, "shotgun")[2]


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ("[bench]\nodd\n", "cannot be read"),
        (b"[bench]\n\xff = odd.plugin\n", "cannot be read"),
        ("[bench]\nodd = not a module!\n", "'not a module!', which is no module"),
        ("[bench]\nodd = odd.plugin:nothing\n", "nothing"),
        ("[bench]\nodd = nowhere.plugin\n", "No module named 'nowhere'"),
        ("[bench]\n\x1b[31modd = odd\n", "registers nothing"),
    ],
)
def test_damaged_entry_points_of_a_package_break_no_other(points, message, package, bench):
    package(GOOD, points=points)
    added.cache_clear()
    assert bench("--help")[0] == 0
    code, out, err = bench("list", "models")
    assert code == 0 and "goodnet" in out and "majority" in out
    shown = err + bench("list", "plugins")[1]
    assert message in shown and "\x1b" not in shown


def test_a_verb_that_ends_the_process_on_import_is_one_sentence(package, bench):
    package("import sys\nsys.exit(0)", points="[bench.commands]\noddverb = odd.plugin:app\n")
    added.cache_clear()
    code, _, err = bench("oddverb")
    added.cache_clear()
    assert code == 2 and "the verb 'oddverb' of 'odd.plugin:app' fails to import: SystemExit: 0" in err


def test_what_a_plugin_prints_is_no_part_of_the_output(package, bench):
    package(f"print('hello')\n{GOOD}")
    code, out, err = bench("list", "models", "--json")
    assert code == 0 and json.loads(out) and "hello" in err


def test_two_plugins_of_one_name_stand_beside_each_other(package, bench):
    package(GOOD, points="[bench]\ngood = odd.plugin\n")
    names = [row["name"] for row in json.loads(bench("list", "models", "--json")[1])]
    assert {"mynet", "goodnet"} <= {*names}


@pytest.mark.parametrize("file", ["plugin.py", "net.py"])
def test_a_module_of_many_megabytes_is_not_read(file, package, bench, monkeypatch):
    monkeypatch.setattr(source_file, "LARGEST", 5000)
    monkeypatch.setattr("bench.registered.plugin.LARGEST", 5000)
    files = {"net.py": "#" * 6000 if file == "net.py" else ""}
    package((GOOD + ("#" * 6000 if file == "plugin.py" else "")).replace("mynet.net", "odd.net"), files=files)
    if file == "plugin.py":
        _set_aside(bench, "plugin.py has 0 MB")
    else:
        code, _, err = bench("list", "models", "mynet")
        assert code == 2 and "model 'mynet' of odd: net.py has 0 MB" in err and "Traceback" not in err


@pytest.mark.parametrize(
    ("net", "message"),
    [
        (b"class Net:\n    '\xff'", "net.py does not parse"),
        (b"\0", "net.py does not parse"),
        ("class Net", "net.py does not parse"),
        ("x = " + "-" * 100_000 + "1", "net.py"),
        ("from odd.net import Net", "Net"),
        ("Net = Net", "Net"),
        ("A = B\nB = A\nclass Net:\n    def __init__(self, width=A): ...", "odd.net"),
        ("class Net(Net): ...", "Net"),
        ("raise SystemExit(4)", "SystemExit: 4"),
        ("def __getattr__(name): raise SystemExit(5)", "SystemExit: 5"),
        (
            "class Meta(type):\n    @property\n    def __signature__(c): raise OSError\nclass Net(metaclass=Meta): ...",
            "",
        ),
        ("import bench\nclass Net:\n    def __init__(self, w: 'Annot[' = 3): ...", ""),
        (f"{DECLARED}w: Annotated[int, Setting(5)] = 3): ...", "help 5"),
        (
            f"{DECLARED}w: Annotated[int, Setting('w', colour=1)] = 3): ...",
            "colour",
        ),
        (
            f"{DECLARED}w: Annotated[int, Setting('w', ge=4)] = 3): ...",
            "default of parameter 'w' of Net = 3 is out of range; give at least 4",
        ),
    ],
)
def test_a_network_whose_signature_cannot_be_read_breaks_no_listing(net, message, package, bench):
    package(GOOD.replace("mynet.net", "odd.net"), files={"net.py": net})
    code, out, err = bench("list", "models", "--json")
    assert code == 0, err
    rows = {row["name"]: row for row in json.loads(out)}
    assert rows["goodnet"]["settings"] and rows["majority"]
    assert message in rows["mynet"].get("failure", "")
    code, _, err = bench("list", "models", "mynet")
    assert code == (2 if message else 0) and "Traceback" not in err and err.count("\n") <= 1, err


def test_all_leaves_out_a_network_whose_signature_cannot_be_read_and_says_so(package, bench):
    package(GOOD.replace("mynet.net", "odd.net"), files={"net.py": "class Net"})
    code, out, err = bench("run", "--task", "classification", "--models", "all", "--dry-run")
    assert code == 0, err
    assert "--models all leaves out: model 'mynet' of odd: " in err and "net.py does not parse" in err
    assert "goodnet" in out and "mynet" not in out


ODD_NAMES = (
    "",
    " ",
    "..",
    "../../evil",
    "a/b",
    "a,b",
    "a.b",
    "a=b",
    "-a",
    "new\nline",
    "\x1b[31m",
    "\ud800",
    "a" * 10_000,
)


@pytest.mark.parametrize("kind", SPEC)
@pytest.mark.parametrize("name", [*ODD_NAMES, "all", "model", "recipe", "recipe:", "ärger", None, 5, b"a"])
def test_a_name_is_plain_and_means_nothing_else(kind, name):
    spec = _changed(SPEC[kind], name=name)
    with pytest.raises(BenchError) as refusal:
        validated(kind, spec)
    assert str(refusal.value).isprintable() and len(str(refusal.value)) < 600


WRONG = [
    ("model", {"label": "two\nlines"}),
    ("model", {"label": "\x1b[31m"}),
    ("task", {"label": " "}),
    ("model", {"label": "a" * 10_000}),
    ("model", {"family": 3}),
    ("model", {"contracts": "classifier"}),
    ("model", {"contracts": ("clasifier",)}),
    ("model", {"contracts": 5}),
    ("model", {"trains_on": "pictures"}),
    ("model", {"defaults": [1]}),
    ("model", {"defaults": {1: 2}}),
    ("model", {"defaults": {"width": object()}}),
    ("model", {"large": "yes"}),
    ("model", {"source": 3}),
    ("model", {"footnote": "a\nb"}),
    *(("model", {"builds": path}) for path in ("", "a", "a:", ":a", "a b:c", "a..b:c", "../a:b", "a:b\n", "a:b.c", 5)),
    ("model", {"estimator": "a-b:c"}),
    ("family", {"order": "1"}),
    ("family", {"order": True}),
    ("family", {"order": 1.5}),
    ("family", {"control": 1}),
    ("task", {"asks": "everything"}),
    ("task", {"asks": None}),
    ("task", {"name": "mytask:"}),
    ("suite", {"tasks": "vqa"}),
    ("suite", {"models": (1,)}),
    ("table", {"name": "7"}),
    ("table", {"title": ""}),
    ("table", {"columns": (Column("words", ""),)}),
    ("table", {"columns": (Column("words", "w", digits=-1),)}),
    ("table", {"columns": (Column("words", "w", share="ab"),)}),
    ("table", {"options": {"a": object()}}),
    ("table", {"draws": "nonsense"}),
]


@pytest.mark.parametrize(("kind", "fields"), WRONG, ids=lambda value: re.sub(" at 0x[0-9a-f]+", "", str(value)))
def test_a_field_of_another_type_or_form_is_one_sentence_that_names_it(kind, fields):
    with pytest.raises(BenchError) as refusal:
        validated(kind, _changed(SPEC[kind], **fields))
    assert str(refusal.value).isprintable() and next(iter(fields)) in str(refusal.value)


def _changed(spec, **fields):
    """A copy of a spec with other fields, whatever its own checks say."""
    other = object.__new__(type(spec))
    for key, value in (vars(spec) | fields).items():
        object.__setattr__(other, key, value)
    return other


def test_every_spec_of_ours_is_valid():
    registry = Registry()
    for kind in SPECS:
        for spec in registry.every(kind).values():
            assert validated(kind, spec) == spec


def test_a_list_where_a_tuple_belongs_becomes_one():
    assert validated("suite", SuiteSpec("mysuite", "Mine", ["vqa"], ["a", "b"])).models == ("a", "b")


def test_a_model_without_a_label_is_labelled_by_its_name_and_classifies_pictures():
    spec = validated("model", ModelSpec("mynet", builds="mynet.net:MyNet"))
    assert (spec.label, ModelSpec("mynet", " ").label) == ("mynet", "mynet")
    assert "classifier" in Registry().family(spec).contracts


def test_the_reserved_names_are_the_keys_of_a_config_and_those_of_every_model():
    assert {*Config.model_fields, "all", EVERY_MODEL} == RESERVED
    assert {*ContractName.__args__} == CONTRACTS.keys()


def test_what_is_raised_inside_is_caught_but_for_ctrl_c_and_the_harness_own():
    from bench.terminal.progress import Stopped

    for error in (SystemExit(1), KeyboardInterrupt(), GeneratorExit()):
        with pytest.raises(UncaughtError), isolated():
            raise error
    with pytest.raises(Stopped), isolated():
        raise Stopped
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), isolated():
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_isolation_holds_in_a_thread():
    caught = []

    def work():
        try:
            with isolated():
                raise KeyboardInterrupt
        except UncaughtError as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert caught


def test_a_lazy_path_with_odd_characters_imports_nothing():
    with pytest.raises(BenchError, match="is no path such as"):
        resolve("os; import this:x")
