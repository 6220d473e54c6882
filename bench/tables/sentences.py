"""The sentences of a verdict: who is best, the others, the controls, what it rests on, what it says nothing about."""

from collections.abc import Iterable, Mapping, Sequence

from bench.statistics.significance import ROUNDING
from bench.tables.evidence import Evidence
from bench.tables.judgement import Judgement, Lead, RankedModel
from bench.tables.places import in_words
from bench.terminal.quantities import count

_NAMED = 6
"""How many models a sentence names; the JSON has all."""
_FAILING = 4
"""Of how many models a sentence says in which columns they do not beat a control."""
_LETTERS = 60
"""How many letters of a name a sentence shows."""


class VerdictSentences:
    """Writes the sentences of one verdict."""

    def __init__(self, judgement: Judgement, own: Evidence, silence: Sequence[str], labels: Mapping[str, str]) -> None:
        self._judgement, self._evidence, self._silence = judgement, own, silence
        self._labels = {model: _short(label) for model, label in labels.items()}
        if len({*self._labels.values()}) < len(labels):  # labels that are alike where they were cut
            self._labels = {model: model for model in labels}
        self._column = judgement.column

    def every(self) -> Iterable[str]:
        """Yield the sentences: the best, the others, the controls, what the verdict rests on, what it leaves open."""
        yield f"{self._best()}{self._below_controls()}."
        yield from filter(None, (self._others(), self._controls(), self._rests_on(), self._leaves_open()))

    def _best(self) -> str:
        judged, leader = self._judgement, self._judgement.leader
        heading, number = self._column.label, len(self._judgement.ranking)
        if not judged.ranking and not judged.undefined:
            return f"No model was measured, only {self._list(judged.controls)}"
        if not judged.ranking:
            return f"No score of any model is defined in {heading}"
        if leader is None:
            return f"No model is the best of {number} in {heading}: each is worse than another on the folds both have"
        name, score = self._labels[leader.model], self._value(leader.score)
        if number == 1:
            interval = self._interval(leader.low, leader.high)
            return f"{name} is the only model with a score: its {heading} is {score}{interval and f' ({interval})'}"
        if judged.is_best:
            following = min(judged.leads, key=lambda lead: lead.ahead or 0.0)
            side = "above" if self._column.higher_is_better else "below"
            return (
                f"{name} is the best of {number} models in {heading}: its score is {score}, {self._ahead(following)} "
                f"{side} that of {self._labels[following.other]}, the next{self._shared(following)}"
            )
        return f"No model is shown to be the best of {number} in {heading}: {self._leading(leader)}"

    def _below_controls(self) -> str:
        """Name the controls that equal the leader in this column, or are better."""
        judged, leader = self._judgement, self._judgement.leader
        ahead = [
            lead.other
            for lead in judged.over_controls
            if leader and (lead.model, lead.metric) == (leader.model, self._column.metric)
            and lead.outcome == "no better"
        ]  # fmt: skip
        if not leader or not ahead:
            return ""
        controls = f"the control{'s' if len(ahead) > 1 else ''} {self._list(ahead)}"
        return f"; {self._labels[leader.model]} scores no better than {controls}"

    def _leading(self, leader: RankedModel) -> str:
        """Say what is true of the leader's score among those of the others, and why that does not make it the best."""
        name, score = self._labels[leader.model], self._value(leader.score)
        up = 1 if self._column.higher_is_better else -1
        superlative = "highest" if up > 0 else "lowest"
        others = [own for own in self._judgement.ranking if own is not leader]
        equal = [own.model for own in others if abs(own.score - leader.score) <= ROUNDING]
        above = [own for own in others if own.model not in equal and up * own.score > up * leader.score]
        if not above and equal:
            return f"{self._list([leader.model, *equal])} share the {superlative} score ({score})"
        first = f"no other is shown to be better than {name}" if above else f"{name} has the {superlative} score"
        return f"{first} ({score}), but {self._but()}"

    def _but(self) -> str:
        """Name the model closest to the leader of those that are not shown to be worse, and their difference."""
        tied = [lead for lead in self._judgement.leads if lead.outcome != "better" and lead.ahead is not None]
        if not tied:
            apart = [lead.other for lead in self._judgement.leads if lead.ahead is None]
            return f"it shares no fold with {self._list(apart, 'or')}"
        lead = min(tied, key=lambda lead: lead.ahead or 0.0)
        ahead, name = lead.ahead or 0.0, self._labels[lead.other]
        if abs(ahead) <= ROUNDING:
            return f"{name} has the same score{self._shared(lead)}"
        side = "below" if (ahead > 0) == self._column.higher_is_better else "above"
        return f"{name} is not shown to be worse: its score is {self._ahead(lead)} {side}{self._shared(lead)}"

    def _others(self) -> str:
        """Say which models cannot be told from the leader, which are worse, and which are not compared."""
        leader, leads = self._judgement.leader, self._judgement.leads
        if leader is None or not leads and not self._judgement.undefined:
            return ""
        tied = [lead.other for lead in leads if lead.outcome in ("not shown", "no better")]
        worse = [lead for lead in leads if lead.outcome == "better"]
        apart = [lead.other for lead in leads if lead.outcome == "no fold shared"]
        name, parts = self._labels[leader.model], list[str]()
        if tied:
            parts.append(f"{self._list(tied)} cannot be told from {name} at 5 %")
        if worse:
            sizes = sorted(lead.ahead or 0.0 for lead in worse)
            by = self._size(sizes[0]) + (f" to {self._size(sizes[-1])}" if len(sizes) > 1 else "")
            every = len(worse) == len(leads) and len(leads) > 1
            who = f"each of the {len(worse)} others" if every else self._list([lead.other for lead in worse])
            verb = "is" if every or len(worse) == 1 else "are"
            parts.append(f"{who} {verb} worse than {name} at 5 %, by {by}")
        if apart:
            parts.append(f"{self._list(apart)} {_have(apart)} no fold in common with {name}")
        if self._judgement.undefined:
            parts.append(f"no score of {self._list(self._judgement.undefined, 'or')} is defined")
        return self._sentence(parts)

    def _controls(self) -> str:
        """Say which models do not beat which control in which column, those of the ranking column first."""
        leads = self._judgement.over_controls
        if not self._judgement.ranking and not self._judgement.undefined:
            return ""
        if not leads:
            what = "has a score to compare" if self._judgement.controls else "was measured"
            return f"No control {what}, so it is not known whether a model beats one."
        columns = {column.metric: column.label for column in self._judgement.columns}
        own = self._column.metric
        order = [own, *(metric for metric in columns if metric != own)]
        failing = [lead for lead in leads if lead.outcome != "better"]
        failing.sort(key=lambda lead: (order.index(lead.metric), lead.outcome != "no better"))
        names = [*dict.fromkeys(lead.model for lead in failing)]
        if len(names) > _FAILING:
            parts = self._failures_of_many(failing)
        else:
            parts = [self._failures(name, [lead for lead in failing if lead.model == name], columns) for name in names]
        beating = [model for model in dict.fromkeys(lead.model for lead in leads) if model not in names]
        if beating:
            who = self._labels[beating[0]] if len(beating) == 1 else "every other model" if parts else "every model"
            parts.append(f"{who} beats every control {self._where(beating)} at 5 %")
        return self._sentence(parts)

    def _failures_of_many(self, failing: Sequence[Lead]) -> list[str]:
        """Say of each control which models do not beat it in the ranking column; of other columns, how many models."""
        metric, where = self._column.metric, f"in {self._column.label}"
        judged = {lead.model for lead in self._judgement.over_controls if lead.metric == metric}
        of_control: dict[str, list[str]] = {}
        for lead in failing:
            if lead.metric == metric:
                of_control.setdefault(lead.other, []).append(lead.model)
        parts: list[str] = []
        for control, models in of_control.items():
            if len(models) == len(judged):
                verb = f"none of {len(judged)} models is"
            else:
                verb = f"{self._list(models)} {'is' if len(models) == 1 else 'are'} not"
            parts.append(f"{verb} shown to beat {self._labels[control]} {where}")
        elsewhere = len({lead.model for lead in failing if lead.metric != metric})
        of_all = len({lead.model for lead in self._judgement.over_controls})
        if elsewhere:
            verb = "is" if elsewhere == 1 else "are"
            parts.append(f"in other columns {elsewhere} of {of_all} {verb} not shown to beat every control")
        return parts

    def _sentence(self, parts: Sequence[str]) -> str:
        """Join parts to a sentence; a model's name at its head stays as it is spelt."""
        text = "; ".join(parts)
        is_name = text.startswith(tuple(f"{label}{end}" for label in self._labels.values() for end in (" ", ",")))
        return f"{text if is_name else text[:1].upper() + text[1:]}."

    def _where(self, models: Sequence[str]) -> str:
        """Say in which columns models were compared with controls."""
        leads = self._judgement.over_controls
        columns = {column.metric: column.label for column in self._judgement.columns}
        judged = [*dict.fromkeys(lead.metric for lead in leads)]
        of_each = [{lead.metric for lead in leads if lead.model == model} for model in models]
        if any(own != {*judged} for own in of_each):
            return "wherever both have a score"
        return f"in all {len(judged)} ranked columns" if len(judged) > 1 else f"in {columns[judged[0]]}"

    def _failures(self, model: str, failing: Sequence[Lead], columns: Mapping[str, str]) -> str:
        """Say which controls a model does not beat, column by column."""
        words = {
            "no better": "scores no better than",
            "not shown": "is not shown to beat",
            "no fold shared": "has no fold in common with",
        }
        judged = len({lead.metric for lead in self._judgement.over_controls})
        parts: list[str] = []
        for outcome, verb in words.items():
            of_control: dict[str, list[str]] = {}
            for lead in failing:
                if lead.outcome == outcome:
                    of_control.setdefault(lead.other, []).append(columns[lead.metric])
            pieces = [
                f"{_joined([self._labels[control] for control, own in of_control.items() if own == where])} in "
                f"{_columns(where, judged)}"
                for where in _distinct(of_control.values())
            ]
            if pieces:
                parts.append(f"{verb} {_joined(pieces)}")
        return f"{self._labels[model]} {_joined(parts)}"

    def _rests_on(self) -> str:
        own = self._evidence
        pictures = "" if own.pictures is None else f"{own.pictures:,} test pictures of "
        dataset = own.dataset if own.tested == own.dataset else f"{own.tested}, after training on {own.dataset}"
        folds = f"{in_words(own.folds)} of {own.k}" if len(own.folds) < own.k else f"all {own.k} folds"
        repeats = f" in {own.repeats} repeats" if own.repeats > 1 else ""
        repeats += f" (fewer of {self._list(own.fewer)})" if own.fewer else ""
        controls = count(len(own.controls), "control") if own.controls else "no control"
        parts = [
            f"{pictures}{_short(dataset)} in {folds}{repeats} with {count(own.seeds, 'seed')}",
            f"{count(len(own.models), 'model')} and {controls} under protocol {own.protocol}"
            + (f" ({own.choices})" if own.choices else ""),
            *([f"pretrained weights of {self._list(own.pretrained)}{self._scratch()}"] if own.pretrained else []),
            *([f"training for {own.recipe}{self._deviating()}{_cost(own)}"] if own.recipe else []),
        ]
        return f"This rests on {', on '.join(parts)}{self._not_judged()}{self._stale()}."

    def _deviating(self) -> str:
        own = self._evidence.own_recipes
        return f" ({self._list(own)} by {'a recipe' if len(own) == 1 else 'recipes'} of {_its(own)} own)" if own else ""

    def _scratch(self) -> str:
        """Say that the other models had none, if there are others."""
        return " alone" if len(self._evidence.pretrained) < len(self._evidence.models) else ""

    def _not_judged(self) -> str:
        own = self._evidence
        parts = [f"{count(own.uncounted, 'record')} of other settings or code"] if own.uncounted else []
        parts += [f"{_list(own.elsewhere)}, measured under other protocols alone"] if own.elsewhere else []
        parts += [f"{count(len(own.variants), 'variant')} ({self._list(own.variants)})"] if own.variants else []
        return f"; not judged: {_joined(parts)}" if parts else ""

    def _stale(self) -> str:
        own = self._evidence
        changed = f"; the code of {self._list(own.stale)} has changed since" if own.stale else ""
        gone = f"; {self._list(own.uninstalled)} can no longer be run" if own.uninstalled else ""
        foreign = f"; {self._list(own.foreign)} measured by others with other code than yours" if own.foreign else ""
        return changed + gone + foreign

    def _leaves_open(self) -> str:
        return f"It says nothing about {_joined(self._silence, 'or')}."

    def _value(self, score: float) -> str:
        return f"{score:.{self._column.digits}f}"

    def _size(self, difference: float) -> str:
        return amount(difference, self._column.digits)

    def _ahead(self, lead: Lead) -> str:
        """Return the size of a lead with its interval."""
        low, high = lead.low, lead.high
        if (lead.ahead or 0.0) < 0 and low is not None and high is not None:
            low, high = -high, -low
        interval = self._interval(low, high)
        return f"{self._size(lead.ahead or 0.0)}{interval and f' ({interval})'}"

    def _shared(self, lead: Lead) -> str:
        """Name the folds behind a lead if they are not all of both models."""
        folds = {own.model: len(own.folds) for own in self._judgement.ranking}
        fewer = lead.folds < max(folds[lead.model], folds[lead.other])
        return f", on the {count(lead.folds, 'fold')} that both have" if fewer else ""

    def _interval(self, low: float | None, high: float | None) -> str:
        if low is None or high is None:
            return ""
        digits = self._column.digits
        return f"95 % interval {_signed(low, digits)} to {_signed(high, digits)}"

    def _list(self, models: Sequence[str], word: str = "and") -> str:
        return _list([self._labels[model] for model in models], word)


def amount(value: float, digits: int) -> str:
    """Return a size with this number of decimals, more if it would look like 0."""
    text = f"{abs(value):.{digits}f}"
    return text if float(text) or not value else f"{abs(value):.1g}"


def _columns(names: Sequence[str], judged: int) -> str:
    """Name some of ``judged`` columns; many of them by the first and their number, because all would fill a page."""
    if len(names) == judged > 2:
        return f"all {judged} ranked columns"
    return _joined(names) if len(names) < 4 else f"{names[0]} and {len(names) - 1} more of {judged} ranked columns"


def _signed(value: float, digits: int) -> str:
    return f"{'-' if value < 0 else ''}{amount(value, digits)}"


def _cost(own: Evidence) -> str:
    if own.training_flops is None:
        return ""
    least, most = own.training_flops
    return f" ({least:.2g} to {most:.2g} FLOPs)" if most > least else f" ({most:.2g} FLOPs)"


def _short(text: str) -> str:
    return text if len(text) <= _LETTERS else f"{text[:_LETTERS]}..."


def _list(names: Sequence[str], word: str = "and") -> str:
    """Join names; of many only the first ones, and the number of the others."""
    shown = [_short(name) for name in names[:_NAMED]]
    return _joined([*shown, f"{len(names) - _NAMED} more"] if len(names) > _NAMED else shown, word)


def _joined(parts: Sequence[str], word: str = "and") -> str:
    return f" {word} ".join(filter(None, [", ".join(parts[:-1]), parts[-1]])) if parts else ""


def _have(names: Sequence[str]) -> str:
    return "has" if len(names) == 1 else "have"


def _its(names: Sequence[str]) -> str:
    return "its" if len(names) == 1 else "their"


def _distinct(lists: Iterable[list[str]]) -> list[list[str]]:
    distinct: list[list[str]] = []
    for own in lists:
        distinct += [own] if own not in distinct else []
    return distinct
