"""The check of pinned packages for known vulnerabilities."""

import importlib
import json
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

WRONG = {"name": "pillow", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}
RIGHT = {"name": "numpy", "version": "1", "vulns": []}
UNKNOWN = {"name": "bench", "skip_reason": "not on the index"}


@pytest.mark.parametrize(
    ("output", "code", "sentence"),
    [
        (json.dumps({"dependencies": [RIGHT, UNKNOWN]}), 0, "1 packages audited, 1 unknown"),
        (json.dumps({"dependencies": [RIGHT, WRONG]}), 1, "vulnerable: pillow 1: CVE-1; fixed in 2"),
        ("", 0, "not audited: no route"),
    ],
)
def test_only_a_vulnerability_fails_the_check(output, code, sentence, monkeypatch, capsys):
    answer = SimpleNamespace(stdout=output, stderr="Traceback\nno route")
    monkeypatch.syspath_prepend(Path(__file__).parent.parent / "scripts")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: answer)
    assert importlib.import_module("audit").main() == code and sentence in capsys.readouterr().out


def test_strict_ends_with_1_where_a_number_is_impossible(bench, tmp_path):
    (tmp_path / "impossible.csv").write_text("table,row,column,value\n1,ours,Top-1,0.60\n1,ours,Top-5,0.50")
    assert bench("audit", tmp_path / "impossible.csv")[0] == 0
    code, out, err = bench("audit", tmp_path / "impossible.csv", "--strict")
    assert code == 1 and "| impossible" in out
    assert err == "table 1: ours Top-5 0.50 cannot be below ours Top-1 0.60 of the same predictions.\n"
