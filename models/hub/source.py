"""Where a model that a name names lies: in a folder, or on the hub at one revision; read without its weights."""

import json
import os
from collections.abc import Callable, Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from bench.contracts import WeightsOrigin
from bench.errors import BenchError
from bench.exports.exported import PICKLES
from bench.inputs import path_of
from bench.specs.json_data import JSONObject
from bench.store.cache import cached
from bench.store.fingerprint import digest, file_digest

CONFIG, CARD = "config.json", "README.md"
_DESCRIBING = ("*.json", "*.jinja", "*.txt", "*.model", "*.tiktoken", "*.py", CARD)
"""The files that say what a model is and how it reads pictures and words."""
WEIGHTS = "*.safetensors"
_TEMPLATES = ("chat_template.jinja", "chat_template.json")
_PROCESSORS = ("processor_config.json", "preprocessor_config.json")
_SUMS = "sha256.json"


class ModelSource(NamedTuple):
    """A model's ``folder`` on this machine; ``revision`` is the hub's commit, '' for a folder of the user's own."""

    name: str
    revision: str
    folder: Path

    def read(self, file: str) -> JSONObject:
        """Return what a JSON file of the folder holds, {} if there is none; BenchError if it is no JSON object."""
        path = self.folder / file
        if not path.is_file():
            return {}
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise BenchError(f"{self.name!r}: its {file} is no JSON; download the model again") from error
        if not isinstance(content, dict):
            raise BenchError(f"{self.name!r}: its {file} holds no JSON object; download the model again")
        return content

    def with_weights(self) -> Path:
        """Return the folder with the weights in it, downloaded if they are not there; BenchError if that fails."""
        if not self.revision or _is_complete(self):
            return self.folder
        return _downloaded(self.name, self.revision, (*_DESCRIBING, WEIGHTS))


def origin(name: str, settings: Mapping[str, Any]) -> WeightsOrigin:
    """Return where a model's weights come from; BenchError if it is none that these settings can run."""
    source = located(name)
    config = source.read(CONFIG)
    _check_kind(source, config, trusted=settings["trust_remote_code"])
    prompt = settings["prompt"]
    if prompt and "{request}" not in prompt:
        raise BenchError(f"prompt={prompt!r} leaves no place for what is asked; write {{request}} there")
    if not (prompt or has_template(source)):
        raise BenchError(
            f"{name!r} has no chat template, so that nobody knows how it is asked; write the prompt yourself: "
            f"""--set 'hf:{name}.prompt="{{image}}{{request}}"'"""
        )
    if settings["quantisation"] != "none" and settings.get("tuning") == "full":
        raise BenchError("tuning=full cannot train weights of 4 bits; use tuning=lora, or leave quantisation away")
    if settings["quantisation"] != "none" and find_spec("bitsandbytes") is None:
        raise BenchError(
            f"quantisation={settings['quantisation']} needs the package bitsandbytes; pip install "
            "'mvaema-bench[quantised]', or leave the setting away"
        )
    if source.revision:
        identity: JSONObject = {"name": name.partition("@")[0], "revision": source.revision}
        files = _of_hub(source)
    else:
        _check_weights(source)
        files = _digests(source.folder)
        identity = {"folder": digest(files)}
    weights = {file: sha for file, sha in files.items() if file.endswith(".safetensors")}
    notes = {
        "architecture": config.get("model_type"),
        "weights": digest(weights)[:16] if weights else None,
        "licence": _licence(source),
        "processor_size": processor_size(source),
    }
    return WeightsOrigin(identity, notes)


def located(name: str) -> ModelSource:
    """Return where a model lies, its description downloaded if it is on the hub alone; BenchError if it is nowhere."""
    path_of(name, "the model's name")
    if Path(name).is_dir():
        if not (Path(name) / CONFIG).is_file():
            raise BenchError(f"the folder {name!r} has no {CONFIG}; name one that save_pretrained wrote")
        return ModelSource(name, "", Path(name))
    if name.startswith(("/", ".", "~")) or Path(name).exists():
        raise BenchError(f"{name!r} is no folder; name one that save_pretrained wrote, or a model of the hub")
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    repository, _, revision = name.partition("@")
    try:
        known = try_to_load_from_cache(repository, CONFIG, revision=revision or "main")
    except HFValidationError as error:
        raise _nowhere(name, "it is no name of the hub") from error
    folder = Path(known).parent if isinstance(known, str) else _downloaded(name, revision or "main", _DESCRIBING)
    return ModelSource(name, folder.name, folder)


def has_template(source: ModelSource) -> bool:
    """Return whether a model says how a conversation with it is written."""
    if any((source.folder / file).is_file() for file in _TEMPLATES):
        return True
    return any("chat_template" in source.read(file) for file in ("tokenizer_config.json", *_PROCESSORS))


def processor_size(source: ModelSource) -> Any:
    """Return the size to which a model's processor brings pictures, in its own words; None if it does not say."""
    for file in _PROCESSORS:
        settings = source.read(file)
        size = settings.get("image_processor", settings).get("size")
        if size is not None:
            return size
    return None


def _check_kind(source: ModelSource, config: JSONObject, *, trusted: bool) -> None:
    """Refuse a model that transformers does not know, that takes no pictures, or that brings code nobody allowed."""
    from transformers import CONFIG_MAPPING
    from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES

    kind, name = config.get("model_type"), source.name
    known = kind in CONFIG_MAPPING
    if kind in MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES:
        return
    if config.get("auto_map") and not known:
        if trusted:
            return
        raise BenchError(
            f"{name!r} brings code of its own ({kind!r} is not among the models of transformers), which is not run; if "
            f"you trust who wrote it, allow it by --set hf:{name}.trust_remote_code=true"
        )
    installed = version("transformers")
    if not known:
        written = config.get("transformers_version")
        raise BenchError(
            f"{name!r} is a model of type {kind!r}, which transformers {installed} does not know"
            + (f" (it was written by {written})" if written else "")
            + "; install a newer one: pip install --upgrade transformers"
        )
    raise BenchError(
        f"{name!r} is a model of type {kind!r}, which reads no picture and text to write text; name an "
        "image-text-to-text model, such as one of type qwen3_vl, smolvlm or gemma3"
    )


def _check_weights(source: ModelSource) -> None:
    """Refuse a folder without weights, or with pickled ones alone, which may run anything when they are read."""
    if any(source.folder.glob(WEIGHTS)):
        return
    pickled = sorted(file.name for file in source.folder.iterdir() if file.suffix.lower() in PICKLES)
    if pickled:
        raise BenchError(
            f"{source.name!r} holds pickled weights ({pickled[0]}), which could run code and are not read; convert "
            "them where you trust them: from_pretrained, then save_pretrained"
        )
    raise BenchError(f"{source.name!r} holds no weights (*.safetensors); name a folder that save_pretrained wrote")


def _is_complete(source: ModelSource) -> bool:
    """Return whether the cache holds all weights of a revision."""
    parts = set(source.read("model.safetensors.index.json").get("weight_map", {}).values()) or {"model.safetensors"}
    return all((source.folder / part).is_file() for part in parts)


def _downloaded(name: str, revision: str, files: tuple[str, ...]) -> Path:
    """Download files of a revision into the hub's cache and return their folder."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import GatedRepoError, LocalEntryNotFoundError, OfflineModeIsEnabled
    from huggingface_hub.utils import disable_progress_bars

    disable_progress_bars()
    repository = name.partition("@")[0]
    try:
        endpoint = os.environ.get("HF_ENDPOINT") or None  # a mirror
        folder = Path(snapshot_download(repository, revision=revision, allow_patterns=list(files), endpoint=endpoint))
    except GatedRepoError as error:
        raise _nowhere(name, "its owner grants access one by one: ask on its page, then `hf auth login`") from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled) as error:
        raise _nowhere(name, "the hub cannot be reached") from error
    except Exception as error:  # the hub's client passes on what its transport raises
        raise _nowhere(name, str(error).strip().splitlines()[0]) from error
    if not (folder / CONFIG).is_file():
        raise _nowhere(name, f"it has no {CONFIG} there")
    return folder


def _nowhere(name: str, reason: str) -> BenchError:
    return BenchError(
        f"there is no folder {name!r}, and the hub gives no model of this name ({reason}); name a folder that "
        "save_pretrained wrote, or a model as ORGANISATION/NAME, with @REVISION if need be"
    )


def _of_hub(source: ModelSource) -> dict[str, str]:
    """Return the sha256 of the weights as the cache names them; {} if they are not there yet."""
    files = {file.name: file.resolve().name for file in source.folder.glob(WEIGHTS)}
    return files if _is_complete(source) else {}


def _digests(folder: Path) -> dict[str, str]:
    """Return the sha256 of every file of a folder, which are read again only if one has changed."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    states = {str(file.relative_to(folder)): file.stat() for file in files}
    times = {
        name: [state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino] for name, state in states.items()
    }
    clear = {"folder": str(folder.resolve()), "files": times}

    def write(place: Path) -> None:
        (place / _SUMS).write_text(json.dumps({name: file_digest(folder / name) for name in states}), encoding="utf-8")

    return json.loads((cached("weights", clear, write) / _SUMS).read_text(encoding="utf-8"))


def _licence(source: ModelSource) -> str | None:
    """Return the licence that a model's card states."""
    from huggingface_hub import metadata_load

    card = source.folder / CARD
    read: Callable[[Path], Any] = metadata_load
    try:
        stated = (read(card) or {}) if card.is_file() else {}
    except (OSError, ValueError) as error:
        raise BenchError(f"{source.name!r}: the head of its {CARD} cannot be read; correct or remove it") from error
    licence = stated.get("license_name") or stated.get("license")
    return str(licence) if licence else None
