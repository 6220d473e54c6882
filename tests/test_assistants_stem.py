"""The convolutional stem of assistants from scratch: built, stored in the folder, read again, or refused."""

import json
from pathlib import Path

import pytest
import torch

from bench.errors import BenchError
from bench.models.assistants.instructblip import InstructBlip
from bench.models.assistants.llava import Llava
from bench.models.assistants.minigpt4 import Parts
from bench.models.assistants.weights import open_pretrained
from tests.toy_instructions import toy_context

TINY = {"embed_dim": 16, "depth": 1, "num_heads": 2}
ASSISTANTS = {"llava": Llava, "instructblip": InstructBlip, "minigpt4": Parts}


def built(kind, **given):
    torch.manual_seed(0)
    return kind(toy_context(Path(), {}), **{**TINY, **given}).scratch(["one two three"] * 3, 64)


def patches(model):
    return next(part.patch_embedding for part in model.modules() if hasattr(part, "patch_embedding"))


@pytest.mark.parametrize("stem", ["conv", "residual"])
@pytest.mark.parametrize("name", ASSISTANTS)
def test_a_stem_of_convolutions_is_read_again_from_the_folder_that_was_saved(name, stem, tmp_path):
    kind = ASSISTANTS[name]
    model, processor = built(kind, stem=stem)
    pixels = torch.rand(2, 1, 64, 64).expand(-1, 3, -1, -1)
    patches(model)(pixels)  # running statistics that are not those of new weights
    model.save_pretrained(tmp_path)
    processor.save_pretrained(tmp_path)
    again, _ = open_pretrained(kind.model_class, kind.processor_class, str(tmp_path), "float32")
    torch.testing.assert_close(patches(again.eval())(pixels), patches(model.eval())(pixels), rtol=1e-4, atol=1e-5)
    assert patches(again)(pixels).shape == (2, 16, 2, 2)
    assert json.loads((tmp_path / "config.json").read_text())["vision_config"]["stem"] == stem


@pytest.mark.parametrize("name", ASSISTANTS)
def test_without_it_patches_are_those_of_transformers(name):
    model, _ = built(ASSISTANTS[name])
    assert type(patches(model)) is torch.nn.Conv2d


@pytest.mark.parametrize("name", ASSISTANTS)
def test_a_stem_makes_no_other_patches_than_its_own(name):
    with pytest.raises(BenchError, match="stem=conv makes patches of 32 pixels, not of patch_size=16; use 32"):
        built(ASSISTANTS[name], stem="conv", patch_size=16)
