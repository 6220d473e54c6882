"""The numeric tests pass whatever kernels the processor has: they run again under the settings that choose kernels.

The rows are a covering array: each value stands beside each value of every other setting at least once, which takes
12 rows where all combinations are 72. Processes that train together are dear: they meet each value once, in the four
rows of TOGETHER. A library ignores a value that its processor does not have.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests import kernels

NUMERIC = "pytest.mark." + "numeric"  # in two parts, so that this file has it not
HERE = Path(__file__).parent
SETTINGS = {
    "ATEN_CPU_CAPABILITY": (None, "default", "avx2"),
    "MKL_CBWR": (None, "COMPATIBLE", "AVX2"),
    "OMP_NUM_THREADS": ("1", "2"),
    "oneDNN": ({}, {kernels.ONEDNN: "off"}, {"ONEDNN_MAX_CPU_ISA": "AVX2"}, {"ONEDNN_MAX_CPU_ISA": "SSE41"}),
}
SIZES = [len(values) for values in SETTINGS.values()]
ROWS = [(number % 3, (number % 3 + number // 3) % 3, number % 2, number // 3) for number in range(12)]
TOGETHER = (ROWS[0], ROWS[4], ROWS[8], ROWS[9])


def environment(row):
    """The environment of a row of places among the values, free of what else chooses kernels."""
    chosen = {"ONEDNN_MAX_CPU_ISA": None, kernels.ONEDNN: None}
    for (name, values), place in zip(SETTINGS.items(), row, strict=True):
        chosen |= values[place] if name == "oneDNN" else {name: values[place]}
    return chosen


def test_every_two_values_stand_together_in_a_row():
    for one in range(len(SIZES)):
        for other in range(one):
            assert len({(row[one], row[other]) for row in ROWS}) == SIZES[one] * SIZES[other], (one, other)
        assert len({row[one] for row in TOGETHER}) == SIZES[one]


def test_onednn_is_off_where_the_environment_says_so(monkeypatch):
    monkeypatch.setenv(kernels.ONEDNN, "off")
    with torch.backends.mkldnn.flags(enabled=True):
        kernels.settle()
        assert not torch._C._get_mkldnn_enabled()


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(f"{value}" for value in environment(row).values()))
def test_the_numeric_tests_pass(row):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "BENCH_STORE"))}
    told = {name: value for name, value in {**kept, **environment(row)}.items() if value is not None}
    files = [path for path in HERE.glob("test_*.py") if NUMERIC in path.read_text()]
    if row not in TOGETHER:
        files.remove(HERE / "test_ranks.py")
    asked = [sys.executable, "-m", "pytest", "-m", "numeric", *map(str, sorted(files))]
    ran = subprocess.run(asked, cwd=HERE.parent, env=told, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-1000:]
    assert " passed" in ran.stdout
