"""The config that gives every row the same chances, at a small size."""

import pytest

from bench.config.loading import Recipe, load_config
from bench.store.store import Store

SMALL = (
    "--folds",
    "0",
    "--set",
    "synthetic.size=80",
    "--set",
    "k=3",
    "--set",
    "image_size=64",
)
BUDGET = (
    "--set",
    "recipe.budget=120 pictures",
    "--set",
    "recipe.batch_size=12",
    "--set",
    "recipe.questions_per_picture=2",
)
SETTINGS = {
    "classification": ("gcn.patch_size=16", "simclr.view_size=32"),
    "vqa": ("vqa.questions=2", "mvaema.depth=1", "llava.depth=1", "mvaema.max_new_tokens=4", "llava.max_new_tokens=4"),
}


@pytest.mark.parametrize(("task", "models"), [("classification", "gcn,simclr,spectrum"), ("vqa", "mvaema,llava")])
def test_every_row_gets_as_many_trials_and_sees_as_many_pictures(bench, store, task, models):
    own = [part for setting in SETTINGS[task] for part in ("--set", setting)]
    code, _, err = bench("run", "--task", task, "--models", models, "--config", "fair", *SMALL, *BUDGET, *own)
    assert code == 0, err
    records = {record.cell.model: record for record in Store(store).records()}
    stages = {name: "pretrain" if record.pretraining else "train" for name, record in records.items()}
    histories = {name: record.history(stages[name]) for name, record in records.items() if record.learned}
    assert len(histories) == 2
    for name, history in histories.items():
        assert [trial["share"] for trial in history["tuning"]] == [0.3] * 4
        assert sum(trial.get("chosen", False) for trial in history["tuning"]) == 1
        assert len({trial["learning_rate"] for trial in history["tuning"]}) == 4
        assert records[name].timings[stages[name]].units == pytest.approx(120 * 2.2, abs=30)
        alone = sum(trial["training_flops"] for trial in history["tuning"])
        assert history["training_flops"] == pytest.approx(alone * 2.2 / 1.2, rel=0.1)
    weights = [trial.get("settings", {}) for trial in histories.get("mvaema", {"tuning": ()})["tuning"]]
    assert sorted(str(each) for each in weights) == sorted(
        ["{'itc_weight': 0.03}", "{'itc_weight': 1.0}"] * 2 if weights else []
    )


def test_no_row_has_a_recipe_of_its_own():
    config = load_config("fair")[0]
    assert config.recipe.budget and config.recipe.tune == "all" and config.recipe.augment == "crops"
    assert [name for name, own in config.settings.items() if own.keys() & Recipe.model_fields.keys()] == []
