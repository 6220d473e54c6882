"""Change one place of a module at a time and run the tests that guard it: ``python scripts/mutation.py [NAME ...]``.

tests/mutation.toml says which modules, tests and changes. A NAME is a part of a module's path. cosmic-ray makes the
changes, in place, and takes them back. Its own runner starts Python anew for each; here each is a fork of a process
that has imported what is not ours, such as torch, which takes a third of the time.
"""

import argparse
import multiprocessing
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from cosmic_ray.commands import init
from cosmic_ray.mutating import use_mutation
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec

ROOT = Path(__file__).resolve().parent.parent
PYTEST = ("-x", "-q", "-m", "not slow and not slurm", "--tb", "line")
REFUSED = "TypeError: unsupported operand"
"""What Python says to an operator that its operands lack, as paths and annotations do: no mutant, and not counted."""


def main() -> int:
    """Print each survivor, and behind them the share killed of each module's mutants."""
    settings = tomllib.loads((ROOT / "tests" / "mutation.toml").read_text())
    parser = argparse.ArgumentParser(prog="python scripts/mutation.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="a part of a module's path [default: all modules]")
    parser.add_argument("--sample", type=int, default=sys.maxsize, metavar="N", help="at most N mutants a module")
    options = parser.parse_args()
    os.chdir(ROOT)
    modules = {
        module: tests
        for module, tests in settings["modules"].items()
        if not options.names or any(name in module for name in options.names)
    }
    if not modules or subprocess.run(["git", "diff", "--quiet", "--", *modules]).returncode:
        parser.error("no such module, or one with changes that are not committed: each is changed in place")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the change is taken back
    wanted = re.compile(rf"core/({'|'.join(settings['operators'])})")
    unchanged = tuple(settings["kept"])
    lines = [
        _line(module, tests, _mutations(module, wanted, unchanged, options.sample)) for module, tests in modules.items()
    ]
    print("\n".join(lines))
    return 0


def _line(module: str, tests: Sequence[str], mutations: Sequence[MutationSpec]) -> str:
    """Test a module's mutants, print those that survive, and return how many were killed."""
    _import_what_is_not_ours(tests)
    start = time.monotonic()
    killed, output = _killed(tests, None)
    if killed:
        sys.exit(f"the tests of {module} fail without any change:\n{output}")
    limit = 10 + 5 * (time.monotonic() - start)
    outcomes: list[bool] = []
    for mutation in mutations:
        with use_mutation(Path(module), get_operator(mutation.operator_name)(), mutation.occurrence):
            killed, output = _killed(tests, limit)
            if REFUSED in output:
                continue
            outcomes.append(killed)
            if not killed:
                print(subprocess.run(["git", "diff", "-U0", module], capture_output=True, text=True).stdout, flush=True)
    line = f"{module}: {sum(outcomes)} of {len(outcomes)} killed ({sum(outcomes) / max(1, len(outcomes)):.0%})"
    print(line, flush=True)
    return line


def _mutations(module: str, wanted: re.Pattern[str], unchanged: tuple[str, ...], sample: int) -> list[MutationSpec]:
    with use_db(":memory:", WorkDB.Mode.create) as database:
        init([Path(module)], database, {})
        every = [item.mutations[0] for item in database.work_items]
    lines = Path(module).read_text(encoding="utf-8").splitlines()
    chosen = [
        mutation
        for mutation in every
        if wanted.fullmatch(mutation.operator_name)
        and not lines[mutation.start_pos[0] - 1][: mutation.start_pos[1]].endswith(unchanged)
    ]
    return random.Random(0).sample(chosen, min(sample, len(chosen)))


def _killed(tests: Sequence[str], limit: float | None) -> tuple[bool, str]:
    """Run tests in a fork; return whether one fails or they last longer than the limit, and what they print."""
    with tempfile.TemporaryFile("w+", errors="replace") as stream:
        process = multiprocessing.get_context("fork").Process(target=_test, args=(tests, stream.fileno()))
        process.start()
        try:
            process.join(limit)
        finally:
            if process.is_alive() and process.pid:
                os.killpg(process.pid, signal.SIGKILL)  # with what it started
            process.join()
        stream.seek(0)
        return process.exitcode != 0, stream.read()


def _test(tests: Sequence[str], stream: int) -> None:
    import pytest

    os.setsid()
    os.dup2(stream, 1)
    os.dup2(stream, 2)
    sys.dont_write_bytecode, os.environ["PYTHONDONTWRITEBYTECODE"] = True, "1"  # of a mutant nothing stays
    sys.exit(pytest.main([*PYTEST, *tests]))


def _import_what_is_not_ours(tests: Sequence[str]) -> None:
    listing = "import sys, pytest; pytest.main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", listing, *PYTEST, *tests], capture_output=True, text=True)
    for name in done.stderr.split():
        if name.partition(".")[0] not in ("bench", "tests", "__main__"):
            with suppress(Exception):
                import_module(name)


if __name__ == "__main__":
    sys.exit(main())
