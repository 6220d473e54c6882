"""The code of plugins, run so that what it raises can be caught like any other error."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from bench.errors import UncaughtError


@contextmanager
def isolated() -> Iterator[None]:
    """Raise ``UncaughtError`` in place of whatever the code inside raises that is no ``Exception``.

    Ctrl-C passes, and so does what the harness raises to stop. The signal distinguishes Ctrl-C from a
    ``KeyboardInterrupt`` that the code raises by itself. Nothing can catch what ends the process, such as ``os._exit``
    or a crash in C.
    """
    pressed = False
    previous = signal.getsignal(signal.SIGINT) if threading.current_thread() is threading.main_thread() else None

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True
        if callable(previous):
            previous(number, frame)

    if callable(previous):
        signal.signal(signal.SIGINT, note)
    try:
        yield
    except Exception:
        raise
    except BaseException as error:
        if pressed or type(error).__module__.partition(".")[0] == "bench":
            raise
        raise UncaughtError from error
    finally:
        if callable(previous):
            signal.signal(signal.SIGINT, previous)
