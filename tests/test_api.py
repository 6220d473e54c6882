"""What a notebook calls: runs, tables and answers as objects, the same as the verbs print."""

import re
from pathlib import Path

import numpy as np
import pytest

import bench as api
from bench.errors import BenchError
from tests.table_records import made

SMALL = {"synthetic.size": 100, "vqa.questions": 2, "machine.threads": 1}


@pytest.fixture
def ran():
    return api.run("vqa", ["majority"], folds="0", settings=SMALL)


def test_a_run_returns_its_records_and_does_nothing_the_second_time(ran):
    found = ran.records()
    assert not ran.failed and repr(ran) == "the cell is done; `bench table 1` shows the scores"
    assert set(found["metric"]) >= {"facts", "bleu2"} and found["value"].between(0, 2).all()
    assert set(found.model) == {"majority"} and found.finished.dt.tz is not None
    assert "done already" in repr(api.run("vqa", "majority", folds="0", settings=["synthetic.size=100", *_lines()]))
    assert api.records().equals(found)


def test_a_record_that_another_run_replaced_is_not_among_a_runs_own(ran):
    again = api.run("vqa", "majority", folds="0", settings={**SMALL, "recipe.epochs": 2})
    assert again.cells[0].id == ran.cells[0].id
    assert ran.records().empty and not again.records().empty


@pytest.mark.parametrize(("value", "kept"), [(True, True), (None, None), ("yes", "yes"), (["itc"], ["itc"])])
def test_a_setting_keeps_its_type(monkeypatch, value, kept):
    seen = []
    monkeypatch.setattr("bench.api.runs.requests", lambda *given: seen.append(given[2]) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        api.run("vqa", "majority", settings={"mvaema.anything": value})
    assert seen[0].settings["mvaema"]["anything"] == kept


def _lines():
    return [f"{key}={value}" for key, value in SMALL.items()]


def test_a_cell_that_fails_is_named_and_stops_no_other(strangers):
    strangers("nearest")
    ran = api.run("vqa", "failing,majority", folds="0", settings=SMALL)
    assert ran.failed.keys() == {"failing fold 0"}
    assert "ValueError: this model never learns" in ran.failed["failing fold 0"]
    assert set(ran.records()["model"]) == {"majority"}


def test_a_mistake_is_raised_and_writes_nothing(store):
    with pytest.raises(BenchError, match=r"recipe\.epochs"):
        api.run("vqa", "majority", settings={"epoch": 3})
    with pytest.raises(BenchError, match="did you mean 'inline'"):
        api.run("vqa", "majority", launcher="inlin")
    assert not store.exists()


def test_a_forecast_says_what_is_missing_and_writes_nothing(store):
    forecast = api.forecast("vqa", "majority", folds="0", settings=SMALL)
    assert "missing" in forecast.text and not store.exists()
    assert repr(forecast) == forecast.text and [str(look.cell) for look in forecast.cells] == ["majority fold 0"]


def test_a_table_is_the_verbs_and_shows_itself(ran, bench):
    shown = api.table(1)
    assert str(shown) == bench("table", "1")[1].rstrip("\n")
    page = shown._repr_html_()
    assert "<table" in page and "<html" not in page and "Majority answer" in page
    numbers = shown.to_pandas()
    row = numbers[(numbers["model"] == "majority") & (numbers["column"] == "facts")]
    facts = api.records().set_index("metric").loc["facts", "value"]
    assert row["value"].item() == pytest.approx(facts)
    with pytest.raises(BenchError, match="unknown table"):
        api.table("no such")


def test_several_tables_are_one_object_that_is_written_and_drawn(ran, bench, tmp_path):
    tables = api.table("all")
    assert len(tables.data) > 1 and all("is left out" in sentence for sentence in tables.left_out)
    tables.save(tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == bench("table", "all", "--format", "csv")[1]
    assert tables.render("json") == bench("table", "all", "--format", "json")[1].rstrip("\n")
    with pytest.raises(BenchError, match="did you mean 'html'"):
        tables.render("htlm")
    with pytest.raises(BenchError, match="no row of table 1 was trained"):
        api.table(1).draw(tmp_path / "f.svg")


def test_the_origin_of_a_number_and_the_state_of_runs_are_the_verbs(ran, bench, store):
    origin = api.why(1, "majority", "facts")
    assert str(origin) == bench("why", "1", "majority", "facts")[1].rstrip("\n")
    assert origin.full == bench("why", "1", "majority", "facts", "--full")[1].rstrip("\n")
    state = api.status()
    assert (state.open, state.wrong) == (False, False) and str(state) == bench("status")[1].rstrip("\n")


def test_what_is_registered_costs_and_is_stored_is_the_verbs(ran, bench):
    assert str(api.listing("models")) == bench("list", "models")[1].rstrip("\n")
    assert api.listing("tables", "1", settings=True).json == bench("list", "tables", "1", "--json")[1].rstrip("\n")
    assert {entry["name"] for entry in api.listing("models", family="control").entries} >= {"majority", "blind"}
    assert str(api.costs("vqa")) == bench("costs")[1].rstrip("\n") and len(api.costs().cells) == 1
    assert str(api.inventory()) == bench("store")[1].rstrip("\n")
    with pytest.raises(BenchError, match="did you mean 'majority'"):
        api.listing("models", "majorty")


def test_a_forecast_says_how_long_all_would_take(ran):
    assert api.forecast("vqa", "majority", folds="0", settings=SMALL).seconds == 0
    forecast = api.forecast("vqa", "majority", folds=[1, 2], settings=SMALL)
    assert forecast.seconds == pytest.approx(
        sum(cost.seconds for cell in forecast.cells for cost in cell.costs.values())
    )
    assert forecast.seconds > 0


def test_folds_may_be_a_list_and_the_log_of_a_cell_is_read_by_its_name(store, bench):
    ran = api.run("vqa", "majority", folds=[0, 1], settings=SMALL)
    assert [cell.fold for cell in ran.cells] == [0, 1]
    code, out, _ = bench("logs", "majority fold 1")
    assert code == 0 and "majority_r0f1" in out and "done in" in out
    code, _, err = bench("logs", "majority fold 7")
    assert code == 2 and "did you mean 'majority fold" in err


def test_models_are_compared_on_common_folds(put):
    put(*(made("one", fold, 0.2 + 0.01 * fold) for fold in range(4)))
    put(*(made("two", fold, 0.7 + 0.01 * fold**2) for fold in range(4)))
    comparison = api.compare("all", metric="facts")
    assert comparison.folds == 4 and comparison.means == pytest.approx({"one": 0.215, "two": 0.735})
    assert "two is better" in str(comparison)
    with pytest.raises(BenchError, match="at least two models"):
        api.compare("one")


def test_the_worst_answers_are_a_page(ran, tmp_path):
    assert api.gallery("majority", tmp_path / "worst.html", worst=3) == 3
    assert (tmp_path / "worst.html").read_text().count("data:image/png") >= 1
    with pytest.raises(BenchError, match="unknown suffix"):
        api.gallery("majority", tmp_path / "worst.txt")


def test_a_trained_model_is_written_into_a_folder(ran, tmp_path):
    exported = api.export("majority", tmp_path / "majority")
    assert str(exported.of) == "majority fold 0" and {*exported.files} <= {
        path.relative_to(tmp_path / "majority").as_posix() for path in (tmp_path / "majority").rglob("*")
    }


def test_items_are_a_row_an_answer(ran):
    found = api.items(model="majority")
    facts = found["facts_right"].sum() / found["facts_counted"].sum()
    assert len(found) == 40 and facts == pytest.approx(api.records().set_index("metric").loc["facts", "value"])
    assert api.items(fraction=1.0, fold=0).equals(found) and api.items(model="nobody").empty
    with pytest.raises(BenchError, match="did you mean 'model'"):
        api.items(modell="majority")


def test_a_dataset_is_loaded_as_a_run_sees_it():
    pictures = api.load_dataset("synthetic", image_size=64, settings={"size": 20}).load()
    assert pictures.batch(slice(2)).shape == (2, 64, 64) and pictures.pixels.dtype == np.uint8
    with pytest.raises(BenchError, match="did you mean 'synthetic'"):
        api.load_dataset("synthetik")


def test_an_exported_model_is_asked_and_ranks_categories(exports, folder):
    picture = Path(folder(4, 4).removeprefix("folder:"), "kind00", "0.png")
    said = api.ask(picture, "What is seen?", model=str(exports.folder("mvaema")), top=3)
    assert isinstance(said.answer, str) and len(said.categories) == 3
    with pytest.raises(BenchError, match="there is no question"):
        api.ask(picture)


def test_what_is_exported_is_all_there_and_is_asked_for_by_name_alone():
    for name in api.__all__:
        assert re.match(r"[A-Za-z]", name) and callable(getattr(api, name))
