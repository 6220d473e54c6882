from importlib import resources

import pytest

from bench.config.loading import Config, complete, load_config
from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.specs import Setting

SETTINGS = {
    "depth": Setting("blocks", default=6),
    "rate": Setting("share", default=0.5),
    "stem": Setting("patches", ("linear", "conv"), default="linear"),
    "weights": Setting("folder"),
    "flag": Setting("on or off", default=False),
}


@pytest.mark.parametrize("name", ["demo", "evening", "classify", "paper"])
def test_shipped_configs_are_valid(name):
    assert isinstance(load_config(name)[0], Config)


@pytest.mark.parametrize("name", ["demo", "evening", "classify", "paper"])
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
