"""Any text, bytes or structure that reaches a config, ``--set`` or a spec gives a value or one sentence."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench import BenchError
from bench.config.loading import Config, complete, load_config
from bench.config.yaml_text import parsed
from bench.registered.validation import validated
from bench.specs import Setting
from tests.test_strangers import SPEC, _changed

FAST = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[*HealthCheck])
MANY = settings(max_examples=1000, deadline=None, derandomize=True, suppress_health_check=[*HealthCheck])
KEYS = st.sampled_from(
    [*Config.model_fields, "recipe.epochs", "machine.device", "cluster.setup", "mvaema.depth", "a:b.c"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.complex_numbers()
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner, inner),
    max_leaves=20,
)
SNIPPETS = st.lists(
    st.sampled_from(
        [*"{}[]:,-&*!|>%@`\"'#?~ \n\t\\", "&a", "*a", "<<", "!!int", "!!set", "1e3", ".nan", "0x", "${", "---", "k"]
    )
    | st.text(max_size=5)
).map("".join)
DECLARED = {"n": Setting(default=1, ge=1, le=9), "x": Setting(default=0.5, gt=0), "t": Setting(default=(1,), ge=0)}


def _one_sentence(call):
    try:
        call()
    except BenchError as error:
        assert len(str(error)) < 6000


def _text(text):
    _one_sentence(lambda: parsed(text, "it"))


def _bytes(content, folder):
    (folder / "c.yaml").write_bytes(content)
    _one_sentence(lambda: load_config(str(folder / "c.yaml")))


def _assignment(key, text):
    _one_sentence(lambda: load_config("demo", [f"{key}={text}"]))
    _one_sentence(lambda: load_config("demo", [text]))


def _option(key, value):
    _one_sentence(lambda: load_config("demo", (), {key: value}))


def _setting(key, value):
    _one_sentence(lambda: complete("m", DECLARED, {key: value}))
    _one_sentence(lambda: Setting(default=value).checked("m.x", value))


def _spec(kind, field, value):
    spec = SPEC[kind]
    _one_sentence(lambda: validated(kind, _changed(spec, **{[*vars(spec)][field % len(vars(spec))]: value})))


def _declared(field, value):
    _one_sentence(lambda: Setting(**{field: value}))


FIELDS = st.sampled_from(["help", "choices", "stage", "check", "default", "ge", "gt", "le", "lt"])


@pytest.mark.parametrize("effort", [FAST, pytest.param(MANY, marks=pytest.mark.slow)], ids=["fast", "slow"])
def test_any_input_gives_a_value_or_one_sentence(effort, tmp_path):
    for strategies, call in (
        ([st.text() | SNIPPETS], _text),
        ([st.binary() | SNIPPETS.map(lambda text: text.encode(errors="replace")), st.just(tmp_path)], _bytes),
        ([KEYS | st.text(), st.text() | SNIPPETS], _assignment),
        ([st.sampled_from([*Config.model_fields]) | st.text(), VALUES], _option),
        ([st.sampled_from([*DECLARED, "other"]), VALUES], _setting),
        ([st.sampled_from([*SPEC]), st.integers(0, 50), VALUES], _spec),
        ([FIELDS, VALUES], _declared),
    ):
        effort(given(*strategies)(call))()
