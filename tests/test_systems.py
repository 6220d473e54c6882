"""Other systems and versions of Python: what cannot be run here is at least not excluded by an import."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.processes import endings
from bench.training import peak

ROOT = Path(__file__).resolve().parent.parent
OTHERS = ("3.12", "3.13")


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="there is nothing to hide")
def test_no_module_needs_what_only_posix_has():
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "hidden_system.py"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 300


def _interpreter(version):
    for name in (f"python{version}", *sorted(Path(sys.base_prefix).parent.glob(f"{version}*/bin/python3"))):
        path = shutil.which(name)
        if path and subprocess.run([path, "-c", "pass"], capture_output=True).returncode == 0:
            return path
    return pytest.skip(f"no Python {version} here")


@pytest.mark.slow
@pytest.mark.parametrize("version", OTHERS)
def test_other_versions_of_python_compile_it_and_show_its_help(version, tmp_path):
    python = _interpreter(version)
    folders = [ROOT / name for name in ("bench", "models", "tasks", "plugins")]
    command = [python, "-W", "error", "-X", f"pycache_prefix={tmp_path}", "-m", "compileall", "-q", "-f", *folders]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    # The help needs libraries of Python alone, which serve every version.
    paths = os.pathsep.join([str(ROOT), *(path for path in sys.path if path.endswith("site-packages"))])
    command = [python, "-S", "-m", "bench", "--help"]
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert done.returncode == 0 and "publish" in done.stdout, done.stderr


def test_the_peak_memory_is_known_without_what_posix_tells(monkeypatch, tmp_path):
    monkeypatch.setattr(peak, "_STATUS", tmp_path / "none")
    own = peak._process()
    monkeypatch.setitem(sys.modules, "resource", None)
    assert own > 1e7 and peak._process() > 1e7


def test_a_process_ends_with_its_parent_where_there_is_no_signal_for_it(monkeypatch):
    def refused(*_):
        raise TypeError("argument of type 'NoneType' is not iterable")  # as on Windows

    monkeypatch.setattr(endings.ctypes, "CDLL", refused)
    started = []
    monkeypatch.setattr(endings.threading.Thread, "start", lambda thread: started.append(thread))
    endings.end_with(os.getppid())
    assert len(started) == 1
