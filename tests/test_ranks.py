"""Several processes that train one model: they do what one does, count nothing twice, and do not outlive each other."""

import os
import signal
import time
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import torch
from timm.layers.norm_act import BatchNormAct2d
from torch import nn
from torch.distributed import HashStore

from bench.errors import BenchError
from bench.processes.ranks import ALONE, Parted, Ranks, join
from bench.store.store import Store
from bench.training.cutting import Cut
from bench.training.fabric import with_shared_norms
from tests import ranks_at_work
from tests.ranks_at_work import alone, context_of, end, start, together, together_and_on

pytestmark = pytest.mark.xdist_group("ranks")  # one process starts what many tests look at
ALIKE = ("plain", "plain_stops", "gcn", "mvaema", "mvaema_without_itc", "mvaema_without_itm")
SLOW = ("mvaema_in_single", "llava")
TWOS = "mvaema_in_twos"
OTHERS = ("refused", "visits", "diverging", "resumed", "dropouts", "weights_of_the_first", "cells", "fates")


@pytest.fixture(scope="module")
def two_at_work(tmp_path_factory):
    """What two processes made, and the processes, which then train without end, and where."""
    folder = tmp_path_factory.mktemp("two")
    made, processes = together_and_on(2, folder, (*ALIKE, TWOS, *OTHERS), ranks_at_work.endless)
    yield made, processes, folder
    for process in processes:
        process.kill()
        process.join()


@pytest.fixture(scope="module")
def two(two_at_work):
    return two_at_work[0]


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    return together(3, tmp_path_factory.mktemp("three"), (*ALIKE, *SLOW, "visits"))


@pytest.fixture(scope="module")
def slow_two(tmp_path_factory):
    return together(2, tmp_path_factory.mktemp("slow"), SLOW)


def check_alike(made, expected, rel=1e-9):
    """All ranks end with the same weights, and on the curve of one process."""
    for found in made:
        assert found[1] == expected[1]
        for (losses, *others), (expected_losses, *expected_others) in zip(found[0], expected[0], strict=True):
            assert losses == pytest.approx(expected_losses, rel=rel)
            assert others == pytest.approx(expected_others, rel=rel)
        assert all(torch.equal(value, made[0][2][name]) for name, value in found[2].items())
    for step in made[0][3:]:  # gradients
        assert all(torch.allclose(step[name], value, rtol=1e-9, atol=1e-10) for name, value in expected[3].items())


@pytest.mark.slow
@pytest.mark.numeric
@pytest.mark.parametrize("name", [*ALIKE, TWOS])
def test_two_processes_train_as_one_does(two, tmp_path, name):
    check_alike(two[name], alone(name, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("name", ALIKE)
def test_three_processes_train_as_one_does(three, tmp_path, name):
    check_alike(three[name], alone(name, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("name", SLOW)
def test_larger_models_train_as_one_process_does(request, tmp_path, name, size):
    made, expected = request.getfixturevalue({2: "slow_two", 3: "three"}[size])[name], alone(name, tmp_path)
    if name == "mvaema_in_single":  # whose gradients, in float32, are only near
        made, expected = [found[:3] for found in made], expected[:3]
    check_alike(made, expected, rel=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("made", ["two", "three"])
def test_every_sample_is_computed_once_an_epoch_and_validation_by_each_in_full(request, tmp_path, made):
    ranks = request.getfixturevalue(made)["visits"]
    expected, held = alone("visits", tmp_path)
    for step, whole in enumerate(expected):
        assert [position for seen, _ in ranks for position in seen[step]] == whole
    assert [sorted(sum(expected[epoch : epoch + 4], [])) for epoch in (0, 4, 8)] == [list(range(23))] * 3
    assert all(asked == held for _, asked in ranks)


@pytest.mark.slow
@pytest.mark.parametrize("victim", [0, 1])
def test_memory_that_runs_out_on_one_rank_ends_all_and_the_cell_fails_with_the_remedy(tmp_path, victim):
    end(start(2, ranks_at_work.out_of_memory, tmp_path, victim), code=1)
    (told,) = tmp_path.glob("*.failed")
    assert told.name == f"{victim}.failed"
    assert told.read_text() == (
        "train failed: memory does not hold the piece of a training step (epoch 1, step 3) that falls to one of 2 "
        "processes; take a smaller recipe.batch_size than 10, or more processes (gpus_per_cell, nodes_per_cell)"
    )
    assert not list(tmp_path.glob("cells/*"))


@pytest.mark.slow
def test_batch_norms_on_cpus_and_batches_too_small_to_share_are_refused_on_all_ranks(two):
    first, second = two["refused"]
    assert first == second
    norms, small = first
    assert norms.startswith("batch norm over 2 processes needs GPUs, and these compute on cpu; train in one process")
    assert small.startswith("a batch in 1 pieces cannot be shared by 2 processes; take a larger recipe.batch_size")


@pytest.mark.slow
def test_a_loss_that_is_no_number_on_one_rank_is_the_same_failure_on_all(two):
    first, second = two["diverging"]
    assert first == second
    assert "training diverged in epoch 1, step 1: loss=nan" in first


@pytest.mark.slow
def test_a_training_broken_off_goes_on_from_the_checkpoint_that_the_first_wrote(two, tmp_path):
    check_alike([curve for curve, _, _ in two["resumed"]], alone("resumed", tmp_path)[0])
    for _, said, _ in two["resumed"]:
        assert said == [["checkpoint.previous.pt", "checkpoint.pt", "standing.json"], "resumed at epoch 2, step 3"]
    assert "checkpoint.pt" in two["resumed"][0][2]  # until the stage has its product


@pytest.mark.slow
def test_dropout_draws_of_its_own_on_every_rank_and_on_the_first_as_one_process_does(two, tmp_path):
    first, second = two["dropouts"]
    assert torch.equal(first, alone("dropouts", tmp_path))
    assert not torch.equal(first, second)


@pytest.mark.slow
def test_all_ranks_begin_with_the_weights_of_the_first(two):
    assert torch.equal(*two["weights_of_the_first"])


@pytest.mark.slow
def test_an_error_that_all_ranks_have_passes_and_that_of_one_parts_it_from_the_others(two):
    assert two["fates"] == [["failed", "done", "parted"], ["failed", "parted", "parted"]]


def check_that_one_killed_takes_the_other_down(processes, folder, victim):
    began = time.monotonic()
    while len(list(folder.glob("[01]"))) < 2:
        assert time.monotonic() - began < 120
        time.sleep(0.05)
    os.kill(processes[victim].pid, signal.SIGKILL)
    end([processes[1 - victim]], code=1)
    processes[victim].join(60)


@pytest.mark.slow
def test_a_rank_that_is_killed_takes_the_others_down(two_at_work):
    check_that_one_killed_takes_the_other_down(*two_at_work[1:], victim=1)


@pytest.mark.slow
@pytest.mark.parametrize("work", ["endless", "waiting"])
def test_a_first_rank_that_is_killed_takes_the_others_down(tmp_path, work):
    check_that_one_killed_takes_the_other_down(start(2, getattr(ranks_at_work, work), tmp_path), tmp_path, victim=0)


@pytest.mark.slow
def test_ranks_that_are_stopped_keep_their_last_step_and_one_process_goes_on(tmp_path):
    end(start(2, ranks_at_work.stopped, tmp_path), code=1)
    assert (tmp_path / "work" / "checkpoint.pt").exists()
    ear = ranks_at_work.Ear()
    with ranks_at_work.in_double():
        found = ranks_at_work.fitted(replace(context_of(tmp_path / "work", ALONE), progress=ear))
    assert ear.said == ["resumed at epoch 2, step 2"]
    assert len(ear.figures) == 7
    check_alike([found], alone("plain", tmp_path / "whole"))


def test_a_rank_that_nobody_joins_gives_up(monkeypatch):
    monkeypatch.setattr("bench.processes.ranks.GATHERING", timedelta(seconds=1))
    with pytest.raises(Parted, match="not all 2 processes came to 127.0.0.1"):
        join(0, 2, 0, "127.0.0.1", ranks_at_work.free_port(), "cpu")


@pytest.fixture(scope="module")
def run(two, tmp_path_factory):
    """The stores of one process and of two, after the same cells; the latter, and which failed on each rank."""
    one = tmp_path_factory.mktemp("alone")
    alone("cells", one)
    return one, two["cells"][0][0], [failed for _, failed in two["cells"]]


def records(store):
    return {record.cell.model: record for record in Store(store).records()}


@pytest.mark.slow
@pytest.mark.numeric
def test_a_cell_of_two_processes_leaves_the_record_that_one_leaves(run):
    one, two = (records(store)["gcn"] for store in run[:2])
    for name, score in one.metrics.items():
        assert two.metrics[name].value == pytest.approx(score.value, rel=1e-4)
    assert two.n == one.n
    assert two.stages == one.stages
    assert [trial["validation"] for trial in two.training["tuning"]] == pytest.approx(
        [trial["validation"] for trial in one.training["tuning"]], rel=1e-4
    )
    answers = [next((store / "stages").glob("*/product/probabilities.npy")) for store in run[:2]]
    assert np.allclose(*map(np.load, answers), atol=1e-4)  # float32, summed in another order at every step


@pytest.mark.slow
def test_a_record_says_how_many_processes_trained(run):
    one, two = (records(store)["gcn"].environment for store in run[:2])
    assert two["train"]["processes"] == 2
    assert not any("processes" in stage for stage in (*one.values(), two["predict"], two["score"]))


@pytest.mark.slow
def test_a_cell_that_fails_on_all_ranks_is_written_down_and_the_others_go_on(run):
    _, two, failed = run
    assert set(records(two)) == {"gcn"}
    assert failed == [["simclr"], []]
    (log,) = (two / "logs").glob("*simclr*")
    assert "simclr needs the whole batch in one process" in log.read_text()
    assert "gpus_per_cell=1" in log.read_text()
    assert not list(two.glob("stages/*/claim"))


def test_a_loss_of_the_whole_batch_is_refused_for_several_processes(tmp_path):
    with pytest.raises(BenchError, match="the loss of tiny needs the whole batch in one process, and 2 were to"):
        Cut(None, None, context_of(tmp_path, Ranks(0, 2)))


@pytest.mark.parametrize("given", ["split", "spread"])
def test_a_batch_must_have_a_piece_for_each_rank(tmp_path, given):
    def cut_up(batch, many):
        return [(1.0, part) for part in batch[:many]]

    cut = Cut(**{"split": None, "spread": None, given: cut_up}, context=context_of(tmp_path, Ranks(2, 3)))
    assert cut.pieces([4, 5, 6], 1) == [(1.0, 6)]
    with pytest.raises(BenchError, match="a batch in 2 pieces cannot be shared by 3 processes"):
        cut.pieces([4, 5], 1)


def test_batch_norms_on_gpus_are_of_the_batch_of_all_and_keep_their_activation():
    network = nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8), BatchNormAct2d(8, act_layer=nn.SiLU))
    shared = with_shared_norms(network, torch.device("cuda"), Ranks(0, 2))
    assert all(isinstance(norm, nn.SyncBatchNorm) for norm in shared[1:])
    assert isinstance(shared[2].act, nn.SiLU)


def test_one_process_keeps_its_batch_norms():
    network = nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8))
    assert type(with_shared_norms(network, torch.device("cuda"), ALONE)[1]) is nn.BatchNorm1d


def test_a_clusters_variables_do_not_make_one_process_believe_that_it_is_several(tmp_path, monkeypatch):
    expected = alone("plain", tmp_path)
    for name, value in {"NTASKS": 2, "PROCID": 1, "LOCALID": 1, "NODEID": 0, "JOB_ID": 7, "NNODES": 1}.items():
        monkeypatch.setenv(f"SLURM_{name}", str(value))
    found = alone("plain", tmp_path)
    assert found[:2] == expected[:2]


def test_a_rank_that_parts_lets_the_others_know():
    board = HashStore()
    with pytest.raises(Parted), Ranks(1, 2, board).shared():
        raise Parted("memory ran out")
    assert board.get("0/1") == b"parted"


def test_one_process_alone_agrees_with_itself():
    assert ALONE.agreed("x") == "x"
    assert ALONE.summed([0.1, 2.0]) == [0.1, 2.0]
    with ALONE.shared():
        assert ALONE.first
