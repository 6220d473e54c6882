"""MVaEMa and its blind twin as estimators: what they learn, keep, repeat and resume."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from bench.config.loading import Recipe
from bench.contracts import Context, InstructionRecord, Instructions, Micrographs
from bench.errors import BenchError
from bench.models.controls.blind import Blind
from bench.models.mvaema.estimator import MVaEMa
from bench.models.mvaema.model import MVaEMaModel
from bench.registered.signature import settings_of
from bench.specs import ModelSpec
from bench.stages.context import load_estimator, make_estimator
from bench.stages.fitting import train_estimator
from bench.terminal.progress import NoProgress

TINY = {"embed_dim": 16, "depth": 1, "num_heads": 2, "prompt_tokens": 16, "answer_tokens": 16, "stem": "conv"}
SIDES = ("left", "right")
TONES = ("dark", "bright")


def pictures(count, seed):
    """Pictures 64 x 64 with a bar on one side, on a dark or bright ground; labels are side + 2 * tone."""
    random = np.random.default_rng(seed)
    labels = random.permutation(np.arange(count) % 4)
    pixels = random.integers(0, 40, (count, 64, 64)).astype(np.uint8)
    pixels[labels >= 2] += 120
    for picture, label in zip(pixels, labels, strict=True):
        picture[:, 4:24] += np.uint8(90) * (label % 2 == 0)
        picture[:, 40:60] += np.uint8(90) * (label % 2 == 1)
    ids = tuple(f"p{seed}-{number}" for number in range(count))
    return Micrographs(pixels, np.arange(count), ids, labels, ("a", "b", "c", "d"))


def instructions(count, seed):
    micrographs = pictures(count, seed)
    records = []
    for picture, label in zip(micrographs.ids, micrographs.labels, strict=True):
        side, tone = SIDES[label % 2], TONES[label // 2]
        for kind, value, question, answer in (
            ("side", side, "Where is the bar?", f"The bar is on the {side} side."),
            ("tone", tone, "How is the ground?", f"It looks {tone} here."),
        ):
            records.append(
                InstructionRecord(f"{picture}-{kind}", picture, 1, question, answer, ((kind, value),), "fake")
            )
    positions = np.repeat(np.arange(count), 2)
    return Instructions(micrographs, tuple(records), positions, ("A micrograph.",) * count)


def context_for(folder, recipe=None, progress=None, **settings):
    values = {name: setting.default for name, setting in settings_of("bench.models.mvaema.estimator:MVaEMa").items()}
    recipe = Recipe(**{"epochs": 2, "batch_size": 8, "questions_per_picture": 2, **(recipe or {})})
    spec = ModelSpec("mvaema", "MVaEMa", "mvaema")
    return Context(spec, {**values, **TINY, **settings}, recipe, 0, "cpu", progress or NoProgress(), folder / "work")


def fitted(folder, cls=MVaEMa, count=8, **changes):
    context = context_for(folder, **changes)
    return train_estimator(cls, instructions(count, 0), instructions(8, 1), context)


def reloaded(estimator, folder, **settings):
    folder.mkdir(exist_ok=True)
    estimator.save(folder)
    return load_estimator(type(estimator), folder, context_for(folder, **settings))


def share_right(answers, records):
    return np.mean([record.facts[0][1] in answer for answer, record in zip(answers, records, strict=True)])


def weights(estimator):
    return estimator.model.state_dict()


def equal(left, right):
    return all(torch.equal(left[name], right[name]) for name in left)


def test_each_loss_counts_in_training_what_its_weight_says(tmp_path):
    for epoch in fitted(tmp_path, itc_weight=0.5, itm_weight=2.0, lm_weight=3.0).history.epochs:
        itc, itm, lm = (epoch.losses[name] for name in ("itc", "itm", "lm"))
        assert epoch.losses["loss"] == pytest.approx(0.5 * itc + 2 * itm + 3 * lm)


def test_it_learns_what_can_be_seen_and_its_blind_twin_does_not(tmp_path):
    test = instructions(40, 2)
    shares, contrast = {}, {}
    for cls in (MVaEMa, Blind):
        recipe = {"epochs": 12, "batch_size": 16, "learning_rate": 4e-3}
        estimator = fitted(tmp_path, cls, 80, recipe=recipe)
        contrast[cls] = estimator.history.epochs[-1].losses["itc"]
        model = reloaded(estimator, tmp_path / cls.__name__)
        answers = model.answer(test)
        assert all(answer.startswith(("The bar is on the", "It looks")) for answer in answers)
        shares[cls] = share_right(answers, test.records)
    assert shares[MVaEMa] > 0.9
    assert shares[Blind] < 0.7
    assert contrast[MVaEMa] < 0.8 * contrast[Blind]


def test_blind_answers_alike_about_every_picture(tmp_path):
    model = reloaded(fitted(tmp_path, Blind), tmp_path / "saved")
    answers = model.answer(instructions(10, 2))
    assert len(set(answers[::2])) == len(set(answers[1::2])) == 1


def test_the_same_seed_gives_the_same_weights_and_another_does_not(tmp_path):
    first = fitted(tmp_path)
    torch.manual_seed(77)
    assert equal(weights(first), weights(fitted(tmp_path)))
    context = replace(context_for(tmp_path), seed=1)
    other = train_estimator(MVaEMa, instructions(8, 0), instructions(8, 1), context)
    assert not equal(weights(first), weights(other))


def test_a_fit_cut_off_and_begun_again_ends_in_the_same_weights(tmp_path, monkeypatch):
    monkeypatch.setattr("bench.training.checkpoint.time.monotonic", iter(range(0, 10**6, 100)).__next__)
    whole = fitted(tmp_path)

    class Cut(NoProgress):
        def advance(self, done, **figures):
            if done == 3:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fitted(tmp_path, progress=Cut())
    assert (tmp_path / "work" / "checkpoint.pt").exists()
    assert equal(weights(whole), weights(fitted(tmp_path)))


def test_what_is_saved_is_read_again_without_pickle(tmp_path):
    model = fitted(tmp_path)
    again = reloaded(model, tmp_path / "saved")
    assert equal(weights(model), weights(again))
    names = {path.name for path in (tmp_path / "saved").iterdir()}
    assert {"model.safetensors", "config.json", "tokenizer.json", "history.json"} <= names
    assert not {name for name in names if name.endswith((".pt", ".bin", ".pkl"))}
    assert equal(weights(model), MVaEMaModel.from_pretrained(str(tmp_path / "saved")).state_dict())


def test_loading_is_silent(tmp_path, capsys):
    reloaded(fitted(tmp_path), tmp_path / "saved")
    assert capsys.readouterr().out == ""


def test_answers_come_in_the_order_of_the_questions(tmp_path):
    model = reloaded(fitted(tmp_path), tmp_path / "saved")
    test = instructions(6, 2)
    order = np.array([7, 0, 11, 3, 4, 2])
    answers = model.answer(test)
    assert model.answer(test.take(order)) == [answers[position] for position in order]


def test_decoding_is_set_when_answering(tmp_path):
    model = fitted(tmp_path)
    test = instructions(6, 2)
    greedy = reloaded(model, tmp_path / "saved").answer(test)
    short = reloaded(model, tmp_path / "saved", max_new_tokens=1).answer(test)
    sampled = [reloaded(model, tmp_path / "saved", temperature=3.0).answer(test) for _ in range(2)]
    assert max(len(answer.split()) for answer in short) <= 1
    assert sampled[0] == sampled[1] != greedy
    assert len(reloaded(model, tmp_path / "saved", num_beams=3).answer(test)) == len(test)


def test_validation_goes_with_captions(tmp_path):
    model = fitted(tmp_path)
    batches = list(model._validation_batches(instructions(8, 1), context_for(tmp_path)))
    caption = model.tokenizer.encode(["A micrograph."])[0]
    tokens = torch.cat([batch.tokens for batch in batches])
    assert len(tokens) == 16
    assert (tokens[:, : len(caption)] == torch.tensor(caption)).all()


@pytest.mark.parametrize(
    ("settings", "word"), [({"num_heads": 3}, "num_heads"), ({"stem": "linear", "embed_dim": 15}, "embed_dim")]
)
def test_a_width_that_heads_cannot_share_is_refused(tmp_path, settings, word):
    with pytest.raises(BenchError, match=word):
        fitted(tmp_path, **settings)


def test_a_picture_that_patches_do_not_tile_is_refused(tmp_path):
    data = instructions(8, 0)
    odd = replace(data, micrographs=replace(data.micrographs, pixels=data.micrographs.pixels[:, :50, :50]))
    context = context_for(tmp_path)
    with pytest.raises(BenchError, match="image_size"):
        make_estimator(MVaEMa, context).fit(odd, odd)
