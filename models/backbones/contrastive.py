"""The rows ``clip:WEIGHTS``: models with a common space of pictures and texts, used as they are.

CLIP, SigLIP, SigLIP 2 and others of transformers' AutoModel with an AutoProcessor. A category is the mean of its texts,
one a template, in that space (Radford et al. 2021, section 3.1.4).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize
from transformers import AutoConfig, AutoModel, AutoProcessor
from transformers.utils.logging import disable_progress_bar

from bench.contracts import Choices, Context, Micrographs, Preference
from bench.errors import BenchError, in_one_line
from bench.models.backbones.backbone import vector_of
from bench.models.backbones.templates import TEMPLATES, filled
from bench.models.supervised import Side, computed
from bench.specs import Setting
from bench.store.sealed import read_json, write_json
from bench.training.history import START

_TEXTS_AT_ONCE = 256
_PADDED_WHOLE = ("siglip", "siglip2")
"""Models that were trained on texts of lower case, each padded to the longest length, with no mask over the padding."""
_LONGEST = 100_000
"""A tokenizer that names no longest text says a number far above this."""


class Contrastive:
    """A ``Classifier``, a ``Matcher`` and a ``Chooser`` of ``bench.contracts``; nothing is trained."""

    def __init__(
        self,
        context: Context,
        *,
        templates: Annotated[
            tuple[str, ...],
            Setting(
                "texts about a category, with {} for its name; it is the mean of them",
                stage="predict",
                check="bench.models.backbones.templates:check",
            ),
        ] = TEMPLATES,
    ) -> None:
        disable_progress_bar()  # transformers' own, over the harness's
        self._context, self._templates = context, templates
        self._name, _, self._revision = context.model.name.partition(":")[2].partition("@")
        self._opened: _Opened | None = None

    def fit(self, train: Any, validation: Any) -> None:
        """Learn nothing; note the commit of the weights, so that all predictions are by the same ones.

        BenchError if they cannot be reached.
        """
        config = _reached(self._name, AutoConfig, self._revision or "main")
        if not Path(self._name).is_dir():
            self._revision = getattr(config, "_commit_hash", None) or self._revision

    def save(self, folder: Path) -> None:
        """Write the commit of the weights, which stay where they are."""
        write_json(folder / START, {"revision": self._revision})

    @classmethod
    def load(cls, folder: Path, context: Context, **settings: Any) -> Self:
        """Return the model at the commit that ``save`` wrote, else its name's; it is opened when it is asked."""
        estimator = cls(context, **settings)
        estimator._revision = (read_json(folder / START) or {}).get("revision", estimator._revision)
        return estimator

    def predict_proba(self, images: Micrographs) -> np.ndarray:
        """Return probabilities (N, C): a softmax over the scaled similarities, by the model's own temperature."""
        scaled = self._towers().scaled(self._pictures(images) @ self._named(images.categories).T)
        return scaled.double().softmax(1).numpy()

    def similarities(self, images: Micrographs, texts: Sequence[tuple[str, str]]) -> np.ndarray:
        """Return the cosine (N, T) of every picture and the answer of every (question, answer)."""
        return (self._pictures(images) @ self._towers().texts([answer for _, answer in texts]).T).numpy()

    def choose(self, questions: Choices) -> list[Preference]:
        """Return the log of a softmax over each question's options, each the mean of its texts, as of categories.

        Of several pictures it is their mean; without one all options are as likely.
        """
        towers, several = self._towers(), questions.questions
        names = [*dict.fromkeys(option for each in several for option in each.options)]
        place = {name: row for row, name in enumerate(names)}
        vectors, pictures = self._named(names), self._pictures(questions.micrographs)
        preferences: list[Preference] = []
        for each in several:
            cosines = torch.zeros(len(each.options))
            if each.pictures:
                seen = normalize(pictures[list(each.pictures)].mean(0), dim=0)
                cosines = vectors[[place[option] for option in each.options]] @ seen
            preferences.append(Preference(tuple(towers.scaled(cosines).double().log_softmax(0).tolist())))
        return preferences

    def _named(self, names: Sequence[str]) -> Tensor:
        """Return the place (N, D) of each name: the mean of the texts about it, of length 1."""
        texts = self._towers().texts([text for name in names for text in filled(self._templates, name)])
        return normalize(texts.view(len(names), len(self._templates), -1).mean(1), dim=1)

    def _pictures(self, images: Micrographs) -> Tensor:
        """Return the pictures' places (N, D) in the common space, of length 1."""
        towers = self._towers()

        def inputs(positions: np.ndarray) -> dict[str, Tensor]:
            return towers.prepared(images.batch(positions))

        return computed(_PictureTower(towers.model), Side(inputs, images.labels), self._context)

    def _towers(self) -> "_Opened":
        if self._opened is None:
            self._opened = _opened(self._name, self._revision, self._context)
        return self._opened


class _PictureTower(nn.Module):
    """The part of a model that reads pictures."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, inputs: dict[str, Tensor]) -> Tensor:
        """Return the pictures' places (B, D) in the common space, of length 1."""
        return normalize(vector_of(self.model.get_image_features(**inputs)), dim=1)


class _Opened(NamedTuple):
    """A model and its processor, on the device of a context."""

    model: Any
    processor: Any
    context: Context

    def prepared(self, grey: np.ndarray) -> dict[str, Tensor]:
        """Return pictures (B, H, W) uint8 as the processor makes them, three equal channels."""
        pictures = [np.repeat(picture[:, :, None], 3, axis=2) for picture in grey]
        # Its own config decides: some processors that hold it override that with defaults of their class.
        return dict(self.processor.image_processor(images=pictures, return_tensors="pt").to(self.context.device))

    @torch.inference_mode()
    def texts(self, texts: Sequence[str]) -> Tensor:
        """Return the texts' places (T, D) in the common space, of length 1, on the CPU."""
        whole = self.model.config.model_type in _PADDED_WHOLE
        own = [text.lower() for text in texts] if whole else list(texts)
        self._report_cut(own)
        vectors: list[Tensor] = []
        for start in range(0, len(own), _TEXTS_AT_ONCE):
            tokens = self.processor.tokenizer(
                own[start : start + _TEXTS_AT_ONCE],
                padding="max_length" if whole else True,
                truncation=True,
                max_length=self._longest,
                return_tensors="pt",
            ).to(self.context.device)
            vectors.append(normalize(vector_of(self.model.get_text_features(**tokens)), dim=1).float().cpu())
        return torch.cat(vectors)

    def scaled(self, cosines: Tensor) -> Tensor:
        """Return cosines as the model weighs them: times its inverse temperature, plus its bias if it has one."""
        scale, bias = (getattr(self.model, name, None) for name in ("logit_scale", "logit_bias"))
        scaled = cosines * (1.0 if scale is None else scale.detach().float().cpu().exp())
        return scaled if bias is None else scaled + bias.detach().float().cpu()

    def _report_cut(self, texts: Sequence[str]) -> None:
        """Say of how many texts the model does not read the end."""
        cut = sum(len(ids) > self._longest for ids in self.processor.tokenizer(list(texts))["input_ids"])
        if cut:
            self.context.progress.say(
                f"{cut} of {len(texts)} texts are longer than {self._longest} tokens; their ends are cut"
            )

    @property
    def _longest(self) -> int:
        """The most tokens of a text."""
        own = getattr(self.model.config.get_text_config(), "max_position_embeddings", _LONGEST)
        return min(own, self.processor.tokenizer.model_max_length, _LONGEST)


def _opened(name: str, revision: str, context: Context) -> _Opened:
    """Open a model of a common space with its processor; BenchError if there is none of that name."""
    model, report = _reached(name, AutoModel, revision, dtype=torch.float32, output_loading_info=True)
    if not hasattr(model, "get_text_features") or not hasattr(model, "get_image_features"):
        raise BenchError(
            f"clip:{name} is a {model.config.model_type} model, which has no common space of pictures and texts; name "
            "a CLIP or SigLIP, or probe its features as probe:NAME"
        )
    if report["missing_keys"]:
        raise BenchError(
            f"the weights clip:{name} are not whole: {min(report['missing_keys'])} is missing; name others"
        )
    processor = _reached(name, AutoProcessor, revision)
    if not hasattr(processor, "tokenizer") or not hasattr(processor, "image_processor"):
        raise BenchError(
            f"clip:{name} lacks {'an image processor' if hasattr(processor, 'tokenizer') else 'a tokenizer'}; save "
            "model and processor into one folder"
        )
    return _Opened(model.to(context.device).eval(), processor, context)


def _reached(name: str, kind: Any, revision: str, **options: Any) -> Any:
    """Read a model, its config or its processor from a folder or the hub; no code of its own is run."""
    if revision and not Path(name).is_dir():
        options["revision"] = revision
    try:
        return kind.from_pretrained(name, trust_remote_code=False, **options)
    except Exception as error:  # errors of the hub, its files and the network have no common base
        raise BenchError(
            f"clip:{name} cannot be opened ({in_one_line(error)}); name a folder that save_pretrained wrote, with its "
            "processor, or a hub id that can be reached"
        ) from error
