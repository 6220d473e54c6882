"""The process of one watcher: it reads events from its input, a line of JSON each, and hands them on."""

import json
import os
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path

from bench.processes.endings import end_with
from bench.registered.signature import grouped
from bench.specs import resolve
from bench.specs.isolation import isolated
from bench.watching.events import event_of

_STARTING, _WATCHING = 10, 9
"""What is added to the niceness before the start, which imports libraries, and after it.

At the last, 19, a process gets 1.5 % of a core that another wants, so that a watcher that never stops computing slows
no training down; with that alone from the start, it would not be ready before a short run has ended.
"""
_OTHERS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGHUP", "SIGTERM", "SIGUSR2") if hasattr(signal, name))
"""Signals that end or stop the run: its process hears them, too, and then closes our input."""


def main() -> None:
    """Watch until an empty line; the first line says with what. Exit with code 1 if the watcher raised anything."""
    for number in _OTHERS:
        signal.signal(number, signal.SIG_IGN)
    end_with(int(sys.argv[1]))
    _give_way(_STARTING)
    order = json.loads(sys.stdin.buffer.readline())
    build = resolve(order["builds"])
    with isolated():
        watcher = build(Path(order["folder"]), **grouped(build, order["settings"]))
    _give_way(_WATCHING)
    failures = 0
    for line in sys.stdin.buffer:
        if not line.strip():
            break
        try:
            with isolated():
                watcher.watch(event_of(line))
        except Exception:  # one event that a watcher cannot take does not cost it the next
            failures += 1
            _log()
    try:
        with isolated():
            getattr(watcher, "close", lambda: None)()
    except Exception:
        failures += 1
        _log()
    sys.exit(1 if failures else 0)


def _give_way(niceness: int) -> None:
    if hasattr(os, "nice"):  # Windows has none
        os.nice(niceness)


def _log() -> None:
    with suppress(OSError):  # a full disk
        traceback.print_exc()


if __name__ == "__main__":
    main()
