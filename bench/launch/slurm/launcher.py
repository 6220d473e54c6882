"""The Slurm launcher: it checks, submits and returns; jobs report their progress in the store."""

from collections.abc import Sequence
from pathlib import Path

from bench.config.cluster import Cluster
from bench.launch import Launched
from bench.launch.request import written
from bench.launch.slurm.campaign import Campaign, Planned
from bench.launch.slurm.checks import check_cluster, check_epochs
from bench.launch.slurm.packing import Job, Work, arrays, packed
from bench.launch.slurm.probe import ensure_seen
from bench.launch.slurm.site import read_site
from bench.launch.slurm.snapshot import snapshot
from bench.launch.slurm.submission import Submitter
from bench.planning.outlook import CellOutlook, as_text
from bench.planning.plan import Plan
from bench.running.runner import Runner
from bench.stages.environment import worker_threads
from bench.terminal.quantities import count, duration


class Slurm:
    """A ``Launcher`` of ``bench.launch``, with at most ``jobs`` jobs at once."""

    packs = True
    waits = False

    def __init__(self, jobs: int | None) -> None:
        self._jobs = jobs

    def check(self, plan: Plan, looks: Sequence[CellOutlook]) -> None:
        """Raise BenchError if Slurm is absent, no node satisfies the settings, or a job is too short for an epoch."""
        check_cluster(plan.config.cluster, read_site())
        check_epochs(plan, looks, _threads(plan))

    def prepare(self, runner: Runner) -> None:
        """Check that nodes see the store; load pictures and records into the shared cache, unless a job does."""
        runner.store.prepare()
        doubt = ensure_seen(runner.store.root.resolve(), runner.plan.config.cluster)
        if doubt:
            runner.progress.say(f"note: {doubt}")
        if runner.plan.config.cluster.prepare == "here":
            runner.questions.load()

    def forecast(self, plan: Plan, looks: Sequence[CellOutlook], explain: bool) -> str:
        """Return what a run would do and cost, and the script for sbatch, as text."""
        cluster = plan.config.cluster
        jobs = packed(_works(looks), cluster, self._jobs)
        threads = worker_threads(plan.config.machine.model_copy(update={"threads": _threads(plan)}), 1)
        text = as_text(list(looks), explain, self._jobs or max(1, len(jobs)), threads)
        unknown = sum(look.seconds is None for look in looks)
        filled = f"each of {count(unknown, 'cell')} not known is taken to fill a job of its own" if unknown else ""
        lines = [text, *filter(None, [filled]), "", *self._jobs_and_script(cluster, jobs)]
        return "\n".join(lines) if jobs else text

    def launch(self, runner: Runner, looks: Sequence[CellOutlook], run: str) -> Launched:
        """Submit the cells' jobs and return."""
        plan, store = runner.plan, runner.store
        cluster, site = plan.config.cluster, read_site()
        campaign = Campaign((store.root / "runs" / run).resolve())
        code = snapshot(store.root.resolve()) if cluster.code == "snapshot" else None
        request = {**written(plan, store, _threads(plan)), "at_once": self._jobs}
        with campaign.submitting():
            campaign.begin(request, {look.cell.id: _planned(look) for look in looks}, code)
            ids = campaign.submit([look.cell.id for look in looks], site.array_size, self._jobs)
        array_ids = ", ".join(dict.fromkeys(job.partition("_")[0] for job in ids))
        return Launched(
            {},
            f"{count(len(looks), 'cell')} queued in {count(len(ids), 'job')} (Slurm's {array_ids}), run {run}; "
            "you can close this shell: `bench status --watch` shows the progress",
        )

    def _jobs_and_script(self, cluster: Cluster, jobs: Sequence[Job]) -> list[str]:
        site = read_site()
        parts = arrays(range(len(jobs)), site.array_size)
        hours = sum(job.seconds for job in jobs) / 3600
        unit = "GPU-hours" if cluster.gpus else "CPU-hours"
        each = cluster.nodes_per_cell * (cluster.gpus or cluster.cpus * cluster.processes)
        longest = max(job.seconds for job in jobs)
        code = Path("/STORE/code") if cluster.code == "snapshot" else None
        submitter = Submitter(Path("/STORE/runs/RUN"), cluster, code, Path.cwd())
        after = ["FIRST"] if cluster.prepare == "job" else []
        before = "a first job, FIRST, that prepares pictures and records, then " if after else ""
        return [
            f"{before}{count(len(jobs), 'job')} in {count(len(parts), 'array')}, about {hours * each:.1f} {unit}, "
            f"the longest job about {duration(longest)}; the script for sbatch:",
            "",
            submitter.script(len(parts[0]), self._jobs, *after),
        ]


def _threads(plan: Plan) -> int:
    """Return the number of threads of each process of a job."""
    return plan.config.machine.threads or plan.config.cluster.cpus


def _works(looks: Sequence[CellOutlook]) -> list[Work]:
    return [Work(look.cell.id, look.cell.model, look.seconds) for look in looks if look.costs]


def _planned(look: CellOutlook) -> Planned:
    cell = look.cell
    return Planned(str(cell), cell.model, look.seconds, {stage.name: stage.fingerprint for stage in cell.stages})
