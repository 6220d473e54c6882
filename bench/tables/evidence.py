"""What a verdict rests on, and what it says nothing about."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.specs import SCRATCH
from bench.store.record import Record
from bench.store.store import Store
from bench.tables.choices import choices
from bench.tables.places import places_of
from bench.tables.selection import Selection
from bench.tables.staleness import stale


@dataclass(frozen=True)
class Evidence:
    """What a verdict rests on.

    ``dataset`` trained on and ``tested`` on; how many ``pictures`` were tested, None if the records do not say;
    ``folds`` are those that any row has, of ``k``, of which ``fewer`` are the rows that lack some; ``seeds`` the most
    that a fold has; ``choices`` are those of the ``protocol``; ``recipe`` says how long models trained, '' if none did;
    ``own_recipes`` are the models whose recipe differs from the run's; ``training_flops`` the least and the most that a
    training cost, None if unknown. Not judged are: ``uncounted`` records of other settings or code, ``elsewhere`` the
    models that have records under other protocols alone, ``variants`` of a model, ``upper`` rows. ``pretrained`` are
    the models that started from pretrained weights, ``stale`` the rows whose code has changed since, ``uninstalled``
    those whose plugin is gone, ``foreign`` those that others measured with other code, or a model not installed here.
    """

    dataset: str
    tested: str
    pictures: int | None
    folds: tuple[int, ...]
    k: int
    fewer: tuple[str, ...]
    repeats: int
    seeds: int
    protocol: str
    choices: str
    models: tuple[str, ...]
    controls: tuple[str, ...]
    recipe: str
    own_recipes: tuple[str, ...]
    training_flops: tuple[float, float] | None
    uncounted: int
    elsewhere: tuple[str, ...]
    variants: tuple[str, ...]
    pretrained: tuple[str, ...]
    upper: tuple[str, ...]
    stale: tuple[str, ...]
    uninstalled: tuple[str, ...]
    foreign: tuple[str, ...]


def evidence(
    selection: Selection, store: Store, registry: Registry, task: str, models: Sequence[str], controls: Sequence[str]
) -> Evidence:
    """Return what a verdict on these models and controls of a selection rests on."""
    judged = {model: selection.by_model[model] for model in models}
    behind = [record for model in (*models, *controls) for record in selection.by_model[model]]
    state = {model: stale(selection.by_model[model], registry) for model in (*models, *controls)}
    others_rows = {model for model in state if selection.by_model[model][0].measured_by}
    places = {model: places_of(selection.by_model[model]) for model in state}
    most = len(frozenset().union(*places.values()))
    others = {
        record.cell.model
        for record in store.records()
        if (record.cell.task, record.cell.dataset) == (task, selection.dataset)
    }
    return Evidence(
        dataset=selection.dataset,
        tested=selection.tested,
        pictures=_pictures(selection, behind),
        folds=tuple(sorted({record.cell.fold for record in behind})),
        k=selection.clear["split"]["k"],
        fewer=tuple(model for model in (*models, *controls) if len(places[model]) < most),
        repeats=len({record.cell.repeat for record in behind}),
        seeds=max(Counter((own.cell.model, own.cell.fold, own.cell.repeat) for own in behind).values(), default=0),
        protocol=selection.protocol,
        choices=selection.choices,
        models=tuple(models),
        controls=tuple(controls),
        recipe=_recipe(judged.values()),
        own_recipes=tuple(model for model, records in judged.items() if _has_own_recipe(records[0])),
        training_flops=_training_flops(record for records in judged.values() for record in records),
        uncounted=sum(selection.left_out[model] for model in (*models, *controls)),
        elsewhere=tuple(sorted(others - selection.by_model.keys())),
        variants=tuple(
            model
            for model, records in selection.by_model.items()
            if not records[0].model.control and model not in models
        ),
        pretrained=tuple(model for model in models if selection.by_model[model][0].model.weights),
        upper=tuple(model for model, records in selection.by_model.items() if records[0].model.upper),
        stale=tuple(model for model, changed in state.items() if changed and model not in others_rows),
        uninstalled=tuple(model for model, changed in state.items() if changed is None and model not in others_rows),
        foreign=tuple(model for model, changed in state.items() if changed is not False and model in others_rows),
    )


def limits(selection: Selection, own: Evidence, registry: Registry) -> tuple[str, ...]:
    """Name what a verdict that rests on this evidence says nothing about, as the records show it."""
    several = own.tested != own.dataset
    return (
        *dict.fromkeys(limit for name in (own.dataset, own.tested) for limit in _limits_of(name, registry)),
        f"pictures of other datasets than {own.dataset}{f' and {own.tested}' if several else ''}",
        *_limits_of_training(selection, own),
        *([f"pictures larger than {size} x {size} pixels"] if (size := selection.clear.get("image_size")) else []),
        "questions put in another way",
    )


def _limits_of(dataset: str, registry: Registry) -> tuple[str, ...]:
    try:
        return registry.find("dataset", dataset)[0].limits
    except BenchError:  # its plugin is no longer installed
        return ()


def _limits_of_training(selection: Selection, own: Evidence) -> list[str]:
    """Name what other training sides, seeds and weights would show."""
    sentences: list[str] = []
    missing = own.k - len(own.folds)
    if missing:
        sentences.append(f"the other {missing} folds" if missing > 1 else "the other fold")
    if len(own.folds) * own.repeats == 1:
        sentences.append("models trained on other pictures of the dataset")
        if own.seeds <= 1 and own.recipe:
            sentences.append("other initial weights")
    settings = [selection.by_model[model][0].model.settings for model in own.models]
    weights = {each["weights"] for each in settings if "weights" in each}
    if weights == {SCRATCH}:
        sentences.append("pretrained weights")
    if (fraction := choices(selection.clear)["fraction"]) != "1":
        sentences.append(f"training on more than {fraction} of the training pictures")
    return sentences


def _pictures(selection: Selection, records: Iterable[Record]) -> int | None:
    """Return how many pictures were tested; folds of one repeat test different ones, unless of another dataset."""
    tested = {(own.cell.repeat, own.cell.fold): own.sides["test"] for own in records if "test" in own.sides}
    if not tested:
        return None
    if selection.tested != selection.dataset:
        return max(tested.values())
    repeats = {repeat for repeat, _ in tested}
    return max(sum(own for place, own in tested.items() if place[0] == repeat) for repeat in repeats)


def _recipe(of_models: Iterable[Sequence[Record]]) -> str:
    """Say how long models trained: the run's budget or epochs; '' if none trained."""
    recipes = [own.config_recipe for records in of_models for own in records if own.learned]
    budgets = {str(own["budget"]) for own in recipes if own.get("budget")}
    epochs = sorted({int(own["epochs"]) for own in recipes if not own.get("budget") and "epochs" in own})
    words = [f"a budget of {' or '.join(sorted(budgets))}"] if budgets else []
    if epochs:
        least, most = epochs[0], epochs[-1]
        steps = max(int(own.get("fewest_steps", 0)) for own in recipes)
        floor = f" of at least {steps} steps" if steps else ""
        words.append(
            (f"{least} to {most} epochs" if most > least else f"{most} epoch{'s' if most > 1 else ''}") + floor
        )
    return " or ".join(words)


def _has_own_recipe(record: Record) -> bool:
    return record.learned and record.model.recipe != record.config_recipe


def _training_flops(records: Iterable[Record]) -> tuple[float, float] | None:
    costs = [
        sum(float(own.history(stage).get("training_flops", 0.0)) for stage in ("pretrain", "train")) for own in records
    ]
    known = [cost for cost in costs if cost]
    return (min(known), max(known)) if known else None
