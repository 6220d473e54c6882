"""The README's first command, at a smaller size."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SMALL = "--set synthetic.size=200 --set vqa.questions=2 --set model.epochs=1 --set machine.threads=2"


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / ".venv" / "installed").exists(), reason="no .venv that make has made")
def test_make_demo_prints_both_tables_and_a_second_call_starts_at_once(store):
    make = [shutil.which("make"), "demo", f"OPTIONS={SMALL}"]
    first = subprocess.run(make, cwd=ROOT, capture_output=True, text=True)
    assert first.returncode == 0, first.stdout + first.stderr
    for row in ("MVaEMa", "LLaVA", "Blind MVaEMa", "Majority answer"):
        assert re.search(rf"{row}[^|]*\| measured", first.stdout), first.stdout
    assert "Table 1." in first.stdout
    assert "Table 7." in first.stdout
    assert "fold 0 of 5" in first.stdout.rpartition("Table 7.")[2]  # the verdict says what it rests on
    second = subprocess.run(make, cwd=ROOT, capture_output=True, text=True)
    assert "nothing to do" in second.stdout
