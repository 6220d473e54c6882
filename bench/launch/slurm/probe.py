"""A small first job that checks whether a node sees the store and the cache and runs our Python, and what it has."""

import sys
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.config.cluster import Cluster
from bench.errors import BenchError
from bench.launch.slurm.queue import ALIVE, WAITING, Hint, cancel, queue
from bench.launch.slurm.snapshot import snapshot
from bench.launch.slurm.submission import Submitter
from bench.running.health import Finding
from bench.specs.json_data import JSONObject
from bench.store.cache import cache_folder
from bench.store.fingerprint import digest
from bench.store.sealed import read_json, write_json, write_text

_POLL_SECONDS = 0.5
_MISSES = 6
"""How often in a row Slurm may not know a job before it counts as gone."""
_FRESH_HOURS = 24
_MINUTES = 15
"""The time limit of the job: a short job starts sooner."""
_LEAST_SECONDS = 120
"""The least time that the job gets once it runs: a first import from a shared disk is slow."""


@dataclass(frozen=True)
class Answer:
    """A node's answer: its name, and its findings if it was examined."""

    node: str
    findings: tuple[Finding, ...]


def ensure_seen(store: Path, cluster: Cluster) -> str:
    """Check that nodes see the store; return a sentence if this could not be determined, else ''.

    BenchError if they do not see it. A result is valid for a day.
    """
    if not cluster.probe_seconds:
        return ""
    inputs = [cluster.model_dump(), str(store), str(cache_folder()), sys.executable]
    seen = store / "probes" / f"{digest(inputs)[:16]}.json"
    known = read_json(seen)
    if known and _hours_since(known["at"]) < _FRESH_HOURS:
        return ""
    answer = probed(store, cluster, examine=False)
    if answer is None:
        return f"no node was free within {cluster.probe_seconds} s to check whether nodes see {store}"
    write_json(seen, {"at": datetime.now(UTC).isoformat(), "node": answer.node})
    return ""


def probed(store: Path, cluster: Cluster, examine: bool) -> Answer | None:
    """Return a node's answer; None if none was free in time; BenchError if the job ended without an answer."""
    folder, nonce = store / "probes" / uuid.uuid4().hex[:12], uuid.uuid4().hex
    folder.mkdir(parents=True)
    cache_folder().mkdir(parents=True, exist_ok=True)
    write_text(folder / "nonce", nonce)
    write_text(cache_folder() / f"nonce-{nonce}", nonce)
    assignment, reply = folder / "assignment.json", folder / "answer.json"
    write_json(assignment, {"kind": "probe", "nonce": nonce, "store": str(store), "examine": examine})
    code = snapshot(store) if cluster.code == "snapshot" else None
    brief = cluster.single.model_copy(update={"minutes": min(cluster.minutes, _MINUTES)})
    (job,) = Submitter(folder, brief, code, Path.cwd()).submit([assignment])
    try:
        content = _awaited(reply, job, cluster.probe_seconds or 3600)
        return _checked(content, nonce) if content else None
    except BaseException:
        with suppress(BenchError):
            cancel([job])
        raise
    finally:
        with suppress(OSError):
            (cache_folder() / f"nonce-{nonce}").unlink()


def answer(path: Path, assignment: JSONObject) -> None:
    """Answer a probe, on a node."""
    from bench.launch.slurm.status_writer import host

    nonce = assignment["nonce"]
    cached = cache_folder() / f"nonce-{nonce}"
    findings: Sequence[Finding] = ()
    if assignment["examine"]:
        from bench.running.health import examine

        findings = examine(Path(assignment["store"]))
    reply = {
        "node": host(),
        "nonce": (path.parent / "nonce").read_text(),
        "cache": cached.read_text() if cached.is_file() else "",
        "findings": [list(finding) for finding in findings],
    }
    write_json(path.parent / "answer.json", reply)


def _awaited(reply: Path, job: str, seconds: float) -> JSONObject | None:
    """Wait for an answer; None if the job is queued for longer than ``seconds``, BenchError if it runs for longer.

    A node that takes this long to answer is of no use for cells either.
    """
    until, missed = time.monotonic() + seconds, 0
    while not reply.is_file():
        hint = (queue() or {}).get(job)
        missed = missed + 1 if hint is None or hint.ended else 0
        if missed > _MISSES:  # a shared disk may show the answer after Slurm reports the end
            raise _unseen(reply, job, hint)
        if hint and hint.state in WAITING and time.monotonic() > until:
            cancel([job])
            return None
        if hint and hint.state in ALIVE and (hint.elapsed or 0) > max(seconds, _LEAST_SECONDS):
            raise _unseen(reply, job, hint)
        time.sleep(_POLL_SECONDS)
    return read_json(reply)


def _checked(reply: JSONObject, nonce: str) -> Answer:
    if reply["cache"] != nonce:
        raise BenchError(
            f"node {reply['node']} does not see the cache {str(cache_folder())!r}; set BENCH_CACHE to a folder that "
            "all nodes share"
        )
    return Answer(reply["node"], tuple(Finding(*finding) for finding in reply["findings"]))


def _unseen(reply: Path, job: str, hint: Hint | None) -> BenchError:
    wrote = list(reply.parent.rglob("*_log.err"))
    last = [line for path in wrote for line in path.read_text(errors="replace").strip().splitlines()][-1:]
    state = hint.state if hint else "no such job"
    where = f" on {hint.node}" if hint and hint.node else ""
    ground = f"it wrote {last[0].strip()!r}" if last else "it wrote nothing, so that node may not see this folder"
    return BenchError(
        f"a first job ({job}{where}) left no answer in the store {str(reply.parents[2])!r}: Slurm says {state}, "
        f"{ground}; name a folder that all nodes share with --store, or correct cluster.setup or cluster.python"
    )


def _hours_since(when: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(when)).total_seconds() / 3600
