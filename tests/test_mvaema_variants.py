"""MVaEMa with parts switched off: the part is gone, nothing reaches it, and nothing of it reaches the answer."""

import re

import numpy as np
import pytest
import torch

from bench.config.loading import load_config
from bench.errors import BenchError
from bench.models.mvaema.attention import PARTS, Attention, Skipped, mean_of
from bench.models.mvaema.decoding import Decoding
from bench.models.mvaema.estimator import MVaEMa
from bench.models.mvaema.generate import generate
from bench.models.mvaema.losses import hard_pairs
from bench.models.mvaema.tokenizer import CLS
from bench.planning.plan import Plan
from bench.planning.rows import Request
from bench.plugins.mvaema import VARIANTS
from bench.registered.registry import Registry
from bench.stages.context import load_estimator, make_estimator
from bench.stages.fitting import train_estimator
from bench.tables.published import published
from bench.terminal.progress import NoProgress
from tests.conftest import SMALL
from tests.table_records import made
from tests.test_mvaema import context_for, instructions
from tests.test_mvaema_model import VOCABULARY, build, has_gradient, make_batch

REGISTERED = [spec for spec in Registry().every("model").values() if "mvaema" in (spec.name, spec.variant_of)]
every_part = pytest.mark.parametrize("part", PARTS)


def weights(model):
    return {name: value.numel() for name, value in model.named_parameters()}


def lacking(part):
    """The names of the weights that a model without the part has not."""
    return weights(build()).keys() - weights(build(without=[part])).keys()


def test_every_part_has_a_row_of_the_papers_tables():
    rows = {row.model: row.row for table in (5, 6) for row in published(table).values()}
    assert rows == {"mvaema": "MVaEMa", **{f"mvaema-no-{part}": label for part, label in VARIANTS.items()}}
    assert VARIANTS.keys() == PARTS.keys()
    registry = Registry()
    models = registry.every("model")
    assert models["mvaema-mean"].variant_of == "mvaema"
    for part in PARTS:
        assert models[f"mvaema-no-{part}"].variant_of == "mvaema"
        assert registry.settings(models[f"mvaema-no-{part}"])["without"].default == (part,)


def test_the_parts_that_are_gone_are_those_that_the_name_says():
    assert {name.split(".")[0] for name in lacking("itc")} == {"space"}
    assert lacking("itm") == {"grounded.matching.weight", "grounded.matching.bias"}
    assert {re.sub(r"layers\.\d\.", "", name).rpartition(".attention.")[0] for name in lacking("sa")} == {
        "text",
        "vision",
    }
    assert {name for name in lacking("ca") if ".cross_attention." not in name} == lacking("itm")
    assert all(".causal_attention." in name for name in lacking("csa"))
    count = sum(weights(build()).values())
    without = {part: count - sum(weights(build(without=[part])).values()) for part in PARTS}
    attention = sum(weights(Attention(16, 2)).values())
    head = sum(weights(build().grounded.matching).values())
    assert (without["sa"], without["ca"], without["csa"]) == (4 * attention, 2 * attention + head, 2 * attention)


@pytest.mark.parametrize("spec", REGISTERED, ids=lambda spec: spec.name)
def test_every_loss_that_a_row_is_trained_by_depends_on_picture_and_text(spec):
    off = set(spec.defaults.get("without", ()))
    batch = make_batch()
    for name in ({"itc", "itm", "lm"} - off) - ({"itm"} if "ca" in off else set()):
        model, words = build(**spec.defaults), []
        model.embedding.register_forward_hook(lambda _, ids, vectors, seen=words: seen.append(vectors))
        pixels = batch.pixels.float().requires_grad_()
        loss = model(batch._replace(pixels=pixels))[name]
        gradients = torch.autograd.grad(loss, [pixels, *words], allow_unused=True)
        # What the answers of w/o CA cannot see is what its name says.
        sees = not ("ca" in off and name == "lm")
        assert (gradients[0] is not None and bool(gradients[0].any())) == sees, name
        assert any(each is not None and each[:, 1:].any() for each in gradients[1:]), name


@pytest.mark.parametrize("spec", REGISTERED, ids=lambda spec: spec.name)
def test_the_summaries_of_different_pictures_and_of_different_texts_differ(spec):
    model, batch = build(**spec.defaults), make_batch()
    with torch.no_grad():
        pictures = model.vision(batch.pixels)[:, model.read].mean(1)
        texts = model.text(model._embed_pairs(batch.pairs, CLS), batch.present)
    assert pictures.std(0).mean() > 0.01 and texts.std(0).mean() > 0.01


def test_a_mean_of_tokens_leaves_padding_out():
    tokens = torch.arange(12.0).reshape(2, 3, 2)
    present = torch.tensor([[True, True, False], [True, True, True]])
    assert torch.equal(mean_of(tokens, present), torch.stack([tokens[0, :2].mean(0), tokens[1].mean(0)]))


@every_part
def test_what_is_left_trains_whole(part):
    model = build(without=[part]).train()
    losses = model(make_batch())
    assert losses.keys() == {"loss", "itc", "itm", "lm"} - {part} - ({"itm"} if part == "ca" else set())
    losses["loss"].backward()
    read_by_itc_alone = {"text.norm.weight", "text.norm.bias", "vision.cls"} if part == "itc" else set()
    never = {name for name, value in model.named_parameters() if value.grad is None}
    assert never <= read_by_itc_alone
    assert has_gradient(model.vision) == (part != "ca" or "itc" in losses)


def test_without_cross_attention_the_picture_changes_nothing():
    model, batch = build(without=["ca"]), make_batch()
    other = batch._replace(pixels=255 - batch.pixels)
    with torch.no_grad():
        assert torch.equal(*(_likelihood(model, each) for each in (batch, other)))
        assert not torch.equal(*(_likelihood(build(), each) for each in (batch, other)))


def _likelihood(model, batch):
    return model.likelihood(model.grounded.images(model.vision(batch.pixels)), batch, batch.targets > 0)


def test_without_causal_attention_the_decoder_cannot_see_the_question():
    prompts = torch.randint(7, VOCABULARY, (2, 5), generator=torch.Generator().manual_seed(0))
    for without, alike in ((["csa"], True), ([], False)):
        model = build(without=without)
        features = model.vision(make_batch().pixels)
        tokens = torch.cat([prompts, torch.full((2, 1), 9)], dim=1)
        places = torch.tensor([0, 1, 2, 3, 4, 8]).expand(2, 6)
        with torch.no_grad():
            same_picture = model.grounded.images(features[:1].expand(2, -1, -1))
            hidden = model.decode(tokens, places, same_picture)[:, -1]
        assert torch.allclose(hidden[0], hidden[1]) == alike


def test_without_self_attention_a_text_is_its_first_token_and_patches_do_not_mix():
    for without, alike in ((["sa"], True), ([], False)):
        model, batch = build(without=without), make_batch()
        other = batch.pairs.clone()
        other[:, 1:] = (other[:, 1:] + 1) % VOCABULARY
        with torch.no_grad():
            texts = [model.text(model._embed_pairs(each, 2), batch.present) for each in (batch.pairs, other)]
            pixels = batch.pixels.clone()
            pixels[:, :32, :32] = 255 - pixels[:, :32, :32]
            features = [model.vision(each) for each in (batch.pixels, pixels)]
        assert torch.equal(*texts) == alike
        assert torch.equal(features[0][:, 2:], features[1][:, 2:]) == alike
        assert not torch.equal(features[0][:, 1], features[1][:, 1])


def test_without_itc_negatives_are_drawn_alike(monkeypatch):
    partners = []

    def drawn(similarity, excluded):
        # Behind the two that match: the first row keeps its text and gets a picture of the other's two records.
        partners.extend(int(hard_pairs(similarity, excluded).pictures[2]) for _ in range(500))
        return hard_pairs(similarity, excluded)

    monkeypatch.setattr("bench.models.mvaema.model.hard_pairs", drawn)
    build(without=["itc"])(make_batch())
    counts = np.bincount(partners, minlength=4)
    assert counts[:2].tolist() == [0, 0] and counts[2:].min() > 200


@every_part
def test_a_variant_learns_answers_classifies_and_is_the_same_after_loading(part, tmp_path):
    learning = instructions(8, 1)
    names = tuple("abcd")
    learning = type(learning)(learning.micrographs, learning.records, learning.pictures, learning.captions, names)
    context = context_for(tmp_path, without=(part,), max_new_tokens=6, answer_tokens=40, prompt_tokens=40)
    estimator = train_estimator(MVaEMa, learning, learning, context)
    (tmp_path / "weights").mkdir()
    estimator.save(tmp_path / "weights")
    again = load_estimator(MVaEMa, tmp_path / "weights", context)
    assert estimator.answer(learning) == again.answer(learning)
    pictures = learning.micrographs.unlabelled()
    found = again.predict_proba(pictures)
    assert np.array_equal(found, again.predict_proba(pictures)) and found.sum(1) == pytest.approx(1)
    assert (np.ptp(found, axis=0).max() < 1e-6) == (part == "ca")


@pytest.mark.parametrize(("part", "rank"), [("itc", "contrastive"), ("itm", "matching"), ("ca", "matching")])
def test_a_rank_whose_part_was_off_is_refused(part, rank, tmp_path):
    context = context_for(tmp_path, without=(part,), rank=rank)
    estimator = train_estimator(MVaEMa, instructions(8, 1), instructions(4, 2), context)
    with pytest.raises(BenchError, match=f"rank={rank} needs what (itc|itm) teaches"):
        estimator.predict_proba(instructions(4, 2).micrographs)


def test_a_part_that_there_is_not_is_refused_with_the_nearest(tmp_path):
    context = context_for(tmp_path, without=("cas",))
    with pytest.raises(BenchError, match="did you mean 'csa'|did you mean 'ca'"):
        make_estimator(MVaEMa, context).fit(instructions(8, 1), instructions(4, 2))


@pytest.mark.parametrize("beams", [1, 3])
def test_generation_without_memory_goes_on(beams):
    model = build(without=["csa"])
    prompts = torch.randint(7, VOCABULARY, (2, 5), generator=torch.Generator().manual_seed(0))
    said = generate(model, model.vision(make_batch().pixels), prompts, Decoding(num_beams=beams, max_new_tokens=5))
    assert len(said) == 2


def test_what_is_skipped_adds_nothing_and_remembers_nothing():
    skipped, hidden = Skipped(), torch.randn(2, 3, 4)
    assert not list(skipped.parameters())
    for added in (skipped(hidden), skipped.cross(hidden, skipped.keys_values(hidden)), skipped.causal(hidden)):
        assert torch.equal(hidden + added, hidden)


TINY = [
    part
    for text in ("embed_dim=16", "num_heads=2", "depth=1", "epochs=1", "max_new_tokens=8")
    for part in ("--set", f"model.{text}")
]


def test_the_suite_trains_each_variant_once_for_both_tasks(bench, store):
    code, out, err = bench("run", "--task", "ablation", "--models", "mvaema,mvaema-no-ca", *SMALL, *TINY)
    assert code == 0, err
    assert out.splitlines() == [
        "vqa: all 2 cells are done; `bench table 1` shows the scores",
        "classification: all 2 cells are done; `bench table 2` shows the scores",
    ]
    trained = [
        line for path in (store / "logs").glob("*.log") for line in path.read_text().splitlines() if " train " in line
    ]
    assert len(trained) == 2
    five, six = bench("table", "5")[1], bench("table", "6")[1]
    assert re.search(r"w/o CA against MVaEMa: BLEU-4 [+-]0\.\d+ \(p \d\.\d\d\)", five)
    assert "Avg-F1 Score" in six and "w/o ITC" in six
    assert "w/o CA" not in bench("table", "1")[1]


def test_a_suite_plans_all_its_variants(bench):
    code, out, _ = bench("run", "--task", "ablation", *SMALL, "--dry-run")
    rows = ["mvaema-mean", *(f"mvaema-no-{part}" for part in PARTS)]
    assert code == 0 and all(out.count(f"{row} fold 0") == 2 for row in rows)


def test_a_task_needs_models_and_a_suite_a_name(bench):
    assert "no models are named" in bench("run", "--task", "vqa")[2]
    code, _, err = bench("run", "--task", "ablations", "--models", "mvaema")
    assert code == 2 and "unknown task 'ablations'" in err


def test_drops_are_told_with_their_chance_and_variants_stand_in_their_table_alone(put, bench):
    rows = [made("mvaema", fold, 0.5 + 0.01 * fold) for fold in range(3)]
    rows += [made("mvaema-no-itc", fold, 0.4 + 0.012 * fold, variant_of="mvaema") for fold in range(3)]
    put(*rows)
    five = bench("table", "5")[1]
    assert re.search(r"w/o ITC against MVaEMa: BLEU-4 -0\.098 \(p 0\.\d\d\)", five), five
    assert "w/o ITC" not in bench("table", "1")[1]


def _variant(name, value, fold=0, *off, **about):
    settings = {"depth": 2, "summary": "first", **about.pop("settings", {}), "without": [*off]}
    about |= {"variant_of": "mvaema"} if name != "mvaema" else {}
    return made(name, fold, value, settings=settings, label=name, **about)


def test_a_variant_is_compared_with_the_row_that_has_its_other_settings(put, bench):
    mean = {"settings": {"summary": "mean"}}
    sa = _variant("mvaema-no-sa", 0.3, 0, "sa", **mean)
    put(_variant("mvaema", 0.5), _variant("mvaema-no-itc", 0.4, 0, "itc"), sa)
    five = bench("table", "5")[1]
    assert "w/o ITC against MVaEMa: BLEU-4 -0.100" in five
    assert "w/o SA against" not in five
    assert "The row that w/o SA is to be compared with, all parts with its other settings, was not measured" in five
    put(_variant("mvaema-mean", 0.45, **mean))
    five = bench("table", "5")[1]
    assert "w/o SA against mvaema-mean: BLEU-4 -0.150" in five
    assert "mvaema-mean against MVaEMa: BLEU-4 -0.050" in five
    assert "is to be compared with" not in five


def test_a_variant_without_a_loss_that_never_left_chance_shows_nothing_of_it(put, bench):
    stuck, learned = {"training": {"at_chance": ["itm"]}}, {}
    put(*(_variant("mvaema", 0.5, fold, **(learned if fold else stuck)) for fold in range(3)))
    put(*(_variant(f"mvaema-no-{part}", 0.4, fold, part) for part in ("itc", "itm") for fold in range(3)))
    five = bench("table", "5")[1]
    assert "w/o CTC lacks itm, which never left chance in MVaEMa itself in 1 of 3 trainings" in five
    assert "lacks itc" not in five and "Fewer than 3 trainings" not in five


def test_a_table_says_which_rows_have_too_few_trainings(put, bench):
    put(*(_variant("mvaema", 0.5, fold) for fold in range(3)), _variant("mvaema-no-itc", 0.4, 0, "itc"))
    assert "Fewer than 3 trainings are behind w/o ITC:" in bench("table", "5")[1]


def test_what_is_said_to_the_model_holds_for_its_variants(bench, store):
    options = ("--set", "mvaema.depth=3", "--set", "mvaema-no-ca.embed_dim=32", "--set", "mvaema.epochs=9")
    assert bench("run", "--task", "vqa", "--models", "mvaema-no-ca", *options, "--dry-run", *SMALL)[0] == 0
    loaded, explicit = load_config("demo", options[1::2])
    plan = Plan(Request("vqa", ("mvaema-no-ca",), loaded, explicit), Registry(), NoProgress())
    settings = plan.rows["mvaema-no-ca"].settings
    assert (settings["depth"], settings["embed_dim"], settings["stem"]) == (3, 32, "conv")
    assert plan.rows["mvaema-no-ca"].recipe.epochs == 9
