"""``start: pretrained``: which rows start from published weights, what is fetched, and how tables mark them."""

import pytest

from bench.config.loading import load_config
from bench.errors import BenchError
from bench.planning import fetching
from bench.planning.fetching import fetches, is_cached
from bench.planning.plan import Plan
from bench.planning.rows import Request, left_out, resolve_rows, without_weights
from bench.registered.registry import Registry
from bench.store.store import Store
from bench.tables.layout import layout
from bench.tables.scores import scores_table
from bench.tables.selection import selected
from bench.terminal.progress import NoProgress
from tests.table_records import made

REGISTRY = Registry()
CLASSIFICATION = REGISTRY.find("task", "classification")[0]
PUBLISHED = {name: spec.published for name, spec in REGISTRY.every("model").items() if spec.published}


def request(models, *assignments, config="pretrained"):
    return Request("classification", tuple(models.split(",")), load_config(config, assignments)[0])


def rows_of(models, *assignments, config="pretrained"):
    return {
        row.name: row for row in resolve_rows(request(models, *assignments, config=config), CLASSIFICATION, REGISTRY)
    }


def test_every_row_with_published_weights_starts_from_them_and_no_other_row_runs():
    rows = rows_of("all,majority")
    assert {"resnet", "swint", "convvit", "majority"} <= rows.keys() and not {"cct", "gcn", "mvaema"} & rows.keys()
    assert all(row.weights == PUBLISHED[name].weights for name, row in rows.items() if name != "majority")
    assert rows["majority"].weights == ""


def test_rows_left_out_are_named_apart_from_controls():
    asked = request("all")
    poor = without_weights(asked, CLASSIFICATION, REGISTRY)
    assert {"cct", "gcn", "mvaema"} <= {*poor} and "resnet" not in poor and "pixels" not in poor
    assert not {*poor} & {*left_out(asked, CLASSIFICATION, REGISTRY)}
    assert without_weights(request("all", config="demo"), CLASSIFICATION, REGISTRY) == []


def test_a_row_without_weights_is_refused_unless_it_is_given_some():
    with pytest.raises(BenchError, match="no published weights are known for model 'cct'; name some by cct.weights"):
        rows_of("cct")
    with pytest.raises(BenchError, match="known for model 'gcn'; leave it out"):
        rows_of("gcn")
    assert rows_of("cct", "cct.weights=FILE.pth")["cct"].weights == "FILE.pth"


def test_named_weights_come_before_published_ones_and_from_scratch_there_are_none():
    assert rows_of("resnet", "resnet.weights=timm:resnet10t")["resnet"].weights == "timm:resnet10t"
    assert rows_of("resnet", config="demo")["resnet"].weights == ""
    assert rows_of("probe:timm/net", config="demo")["probe:timm/net"].weights == "timm/net"


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_weights_go_into_a_setting_that_the_row_has(name):
    assert {"weights", *PUBLISHED[name].settings} <= REGISTRY.settings(REGISTRY.every("model")[name]).keys()


def test_published_names_are_of_networks_that_the_packages_have():
    import timm
    from torchvision.models import list_models

    for weights in PUBLISHED.values():
        package, _, name = weights.weights.partition(":")
        if package == "timm":
            assert timm.get_pretrained_cfg(name).license == weights.licence.lower(), name
        if package == "torchvision":
            assert name in list_models()


def test_what_is_to_be_fetched_is_said_without_asking_a_server(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    (tmp_path / "local").mkdir()
    rows = rows_of(f"convit,swint,pixels,probe:{tmp_path}/local,probe:org/net")
    snapshot = tmp_path / "models--timm--convit_tiny.fb_in1k" / "snapshots" / "0c0ffee"
    snapshot.mkdir(parents=True)
    (snapshot / "model.safetensors").touch()
    said = fetches(rows.values()).splitlines()
    assert said == [
        "to be fetched (0.1 GB of known size): swint timm:swin_tiny_patch4_window7_224.ms_in1k (113 MB, MIT); "
        "probe:org/net (size not known)",
        "weights in the cache: convit timm:convit_tiny.fb_in1k (23 MB, Apache-2.0)",
    ]
    assert fetches([rows["pixels"]]) == ""


@pytest.mark.parametrize("name", ["resnet18", "ResNet18_Weights.IMAGENET1K_V1"])
def test_weights_of_torchvision_are_looked_for_where_torch_keeps_them(name, tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert not is_cached(f"torchvision:{name}")
    file = fetching._torch_file(name)
    assert file.name == "resnet18-f37072fd.pth" and tmp_path in file.parents
    file.parent.mkdir(parents=True)
    file.touch()
    assert is_cached(f"torchvision:{name}")


def test_the_content_of_a_folder_behind_a_name_is_in_the_fingerprint(tmp_path):
    folder = tmp_path / "weights"
    folder.mkdir()

    def trained(models, content, *assignments):
        (folder / "model.safetensors").write_text(content)
        small = ("synthetic.size=40", "folds=0", *assignments)
        plan = Plan(request(models, *small, config="demo"), REGISTRY, NoProgress())
        return plan.cells[0].train

    for models, assignments in (
        (f"probe:{folder}", ()),
        (f"clip:{folder}", ()),
        ("resnet", (f"resnet.weights=timm:{folder}",)),
    ):
        one, other = (trained(models, content, *assignments) for content in ("one", "other"))
        assert one.fingerprint != other.fingerprint
        assert one.inputs["model"]["weights"] and trained(models, "one", *assignments) == one
    fed = [trained("resnet", "one", f"resnet.weights=timm:{folder}", f"resnet.normalisation={each}").fingerprint
           for each in ("own", "plain")]  # fmt: skip
    assert fed[0] != fed[1]


def _table(tmp_path, *records):
    spec = next(spec for spec in REGISTRY.every("table").values() if spec.number == 1)
    selection = selected(records, "synthetic", "p1", Store(tmp_path))
    return layout(scores_table(spec, selection, REGISTRY, Store(tmp_path)), True)


def test_a_table_marks_each_pretrained_row_and_names_its_weights(tmp_path):
    shown = _table(tmp_path, made("llava", 0, 0.5, label="LLaVA", weights="hub/llava"), made("other", 0, 0.4))
    labels = {(line.pieces[0].text, line.published) for line in shown.lines}
    assert {("LLaVA (pretrained)", False), ("LLaVA", True), ("other", False)} <= labels
    notes = [text for _, text in shown.notes]
    assert "(pretrained): LLaVA from hub/llava; no other row started from any." in notes


def test_a_table_from_random_weights_alone_has_no_mark(tmp_path):
    shown = _table(tmp_path, made("llava", 0, 0.5, label="LLaVA"))
    assert "(pretrained)" not in str(shown)


def test_folds_of_other_weights_are_not_mixed(tmp_path):
    old, new = made("a", 0, 0.1, weights="w (1)", day=1), made("a", 1, 0.9, weights="w (2)", day=2)
    chosen = selected([old, new], "synthetic", "p1", Store(tmp_path))
    assert [record.cell.fold for record in chosen.by_model["a"]] == [1] and chosen.left_out["a"] == 1


def test_a_dry_run_opens_no_weights(tmp_path):
    from bench.planning.counting import _counted

    (tmp_path / "weights").mkdir()  # nothing is in it, so that opening it would fail
    asked = request(f"probe:{tmp_path}/weights", "synthetic.size=40", "folds=0", config="demo")
    plan = Plan(asked, REGISTRY, NoProgress())
    assert _counted(plan, plan.cells[0], plan.cells[0].train) == []
