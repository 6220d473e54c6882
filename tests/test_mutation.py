"""What `make mutation` changes and runs is there."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODULES = tomllib.loads((ROOT / "tests" / "mutation.toml").read_text())["modules"]


def test_every_module_and_test_that_a_mutation_run_names_is_there():
    named = {*MODULES, *(test for tests in MODULES.values() for test in tests)}
    assert [name for name in sorted(named) if not (ROOT / name.partition("::")[0]).is_file()] == []


def test_every_module_that_decides_a_metric_or_a_statistic_is_changed():
    found = [path for folder in ("tasks/metrics", "bench/statistics") for path in (ROOT / folder).glob("[!_]*.py")]
    assert {path.relative_to(ROOT).as_posix() for path in found} <= MODULES.keys()
