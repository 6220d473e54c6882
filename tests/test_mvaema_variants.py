"""MVaEMa with parts switched off: the part is gone, nothing reaches it, and nothing of it reaches the answer."""

import re

import numpy as np
import pytest
import torch

from bench.config.loading import load_config
from bench.errors import BenchError
from bench.models.mvaema.attention import PARTS, Attention, Skipped
from bench.models.mvaema.decoding import Decoding
from bench.models.mvaema.estimator import MVaEMa
from bench.models.mvaema.generate import generate
from bench.models.mvaema.losses import hard_pairs
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
    assert all(".cross_attention." in name for name in lacking("ca"))
    assert all(".causal_attention." in name for name in lacking("csa"))
    count = sum(weights(build()).values())
    without = {part: count - sum(weights(build(without=[part])).values()) for part in PARTS}
    attention = sum(weights(Attention(16, 2)).values())
    assert (without["sa"], without["ca"], without["csa"]) == (4 * attention, 2 * attention, 2 * attention)


@every_part
def test_what_is_left_trains_whole(part):
    model = build(without=[part]).train()
    losses = model(make_batch())
    assert losses.keys() == {"loss", "itc", "itm", "lm"} - {part}
    losses["loss"].backward()
    read_by_itc_alone = {"text.norm.weight", "text.norm.bias", "vision.cls"} if part == "itc" else set()
    never = {name for name, value in model.named_parameters() if value.grad is None}
    assert never <= read_by_itc_alone
    assert has_gradient(model.vision) == (part != "ca" or "itc" in losses)


def test_without_cross_attention_the_picture_changes_nothing():
    model, batch = build(without=["ca"]), make_batch()
    other = batch._replace(pixels=255 - batch.pixels)
    with torch.no_grad():
        for whole, inverted in zip(*(_seen(model, each) for each in (batch, other)), strict=True):
            assert torch.equal(whole, inverted)
        full = build()
        assert not any(torch.equal(a, b) for a, b in zip(_seen(full, batch), _seen(full, other), strict=True))


def _seen(model, batch):
    """What the decoder and the grounded encoder make of a batch."""
    images = model.grounded.images(model.vision(batch.pixels))
    return model.likelihood(images, batch, batch.targets > 0), model.match(images, batch)


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


@pytest.mark.parametrize(("part", "rank"), [("itc", "contrastive"), ("itm", "matching")])
def test_a_rank_whose_part_was_off_is_refused(part, rank, tmp_path):
    context = context_for(tmp_path, without=(part,), rank=rank)
    estimator = train_estimator(MVaEMa, instructions(8, 1), instructions(4, 2), context)
    with pytest.raises(BenchError, match=f"rank={rank} needs what {part} teaches"):
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
    assert out.splitlines() == ["vqa: all 2 cells are done", "classification: all 2 cells are done"]
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
    assert code == 0 and all(out.count(f"mvaema-no-{part} fold 0") == 2 for part in PARTS)


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


def test_what_is_said_to_the_model_holds_for_its_variants(bench, store):
    options = ("--set", "mvaema.depth=3", "--set", "mvaema-no-ca.embed_dim=32", "--set", "mvaema.epochs=9")
    assert bench("run", "--task", "vqa", "--models", "mvaema-no-ca", *options, "--dry-run", *SMALL)[0] == 0
    loaded, explicit = load_config("demo", options[1::2])
    plan = Plan(Request("vqa", ("mvaema-no-ca",), loaded, explicit), Registry(), NoProgress())
    settings = plan.rows["mvaema-no-ca"].settings
    assert (settings["depth"], settings["embed_dim"], settings["stem"]) == (3, 32, "conv")
    assert plan.rows["mvaema-no-ca"].recipe.epochs == 9
