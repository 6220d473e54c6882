"""How a process ends and keeps others out: signals become exceptions, no child outlives its parent, files are locked.

Own code, because multiprocessing ends only children of its own and only when the parent exits in good order.
"""

import ctypes
import os
import select
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

    from filelock import BaseFileLock

STOPPED = "stopped; the same command resumes"
_ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_GRACE_SECONDS = 8.0
_LOOK_SECONDS = 0.5
_PR_SET_PDEATHSIG = 1


class Interrupted(KeyboardInterrupt):
    """A signal ends this process, as Ctrl-C does; a KeyboardInterrupt, because asyncio lets only that pass."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def exit_code(interrupt: KeyboardInterrupt) -> int:
    """Return the exit code of a process that a signal ended, as a shell counts it: 130 for Ctrl-C, 143 for SIGTERM."""
    return 128 + (interrupt.number if isinstance(interrupt, Interrupted) else signal.SIGINT)


@contextmanager
def interruptible(seconds: float = _GRACE_SECONDS) -> Iterator[None]:
    """Raise Interrupted in the enclosed code at the first SIGINT, SIGTERM or SIGHUP; ignore those that follow.

    If the code has not ended ``seconds`` later, because a library computes or has swallowed the exception, the process
    ends at once. From the signal on, exceptions in other threads are not printed: a pool's thread, for one, fails when
    the signal has ended its workers, too. A signal that the process was started to ignore, as by nohup, stays ignored.
    Outside the main thread, where Python sets no handlers, nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    import socket  # no help needs it

    usual = (signal.SIG_DFL, signal.default_int_handler)
    before = {number: handler for number in _ENDING if (handler := signal.getsignal(number)) in usual}
    reader, writer = socket.socketpair()  # of pipes, Windows can neither wait for one nor write to it unblocked
    writer.setblocking(False)

    def interrupt(number: int, frame: FrameType | None) -> None:
        for each in before:  # another exception would break off what the first one ends in good order
            signal.signal(each, _ignore)
        threading.excepthook = _say_nothing
        with suppress(OSError):  # an event loop may have taken the descriptor that Python writes to
            writer.send(bytes([number]))
        raise Interrupted(number)

    watch = threading.Thread(target=_end_at_deadline, args=(reader, frozenset(before), seconds), daemon=True)
    watch.start()
    earlier = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    try:
        for number in before:
            signal.signal(number, interrupt)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(earlier)
        writer.close()
        watch.join()
        reader.close()


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let an ending signal that comes during the enclosed code take effect behind it.

    For what leaves processes half started if an exception breaks it off. Outside the main thread nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    before = {number: handler for number in _ENDING if callable(handler := signal.getsignal(number))}
    for number in before:
        signal.signal(number, lambda number, _: held.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if held:
            signal.raise_signal(held[0])


def end_with(parent: int) -> None:
    """Let this process end as soon as its parent, the process of this id, is gone, however that one ended."""
    with suppress(AttributeError, TypeError):  # Linux alone has it, and Windows has no library without a name
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_end_without, args=(parent,), daemon=True).start()


def _end_without(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)


def _end_at_deadline(reader: "socket.socket", ending: frozenset[int], seconds: float) -> None:
    """End the process some seconds after one of the ending signals arrives, unless the other end is closed before."""
    number, deadline = 0, None
    while True:
        wait = None if deadline is None else max(0.0, deadline - time.monotonic())
        if not select.select([reader], [], [], wait)[0]:
            with suppress(OSError):
                os.write(2, f"{STOPPED}\n".encode())
            os._exit(128 + number)
        arrived = reader.recv(64)
        if not arrived:
            return
        if deadline is None and (first := next((each for each in arrived if each in ending), None)):
            number, deadline = first, time.monotonic() + seconds


def _say_nothing(failure: threading.ExceptHookArgs) -> None:
    """Print nothing of an exception in a thread."""


def _ignore(number: int, frame: FrameType | None) -> None:
    """Ignore a signal; unlike SIG_IGN, processes started from now on do not inherit this."""


def held_lock(path: Path, seconds: float = -1) -> "BaseFileLock":
    """Lock a file against other processes and return the lock, which its holder releases.

    Waits at most ``seconds`` (-1: for ever), then raises filelock.Timeout. Where the file system has no locks, as some
    network file systems, the file's existence is the lock.
    """
    from filelock import FileLock, SoftFileLock

    lock: BaseFileLock = FileLock(path, timeout=seconds)
    try:
        lock.acquire()
    except NotImplementedError:
        lock = SoftFileLock(path, timeout=seconds)
        lock.acquire()
    return lock
