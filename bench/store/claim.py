"""Claims: one owner for a stage being computed, across processes and hosts on a shared folder.

A claim is a folder that holds one file, named after its owner. Creating it is one rename of a prepared folder,
which fails while another claim exists; taking over a dead one is one rename of the dead owner's file, which
only one contender can do.

Own code, because filelock and fcntl show neither who holds a lock nor whether a holder on another host is alive, and a
network file system may not keep their locks.
"""

import os
import shutil
import socket
import threading
import time
import uuid
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import psutil

HEARTBEAT_SECONDS = 10.0
POLL_SECONDS = 0.05
LIMIT_SECONDS = 90.0
"""A claim of another host without a heartbeat for so long, by the file server's clock, is dead."""
_STARTED = 19
"""The place of a process's start among the fields of /proc/PID/stat behind its name."""


class Claim:
    """A claim held by this process; a thread keeps its heartbeat until it is released."""

    def __init__(self, folder: Path, owner: str) -> None:
        self.file = folder / owner
        self._ended = threading.Event()
        self._heart = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> "Claim":
        self._heart.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._heart.join()
        self.file.unlink(missing_ok=True)
        with suppress(OSError):  # not empty: another owner has taken it over
            self.file.parent.rmdir()

    def _beat(self) -> None:
        while not self._ended.wait(HEARTBEAT_SECONDS):
            with suppress(FileNotFoundError):  # taken over while this process was suspended
                os.utime(self.file)


def acquire(folder: Path) -> Claim | None:
    """Return a claim on ``folder``, or None while a living owner holds it."""
    if folder.is_file():  # no claim, but it would be in the way of one for ever
        folder.unlink(missing_ok=True)
    owner = _own_name()
    if _created(folder, owner) or _taken_over(folder, owner):
        return Claim(folder, owner)
    return None


def awaited(folder: Path) -> Claim:
    """Return a claim on ``folder`` once no living owner holds it; OSError if the folder cannot be written."""
    while (claim := acquire(folder)) is None:
        time.sleep(POLL_SECONDS)
    return claim


def holder(folder: Path) -> str | None:
    """Return the owner's name ``host~pid~start~unique`` of a living claim, None if there is none."""
    file = _holder_file(folder)
    return file.name if file is not None and not _dead(file) else None


def _own_name() -> str:
    process = psutil.Process()
    return "~".join([socket.gethostname(), str(process.pid), f"{_start(process):.2f}", uuid.uuid4().hex[:12]])


def _created(folder: Path, owner: str) -> bool:
    prepared = folder.with_name(f"{folder.name}.{uuid.uuid4().hex[:12]}")
    prepared.mkdir(parents=True)
    (prepared / owner).touch()
    try:
        prepared.rename(folder)
    except OSError:
        shutil.rmtree(prepared)
        return False
    return True


def _taken_over(folder: Path, owner: str) -> bool:
    file = _holder_file(folder)
    if file is None or not _dead(file):
        return False
    try:
        os.utime(file)  # so that the new owner's file starts with a fresh heartbeat
        file.rename(folder / owner)
    except OSError:
        return False
    return True


def _holder_file(folder: Path) -> Path | None:
    try:
        return next(folder.iterdir(), None)
    except OSError:
        return None


def _dead(file: Path) -> bool:
    try:
        host, pid, start, _ = file.name.rsplit("~", 3)
        if host == socket.gethostname():
            return not _running(int(pid), float(start))
    except ValueError:  # not one of our names
        pass
    try:
        return server_now(file.parent.parent) - file.stat().st_mtime > LIMIT_SECONDS
    except OSError:
        return False


def _running(pid: int, start: float) -> bool:
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and abs(_start(process) - start) < 1.0
    except psutil.Error:
        return False


def _start(process: psutil.Process) -> float:
    """Return when a process started, in seconds since the boot where the system tells, else by psutil.

    psutil adds the time of the boot, which changes whenever the clock is set.
    """
    try:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return process.create_time()
    return int(fields[_STARTED]) / os.sysconf("SC_CLK_TCK")


def server_now(folder: Path) -> float:
    """Return the file server's time, because the clocks of two hosts may differ."""
    probe = folder / f"clock.{uuid.uuid4().hex[:12]}"
    try:
        probe.touch()
        return probe.stat().st_mtime
    except OSError:
        return time.time()
    finally:
        probe.unlink(missing_ok=True)
