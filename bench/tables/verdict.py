"""The verdict on a task: five sentences of what its records prove, each printed only if it is true of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.registered.registry import Registry
from bench.store.store import Store
from bench.tables.comparison import labels_of
from bench.tables.evidence import Evidence, evidence, limits
from bench.tables.judgement import Lead, RankedModel, ablated_models, judge
from bench.tables.markdown import paragraph
from bench.tables.model_scores import Measurements, columns_of
from bench.tables.selection import Selection
from bench.tables.sentences import VerdictSentences


@dataclass(frozen=True)
class Verdict:
    """What the records of a task prove; ``print`` shows its ``sentences``.

    ``metric`` is the one by which models are ranked, ``column`` its heading. The other fields are explained where they
    are computed: ``bench.tables.judgement.Judgement`` and ``bench.tables.evidence.Evidence``. ``says_nothing_about``
    names what the records cannot show. Models are called by their names, in ``sentences`` by their ``labels``.
    """

    task: str
    metric: str
    column: str
    higher_is_better: bool
    best: str | None
    leader: str | None
    ranking: tuple[RankedModel, ...]
    leads: tuple[Lead, ...]
    undefined: tuple[str, ...]
    over_controls: tuple[Lead, ...]
    rests_on: Evidence
    says_nothing_about: tuple[str, ...]
    labels: Mapping[str, str]
    sentences: tuple[str, ...]

    def __str__(self) -> str:
        return "\n\n".join(map(paragraph, self.sentences))


def verdict(selection: Selection, store: Store, registry: Registry, task: str, metric: str | None) -> Verdict:
    """Judge a task by the records of a selection; BenchError for a metric by which models are not ranked."""
    tables = registry.every("table").values()
    columns = selection.defined(columns_of(task, tables))
    measured = Measurements(selection, store, columns)
    judgement = judge(selection, measured, columns, metric, ablated_models(task, tables))
    models = [*(own.model for own in judgement.ranking), *judgement.undefined]
    own = evidence(selection, store, registry, task, models, judgement.controls)
    silence = limits(selection, own, registry)
    labels = labels_of(selection, [*selection.by_model], registry.every("model").values())
    return Verdict(
        task,
        judgement.column.metric,
        judgement.column.label,
        bool(judgement.column.higher_is_better),
        judgement.leader.model if judgement.leader and judgement.is_best else None,
        judgement.leader.model if judgement.leader else None,
        judgement.ranking,
        judgement.leads,
        judgement.undefined,
        judgement.over_controls,
        own,
        silence,
        labels,
        tuple(VerdictSentences(judgement, own, silence, labels).every()),
    )
