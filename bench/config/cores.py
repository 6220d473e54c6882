"""The cores that this process may use, and work spread over processes on them.

The processes are joblib's: fresh ones, for a fork inherits the threads and the locks of torch in whatever state they
are; and such as do not run the caller's script again, which those of the standard library do.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Sequence
from multiprocessing import current_process
from typing import TypeVar

from bench.errors import BenchError

Item = TypeVar("Item")
Result = TypeVar("Result")
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_LOOK_SECONDS = 0.5
_most: int | None = None


def limit(threads: int | None) -> None:
    """Say how many cores this process may use, None for all that the system grants."""
    global _most  # noqa: PLW0603 -- as torch's number of threads, it belongs to the process
    _most = threads


def usable() -> int:
    """Return how many cores this process may use: those granted by the system, at most the limit."""
    from joblib import cpu_count

    if current_process().daemon:  # it may have no processes of its own
        return 1
    return min(cpu_count(), _most or cpu_count())


def spread(compute: Callable[[Item], Result], items: Sequence[Item], fewest: int = 2) -> Generator[Result, None, None]:
    """Give ``compute`` of every item, in their order, computed by as many processes as cores may be used.

    This process computes fewer than ``fewest`` items itself. Close what is left early: the processes end with it.
    BenchError where one of them is killed.
    """
    processes = min(usable(), len(items)) if len(items) >= fewest else 1
    if processes < 2:
        yield from map(compute, items)
        return
    from joblib.externals.loky import ProcessPoolExecutor
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    pool = ProcessPoolExecutor(processes, initializer=_serve, initargs=(os.getpid(),), env=_ONE_THREAD)
    try:
        yield from pool.map(compute, items)
    except TerminatedWorkerError as error:
        raise BenchError(
            f"one of {processes} processes was killed, as the system does where memory is short; "
            "use fewer with --set machine.threads=1"
        ) from error
    finally:
        pool.shutdown(kill_workers=True)


def _serve(parent: int) -> None:
    """Make this process one that its parent alone ends: it outlives no parent, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)
