"""Frozen weights: probes of backbones, and models with a common space of pictures and texts."""

import json
from dataclasses import replace

import numpy as np
import pytest
import timm
import torch
from safetensors.torch import save_file
from transformers import AutoModel, AutoProcessor, BertConfig, BertModel

from bench.config.loading import Recipe, complete
from bench.contracts import ChoiceQuestion, Choices, Context
from bench.errors import BenchError
from bench.models.backbones import contrastive, probe
from bench.models.backbones.backbone import BackboneSource
from bench.models.backbones.contrastive import Contrastive
from bench.models.backbones.probe import BackboneProbe, category_of
from bench.models.backbones.templates import check, filled
from bench.models.images.picture_input import IMAGENET, InputChoice
from bench.plugins.backbones import ROWS
from bench.registered.registry import Registry
from bench.stages.context import load_estimator
from bench.stages.fitting import train_estimator
from tests.test_images import Ear, micrographs
from tests.tiny_folders import BACKBONES, CONTRASTIVE, of_timm, written

SPECS = {row.name: row for row in ROWS}


def context_of(kind, source, folder, **settings):
    spec = replace(SPECS[kind], name=f"{kind}{source}")
    chosen = complete(kind, Registry().settings(SPECS[kind]), settings)
    return Context(spec, chosen, Recipe(batch_size=4), 0, "cpu", Ear(), folder)


def trained(kind, source, tmp_path, images, **settings):
    """Train, save, and load a row; return the loaded estimator and what it said."""
    estimator = {"clip:": Contrastive, "probe:": BackboneProbe}[kind]
    context = context_of(kind, source, tmp_path / "work", **settings)
    (tmp_path / "saved").mkdir()
    train_estimator(estimator, images, images, context).save(tmp_path / "saved")
    return load_estimator(estimator, tmp_path / "saved", context), context.progress.said


@pytest.fixture
def images():
    pictures = micrographs(9, 40)
    pixels = pictures.pixels.copy()
    pixels[::3] //= 3  # one category is dark
    return replace(pictures, pixels=pixels)


@pytest.mark.parametrize("name", BACKBONES)
def test_a_backbone_of_transformers_is_probed_and_fed_as_its_processor_says(name, tmp_path, images):
    folder = written(name, tmp_path / "weights")
    model, said = trained("probe:", folder, tmp_path, images)
    probabilities = model.predict_proba(images)
    assert probabilities.shape == (9, 3)
    np.testing.assert_allclose(probabilities.sum(1), 1)
    side = {"convnext": 64, "swin": 32, "resnet": 32}.get(name, 28)
    assert f"pictures are fed as {side} x {side} pixels" in said[0]
    assert json.loads((tmp_path / "saved" / "start.json").read_text())["pictures"] in said[0]
    assert sum(file.stat().st_size for file in (tmp_path / "saved").iterdir()) < 20_000  # not the backbone


def test_features_of_tokens_are_the_class_beside_the_mean_of_the_patches(tmp_path):
    folder = written("dinov2 with registers", tmp_path)
    opened = BackboneSource(str(folder)).opened(InputChoice(), Ear())
    entering = torch.randn(2, 3, 28, 28)
    states = AutoModel.from_pretrained(folder).eval()(entering).last_hidden_state
    wanted = torch.cat([states[:, 0], states[:, 3:].mean(1)], 1)  # behind two registers
    torch.testing.assert_close(opened.network(entering), wanted)
    assert not any(parameter.requires_grad for parameter in opened.network.parameters())


@pytest.mark.parametrize("name", CONTRASTIVE)
def test_pictures_and_texts_of_one_space_are_probed_in_it(name, tmp_path, images):
    if name == "siglip2":
        pytest.skip("it takes patches, no pictures: its probe is refused")
    folder = written(name, tmp_path / "weights")
    opened = BackboneSource(str(folder)).opened(InputChoice(), Ear())
    assert opened.network(torch.zeros(1, 3, 32, 32)).shape == (1, 16 if name == "clip" else 32)


def test_a_folder_of_timm_is_probed(tmp_path, images):
    model, said = trained("probe:", of_timm(tmp_path / "weights"), tmp_path, images, probe="knn")
    assert model.predict_proba(images).shape == (9, 3) and "32 x 32 pixels" in said[0]


@pytest.mark.parametrize("suffix", ["safetensors", "pth.tar"])
def test_a_file_of_tensors_is_probed_by_the_network_that_it_is_of(suffix, tmp_path):
    tensors = timm.create_model("resnet10t", num_classes=7).state_dict()
    path = tmp_path / f"encoder.{suffix}"
    if suffix == "safetensors":
        save_file(tensors, path)
    else:
        torch.save({"state_dict": {f"module.{name}": value for name, value in tensors.items()}}, path)
    ear = Ear()
    opened = BackboneSource(str(path), "resnet10t").opened(InputChoice(), ear)
    assert opened.input == IMAGENET and "as most networks of ImageNet" in " ".join(ear.said)
    torch.testing.assert_close(opened.network.state_dict()["conv1.0.weight"], tensors["conv1.0.weight"])
    with pytest.raises(BenchError, match="name it, a network of timm"):
        BackboneSource(str(path)).opened(InputChoice(), ear)
    with pytest.raises(BenchError, match="resnet10t"):
        BackboneSource(str(path), "resnet10").opened(InputChoice(), ear)


def test_features_of_a_dataset_are_computed_once(tmp_path, images, monkeypatch):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    folder, known = of_timm(tmp_path / "weights"), replace(images, digest="of the pictures")
    encoded = []
    real = probe.computed
    monkeypatch.setattr(probe, "computed", lambda *given: encoded.append(given) or real(*given))
    context = context_of("probe:", folder, tmp_path / "work")
    encoders = [probe.FrozenEncoder(context, BackboneSource(str(folder)), choice) for choice in (InputChoice(),) * 2]
    first = encoders[0].features(known)
    again = encoders[1].features(known.take(np.array([4, 2])))
    np.testing.assert_array_equal(again, first[[4, 2]])
    assert len(encoded) == 1
    np.testing.assert_allclose(first, encoders[0].features(images), rtol=1e-5)  # of unknown pictures: not kept
    other = probe.FrozenEncoder(context, BackboneSource(str(folder)), InputChoice("imagenet"))
    assert not np.allclose(other.features(known), first) and len(encoded) == 3


@pytest.mark.parametrize("name", CONTRASTIVE)
def test_a_category_is_the_mean_of_its_texts_by_the_model_s_temperature(name, tmp_path, images):
    folder = written(name, tmp_path / "weights")
    templates = ("an electron micrograph of {}.", "{} under a microscope.")
    model, _ = trained("clip:", folder, tmp_path, images, templates=templates)
    theirs, processor = AutoModel.from_pretrained(folder).eval(), AutoProcessor.from_pretrained(folder)
    pictures = [np.repeat(each[:, :, None], 3, axis=2) for each in images.batch(slice(0, 9))]
    entering = processor.image_processor(images=pictures, return_tensors="pt")
    texts = [text for name in images.categories for text in filled(templates, name)]
    padding = "longest" if name == "clip" else "max_length"
    tokens = processor.tokenizer(texts, padding=padding, max_length=12, truncation=True, return_tensors="pt")
    with torch.inference_mode():
        seen = torch.nn.functional.normalize(theirs.get_image_features(**entering).pooler_output, dim=1)
        read = torch.nn.functional.normalize(theirs.get_text_features(**tokens).pooler_output, dim=1)
        means = torch.nn.functional.normalize(read.view(3, 2, -1).mean(1), dim=1)
        wanted = (theirs.logit_scale.exp() * seen @ means.T).softmax(1)
    np.testing.assert_allclose(model.predict_proba(images), wanted, atol=1e-4)


def test_one_text_a_category_scores_as_the_model_s_own_forward(tmp_path, images):
    folder = written("siglip", tmp_path / "weights")
    model, _ = trained("clip:", folder, tmp_path, images, templates=("{}.",))
    theirs, processor = AutoModel.from_pretrained(folder).eval(), AutoProcessor.from_pretrained(folder)
    pictures = [np.repeat(each[:, :, None], 3, axis=2) for each in images.batch(slice(0, 9))]
    texts = [f"{name}." for name in images.categories]
    entering = processor(text=texts, images=pictures, padding="max_length", max_length=12, return_tensors="pt")
    with torch.inference_mode():
        wanted = theirs(**entering).logits_per_image.softmax(1)
    np.testing.assert_allclose(model.predict_proba(images), wanted, atol=1e-4)


def test_siglip_reads_lower_case_and_clip_what_it_is_given(tmp_path, images):
    texts = [("", "The Fibres"), ("", "the fibres")]
    for name, alike in (("siglip", True), ("clip", False)):
        (tmp_path / name).mkdir()
        model, _ = trained("clip:", written(name, tmp_path / name / "weights"), tmp_path / name, images)
        near = model.similarities(images, texts)
        assert near.shape == (9, 2) and np.abs(near).max() <= 1.0001
        assert np.allclose(near[:, 0], near[:, 1]) == alike


def test_a_text_that_is_cut_is_reported_once(tmp_path, images):
    model, said = trained("clip:", written("clip", tmp_path / "weights"), tmp_path, images)
    model.similarities(images, [("", "of " * 40), ("", "films")])
    assert [line for line in said if "cut" in line] == ["1 of 2 texts are longer than 12 tokens; their ends are cut"]


def test_weights_of_the_hub_are_of_one_commit(tmp_path, images, monkeypatch):
    seen = []

    class Config:
        _commit_hash = "0c0ffee"

    monkeypatch.setattr(
        contrastive, "_reached", lambda name, kind, revision, **_: seen.append((kind, revision)) or Config
    )
    context = context_of("clip:", "org/clip@v2", tmp_path)
    estimator = Contrastive(context)
    estimator.fit(images, images)
    estimator.save(tmp_path)
    assert seen == [(contrastive.AutoConfig, "v2")]
    assert Contrastive.load(tmp_path, context)._revision == "0c0ffee"


def test_what_has_no_common_space_or_no_tokenizer_is_refused_in_one_sentence(tmp_path, images):
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 16}
    BertModel(BertConfig(**sizes, vocab_size=10)).save_pretrained(tmp_path / "bert")
    with pytest.raises(BenchError, match="bert model, which has no common space"):
        Contrastive(context_of("clip:", tmp_path / "bert", tmp_path)).predict_proba(images)
    CONTRASTIVE["clip"]()[0].save_pretrained(tmp_path / "alone")
    with pytest.raises(BenchError, match="cannot be opened|lacks"):
        Contrastive(context_of("clip:", tmp_path / "alone", tmp_path)).predict_proba(images)
    (tmp_path / "empty").mkdir()
    with pytest.raises(BenchError, match="cannot be opened"):
        Contrastive(context_of("clip:", tmp_path / "empty", tmp_path)).predict_proba(images)


def test_a_config_of_nobody_is_refused(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(BenchError, match="names neither"):
        BackboneSource(str(tmp_path)).opened(InputChoice(), Ear())


def test_a_network_that_timm_lacks_is_refused():
    with pytest.raises(BenchError, match="unknown network of timm 'nosuchnet'"):
        BackboneSource("timm/nosuchnet").opened(InputChoice(), Ear())


@pytest.mark.parametrize("template", ["a micrograph", "{} and {}"])
def test_a_template_has_one_place_for_a_name(template):
    with pytest.raises(BenchError, match="places {} for the name"):
        check(["{}", template])
    assert filled(["the {}."], "MEMS_devices") == ["the MEMS devices."]


def test_options_are_weighed_like_categories_and_without_a_picture_alike(tmp_path, images):
    model, _ = trained("clip:", written("clip", tmp_path / "weights"), tmp_path, images)
    asked = [("what", images.categories, (4,)), ("what", images.categories[::-1], (4,)), ("what", ("a", "b"), ())]
    given = model.choose(Choices(images, tuple(ChoiceQuestion("", *each[:2], (), each[2]) for each in asked)))
    wanted = np.log(model.predict_proba(images)[4])
    np.testing.assert_allclose(given[0].likelihoods, wanted, atol=1e-5)
    np.testing.assert_allclose(given[1].likelihoods, wanted[::-1], atol=1e-5)
    np.testing.assert_allclose(given[2].likelihoods, np.log([0.5, 0.5]))


def test_a_probe_weighs_the_options_that_are_categories(tmp_path, images):
    model, _ = trained("probe:", of_timm(tmp_path / "weights"), tmp_path, images)
    questions = (
        ChoiceQuestion("", "what", ("Tips.", "a fibre", "spherical"), (), (3,)),
        ChoiceQuestion("", "what", ("tips", "films"), (), ()),
    )
    first, second = (each.likelihoods for each in model.choose(Choices(images, questions)))
    np.testing.assert_allclose(np.exp(first[:2]), model.predict_proba(images)[3][[2, 0]])
    assert np.isnan(first[2]) and np.isnan(second).all()


@pytest.mark.parametrize(
    ("text", "place"),
    [("MEMS devices and electrodes", 0), ("Films and coated surfaces", 1), ("films", None), ("a film", 2), ("x", None)],
)
def test_a_category_is_known_by_its_words(text, place):
    categories = ("mems_devices_electrodes", "films_coated_surface", *(["film"] if text == "a film" else []))
    assert category_of(text, categories) == place
