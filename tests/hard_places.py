"""Runs in hard places: ``python -m tests.hard_places FOLDER`` prints one line of JSON per place.

A full disk, files that may not grow, few open files, little memory, a clock that jumps, names that are not ASCII. Each
run is a process of its own, forked from one that has imported all. It ends well or with sentences; then the same
command, in a place like any other, must end in the numbers of a run that met no hardship.
"""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.cli.main import main as command_line
from tests.killed_runs import cases, files, leftovers

MODELS = "gcn,majority"
BYTES = (1_000, 5_000, 20_000, 100_000, 400_000)
"""Sizes of a disk, or of a file: too small for a request, a record, a checkpoint, the weights."""


def command(settings: tuple[str, ...], store: Path, *arguments: str) -> list[str]:
    """The arguments of a run."""
    assigned = [part for text in settings for part in ("--set", text)]
    return ["run", "--task", "classification", "--models", MODELS, "--store", str(store), *assigned, *arguments]


def forked(arguments: list[str], out: Path, prepare: Callable[[], object]) -> int:
    """Call the command line in a process of its own that is prepared first; return its exit code."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            stream = os.open(out, os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
            os.dup2(stream, 1)
            os.dup2(stream, 2)
            sys.argv = ["bench", *arguments]
            prepare()
            command_line()
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def limited(kind: int, most: int) -> Callable[[], None]:
    """Return a function that limits this process."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(kind, (most, most))

    return limit


def more_memory(extra: int) -> Callable[[], None]:
    """Return a function that lets this process have so many bytes more than it has."""

    def limit() -> None:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limited(resource.RLIMIT_AS, pages * resource.getpagesize() + extra)()

    return limit


def jumping() -> None:
    """Let the clock of this process jump by days at every look."""
    real, looks = time.time, iter(range(10**9))
    time.time = lambda: real() + (-1) ** (next(looks) % 2) * 3 * 86400


@contextmanager
def disk(folder: Path, size: int) -> Iterator[None]:
    """Mount a small disk, which is large in the end."""
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def enlarge(folder: Path) -> None:
    if os.path.ismount(folder):
        subprocess.run(["mount", "-o", "remount,size=200m", str(folder)], check=True)


def faults(code: int, out: str) -> list[str]:
    """What is wrong with how a run ended."""
    wrong = [f"exit code {code}"] if code not in (0, 1, 2) else []
    wrong += ["a traceback"] if "Traceback" in out else []
    if code == 2 and len(re.findall(r"^error: .+$", out, re.MULTILINE)) != 1:
        wrong.append("no sentence, or several")
    if code == 1 and not re.search(r"^\d of \d cells failed:|ended early", out, re.MULTILINE):
        wrong.append("no failure is named")
    return wrong


def main(folder: Path) -> None:
    """Print what each place does to a run, and what differs after the next one."""
    (_, _, settings), *_ = cases(["gcn"])
    settings = (*settings, "recipe.batch_size=12")
    undisturbed = folder / "undisturbed"
    folder.mkdir(parents=True, exist_ok=True)
    assert forked(command(settings, undisturbed), folder / "undisturbed.txt", lambda: None) == 0
    expected = files(undisturbed)

    def place(name: str, store: Path, prepare: Callable[[], object], *arguments: str) -> None:
        out = folder / f"{name}.txt"
        code = forked(command(settings, store, *arguments), out, prepare)
        said = out.read_text(errors="replace")
        wrong = faults(code, said)
        enlarge(store)
        if again := forked(command(settings, store, *arguments), folder / f"{name} again.txt", lambda: None):
            wrong.append(f"the next run ends with {again}")
        actual = files(store)
        wrong += sorted(path for path in expected.keys() | actual.keys() if expected.get(path) != actual.get(path))
        wrong += leftovers(store)
        print(json.dumps({"place": name, "code": code, "faults": wrong, "last": said.strip()[-300:]}), flush=True)

    for size in BYTES:
        place(f"files of {size} bytes", folder / f"files{size}", limited(resource.RLIMIT_FSIZE, size))
    if not os.geteuid():
        for size in BYTES:
            store = folder / f"disk{size}"
            with disk(store, size):
                place(f"a disk of {size} bytes", store, lambda: None)
    place("64 open files", folder / "open", limited(resource.RLIMIT_NOFILE, 64))
    place("64 open files, workers", folder / "opened", limited(resource.RLIMIT_NOFILE, 64), "--launcher", "local")
    for extra in (2**20, 2**25, 2**28):
        place(f"{extra >> 20} MB more memory", folder / f"memory{extra}", more_memory(extra))
    place("a jumping clock", folder / "clock", jumping)
    place("other names", folder / "Röntgen bilder" / "größe 1 ß'\"", lambda: None)
    place("other names, workers", folder / "Röntgen bilder" / "größe 2 ß'\"", lambda: None, "--launcher", "local")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
