"""Every model, killed at drawn moments and resumed: ``python -m tests.killed_runs``."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ALONE = {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}


def lines(*arguments):
    """The lines that a script of the tests prints, each an object."""
    command = [sys.executable, "-m", *map(str, arguments)]
    ran = subprocess.run(command, cwd=ROOT, env={**os.environ, **ALONE}, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


FEW = ("gcn", "simclr", "mvaema", "pixels")
"""One of each way to learn; without names the script takes all models, in ten minutes or more."""


@pytest.mark.slow
def test_a_killed_run_ends_as_if_nobody_had_killed_it(tmp_path):
    trials = lines("tests.killed_runs", tmp_path, 1, *FEW)
    assert len(trials) == len(FEW) and sum(len(trial["kills"]) for trial in trials) > len(FEW)
    assert {trial["model"]: trial["differences"] for trial in trials if trial["differences"]} == {}


@pytest.mark.slow
def test_a_run_in_a_hard_place_ends_with_sentences_and_can_be_resumed(tmp_path):
    places = lines("tests.hard_places", tmp_path)
    assert {place["place"]: place for place in places if place["faults"]} == {}
