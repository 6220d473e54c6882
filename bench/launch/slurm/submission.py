"""Submission of jobs through submitit; each submission has its own folder and ledger."""

import os
import shlex
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.config.cluster import Cluster
from bench.errors import BenchError
from bench.launch.slurm.assignment import Assignment
from bench.launch.slurm.sbatch import sbatch_script
from bench.launch.slurm.site import environment
from bench.specs.json_data import JSONObject
from bench.store.cache import cache_folder
from bench.store.sealed import write_json

LEDGER = "jobs.json"
"""The ledger of a submission, next to its files: job id to the path of the job's assignment."""
_TIMEOUTS = 10**6
AGAIN = "again"
"""The folder of a run in which a worker requests, by a file named after its job, that the job script requeues it."""
_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE")


@dataclass(frozen=True)
class Submitter:
    """Submits the jobs of a run: ``folder`` is the run's in the store, ``code`` a snapshot or None.

    Jobs start in ``home``, where `bench run` was called, because file names may be relative to it.
    """

    folder: Path
    cluster: Cluster
    code: Path | None
    home: Path

    @property
    def name(self) -> str:
        """The name of all jobs of the run."""
        return f"bench-{self.folder.name}"

    def submit(self, assignments: Sequence[Path], at_once: int | None = None, after: str | None = None) -> list[str]:
        """Submit one array with a task for each assignment, in order, and return the jobs' ids.

        ``after`` is the id of a job that must succeed first. BenchError with sbatch's message if it refuses.
        """
        from submitit.core.utils import FailedJobError, FailedSubmissionError

        executor = self._executor(at_once, after)
        try:
            with _environment(), executor.batch():
                jobs = [executor.submit(Assignment(str(path))) for path in assignments]
        except (FailedJobError, FailedSubmissionError) as error:
            raise BenchError(f"sbatch refuses: {_last_line(str(error))}; nothing of it is queued") from error
        ids = [job.job_id for job in jobs]
        write_json(Path(executor.folder) / LEDGER, dict(zip(ids, map(str, assignments), strict=True)))
        return ids

    def script(self, tasks: int, at_once: int | None = None, after: str | None = None) -> str:
        """Return the script for sbatch of an array with this many tasks."""
        return sbatch_script(self._python(), self.folder, self._parameters(at_once, after), tasks)

    def _executor(self, at_once: int | None, after: str | None) -> Any:
        import submitit

        # Job numbers recur after a controller has lost its state: no two submissions share a folder.
        own = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
        executor = submitit.SlurmExecutor(self.folder / "submissions" / own, _TIMEOUTS, python=self._python())
        executor.update_parameters(**self._parameters(at_once, after))
        return executor

    def _python(self) -> str:
        cluster = self.cluster
        python = cluster.python or ("python3" if cluster.container else shlex.quote(sys.executable))
        return f"{cluster.container} {python}" if cluster.container else python

    def _parameters(self, at_once: int | None, after: str | None) -> JSONObject:
        cluster = self.cluster
        given = {
            name.lstrip("-").replace("_", "-"): value for name, value in cluster.sbatch.items() if value is not False
        }
        ties = {"dependency": f"afterok:{after}"} if after else {}
        further = {"kill-on-invalid-dep": "yes"} if after else {}
        return {
            "job_name": self.name,
            "partition": cluster.partition,
            "account": cluster.account,
            "qos": cluster.qos,
            "constraint": cluster.constraint,
            "time": cluster.minutes,
            "mem": f"{int(1024 * cluster.memory_gb)}M",
            "nodes": cluster.nodes_per_cell,
            "ntasks_per_node": cluster.processes,
            "cpus_per_task": cluster.cpus,
            "gpus_per_node": cluster.gpus or None,
            "signal_delay_s": cluster.grace_seconds,
            "array_parallelism": at_once or 10**6,
            "setup": self._setup(),
            "teardown": self._teardown(),
            # Newer versions of sbatch do not pass cpus on. If one of several processes of a cell dies, all must end.
            "srun_args": [f"--cpus-per-task={cluster.cpus}", f"--kill-on-bad-exit={int(cluster.together > 1)}"],
            "wckey": None,
            **ties,
            "additional_parameters": {"requeue": True, "chdir": str(self.home), **further, **given},
        }

    def _setup(self) -> list[str]:
        """Return the lines of the job script before Python: the user's, then what our process needs."""
        lines = [*self.cluster.setup, "export PYTHONSAFEPATH=1", f"export BENCH_CACHE={_quoted(cache_folder())}"]
        if self.code:
            lines.append(f'export PYTHONPATH={_quoted(self.code)}"${{PYTHONPATH:+:$PYTHONPATH}}"')
        if not self.cluster.online:
            lines += [f"export {name}=1" for name in _OFFLINE]
        return [*lines, f"rm -f {self._again()}"]

    def _teardown(self) -> list[str]:
        """Return the lines after Python. A Python in a container has no Slurm and cannot requeue the job itself.

        The state is checked first, because Slurm would requeue even a cancelled job.
        """
        return [
            "code=$?",
            f"if rm {self._again()} 2> /dev/null; then",
            '  case "$(squeue --noheader --jobs="$SLURM_JOB_ID" --format=%T)" in',
            '    RUNNING | PREEMPTED) scontrol requeue "$SLURM_JOB_ID" ;;',
            "  esac",
            "fi",
            "exit $code",
        ]

    def _again(self) -> str:
        return f'{_quoted(self.folder / AGAIN)}/"$SLURM_JOB_ID"'


@contextmanager
def _environment() -> Iterator[None]:
    """Remove variables that override our parameters from this process's environment for a while."""
    before = dict(os.environ)
    for name in before.keys() - environment().keys():
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(before)


def _quoted(path: Path) -> str:
    return shlex.quote(str(path.absolute()))


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if "sbatch: error" in line]
    return " ".join(line.removeprefix("sbatch: error:").strip() for line in lines) or " ".join(text.split())[-300:]
