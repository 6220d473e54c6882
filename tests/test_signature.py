"""Settings stand in a signature: read from its source without an import, or from the object, they are the same."""

import subprocess
import sys
from typing import Annotated

import pytest

from bench import DatasetSpec, FamilySpec, ModelSpec, Setting
from bench.errors import BenchError
from bench.registered.parameters import inspected
from bench.registered.registry import Registry
from bench.registered.signature import class_settings, handed, model_settings, parameters
from bench.registered.source_parameters import read
from bench.specs import estimator_path, resolve

REGISTRY = Registry()
FAMILY = FamilySpec("own", "Own", 99)


def _paths():
    for spec in REGISTRY.every("model").values():
        family = REGISTRY.family(spec)
        yield from filter(None, (spec.builds, spec.pretrains or family.pretrains, estimator_path(spec, family)))
    for kind in ("dataset", "task", "teacher"):
        yield from (spec.builds for spec in REGISTRY.every(kind).values())


@pytest.mark.parametrize("path", sorted({*_paths()}))
def test_the_source_says_the_same_as_the_object(path):
    source, made = read(path), inspected(resolve(path))
    assert source == made and [*source.settings] == [*made.settings]


@pytest.mark.parametrize("kind", ["model", "dataset", "task", "teacher"])
def test_every_setting_of_ours_has_a_help_and_a_default_that_fits(kind):
    for spec in REGISTRY.every(kind).values():
        for key, setting in REGISTRY.settings(spec).items():
            assert setting.help, (spec.name, key)
            assert setting.checked(key, setting.default) == setting.default


def test_all_settings_are_read_without_an_import():
    code = (
        "import sys\nfrom bench.registered.registry import Registry\nregistry = Registry()\n"
        "for kind in ('model', 'dataset', 'task', 'teacher'):\n"
        "    [registry.settings(spec) for spec in registry.every(kind).values()]\n"
        "names = {*sys.modules} - {'bench.tasks', 'bench.tasks.alterations'}  # the latter holds names alone\n"
        "sys.exit(sum(name.startswith(('torch', 'numpy', 'bench.models', 'bench.tasks')) for name in names))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


SHARED = """
from dataclasses import dataclass
from typing import Annotated, Literal
from bench import Setting
WIDTH = 48
Dropout = Annotated[float, Setting("share")]
@dataclass(frozen=True)
class Foreign:
    size: int = 1
"""
NETS = """
import functools
from abc import ABC
from dataclasses import dataclass
from typing import Annotated, Literal
import bench
from {shared} import WIDTH, Dropout, Foreign
from bench import Setting as Choice
Kind = Literal["a", "b"]
def plain(num_classes, width=WIDTH, rates=(1, WIDTH), norm=dict, weights=None, *more, image_size=8, **others): ...
def declared(num_classes, dropout: Dropout = 0, *, kind: Annotated[Kind, Choice("which", stage="predict")] = "a",
             path: "Annotated[str | None, bench.Setting('where')]" = None, depth: Literal[1, 2] = 2): ...
@functools.cache
def decorated(width: Annotated[int, Choice("w")] = 3): ...
computed = functools.partial(plain, width=2 * WIDTH)
class Base(ABC):
    def __init__(self, context, needed, size=1, dropout: Dropout = 0.5): ...
class Inherits(Base): ...
class Extends(Base):
    def __init__(self, context, dropout: Dropout = 0.2, extra=True, **others): ...
class Ends(Base):
    def __init__(self, context, extra=True): ...
@dataclass(frozen=True)
class Layers:
    depth: Annotated[int, Choice("layers", ge=1)] = 2
    dropout: "Dropout" = 0
@dataclass(frozen=True)
class Wider(Layers):
    depth: Annotated[int, Choice("layers")] = 5
    width: int = WIDTH
@dataclass
class Partial:
    width: int
    depth: int = 1
def grouped(num_classes, layers: Layers, width=4): ...
def inherited(num_classes, layers: "Wider"): ...
def late(num_classes, layers: Annotated[Layers, Choice(stage="predict")]): ...
def ungrouped(num_classes, partial: Partial, plain: Base, foreign: Foreign, size=2): ...
class Passes(Base):
    def __init__(self, context, layers: Wider, **others): ...
def lacks(width: Annotated[int, Choice("w")]): ...
def wrong(kind: Kind = "c"): ...
"""
WANTED = {
    "plain": {"width": 48, "rates": (1, 48)},
    "declared": {"dropout": 0.0, "kind": "a", "path": None, "depth": 2},
    "decorated": {"width": 3},
    "computed": {"width": 96, "rates": (1, 48)},
    "Inherits": {"size": 1, "dropout": 0.5},
    "Extends": {"dropout": 0.2, "extra": True, "size": 1},
    "Ends": {"extra": True},
    "grouped": {"depth": 2, "dropout": 0.0, "width": 4},
    "inherited": {"depth": 5, "dropout": 0.0, "width": 48},
    "late": {"depth": 2, "dropout": 0.0},
    "ungrouped": {"size": 2},
    "Passes": {"depth": 5, "dropout": 0.0, "width": 48, "size": 1},
}


@pytest.fixture
def nets(tmp_path, monkeypatch):
    """The name of a module of networks, which imports another."""
    shared, name = (f"{tmp_path.name}_{part}".replace("-", "_") for part in ("shared", "nets"))
    (tmp_path / f"{shared}.py").write_text(SHARED)
    (tmp_path / f"{name}.py").write_text(NETS.replace("{shared}", shared))
    monkeypatch.syspath_prepend(tmp_path)
    return name


@pytest.mark.parametrize("name", WANTED)
def test_what_is_a_setting_does_not_depend_on_how_it_is_read(name, nets):
    path = f"{nets}:{name}"
    found = parameters(path)
    assert {key: setting.default for key, setting in found.settings.items()} == WANTED[name]
    assert found == inspected(resolve(path))


def test_an_annotation_says_help_choices_and_stage(nets):
    found = parameters(f"{nets}:declared").settings
    assert nets not in sys.modules
    assert found["kind"] == Setting("which", ("a", "b"), stage="predict", default="a")
    assert found["dropout"].help == "share" and isinstance(found["dropout"].default, float)
    assert found["depth"].choices == (1, 2) and found["path"].help == "where"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("lacks", "parameter 'width' of lacks is a Setting without a default"),
        ("wrong", "default of parameter 'kind' of wrong value 'c'"),
        ("WIDTH", "name a function or a class"),
    ],
)
def test_a_signature_that_cannot_be_right_is_one_sentence(name, message, nets):
    with pytest.raises(BenchError, match=message):
        parameters(f"{nets}:{name}")


def test_a_row_may_have_other_defaults_and_none_that_is_no_setting(nets):
    spec = ModelSpec("own", "Own", "own", builds=f"{nets}:plain", defaults={"width": 16})
    assert model_settings(spec, FAMILY)["width"].default == 16
    wrong = DatasetSpec("own", "Own", f"{nets}:plain", defaults={"widht": 16})
    with pytest.raises(BenchError, match="default of dataset 'own' 'widht'; did you mean 'width'"):
        class_settings(wrong)
    with pytest.raises(BenchError, match="is str, not int"):
        class_settings(DatasetSpec("own", "Own", f"{nets}:plain", defaults={"width": "x"}))


def test_what_is_built_decides_before_the_estimator_and_a_first_step_makes_settings_its_own(nets):
    spec = ModelSpec(
        "own", "Own", "own", builds=f"{nets}:plain", pretrains=f"{nets}:Extends", estimator=f"{nets}:Inherits"
    )
    found = model_settings(spec, FAMILY)
    assert {key: setting.stage for key, setting in found.items()} == dict.fromkeys(
        ("width", "rates", "dropout", "extra", "size"), "pretrain"
    )
    assert found["dropout"].default == 0.2
    found = model_settings(ModelSpec("own", "Own", "own", builds=f"{nets}:Ends", estimator=f"{nets}:declared"), FAMILY)
    assert {setting.stage for setting in found.values()} == {"train", "predict"}


def test_a_callable_is_handed_what_its_signature_names_and_what_it_cannot_do_without():
    def make(encoder, embed_dim, depth: Annotated[int, Setting("layers")] = 2, weights=None): ...

    values = {"encoder": "resnet18", "embed_dim": 8, "depth": 3, "weights": "scratch", "other": 1}
    assert handed(make, values, "encoder") == {"embed_dim": 8, "depth": 3}


def test_a_group_of_settings_is_one_argument_with_their_values(nets):
    make, values = resolve(f"{nets}:grouped"), {"depth": 7, "width": 3, "unknown": 1}
    arguments = handed(make, values)
    assert arguments == {"layers": resolve(parameters(f"{nets}:grouped").groups["layers"])(depth=7), "width": 3}
    assert parameters(f"{nets}:ungrouped").required == ("partial", "plain", "foreign")
    assert {each.stage for each in parameters(f"{nets}:late").settings.values()} == {"predict"}
