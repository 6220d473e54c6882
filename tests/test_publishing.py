"""Results in a folder to share: written, read back, joined with those of others, merged into a store."""

import json
from dataclasses import replace

import pyarrow.parquet
import pytest
import yaml
from huggingface_hub import DatasetCard, eval_result_entries_to_yaml, parse_eval_result_entries

import bench as bench_api
from bench.errors import BenchError
from bench.publishing.croissant import check
from bench.publishing.publication import read
from bench.store.fingerprint import digest, file_digest
from bench.store.store import Store
from bench.tables.items import items_of
from tests.published_cells import measured, store_at


@pytest.fixture
def publish(bench, tmp_path):
    """Publish a store of models into the folder ``shared`` as somebody."""

    def call(who, *models, values=(0.5, 0.25), options=(), name=None, code=0, **about):
        place = tmp_path / (name or f"store-{who}")
        store_at(place, *models, values=values, **about)
        done = bench("publish", tmp_path / "shared", "--by", who, "--store", place, *options)
        assert done[0] == code, done
        return done

    return call


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "shared"


def _files(folder):
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return names - {".lock"}


def _rows(folder, table):
    return [
        row for path in sorted(folder.glob(f"data/{table}/*")) for row in pyarrow.parquet.read_table(path).to_pylist()
    ]


def test_what_is_published_is_read_back_as_it_was(publish, folder, tmp_path):
    code, out, err = publish("lab-a", "mine", "other", folds=(0, 1))
    assert (code, err) == (0, "") and "published 4 cells" in out and "4 cells of lab-a" in out
    store = Store(tmp_path / "store-lab-a")
    cells = read(folder).cells
    assert {cell.record.cell.id: cell.record for cell in cells} == {each.cell.id: each for each in store.records()}
    for cell in cells:
        assert [json.loads(line) for line in cell.items()] == items_of(store, cell.record)
        assert cell.inputs == {name: store.stages.inputs(stage) for name, stage in cell.record.stages.items()}


def test_the_tables_have_a_row_per_cell_metric_answer_and_stage(publish, folder):
    publish("lab-a", "mine", folds=(0, 1))
    counts = {table: len(_rows(folder, table)) for table in ("records", "scores", "answers", "stages")}
    assert counts == {"records": 2, "scores": 2 * 8, "answers": 4, "stages": 6}
    (score, *_) = _rows(folder, "scores")
    assert (score["measured_by"], score["model"], score["metric"], score["value"]) == ("lab-a", "mine", "bleu2", 0.375)
    assert {row["picture"] for row in _rows(folder, "answers")} == {"p0", "p1"}


def test_the_card_is_read_by_the_hub_and_keeps_what_a_person_added(publish, folder):
    publish("lab-a", "mine", options=("--licence", "cc-by-4.0"))
    card = DatasetCard.load(folder / "README.md")
    assert card.data.license == "cc-by-4.0"
    assert [own["config_name"] for own in card.data.configs] == ["records", "scores", "answers", "stages"]
    assert "| mine " in card.text and "lab-a" in card.text
    text = (
        (folder / "README.md")
        .read_text()
        .replace("pretty_name: shared", "pretty_name: Ours\nannotations_creators: [us]")
    )
    (folder / "README.md").write_text(f"{text}\nCite us.\n")
    publish("lab-b", "theirs")
    card = DatasetCard.load(folder / "README.md")
    assert (card.data.pretty_name, card.data.annotations_creators, card.data.license) == ("Ours", ["us"], "cc-by-4.0")
    assert card.text.endswith("Cite us.\n") and "theirs" in card.text


def test_croissant_describes_the_files_and_reads_them(publish, folder):
    import mlcroissant

    publish("lab-a", "mine", "other")
    check((folder / "croissant.json").read_text())
    rows = [*mlcroissant.Dataset(jsonld=folder / "croissant.json").records("scores-rows")]
    assert len(rows) == 16 and {row["scores-rows/model"] for row in rows} == {b"mine", b"other"}


def test_croissant_that_names_a_file_which_it_does_not_describe_is_refused(publish, folder):
    import mlcroissant

    publish("lab-a", "mine")
    with pytest.raises(mlcroissant.ValidationError):
        check((folder / "croissant.json").read_text().replace('"@id": "scores"', '"@id": "gone"', 1))


def test_models_results_name_leaderboards_of_the_benchmark(publish, folder):
    publish("lab-a", "mine", "rule", folds=(0, 1), options=("--hub-id", "our-lab/micrographs"))
    benchmark = yaml.safe_load((folder / "eval.yaml").read_text())
    assert benchmark.keys() == {"name", "description", "evaluation_framework", "tasks"}
    (file,) = folder.glob("models/mine/.eval_results/*.yaml")
    entries = parse_eval_result_entries(yaml.safe_load(file.read_text()))
    assert eval_result_entries_to_yaml(entries) == yaml.safe_load(file.read_text())
    assert {entry.task_id for entry in entries} == {task["id"] for task in benchmark["tasks"]}
    assert {entry.dataset_id for entry in entries} == {"our-lab/micrographs"}
    configs = DatasetCard.load(folder / "README.md").data.configs
    splits = {(own["config_name"], each["split"]) for own in configs for each in own["data_files"]}
    assert {(task["config"], task["split"]) for task in benchmark["tasks"]} <= splits
    assert entries[0].value == 0.375 and "mean of 2 folds" in entries[0].notes


def test_controls_have_no_results_to_show(bench, folder, tmp_path):
    store_at(tmp_path / "s", "rule", control=True)
    store_at(tmp_path / "s", "mine")
    bench("publish", folder, "--by", "lab", "--store", tmp_path / "s")
    assert [path.name for path in (folder / "models").iterdir()] == ["mine"]


def test_others_rows_stay_as_they_are(publish, folder):
    publish("lab-a", "mine")
    before = {name: file_digest(folder / name) for name in _files(folder) if name.startswith("data")}
    code, out, _ = publish("lab-b", "mine", "theirs", values=(0.75, 0.25))
    assert code == 0 and "3 cells of lab-a, lab-b" in out
    assert before.items() <= {name: file_digest(folder / name) for name in _files(folder)}.items()
    assert {(cell.measured_by, cell.record.cell.model) for cell in read(folder).cells} == {
        ("lab-a", "mine"),
        ("lab-b", "mine"),
        ("lab-b", "theirs"),
    }


def test_the_same_again_adds_nothing_and_more_of_ones_own_is_added(publish, folder):
    publish("lab-a", "mine")
    first = _files(folder)
    assert "published 0 cells" in publish("lab-a", "mine")[1]
    assert _files(folder) == first
    publish("lab-a", "mine", "more")
    assert len(read(folder).cells) == 2 and len([*folder.glob("data/records/*")]) == 1


def test_other_scores_of_the_same_cell_are_refused_unless_they_replace(publish, folder):
    publish("lab-a", "mine", "more")
    before = {name: (folder / name).read_bytes() for name in _files(folder)}
    code, _, err = publish("lab-a", "mine", "new", values=(1.0, 1.0), name="again", code=2)
    assert code == 2 and "lab-a published other scores of mine fold 0 before" in err and "--replace" in err
    assert {name: (folder / name).read_bytes() for name in _files(folder)} == before
    code, out, _ = publish("lab-a", "mine", "new", values=(1.0, 1.0), name="again", options=("--replace",))
    assert code == 0 and "1 of them in place of earlier ones" in out
    scores = {cell.record.cell.model: cell.record.metrics["facts"].value for cell in read(folder).cells}
    assert scores == {"mine": 1.0, "more": 0.375, "new": 1.0}


def test_who_got_other_scores_from_the_same_stages_is_named(publish, folder):
    publish("lab-a", "mine")
    _, out, _ = publish("lab-b", "mine", values=(0.75, 0.25))
    assert "mine fold 0: bleu2 0.5, that of lab-a is 0.375 with the same code, data and seed" in out


def test_what_was_broken_off_leaves_the_earlier_publication_and_is_tidied(publish, folder):
    publish("lab-a", "mine")
    (folder / "data" / "scores" / "lab-b-0123456789ab.parquet").write_bytes(b"PAR1")
    (folder / "data" / "scores" / ".lab-b.parquet.part-12345678").write_bytes(b"PAR1")
    assert len(read(folder).cells) == 1
    publish("lab-b", "theirs")
    assert not [name for name in _files(folder) if "0123" in name or "part-" in name]


def test_a_publication_without_answers_has_scores_alone(publish, folder, bench, tmp_path):
    publish("lab-a", "mine", options=("--no-answers",))
    assert not _rows(folder, "answers") and len(_rows(folder, "scores")) == 8
    assert bench("store", "merge", folder, tmp_path / "mine")[0] == 0
    (record,) = Store(tmp_path / "mine").records()
    assert items_of(Store(tmp_path / "mine"), record) == []


@pytest.mark.parametrize(
    ("options", "models"),
    [
        (("--models", "mine"), {"mine"}),
        (("--task", "vqa"), {"mine", "other"}),
        (("--dataset", "synthetic"), {"mine", "other"}),
    ],
)
def test_cells_are_chosen(publish, folder, options, models):
    publish("lab-a", "mine", "other", options=options)
    assert {cell.record.cell.model for cell in read(folder).cells} == models


# Damage and lies


def _damages(folder):
    (path,) = folder.glob("data/scores/*")
    return {
        "publication.json is missing": lambda: (folder / "publication.json").unlink(),
        "publication.json is cut": lambda: (folder / "publication.json").write_text('{"format": 1, "fi'),
        "is missing": path.unlink,
        "is cut or was changed": lambda: path.write_bytes(path.read_bytes()[:-9]),
    }


@pytest.mark.parametrize(
    "said", ["publication.json is missing", "publication.json is cut", "is missing", "is cut or was"]
)
def test_half_a_publication_is_refused(publish, folder, bench, tmp_path, said):
    publish("lab-a", "mine")
    next(damage for words, damage in _damages(folder).items() if words.startswith(said))()
    for command in (
        ("store", "merge", folder, tmp_path / "new"),
        ("publish", folder, "--store", tmp_path / "store-lab-a"),
    ):
        code, _, err = bench(*command)
        assert code == 2 and "is not whole" in err and said in err and "download it again" in err
    assert not (tmp_path / "new").exists()


def _rewrite(folder, table, change):
    """Change the rows of a table, and the manifest with them, as a forger would."""
    (path,) = folder.glob(f"data/{table}/*")
    data = pyarrow.parquet.read_table(path)
    rows = [change(row) for row in data.to_pylist()]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, schema=data.schema), path)
    manifest = json.loads((folder / "publication.json").read_text())
    manifest["files"][path.relative_to(folder).as_posix()] = file_digest(path)
    (folder / "publication.json").write_text(json.dumps({**manifest, "digest": digest(manifest["files"])}))


def _other_protocol(row):
    record = json.loads(row["record"])
    record["protocol"]["repeats"] = 9
    return {**row, "record": json.dumps(record)}


@pytest.mark.parametrize(
    ("table", "change", "said"),
    [
        ("records", _other_protocol, "the protocol of cell"),
        (
            "records",
            lambda row: {**row, "record": row["record"].replace('"fold": 0', '"fold": 1')},
            "is another cell's",
        ),
        ("records", lambda row: {**row, "record": "{}"}, "cannot be read"),
        ("records", lambda row: {**row, "measured_by": "../up"}, "which is no name"),
        (
            "stages",
            lambda row: {**row, "inputs": row["inputs"].replace("mine", "thine")},
            "not those of its fingerprint",
        ),
        (
            "answers",
            lambda row: {**row, "item": row["item"].replace("0.25", "0.95")},
            "not those that its record refers to",
        ),
    ],
)
def test_rows_that_contradict_one_another_are_refused(publish, folder, bench, tmp_path, table, change, said):
    publish("lab-a", "mine")
    _rewrite(folder, table, change)
    code, _, err = bench("store", "merge", folder, tmp_path / "new")
    assert code == 2 and said in err and "do not trust" in err
    assert not (tmp_path / "new").exists()


def test_a_manifest_names_no_files_elsewhere(publish, folder, tmp_path):
    publish("lab-a", "mine")
    (tmp_path / "outside.parquet").write_bytes(b"x")
    for name in ("../outside.parquet", "data/records/../../../outside.parquet", "/etc/passwd", "data/scores/link.txt"):
        files = {name: file_digest(tmp_path / "outside.parquet")}
        (folder / "publication.json").write_text(json.dumps({"format": 1, "files": files, "digest": digest(files)}))
        with pytest.raises(BenchError, match="has no place in one"):
            read(folder)


def test_a_newer_publication_asks_for_an_update(publish, folder):
    publish("lab-a", "mine")
    text = (folder / "publication.json").read_text()
    (folder / "publication.json").write_text(text.replace('"format": 1', '"format": 2'))
    with pytest.raises(BenchError, match="update bench"):
        read(folder)


# Merged into a store


def test_somebody_elses_rows_stand_beside_ones_own(publish, folder, bench, tmp_path, store):
    publish("lab-a", "mine", values=(0.75, 0.25))
    own = store_at(store, "mine")
    code, out, err = bench("store", "merge", folder, store)
    assert code == 0, err
    assert {record.cell.model: record.measured_by for record in Store(store).records()} == {
        "mine": "",
        "mine@lab-a": "lab-a",
    }
    theirs = next(record for record in Store(store).records() if record.measured_by)
    assert [item["bleu2"] for item in items_of(Store(store), theirs)] == [0.75, 0.25]
    assert {*theirs.stages.values()}.isdisjoint(own.records()[0].stages.values())
    table = bench("table", "1")[1]
    (line,) = [line for line in table.splitlines() if line.startswith("| mine (by lab-a)")]
    assert "0.500" in line and "‡" in line
    assert "Rows named after lab-a were measured there and published, and not measured here." in table
    assert bench("store", "check")[0] == 0
    assert "mine@lab-a" in bench("compare", "mine,mine@lab-a", "--json")[1] + out


def test_a_row_of_other_code_has_a_dagger(bench, tmp_path, store, folder):
    from bench.registered.registry import Registry
    from bench.stages.code import current_code

    registry = Registry()
    spec = registry.find("model", "majority")[0]
    code = current_code(spec, registry.family(spec), registry.find("task", "vqa")[0])
    place = store_at(tmp_path / "s", "majority")
    for who, own in (("lab-a", code), ("lab-b", {**code, "score": "older"})):
        (record,) = place.records()
        place.write_record(record.cell.id, replace(record, code=own))
        bench("publish", folder, "--by", who, "--store", tmp_path / "s")
    _, out, _ = bench("store", "merge", folder, store)
    assert "marked by a dagger, because their code is not that of this version: majority@lab-b" in out
    (rows,) = [table.rows for table in bench_api.table(1, store=store).data]
    assert {row.model: row.stale for row in rows if "@" in row.model} == {
        "majority@lab-a": False,
        "majority@lab-b": True,
    }
    sentence = "measured by others, with other code than yours"
    assert f"† {sentence}" in bench("table", "1")[1] and "has changed since" not in bench("table", "1")[1]
    assert f"({sentence})" in bench("why", "1", "majority@lab-b", "bleu2")[1]
    store_at(store, "majority", code="older")
    assert (
        f"† computed with code that has changed since; `bench run` renews it; or {sentence}" in bench("table", "1")[1]
    )


def test_an_ablation_shows_somebody_elses_model_and_compares_their_variants_with_it(publish, folder, bench, store):
    """A variant is held against the model that the same person measured."""
    store_at(store, "mvaema", label="MVaEMa", values=(0.9, 0.7))
    store_at(store, "mvaema-no-itc", label="w/o ITC", variant_of="mvaema", values=(0.8, 0.7))
    place = publish("lab-a", "mvaema", label="MVaEMa", values=(0.5, 0.25), name="theirs") and folder.parent / "theirs"
    store_at(place, "mvaema-no-ca", label="w/o CA", variant_of="mvaema", values=(0.4, 0.25))
    bench("publish", folder, "--by", "lab-a", "--store", place)
    assert bench("store", "merge", folder, store)[0] == 0
    out = bench("table", "ablation-vqa")[1]
    assert "| MVaEMa (by lab-a)" in out
    assert "w/o CA (by lab-a) against MVaEMa (by lab-a):" in out and "MVaEMa (by lab-a) against" not in out
    assert "w/o ITC against MVaEMa:" in out and "w/o CA" not in bench("table", "1")[1]


def test_what_one_measured_alike_is_left_out_and_merging_twice_adds_nothing(publish, folder, bench, store):
    publish("lab-a", "mine", "theirs")
    store_at(store, "mine")
    assert "1 cell merged" in (out := bench("store", "merge", folder, store)[1])
    assert "1 cell left out: you have the same stages with the same scores" in out
    assert "0 cells merged" in (out := bench("store", "merge", folder, store)[1]) and "1 cell were there" in out


def test_newer_scores_of_the_same_person_replace_only_if_asked(publish, folder, bench, store):
    publish("lab-a", "mine")
    bench("store", "merge", folder, store)
    publish("lab-a", "mine", values=(1.0, 1.0), name="again", options=("--replace",))
    code, _, err = bench("store", "merge", folder, store)
    assert code == 2 and "other scores of mine fold 0 of lab-a" in err
    assert bench("store", "merge", folder, store, "--replace")[0] == 0
    (record,) = Store(store).records()
    assert record.metrics["facts"].value == 1.0 and items_of(Store(store), record)[0]["bleu2"] == 1.0


def test_rows_of_others_are_not_published_again_as_ones_own(publish, folder, bench, store, tmp_path):
    publish("lab-a", "mine")
    bench("store", "merge", folder, store)
    code, _, err = bench("publish", tmp_path / "second", "--by", "lab-b", "--store", store)
    assert code == 2 and "holds no record that was measured here" in err
    measured(Store(store), "own")
    assert bench("publish", tmp_path / "second", "--by", "lab-b", "--store", store)[0] == 0
    assert [cell.record.cell.model for cell in read(tmp_path / "second").cells] == ["own"]


def test_rows_of_another_protocol_are_said_to_be(publish, folder, bench, store):
    publish("lab-a", "mine", caption="without")
    store_at(store, "mine")
    _, out, _ = bench("store", "merge", folder, store)
    assert "under a protocol of which you measured nothing" in out


def test_places_of_this_machine_in_what_is_published_are_named(bench, folder, tmp_path):
    place = tmp_path / "my pictures"
    place.mkdir()
    named = f"folder:{tmp_path}/store"
    store_at(tmp_path / "store", "mine", dataset=named)
    _, out, _ = bench("publish", folder, "--by", "lab-a", "--store", tmp_path / "store")
    assert f"places on this machine are named in it: {tmp_path}/store" in out


def test_pictures_of_one_protocol_are_the_same_wherever_they_lie(publish, folder, bench, store):
    publish("lab-a", "mine", "theirs", dataset="folder:/data/theirs")
    store_at(store, "mine", dataset="folder:/data/ours")
    assert "1 cell left out" in bench("store", "merge", folder, store)[1]
    assert {record.cell.dataset for record in Store(store).records()} == {"folder:/data/ours"}
    assert "theirs (by lab-a)" in bench("table", "1")[1]


def test_what_somebody_publishes_meanwhile_is_kept(publish, folder, bench, tmp_path, monkeypatch):
    from bench.api import publishing

    publish("lab-a", "mine")
    usual, calls = publishing.held_lock, []

    def slow(path):
        if not calls:
            calls.append(path)
            publish("lab-b", "theirs")
        return usual(path)

    monkeypatch.setattr(publishing, "held_lock", slow)
    publish("lab-a", "mine", "more")
    assert len(read(folder).cells) == 3
