import os
from importlib import resources
from math import inf

import pytest

from bench.config.loading import Config, complete, data_of, load_config
from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.specs import Setting
from bench.terminal.text import brief

SETTINGS = {
    "depth": Setting("blocks", default=6),
    "rate": Setting("share", default=0.5),
    "stem": Setting("patches", ("linear", "conv"), default="linear"),
    "weights": Setting("folder"),
    "flag": Setting("on or off", default=False),
}


@pytest.mark.parametrize("name", ["demo", "fair", "evening", "classify", "paper", "pretrained", "bundled", "sizing"])
def test_shipped_configs_are_valid(name):
    assert isinstance(load_config(name)[0], Config)


@pytest.mark.parametrize("name", ["demo", "fair", "evening", "classify", "paper", "pretrained", "bundled", "sizing"])
def test_the_head_of_a_shipped_config_names_every_model_that_it_sets_apart(name):
    text = (resources.files("bench.configs") / f"{name}.yaml").read_text()
    head = text[: text.index("\ndataset:")].lower()
    models = Registry().every("model")
    assert [model for model in load_config(name)[0].settings if model in models and model not in head] == []


def test_assignments_override_options_and_options_override_the_file():
    config, explicit = load_config("demo", ["k=3", "recipe.epochs=7", "somemodel.depth=2"], {"folds": "0,1", "k": 5})
    assert (config.k, config.folds, config.recipe.epochs) == (3, "0,1", 7)
    assert config.settings["somemodel"] == {"depth": 2}
    assert {"k", "folds", "recipe.epochs", "somemodel.depth"} <= explicit


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("recipe.epocs=3", "did you mean 'epochs'"),
        ("recipe.epochs=-1", "greater than or equal to 1"),
        ("recipe.epochs=many", "recipe.epochs = 'many'"),
        ("machine.thread=1", "did you mean 'threads'"),
        ("recipe.k=3", r"key of recipe 'k'; did you mean 'k', without 'recipe\.'\?"),
        ("machine.epochs=3", r"key of machine 'epochs'; did you mean 'recipe\.epochs'\?"),
        ("repeat=2", "did you mean 'repeats'"),
        ("epoch=3", r"did you mean 'recipe\.epochs', or MODEL\.epochs for one model only\?"),
        ("thread=3", r"did you mean 'machine\.threads'\? \(valid"),
        ("depth=3", r"is NAME\.key"),
        ("epochs", "key=value"),
        ("recipe.epochs.more=1", "has no keys below"),
        ("k=[1", "cannot be read as YAML"),
    ],
)
def test_a_bad_assignment_is_one_sentence(assignment, message):
    with pytest.raises(BenchError, match=message):
        load_config("demo", [assignment])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dataset: synthetic\nrecords: scripted\nfold: 1\n", "did you mean 'folds'"),
        ("dataset: [\n", "cannot be read as YAML"),
        ("- a list\n", "is not a mapping"),
        ("epochs: 3\n", r"c\.yaml.*'epochs'; did you mean 'recipe\.epochs'"),
        ("recipe: {epoch: 3}\n", "key of recipe 'epoch'; did you mean 'epochs'"),
        ("dataset:\n", "dataset = None"),
        ("!!python/object/apply:os.system ['true']\n", "cannot be read as YAML"),
    ],
)
def test_a_bad_file_is_one_sentence(tmp_path, text, message):
    (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(BenchError, match=message):
        load_config(str(tmp_path / "c.yaml"))


def test_a_file_without_data_uses_the_defaults_data_but_not_its_recipe(tmp_path):
    (tmp_path / "c.yaml").write_text("recipe: {epochs: 3}\nrecords: mine.jsonl\n")
    config, _ = load_config(str(tmp_path / "c.yaml"))
    demo, _ = load_config("demo")
    assert (config.dataset, config.records, config.recipe.epochs) == (demo.dataset, "mine.jsonl", 3)
    assert config.settings == {} != demo.settings
    assert config.settings == {}


def test_an_unknown_config_names_the_nearest():
    with pytest.raises(BenchError, match="did you mean 'demo'"):
        load_config("dem")


def test_settings_are_completed_by_their_defaults():
    found = complete("m", SETTINGS, {"depth": 2, "rate": 1})
    assert found == {"depth": 2, "rate": 1, "stem": "linear", "weights": None, "flag": False}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"dept": 2}, "did you mean 'depth'"),
        ({"depth": "two"}, "m.depth = 'two' is str, not int"),
        ({"depth": True}, "not int"),
        ({"depth": 2.5}, "not int"),
        ({"flag": 1}, "not bool"),
        ({"stem": "con"}, "did you mean 'conv'"),
    ],
)
def test_a_bad_setting_is_one_sentence(given, message):
    with pytest.raises(BenchError, match=message):
        complete("m", SETTINGS, given)


LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfed\x00a\x00", r"is not UTF-8 \(it is UTF-16\), see line 1; save it as UTF-8"),
        ("k: 3\nsettings: {a: {b: ä}}\n".encode("latin-1"), "is not UTF-8, see line 2; save it as UTF-8"),
        ("settings:\n\tmvaema: {depth: 1}\n", "no tabs"),
        ("k: 3\nk: 4\n", "has the key 'k' twice"),
        ("settings: {a: {b: 1, b: 2}}", "has the key 'b' twice"),
        ("3: 4\n", "has the key 3, which is no text"),
        ("settings: {on: {b: 2}}", "has the key True, which is no text"),
        ("? [a]\n: 1\n", "no text"),
        (LAUGHS, "has more than 20,000 values"),
        ("a: &a [*a]", r"uses \*a before &a ends"),
        ("k: *nowhere", r"uses \*nowhere before"),
        ("{a: " * 5000, "has more than 20 levels"),
        ("[" * 100_000, "has more than 20 levels"),
        ("- " * 50_000, "has more than 20 levels"),
        ('{"a": ' * 100_000, "is larger than 200,000 bytes"),
        ("#" * 300_000, "is larger than 200,000 bytes"),
        ("k: !!python/name:os.system\n", "cannot be read as YAML"),
        ("k: !!timestamp 2020-01-01\n", "cannot be read as YAML"),
        ("k: !!binary aGFsbG8=\n", "cannot be read as YAML"),
        ("k: !!int abc\n", "cannot be read as YAML"),
        ("k: !!bool maybe\n", "cannot be read as YAML"),
        (f"k: {'1' * 5000}\n", "cannot be read as YAML"),
        ("k: 3\n---\nk: 4\n", "cannot be read as YAML"),
        ('dataset: "\\uD800"\n', "cannot be"),
        ('dataset: "\\e[31m"\n', "cannot be printed"),
        ("dataset: a\0b\n", "cannot be read as YAML"),
        ("just text", "is not a mapping"),
        ("", "is not a mapping"),
        ("settings: {mvaema: 3}", "settings.mvaema = 3"),
        ("recipe: 3", "recipe = 3"),
        ("sbatch: {}\n", "unknown config key 'sbatch'"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_an_odd_file_is_one_sentence_with_a_remedy(content, message, tmp_path):
    path = tmp_path / "c.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BenchError, match=message) as refusal:
        load_config(str(path))
    assert "\n" not in str(refusal.value) and "c.yaml" in str(refusal.value)


def test_a_byte_order_mark_is_no_part_of_the_config(tmp_path):
    (tmp_path / "c.yaml").write_bytes(b"\xef\xbb\xbfk: 3\r\n")
    assert load_config(str(tmp_path / "c.yaml"))[0].k == 3


def test_what_is_no_file_is_one_sentence(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "closed.yaml").touch()
    for name, message in ((".", "is a folder"), ("pipe", "is no regular file"), ("a" * 5000, "File name too long")):
        with pytest.raises(BenchError, match=message) as refusal:
            load_config(str(tmp_path / name) if len(name) < 5000 else name)
        assert len(brief(str(refusal.value))) < 1000


def test_nothing_from_outside_gets_into_a_config(tmp_path, monkeypatch):
    monkeypatch.setenv("KEY", "hidden")
    (tmp_path / "c.yaml").write_text("dataset: ${oc.env:KEY}\ncluster: {setup: ['export A=${KEY:-b} ${']}\n")
    config, _ = load_config(str(tmp_path / "c.yaml"), ["records=${oc.env:KEY}"])
    assert (config.dataset, config.records) == ("${oc.env:KEY}",) * 2
    assert config.cluster.setup == ("export A=${KEY:-b} ${",)


def test_anchors_and_merge_keys_are_read(tmp_path):
    (tmp_path / "c.yaml").write_text("settings:\n  a: &a {depth: 1, width: 2}\n  b: {<<: *a, width: 3}\n")
    assert load_config(str(tmp_path / "c.yaml"))[0].settings == {
        "a": {"depth": 1, "width": 2},
        "b": {"depth": 1, "width": 3},
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-3", 0.001), (".5", 0.5), ("1_000", 1000), ("yes", True), ("2020-01-01", "2020-01-01"), ("0,1", "0,1")]
    + [("", None), ("[1, 2]", [1, 2]), ("'1'", "1"), ("a: b", {"a": "b"}), ("-.inf", -inf)],
)
def test_a_value_of_set_is_yaml(text, value):
    assert load_config("demo", [f"m.x={text}"])[0].settings["m"] == {"x": value}


@pytest.mark.parametrize("key", ["", ".", "a.", ".a", "a..b", "a.b.c.d.e", "." * 10_000, "a." * 10_000 + "b"])
def test_a_key_without_names_is_one_sentence(key):
    with pytest.raises(BenchError, match="is not of the form key=value") as refusal:
        load_config("demo", [f"{key}=3"])
    assert len(str(refusal.value)) < 300


def test_a_key_that_a_model_has_names_the_model(bench):
    code, _, err = bench("run", "--task", "classification", "--models", "alexnet,resnet", "--set", "dropout=0.3")
    assert code == 2 and "unknown config key 'dropout'; did you mean 'alexnet.dropout'?" in err


def test_a_stored_run_of_other_choices_is_one_sentence():
    with pytest.raises(BenchError, match="of a stored run: image_size = 4: input should be"):
        data_of({"dataset": "synthetic", "records": "scripted", "image_size": 4, "cluster": {"old": 1}})
