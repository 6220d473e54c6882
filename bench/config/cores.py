"""The cores that this process may use, and distribution of work over processes on them.

The processes are joblib's. They are new processes, because a fork inherits torch's threads and locks in whatever state
they are; and unlike the standard library's, they do not run the caller's script again.
"""

import os
import signal
from collections.abc import Callable, Generator, Sequence
from multiprocessing import current_process
from typing import TypeVar

from bench.errors import BenchError
from bench.processes.endings import end_with, undisturbed

Item = TypeVar("Item")
Result = TypeVar("Result")
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_most: int | None = None


def limit(threads: int | None) -> None:
    """Set how many cores this process may use, None for all that the system grants."""
    global _most  # noqa: PLW0603 -- like torch's number of threads, it belongs to the process
    _most = threads


def usable() -> int:
    """Return how many cores this process may use: the system's grant, at most the limit."""
    from joblib import cpu_count

    if current_process().daemon:  # it may not start processes
        return 1
    return min(cpu_count(), _most or cpu_count())


def spread(compute: Callable[[Item], Result], items: Sequence[Item], fewest: int = 2) -> Generator[Result, None, None]:
    """Yield ``compute`` of every item, in order, computed by one process per usable core.

    Fewer than ``fewest`` items are computed in this process. If you stop early, close the generator to end the
    processes. BenchError if one of them is killed.
    """
    processes = min(usable(), len(items)) if len(items) >= fewest else 1
    if processes < 2:
        yield from map(compute, items)
        return
    from joblib.externals.loky import ProcessPoolExecutor
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    pool = ProcessPoolExecutor(processes, initializer=_serve, initargs=(os.getpid(),), env=_ONE_THREAD)
    try:
        with undisturbed():  # a process whose start is broken off prints a traceback
            results = pool.map(compute, items)
        yield from results
    except TerminatedWorkerError as error:
        raise BenchError(
            f"one of {processes} processes was killed, probably because memory ran out; "
            "use fewer with --set machine.threads=1"
        ) from error
    finally:
        pool.shutdown(kill_workers=True)


def _serve(parent: int) -> None:
    """Make this process end with its parent and ignore Ctrl-C, which the parent handles."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(parent)
