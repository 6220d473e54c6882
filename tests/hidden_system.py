"""Imports every module of bench as on a system without what only POSIX has; prints what a module needs at import.

Only imports of our own code see less: libraries that are installed here are built for this system.
"""

import builtins
import importlib
import os
import signal
import sys
import types
from pathlib import Path

MODULES = ("fcntl", "termios", "tty", "pty", "pwd", "grp", "resource", "syslog", "readline", "_posixsubprocess", "spwd")
EXTRAS = ("mlflow", "tensorboard", "trackio", "wandb")
"""Libraries that may be missing everywhere: the modules of their watchers are not imported then."""
NAMES = {
    "signal": (
        *("SIGHUP", "SIGKILL", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGCONT", "SIGCHLD", "SIGPIPE", "SIGQUIT", "SIGTSTP"),
        *("SIGXCPU", "alarm", "setitimer", "pthread_sigmask", "pause", "sigwait"),
    ),
    "os": (
        *("fork", "forkpty", "killpg", "setsid", "getuid", "geteuid", "getgid", "getpgid", "setpgid", "getsid"),
        *("sysconf", "statvfs", "mkfifo", "uname", "chown", "lchown", "nice", "getloadavg", "sched_getaffinity"),
        *("sched_setaffinity", "wait", "waitid", "openpty", "ttyname", "O_NONBLOCK", "O_NOFOLLOW", "posix_fallocate"),
    ),
    "time": ("tzset", "clock_gettime"),
}
"""What Windows lacks of modules that it has; macOS has all of it but the affinity and a few more."""


def stand_in(name):
    """A copy of a module without what is hidden."""
    whole = importlib.import_module(name)
    part = types.ModuleType(name)
    part.__dict__.update({key: value for key, value in vars(whole).items() if key not in NAMES[name]})
    return part


def main():
    parts, usual = {name: stand_in(name) for name in NAMES}, builtins.__import__

    def imported(name, globals=None, locals=None, fromlist=(), level=0):  # noqa: A002 -- Python's names
        if globals and str(globals.get("__name__", "")).partition(".")[0] == "bench" and not level:
            if name.partition(".")[0] in MODULES:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)
            if name in parts:
                return parts[name]
        return usual(name, globals, locals, fromlist, level)

    builtins.__import__ = imported
    root = Path(__file__).resolve().parent.parent
    names = [
        ".".join((*(() if room == "bench" else ("bench",)), *file.relative_to(root).with_suffix("").parts))
        for room in ("bench", "models", "tasks", "plugins")
        for file in sorted((root / room).rglob("*.py"))
    ]
    failed = []
    for name in names:
        if name.endswith(("__main__", "__init__")):
            continue  # it runs, or is imported with its modules
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name not in EXTRAS:
                failed.append(f"{name}: {error}")
        except (ImportError, AttributeError) as error:
            failed.append(f"{name}: {error}")
    print(len([name for name in sys.modules if name.startswith("bench.")]))
    print("\n".join(failed), file=sys.stderr)
    sys.exit(bool(failed))


if __name__ == "__main__":
    assert os.name == "posix" and hasattr(signal, "SIGHUP"), "there is nothing to hide"
    main()
