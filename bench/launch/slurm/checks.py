"""Checks of the cluster settings before anything is queued; all errors are reported at once."""

from collections.abc import Iterator, Sequence

from bench.config.cluster import Cluster
from bench.errors import BenchError, unknown
from bench.launch.slurm.site import NodeShape, Site, SlurmPartition
from bench.planning.outlook import CellOutlook
from bench.planning.plan import Plan
from bench.stages.fitting import trainings
from bench.terminal.quantities import duration
from bench.training.history import PARTS


def check_cluster(cluster: Cluster, site: Site) -> None:
    """Raise BenchError, listing every mismatch, if no partition or node satisfies the settings."""
    _raise(_complaints(cluster, site))


def check_epochs(plan: Plan, looks: Sequence[CellOutlook], threads: int) -> None:
    """Raise BenchError if an epoch is expected to take longer than a job's time limit, and so would never end.

    Assumes that threads share the work evenly; times on a CPU say nothing about a GPU.
    """
    cluster = plan.config.cluster
    room = 60 * cluster.minutes - cluster.grace_seconds
    slow: dict[str, float] = {}
    for look in looks:
        recipe = plan.rows[look.cell.model].recipe
        for name in PARTS:
            cost, passes = look.costs.get(name), look.passes.get(name)
            epochs = max(1.0, (passes or 1.0) * trainings(recipe))
            if cost and cost.seconds is not None and (cost.device != "cpu" or not cluster.gpus):
                one = cost.seconds / epochs * cost.threads / threads
                slow[look.cell.model] = max(slow.get(look.cell.model, 0.0), one)
    long = {model: seconds for model, seconds in slow.items() if seconds > room}
    if long:
        named = ", ".join(f"{model} about {duration(seconds)}" for model, seconds in long.items())
        needed = -(-(max(long.values()) + cluster.grace_seconds) // 60)
        raise BenchError(
            f"cluster.minutes={cluster.minutes} is shorter than one epoch ({named}, known from "
            f"{_source(looks)}); ask for {needed:.0f} minutes or more"
        )


def _source(looks: Sequence[CellOutlook]) -> str:
    costs = (look.costs.get(name) for look in looks for name in PARTS)
    return " and ".join(sorted({cost.source for cost in costs if cost and cost.source}))


def _raise(complaints: Iterator[str]) -> None:
    sentences = list(complaints)
    if sentences:
        raise BenchError(f"the cluster cannot do what is asked: {'; '.join(sentences)}")


def _complaints(cluster: Cluster, site: Site) -> Iterator[str]:
    named = cluster.partition
    if named is not None and named not in site.partitions:
        yield str(unknown("cluster.partition", named, site.partitions))
        return
    partition = site.partitions[named] if named else site.default
    if partition is None:
        yield f"cluster.partition is not set, and Slurm has no default among {', '.join(site.partitions)}"
        return
    if not partition.up:
        yield f"partition {partition.name!r} is down"
    if partition.minutes is not None and cluster.minutes > partition.minutes:
        yield f"cluster.minutes={cluster.minutes} is more than partition {partition.name!r} allows, {partition.minutes}"
    if cluster.nodes_per_cell > partition.nodes:
        nodes = f"{partition.nodes} node{'s' if partition.nodes > 1 else ''}"
        yield f"cluster.nodes_per_cell={cluster.nodes_per_cell} is more than partition {partition.name!r} has, {nodes}"
    yield from _of_a_node(cluster, partition)


def _of_a_node(cluster: Cluster, partition: SlurmPartition) -> Iterator[str]:
    """Yield what no node of the partition has; sbatch detects requests that no single node satisfies together."""
    cpus, memory = cluster.cpus * cluster.processes, int(1024 * cluster.memory_gb)
    largest = _largest(partition.shapes)
    where = f"a node of partition {partition.name!r} has at most"
    if cluster.gpus > largest.gpus:
        yield f"cluster.gpus={cluster.gpus}: {where} {largest.gpus}"
    if cpus > largest.cpus:
        several = f" for each of {cluster.processes} processes" if cluster.processes > 1 else ""
        yield f"cluster.cpus={cluster.cpus}{several}: {where} {largest.cpus}"
    if memory > largest.memory:
        yield f"cluster.memory_gb={cluster.memory_gb:g}: {where} {largest.memory / 1024:.1f}"
    plain = cluster.constraint is not None and cluster.constraint.replace("_", "a").replace("-", "a").isalnum()
    if plain and cluster.constraint not in largest.features:
        yield str(unknown("cluster.constraint", cluster.constraint or "", largest.features))


def _largest(shapes: Sequence[NodeShape]) -> NodeShape:
    return NodeShape(
        sum(shape.count for shape in shapes),
        max(shape.cpus for shape in shapes),
        max(shape.memory for shape in shapes),
        max(shape.gpus for shape in shapes),
        frozenset(feature for shape in shapes for feature in shape.features),
    )
