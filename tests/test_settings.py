"""Every number that a user can choose has bounds, and a value outside them is refused before anything is written."""

from math import inf, nan, nextafter

import pytest

from bench.config.loading import Config, complete, load_config
from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.specs import Setting

REGISTRY = Registry()


def _numeric(default):
    """Whether a default is a number, or a tuple that begins with one."""
    while isinstance(default, tuple) and default:
        default = default[0]
    return isinstance(default, int | float) and not isinstance(default, bool)


SETTINGS = sorted(
    {
        (kind, key, setting.ge, setting.gt, setting.le, setting.lt): (spec.name, key, setting)
        for kind in ("model", "task", "dataset", "teacher")
        for spec in REGISTRY.every(kind).values()
        for key, setting in REGISTRY.settings(spec).items()
        if not setting.choices and (_numeric(setting.default) or setting.range)
    }.values(),
    key=lambda entry: entry[:2],
)
"""One of each setting of a name and its bounds."""


def _outside(ge, gt, le, lt):
    """The values just outside of bounds."""
    below = [ge - 1 if isinstance(ge, int) else nextafter(ge, -inf)] if ge is not None else [gt] * (gt is not None)
    above = [le + 1 if isinstance(le, int) else nextafter(le, inf)] if le is not None else [lt] * (lt is not None)
    return [*below, *above]


def _shaped(value, default):
    """A value in the shape of a default: within as many tuples."""
    if not isinstance(default, tuple):
        return value
    inner = default[0] if default else None
    return [[value, *inner[1:]] if isinstance(inner, tuple) else value]


@pytest.mark.parametrize(
    ("name", "key", "setting"), SETTINGS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_numeric_setting_has_two_bounds_and_refuses_the_value_just_outside(name, key, setting):
    outside = _outside(setting.ge, setting.gt, setting.le, setting.lt)
    assert len(outside) == 2
    for value in (*outside, nan, inf, -inf):
        with pytest.raises(BenchError, match="out of range; give|is float, not int") as refusal:
            complete(name, {key: setting}, {key: _shaped(value, setting.default)})
        assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("task", "models", "assignment"),
    [
        ("classification", "alexnet", "alexnet.dropout=1"),
        ("classification", "gcn", "gcn.depth=0"),
        ("classification", "simclr", "simclr.knn_temperature=.nan"),
        ("classification", "crossvit", "crossvit.depths=[]"),
        ("vqa", "mvaema", "mvaema.depth=0"),
        ("vqa", "mvaema", "mvaema.without=[nonsense]"),
        ("vqa", "openai:x", "openai:x.in_flight=0"),
        ("vqa", "openai:x", "openai:x.timeout=-1"),
        ("vqa", "majority", "synthetic.size=0"),
        ("vqa", "majority", "vqa.group=11"),
        ("vqa", "majority", "majority.epochs=0"),
        ("vqa", "majority", "model.learning_rate=.inf"),
        ("vqa", "majority", "image_size=1"),
        ("vqa", "majority", "machine.device=foo"),
        ("vqa", "majority", "fraction=[]"),
        ("vqa", "majority", "folds=0-"),
        ("vqa", "majority", "cluster.minutes=1000001"),
    ],
)
def test_a_senseless_value_ends_in_one_sentence_and_nothing_is_written(task, models, assignment, bench, store):
    code, out, err = bench("run", "--task", task, "--models", models, "--set", assignment)
    assert code == 2 and err.startswith("error: ") and err.count("\n") == 1, err
    assert not out and not store.exists()


def _bounds(schema):
    """The bounds in the JSON schema of a field, of all its alternatives and items."""
    names = {"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"}
    inner = [*schema.get("anyOf", ()), *([schema["items"]] if isinstance(schema.get("items"), dict) else ())]
    return {key: value for key, value in schema.items() if key in names} | {
        key: value for each in inner for key, value in _bounds(each).items()
    }


def _schemas():
    whole = Config.model_json_schema()
    for section, owner in (("", whole), *((f"{name}.", whole["$defs"][name.capitalize()]) for name in _sections())):
        for key, schema in owner["properties"].items():
            if any(kind in str(schema) for kind in ("'integer'", "'number'")) and key != "sbatch":
                yield f"{section}{key}", schema


def _sections():
    return ("recipe", "machine", "cluster")


@pytest.mark.parametrize(("key", "schema"), [*_schemas()], ids=lambda value: value if isinstance(value, str) else "")
def test_every_numeric_key_of_a_config_has_two_bounds_and_refuses_the_value_just_outside(key, schema):
    bounds = _bounds(schema)
    assert len(bounds) == 2, schema
    names = {"minimum": -1, "maximum": 1, "exclusiveMinimum": 0, "exclusiveMaximum": 0}
    whole = "'number'" not in str(schema)
    for name, bound in bounds.items():
        value = int(bound) + names[name] if whole else nextafter(bound, names[name] * inf) if names[name] else bound
        value = [value] if "array" in str(schema) else value
        with pytest.raises(BenchError, match=key.rpartition(".")[2]):
            load_config("demo", [f"{key}={value!r}"])
    for value in (".nan", ".inf", "-.inf"):
        with pytest.raises(BenchError, match=key.rpartition(".")[2]):
            load_config("demo", [f"{key}={value}"])


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        (Setting(default=1.0), nan, "give a finite number"),
        (Setting(default=1.0, ge=0), 10**400, None),
        (Setting(default="a"), "\ud800", "cannot be printed"),
        (Setting(default="a"), "a\x1b[31m", "cannot be printed"),
        (Setting(default=(1, 2), ge=1), [1, 0], "give at least 1"),
        (Setting(default=(1, 2)), [], "is empty"),
        (Setting(default=((1, 2),)), [[1]], "give 2 values in each"),
        (Setting(choices=("a", "b"), default=()), ["c"], "unknown m.x value 'c'"),
        (Setting(choices=(1, 2), default=1), True, "unknown m.x value 'True'"),
        (Setting(default=None, ge=1), "five", "give at least 1"),
        (Setting(default=None, ge=1), None, None),
    ],
)
def test_a_value_is_checked_by_its_declaration(setting, value, message):
    if message is None:
        assert setting.checked("m.x", value) == value
        return
    with pytest.raises(BenchError, match=message):
        setting.checked("m.x", value)


@pytest.mark.parametrize(
    "declared",
    [
        {"help": 5},
        {"help": "two\nlines"},
        {"choices": "ab"},
        {"choices": ({},)},
        {"stage": ["train"]},
        {"check": 5},
        {"check": "nonsense"},
        {"ge": "1"},
        {"le": nan},
        {"ge": 2, "le": 1},
    ],
)
def test_a_malformed_declaration_is_one_sentence(declared):
    with pytest.raises(BenchError, match="of a Setting"):
        Setting(**declared)
