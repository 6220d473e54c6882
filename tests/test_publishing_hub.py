"""Results on the hub, read and written by huggingface_hub, against a loopback one."""

from datetime import datetime

import pytest
import yaml
from huggingface_hub import HfApi

from bench.store.store import Store
from tests.published_cells import store_at
from tests.writable_hub import TOKEN


@pytest.fixture
def hub(writable_hub):
    return writable_hub


@pytest.fixture
def publish(bench, tmp_path):
    """Publish a store of models on the hub."""

    def call(*models, options=(), name="cells", **about):
        store_at(tmp_path / name, *models, **about)
        return bench("publish", "hub:our-lab/results", "--store", tmp_path / name, *options)

    return call


def _data(hub):
    return {name for name in hub.files("our-lab/results") if name.startswith("data/")}


def test_a_new_data_set_is_created_named_after_the_account_and_read_back(hub, publish, bench, store):
    code, out, err = publish("mine")
    assert code == 0, err
    assert "published 1 cell" in out and "1 cell of lab-h" in out
    assert {"README.md", "croissant.json", "eval.yaml", "publication.json"} <= hub.files("our-lab/results").keys()
    assert "https://huggingface.co/datasets/our-lab/results" in hub.files("our-lab/results")["croissant.json"].decode()
    assert bench("store", "merge", "hub:our-lab/results", store)[0] == 0
    assert [record.cell.model for record in Store(store).records()] == ["mine@lab-h"]


def test_large_files_go_by_lfs(hub, publish, bench, store, monkeypatch):
    monkeypatch.setattr("huggingface_hub._commit_api.is_xet_available", lambda: False)
    hub.large = (".parquet",)
    code, _, err = publish("mine")
    assert code == 0, err
    assert len(hub.stored) == 4 and bench("store", "merge", "hub:our-lab/results", store)[0] == 0


def test_files_of_others_stay_and_ones_own_older_ones_go(hub, publish):
    publish("mine", options=("--by", "lab-a"))
    theirs = _data(hub)
    publish("mine", options=("--by", "lab-b"))
    first = _data(hub) - theirs
    publish("mine", "more", options=("--by", "lab-b"))
    assert theirs <= _data(hub) and len(_data(hub)) == 8 and not first <= _data(hub)


def test_conflicts_are_refused_before_anything_is_sent(hub, publish):
    publish("mine")
    before = dict(hub.files("our-lab/results"))
    code, _, err = publish("mine", values=(1.0, 1.0), name="other")
    assert code == 2 and "other scores of mine fold 0" in err
    assert hub.files("our-lab/results") == before


def test_what_somebody_commits_meanwhile_is_not_overwritten(hub, publish):
    publish("mine")
    hub.before_commit = lambda: hub.commit("datasets", "our-lab/results", {"new": b"x"})
    code, _, err = publish("mine", "more")
    assert code == 2 and "meanwhile" in err and "run the same command again" in err
    assert hub.files("our-lab/results") == {"new": b"x"}


def test_scores_are_proposed_to_a_models_repository(hub, publish):
    hub.commit("models", "our-lab/net", {"config.json": b"{}"})
    code, out, err = publish("mine", options=("--results", "mine=our-lab/net"))
    assert code == 0, err
    ((name, files),) = hub.requests
    assert name == "our-lab/net" and "/discussions/1" in out
    assert yaml.safe_load(files[".eval_results/results-by-lab-h.yaml"])[0]["dataset"]["id"] == "our-lab/results"


def test_scores_of_a_models_repository_are_read_by_the_hubs_own_client(hub, publish):
    hub.commit("models", "our-lab/net", {"config.json": b"{}"})
    publish("mine", options=("--results", "mine=our-lab/net"), values=(0.5, 0.25))
    hub.commit("models", *hub.requests[0])  # the owner accepts the pull request
    entries = HfApi(hub.address).model_info("our-lab/net", expand=["evalResults"]).eval_results
    tasks = yaml.safe_load(hub.files("our-lab/results")["eval.yaml"])["tasks"]
    assert {(entry.dataset_id, entry.task_id) for entry in entries} == {
        ("our-lab/results", each["id"]) for each in tasks
    }
    assert {entry.value for entry in entries} == {0.375}
    assert all(datetime.fromisoformat(entry.date) and entry.source_url.endswith("our-lab/results") for entry in entries)


def test_a_models_repository_that_is_not_there_is_noticed_before_anything_is_sent(hub, publish):
    code, _, err = publish("mine", options=("--results", "mine=our-lab/gone"))
    assert code == 2 and "has no 'our-lab/gone'" in err
    assert not hub.repositories


@pytest.mark.parametrize(
    ("token", "may_write", "said"),
    [
        ("wrong", True, "refuses the token for your account (401)"),
        (TOKEN, False, "refuses the token for our-lab/results (403)"),
    ],
)
def test_a_token_that_is_refused_is_said_to_be(hub, publish, monkeypatch, token, may_write, said):
    monkeypatch.setenv("HF_TOKEN", token)
    hub.may_write = may_write
    code, out, err = publish("mine")
    assert (code, out) == (2, "") and said in err and "hf auth login" in err
    assert token not in err and not hub.repositories


def test_without_a_token_nothing_is_tried(hub, publish, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr("huggingface_hub.get_token", lambda: None)
    code, _, err = publish("mine")
    assert code == 2 and "log in with `hf auth login`" in err


def test_half_a_publication_on_the_hub_is_refused(hub, publish, bench, store):
    publish("mine")
    name = next(iter(_data(hub)))
    hub.commit("datasets", "our-lab/results", {k: v for k, v in hub.files("our-lab/results").items() if k != name})
    for code, _, err in (bench("store", "merge", "hub:our-lab/results", store), publish("mine", "more")):
        assert code == 2 and f"{name} is missing" in err
    hub.commit("datasets", "our-lab/results", {"README.md": b"# Another data set\n"})
    assert "holds no publication" in bench("store", "merge", "hub:our-lab/results", store)[2]


def test_a_hub_that_does_not_answer_is_said_to(publish, bench, store, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    code, _, err = bench("store", "merge", "hub:our-lab/results", store)
    assert code == 2 and "http://127.0.0.1:9 does not do that for our-lab/results" in err


def test_a_gate_reads_earlier_scores_from_the_hub(hub, publish, bench, tmp_path):
    publish("mine")
    assert bench("gate", "--against", "hub:our-lab/results", "--store", tmp_path / "cells")[0] == 0
