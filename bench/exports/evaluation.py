"""Scores as the hub reads them of a model and of a benchmark: ``.eval_results/*.yaml`` and ``eval.yaml``.

Both formats are of 2026 and marked as unfinished by the hub: https://huggingface.co/docs/hub/eval-results. The entries
are written by ``huggingface_hub``, which has nothing for ``eval.yaml``.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import yaml
from huggingface_hub import EvalResultEntry, eval_result_entries_to_yaml

from bench.errors import BenchError
from bench.store.record import CellIdentity

FRAMEWORK = "mvaema-bench"
"""Our name as a framework of evaluation. The hub has a list of such names, to which it must be added once."""
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_LONGEST_ID = 96
"""The most letters of a repository's name, as the hub counts them."""


class Score(NamedTuple):
    """A model's score on a leaderboard: the ``date`` is ISO 8601, ``notes`` say how it was measured."""

    leaderboard: str
    value: float
    date: str
    notes: str


def check_hub_id(given: str, role: str) -> str:
    """Return the id of a repository on the hub; BenchError if it is not of the form OWNER/NAME."""
    if not _HUB_ID.fullmatch(given) or len(given) > _LONGEST_ID or "--" in given or ".." in given:
        raise BenchError(f"{role} {given!r} is no id on the hub; write OWNER/NAME, such as our-lab/micrographs")
    return given


def leaderboard_id(cell: CellIdentity, metric: str) -> str:
    """Return the id of the leaderboard on which scores of a cell's task, protocol and metric stand."""
    return f"{cell.task}_{metric}_{cell.protocol[:8]}"


def results_name(benchmark: str, who: str = "") -> str:
    """Return the name of the file in a model's repository with its scores on a benchmark, as measured by ``who``."""
    return f".eval_results/{benchmark.rpartition('/')[2]}{who and f'-by-{who}'}.yaml"


def model_results(scores: Iterable[Score], benchmark: str, source: str) -> str:
    """Return the file of ``.eval_results/`` with a model's scores on a benchmark's leaderboards.

    ``benchmark`` is the id of the benchmark's data set on the hub, ``source`` the name of what the link to it shows.
    """
    entries = [
        EvalResultEntry(
            dataset_id=benchmark,
            task_id=score.leaderboard,
            value=score.value,
            date=score.date,
            source_url=f"https://huggingface.co/datasets/{benchmark}",
            source_name=source,
            notes=score.notes,
        )
        for score in scores
    ]
    return _yaml(eval_result_entries_to_yaml(entries))


def benchmark_file(name: str, description: str, leaderboards: Sequence[str], config: str, split: str) -> str:
    """Return the file ``eval.yaml`` that makes a data set a benchmark with these leaderboards."""
    tasks = [{"id": board, "config": config, "split": split} for board in leaderboards]
    return _yaml({"name": name, "description": description, "evaluation_framework": FRAMEWORK, "tasks": tasks})


def _yaml(data: object) -> str:
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)
