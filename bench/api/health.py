"""What this machine or a node of a cluster has and lacks."""

from collections.abc import Sequence
from pathlib import Path

from bench.errors import BenchError
from bench.inputs import checked
from bench.running.health import Finding, examine
from bench.store.store import Store, default_store, opened


@checked
def doctor(
    *, node: bool = False, config: str | None = None, settings: Sequence[str] = (), store: str | Path | None = None
) -> Sequence[Finding]:
    """Return the findings of all checks, each with its remedy if something is wrong.

    With ``node`` a job examines a node of the cluster, as ``config`` and ``settings`` request it. BenchError if no
    node answers, or if these two are given without ``node``.
    """
    folder = default_store() if store is None else opened(store).root  # a wrong default is a finding
    if node:
        return _of_a_node(folder, config, settings)
    if config is not None or settings:
        raise BenchError("--config and --set request a node of a cluster; add --node, or leave them out")
    return examine(folder)


def _of_a_node(store: Path, config: str | None, settings: Sequence[str]) -> Sequence[Finding]:
    from bench.config.loading import DEFAULT, load_config
    from bench.launch.slurm.checks import check_cluster
    from bench.launch.slurm.probe import probed
    from bench.launch.slurm.site import read_site
    from bench.planning.settings import check_keys

    loaded, explicit = load_config(config or DEFAULT, settings)
    check_keys(explicit, ("cluster",))
    cluster = loaded.cluster
    check_cluster(cluster, read_site())
    Store(store).prepare()
    answer = probed(store.resolve(), cluster, examine=True)
    if answer is None:
        raise BenchError(f"no node was free within {cluster.probe_seconds} s; try later, or cluster.probe_seconds=3600")
    return [Finding("node", answer.node), *answer.findings]
