import json
from dataclasses import asdict, replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats
from typer.testing import CliRunner

import bench as api
from bench.cli.main import app
from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.specs import Column, TableSpec
from bench.store.record import MetricValue
from bench.store.store import Store
from bench.tables.selection import select, selected
from bench.tables.verdict import verdict
from tests.table_records import classified, item, made, put_items

REGISTRY = Registry()
NOISE = (0.004, -0.003, 0.001, -0.002, 0.0, 0.003, -0.004, 0.002, -0.001, 0.005)


def row(model, level, folds=range(5), shift=0, **about):
    """Records of a model at a level, whose noise is another one for another shift."""
    about = {"label": model.upper(), "k": 5, **about}
    return [made(model, fold, level + NOISE[(3 * fold + shift) % 10], **about) for fold in folds]


def judged(tmp_path, *rows, metric=None, dataset=None, protocol=None):
    store = Store(tmp_path)
    for number, record in enumerate(record for own in rows for record in own):
        store.write_record(f"{number}", record)
    return verdict(select(store, "vqa", dataset, protocol), store, REGISTRY, "vqa", metric)


def scored(record, **metrics):
    """A record with other values of some metrics, None for one that is undefined."""
    values = {**record.metrics, **{name: value and MetricValue(value, 0.01) for name, value in metrics.items()}}
    return replace(record, metrics={name: value for name, value in values.items() if value})


def test_one_wins_by_a_difference_with_its_interval(tmp_path):
    own = judged(tmp_path, row("a", 0.8), row("b", 0.6, shift=1), row("c", 0.5, shift=2))
    assert own.best == own.leader == "a" and [lead.outcome for lead in own.leads] == ["better", "better"]
    lead = own.leads[0]
    differences = [NOISE[3 * fold % 10] - NOISE[(3 * fold + 1) % 10] + 0.2 for fold in range(5)]
    error = np.std(differences, ddof=1) * (1 / 5 + 1 / 4) ** 0.5
    p = 2 * stats.t.sf(np.mean(differences) / error, 4)
    assert (lead.ahead, lead.p) == pytest.approx((np.mean(differences), p)) and p < lead.corrected <= 3 * p
    assert own.sentences[0] == (
        f"A is the best of 3 models in facts: its score is {own.ranking[0].score:.3f}, {lead.ahead:.3f} "
        f"(95 % interval {lead.low:.3f} to {lead.high:.3f}) above that of B, the next."
    )
    assert own.sentences[1] == f"Each of the 2 others is worse than A at 5 %, by {lead.ahead:.3f} to 0.301."


def test_where_nothing_differs_nobody_is_best_and_all_are_named(tmp_path):
    own = judged(tmp_path, *(row(name, 0.6, shift=shift) for shift, name in enumerate("abc")))
    assert own.best is None and own.leader == own.ranking[0].model
    others = [each.model.upper() for each in own.ranking[1:]]
    assert own.sentences[0].startswith(
        f"No model is shown to be the best of 3 in facts: {own.leader.upper()} has the highest"
    )
    assert own.sentences[1] == f"{' and '.join(others)} cannot be told from {own.leader.upper()} at 5 %."


def test_a_name_at_the_head_of_a_sentence_is_spelt_as_it_is(tmp_path):
    own = judged(tmp_path, row("a", 0.8), row("b", 0.6, shift=1, label="byol"), row("e", 0.5, shift=2, label="e"))
    assert own.sentences[1].startswith("Each of the 2 others is worse than A")
    own = judged(tmp_path / "tied", row("a", 0.602), row("b", 0.6, shift=1, label="byol"))
    assert own.sentences[1] == "byol cannot be told from A at 5 %."


def test_models_that_tie_exactly_share_the_score(tmp_path):
    own = judged(tmp_path, row("a", 0.6), row("b", 0.6))
    assert own.sentences[:2] == (
        "No model is shown to be the best of 2 in facts: A and B share the highest score (0.601).",
        "B cannot be told from A at 5 %.",
    )


def test_a_control_that_wins_is_named_with_who_does_not_beat_it(tmp_path):
    own = judged(
        tmp_path,
        row("a", 0.5),
        row("b", 0.4, shift=1),
        row("blind", 0.5002, control=True),
        row("most", 0.2, shift=2, control=True),
    )
    assert {(lead.model, lead.other): lead.outcome for lead in own.over_controls if lead.metric == "facts"} == {
        ("a", "blind"): "no better",
        ("a", "most"): "better",
        ("b", "blind"): "no better",
        ("b", "most"): "better",
    }
    where = "all 7 ranked columns"
    assert own.sentences[2] == f"A scores no better than BLIND in {where}; B scores no better than BLIND in {where}."
    assert own.best == "a" and own.sentences[0].endswith("the next; A scores no better than the control BLIND.")


def test_of_many_models_each_control_is_named_once(tmp_path):
    """Five models under one control and one of them under another: their own sentences would fill a page."""
    own = judged(
        tmp_path,
        *(row(name, 0.3 + shift / 20, shift=shift) for shift, name in enumerate("abcde")),
        row("blind", 0.7, control=True),
        row("most", 0.32, shift=7, control=True),
    )
    assert own.sentences[2] == (
        "None of 5 models is shown to beat BLIND in facts; A is not shown to beat MOST in facts; in other columns 5 of "
        "5 are not shown to beat every control."
    )


def test_beating_a_control_by_chance_is_not_beating_it_and_other_columns_count(tmp_path):
    blind = [scored(each, meteor=0.9) for each in row("blind", 0.499, shift=4, control=True)]
    own = judged(tmp_path, row("a", 0.5), row("b", 0.7, shift=1), blind)
    assert own.sentences[2].startswith("A is not shown to beat BLIND in facts") or "no better" in own.sentences[2]
    assert "B scores no better than BLIND in METEOR" in own.sentences[2] and "length" not in own.sentences[2]


def test_every_control_is_beaten_in_every_ranked_column(tmp_path):
    own = judged(tmp_path, row("a", 0.7), row("blind", 0.3, shift=1, control=True))
    assert own.sentences[1] == "A beats every control in all 7 ranked columns at 5 %."


def test_a_column_without_a_score_is_not_claimed(tmp_path):
    a = [scored(each, rouge2=None) for each in row("a", 0.7)]
    own = judged(tmp_path, a, row("blind", 0.3, shift=1, control=True), row("b", 0.6, shift=2))
    assert own.sentences[2] == "Every model beats every control wherever both have a score at 5 %."


def test_without_a_control_nothing_is_said_to_beat_one(tmp_path):
    own = judged(tmp_path, row("a", 0.7), row("b", 0.3, shift=1))
    assert own.sentences[2] == "No control was measured, so it is not known whether a model beats one."


def test_one_model_alone_is_compared_with_nothing(tmp_path):
    own = judged(tmp_path, row("a", 0.7), row("blind", 0.3, shift=1, control=True))
    only = own.ranking[0]
    assert own.sentences[0] == (
        f"A is the only model with a score: its facts is {only.score:.3f} "
        f"(95 % interval {only.low:.3f} to {only.high:.3f})."
    )
    assert own.best is None and not own.leads and not any("than A" in sentence for sentence in own.sentences)


def test_controls_alone_are_no_models(tmp_path):
    own = judged(tmp_path, row("blind", 0.7, control=True), row("most", 0.3, shift=1, control=True))
    assert own.sentences[0] == "No model was measured, only BLIND and MOST."
    assert own.leader is None and len(own.sentences) == 3 and not any("beat" in each for each in own.sentences)


def test_an_undefined_score_is_said_to_be_undefined(tmp_path):
    b = [scored(each, facts=None) for each in row("b", 0.9, shift=1)]
    own = judged(tmp_path, row("a", 0.7), b, row("c", 0.2, shift=2))
    assert own.undefined == ("b",) and own.best == "a" and "of 2 models" in own.sentences[0]
    assert own.sentences[1].endswith("no score of B is defined.")


def test_a_metric_that_no_model_has_is_left_for_the_next_column(tmp_path):
    rows = [[scored(each, facts=None) for each in row(name, level, shift=shift)] for shift, (name, level) in enumerate(
        {"a": 0.3, "b": 0.6}.items())]  # fmt: skip
    own = judged(tmp_path, *rows)
    assert (own.metric, own.column, own.best) == ("meteor", "METEOR", "b")
    nothing = [[replace(each, metrics={}) for each in own] for own in rows]
    with pytest.raises(BenchError, match="no score of A by which models are ranked is defined"):
        judged(tmp_path, *nothing)


def test_a_row_with_fewer_folds_is_compared_on_those_it_shares(tmp_path):
    # Fold 4 is easy for everybody: on it alone, B's mean is the highest.
    a = [scored(each, facts=0.9) if each.cell.fold == 4 else each for each in row("a", 0.5)]
    own = judged(tmp_path, a, row("b", 0.905, folds=[4]), row("c", 0.2, shift=1))
    leads = {lead.other: lead for lead in own.leads}
    assert own.leader == "a" and leads["b"].folds == 1 and leads["b"].ahead == pytest.approx(-0.006)
    assert (
        "no other is shown to be better than A" in own.sentences[0]
        and "on the 1 fold that both have" in own.sentences[0]
    )
    assert "(fewer of B)" in own.sentences[3]


def test_a_row_with_fewer_folds_that_beats_the_others_leads(tmp_path):
    own = judged(tmp_path, row("a", 0.5), row("b", 0.9, folds=range(4), shift=1))
    assert own.best == "b" and "on the 4 folds that both have" in own.sentences[0]


def test_models_that_share_no_fold_are_not_compared(tmp_path):
    own = judged(tmp_path, row("a", 0.5, folds=(0, 1, 2)), row("b", 0.9, folds=(3, 4)))
    assert own.best is None and own.leader == "a"
    assert own.sentences[0].endswith("but it shares no fold with B.") and "highest" not in own.sentences[0]
    assert own.sentences[1] == "B has no fold in common with A."


def test_folds_that_are_missing_are_what_it_says_nothing_about(tmp_path):
    own = judged(tmp_path, row("a", 0.8, folds=[0]), row("b", 0.5, folds=[0]))
    assert "in fold 0 of 5 with 1 seed" in own.sentences[3]
    assert (
        "the other 4 folds, models trained on other pictures of the dataset, other initial weights" in own.sentences[4]
    )
    whole = judged(tmp_path / "whole", row("a", 0.8), row("b", 0.5, shift=1))
    assert "in all 5 folds" in whole.sentences[3] and "fold" not in whole.sentences[4]


def test_models_of_other_protocols_are_not_judged(tmp_path):
    own = judged(
        tmp_path, row("a", 0.8), row("b", 0.5, shift=1), row("c", 0.99, protocol="p2"), row("a", 0.1, protocol="p2"),
        protocol="p1",
    )  # fmt: skip
    assert own.best == "a" and "not judged: c, measured under other protocols alone" in own.sentences[3]


def test_records_of_other_settings_are_not_judged(tmp_path):
    own = judged(
        tmp_path, row("a", 0.8), row("b", 0.5, shift=1), [made("b", 9, 1.0, settings={"depth": 1}, k=5, day=1)]
    )
    assert own.rests_on.uncounted == 1 and "1 record of other settings or code" in own.sentences[3]


def test_drawn_pictures_say_nothing_about_real_ones_nor_scratch_about_pretrained_weights(tmp_path):
    drawn = judged(tmp_path / "drawn", row("a", 0.8, settings={"weights": "scratch"}), row("b", 0.5))
    assert "real micrographs" in drawn.sentences[4] and "pretrained weights" in drawn.sentences[4]
    other = judged(
        tmp_path / "other", row("a", 0.8, settings={"weights": "hub"}, dataset="sem"), row("b", 0.5, dataset="sem")
    )
    assert "real" not in other.sentences[4] and "pretrained" not in other.sentences[4]


def test_models_of_pretrained_weights_are_marked_and_named(tmp_path):
    mixed = judged(tmp_path / "mixed", row("a", 0.8, weights="timm:net"), row("b", 0.5))
    assert "A (pretrained)" in mixed.sentences[0]
    assert "pretrained weights of A (pretrained) alone" in mixed.sentences[3]
    assert mixed.rests_on.pretrained == ("a",)
    every = judged(tmp_path / "every", row("a", 0.8, weights="x"), row("b", 0.5, weights="y"))
    assert "pretrained weights of A (pretrained) and B (pretrained)," in f"{every.sentences[3]},".replace(";", ",")
    assert "pretrained" not in " ".join(judged(tmp_path / "none", row("a", 0.8), row("b", 0.5)).sentences[:4])


def test_what_models_were_trained_on_is_said(tmp_path):
    a = [
        replace(each, sides={"train": 30, "test": 12}, training={"epochs": 5, "training_flops": 2e12})
        for each in row("a", 0.8)
    ]
    own = judged(tmp_path, a, row("b", 0.5, shift=1, recipe={"epochs": 9}))
    assert "60 test pictures of synthetic" in own.sentences[3]
    assert "training for 5 epochs (B by a recipe of its own) (2e+12 FLOPs)" in own.sentences[3]
    budget = [replace(each, config_recipe={"epochs": 5, "budget": "1e14"}) for each in row("a", 0.8)]
    assert "training for a budget of 1e14" in judged(tmp_path / "budget", budget, row("b", 0.5)).sentences[3]


def test_seeds_are_averaged_and_counted(tmp_path):
    seeds = [
        replace(each, cell=replace(each.cell, seed=seed), metrics={**each.metrics, "facts": MetricValue(value)})
        for seed, value in enumerate((0.7, 0.8, 0.9))
        for each in row("a", 0.8)
    ]
    own = judged(tmp_path, seeds, row("b", 0.5, shift=1))
    assert own.ranking[0].score == pytest.approx(0.8) and "with 3 seeds" in own.sentences[3]


def test_on_one_fold_models_are_compared_picture_by_picture(tmp_path):
    store = Store(tmp_path)
    random = np.random.default_rng(0)
    hard = random.integers(0, 5, 40)
    for number, (name, worse) in enumerate({"a": 0, "b": 1}.items()):
        rights = hard - worse * (np.arange(40) % 3 > 0)
        items = [
            {**item(place, "tips", 0.1, right=int(right), asked=9), "picture": f"p{place // 2}"}
            for place, right in enumerate(rights)
        ]
        record = scored(made(name, 0, 0.1, label=name.upper(), k=5), facts=rights.sum() / 360)
        store.write_record(f"{number}", record)
        put_items(store, record, items)
    own = verdict(select(store, "vqa", None, None), store, REGISTRY, "vqa", None)
    lead = own.leads[0]
    assert (lead.basis, own.best) == ("pictures", "a") and lead.p < 1e-3 and lead.ahead == pytest.approx(26 / 360)


def test_the_variants_of_a_measured_model_are_left_to_the_ablations(tmp_path):
    variant = row("mvaema-no-itc", 0.99, variant_of="mvaema")
    with_model = judged(tmp_path / "with", row("mvaema", 0.8), row("b", 0.5, shift=1), variant)
    assert with_model.best == "mvaema" and "not judged: 1 variant (MVAEMA-NO-ITC)" in with_model.sentences[3]
    assert judged(tmp_path / "without", row("b", 0.5, shift=1), variant).best == "mvaema-no-itc"


def test_an_upper_row_is_neither_model_nor_control(tmp_path):
    upper = [replace(each, model=replace(each.model, upper=True)) for each in row("oracle", 1.0, control=True)]
    own = judged(tmp_path, row("a", 0.8), row("b", 0.5, shift=1), upper)
    assert own.best == "a" and not own.over_controls and own.rests_on.upper == ("oracle",)


class Downwards:
    """A registry with one table, in which lower values are better."""

    def every(self, kind):
        table = TableSpec("t", 200, "T", "vqa", (Column("facts", "error", higher_is_better=False),))
        return {"t": table} if kind == "table" else REGISTRY.every(kind)

    def __getattr__(self, name):
        return getattr(REGISTRY, name)


def test_the_lowest_score_is_the_best_where_lower_is_better(tmp_path):
    store = Store(tmp_path)
    rows = (row("a", 0.2), row("b", 0.5, shift=1), row("blind", 0.7, shift=2, control=True))
    for number, record in enumerate(each for own in rows for each in own):
        store.write_record(f"{number}", record)
    own = verdict(select(store, "vqa", None, None), store, Downwards(), "vqa", None)
    assert own.best == "a" and own.leads[0].ahead > 0 and own.leads[0].low > 0
    assert "below that of B, the next" in own.sentences[0] and own.sentences[2].startswith("Every model beats")


def test_a_metric_by_which_nobody_is_ranked_is_refused(tmp_path):
    for metric in ("length_ratio", "fact"):
        with pytest.raises(BenchError, match="unknown metric by which models are ranked"):
            judged(tmp_path, row("a", 0.2), row("b", 0.5), metric=metric)
    assert judged(tmp_path, metric="bleu4").metric == "bleu4"


HOSTILE = [
    "\x1b[31mred",
    "best\n\nB is the best",
    "| a * `b` <script>",
    "\u202eevil",
    "x" * 2000,
    "$a$ ~b~ _c_",
    "[a](b)",
]


@pytest.mark.parametrize("label", HOSTILE)
def test_a_hostile_name_takes_no_effect(tmp_path, label):
    own = judged(tmp_path, row("a", 0.8, label=label), row("b", 0.5, shift=1, label=label), row("c", 0.1, shift=2))
    printed = str(own)
    assert len(printed.split("\n\n")) == len(own.sentences) == 5 and len(printed) < 4000
    assert all(letter.isprintable() or letter == "\n" for letter in printed) and "<script>" not in printed
    assert "(a)" in printed or " a " in printed  # two models of one label show their names
    assert json.loads(json.dumps(asdict(own)))["labels"].keys() == {"a", "b", "c"}


def test_the_command_prints_the_sentences_and_the_same_as_json(tmp_path):
    judged(tmp_path, row("a", 0.8), row("b", 0.5, shift=1), row("blind", 0.1, control=True))
    own = api.verdict("vqa", store=tmp_path)
    printed = CliRunner().invoke(app, ["verdict", "--task", "vqa", "--store", str(tmp_path)])
    assert printed.exit_code == 0 and printed.output.strip() == str(own) and len(own.sentences) == 5
    data = json.loads(CliRunner().invoke(app, ["verdict", "--json", "--store", str(tmp_path)]).output)
    assert data == json.loads(json.dumps(asdict(own)))
    assert data["best"] == "a" and data["rests_on"]["controls"] == ["blind"]


def worse_at_5_percent(values, k):
    """Every pair (better, worse) of models at 5 %, computed here by other means; values by model and fold."""
    tests = []
    for one, other in combinations(values, 2):
        differences = np.array(
            [values[one][fold] - values[other][fold] for fold in values[one].keys() & values[other].keys()]
        )
        if not len(differences):
            continue
        p, count = 1.0, len(differences)
        if count > 1 and np.ptp(differences) < 1e-12:
            p = min(1.0, 2 * 0.5**count) if abs(differences[0]) > 1e-12 else 1.0
        elif count > 1:
            spread = np.std(differences, ddof=1) * (1 / count + 1 / (k - 1)) ** 0.5
            p = 2 * stats.t.sf(abs(differences.mean()) / spread, count - 1)
        tests.append((p, (one, other) if differences.mean() > 0 else (other, one)))
    shown, remaining = set(), len(tests)
    for p, pair in sorted(tests):
        if p * remaining > 0.05:
            break
        shown.add(pair)
        remaining -= 1
    return shown


@st.composite
def records(draw):
    """Scores by fold of one to five models and up to two controls, of which some lack folds or all scores."""
    names = [*"abcde"[: draw(st.integers(1, 5))], *("yz"[: draw(st.integers(0, 2))])]
    levels = st.sampled_from([0.1, 0.3, 0.31, 0.6, 0.9])
    noise = st.sampled_from([0.0, 0.0, 0.001, 0.004, 0.02, -0.003])
    values = {}
    for name in names:
        level, folds = draw(levels), draw(st.one_of(st.just([0, 1, 2, 3, 4]), st.lists(st.integers(0, 4), unique=True)))
        values[name] = {fold: level + draw(noise) for fold in folds}
    return values


@given(records())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_sentence_contradicts_the_numbers(tmp_path_factory, values):
    own = [
        replace(made(name, fold, value, control=name in "yz", k=5, label=name), metrics={"facts": MetricValue(value)})
        for name, scores in values.items()
        for fold, value in scores.items()
    ]
    if not own:
        return
    store = Store(tmp_path_factory.getbasetemp() / "empty")
    judged = verdict(selected(own, "synthetic", "p1", store), store, REGISTRY, "vqa", None)
    models = {name: scores for name, scores in values.items() if name not in "yz" and scores}
    shown = worse_at_5_percent(models, 5)
    best = {
        name for name in models if len(models) > 1 and all((name, other) in shown for other in models if other != name)
    }
    first = judged.sentences[0]
    assert {judged.best} - {None} == best and len(best) <= 1
    assert (f"{judged.best} is the best of {len(models)} models" in first) == bool(best)
    if judged.leader is None:
        assert not models or all(any(worse == name for _, worse in shown) for name in models)
        return
    leader = judged.leader
    assert not any(worse == leader for _, worse in shown)
    apart = {name for name in models if name != leader and not models[name].keys() & models[leader].keys()}
    worse = {name for name in models if (leader, name) in shown}
    tied = models.keys() - worse - apart - {leader}
    parts = judged.sentences[1].removesuffix(".").split("; ") if len(models) > 1 else []
    claims = {"cannot be told from": tied, "worse than": worse, "no fold in common with": apart}
    for words, names in claims.items():
        (part,) = [part for part in parts if words in part.lower()] or [""]
        subject = (
            part.lower()
            .partition(f" {words}")[0]
            .replace(" is", "")
            .replace(" are", "")
            .replace(" has", "")
            .replace(" have", "")
        )
        if subject.startswith("each of the"):
            assert subject == f"each of the {len(names)} others" and names == models.keys() - {leader}
        else:
            assert {*subject.replace(" and ", ", ").split(", ")} - {""} == names
    controls = {name: scores for name, scores in values.items() if name in "yz" and scores}
    for lead in judged.over_controls:
        shared = values[lead.model].keys() & values[lead.other].keys()
        behind = not shared or np.mean([values[lead.model][f] - values[lead.other][f] for f in shared]) <= 1e-12
        assert (lead.outcome in ("no better", "no fold shared")) == behind
        if behind and shared:
            said = " ".join(judged.sentences).lower()
            assert f"{lead.model} scores no better than" in said or "shown to beat" in said
    assert len(judged.over_controls) == len(models) * len(controls)


def test_a_label_that_several_models_share_names_its_model_even_if_it_alone_was_measured(tmp_path):
    store = Store(tmp_path)
    store.prepare()
    for name in ("gcn", "resnet"):
        store.write_record(name, classified(name, 0, 0.5, label={"gcn": "GraphConv"}.get(name, name)))
    sentences = str(api.verdict("classification", store=tmp_path))
    assert "GraphConv (gcn)" in sentences and "resnet (" not in sentences
