"""What a run would download: the weights of its rows, where they come from, their size, and whether they are here."""

from collections.abc import Iterable
from pathlib import Path

from bench.stages.row import Row

_TORCHVISION = "torchvision:"
_WEIGHTS = (".safetensors", ".bin", ".pth")


def fetches(rows: Iterable[Row]) -> str:
    """Say which weights a run of these rows would download, and which are in a cache already; '' if it needs none."""
    missing: list[Row] = []
    present: list[Row] = []
    for row in rows:
        if row.weights and row.spec.argument != "model" and not is_local(row.weights):
            (present if is_cached(row.weights) else missing).append(row)
    total = sum(row.spec.published.megabytes for row in missing if row.spec.published and _is_published(row))
    known = f" ({total / 1000:.1f} GB of known size)" if total else ""
    sentences = [f"to be fetched{known}: {'; '.join(map(_described, missing))}"] if missing else []
    return "\n".join(sentences + ([f"weights in the cache: {'; '.join(map(_described, present))}"] if present else []))


def is_local(weights: str) -> bool:
    """Return whether weights are a file or folder, alone or behind the name of a package."""
    return Path(weights).exists() or Path(weights.partition(":")[2] or weights).exists()


def is_cached(weights: str) -> bool:
    """Return whether downloaded weights are in the cache of torch or of the hub; no server is asked."""
    if weights.startswith(_TORCHVISION):
        return _torch_file(weights.removeprefix(_TORCHVISION)).is_file()
    from huggingface_hub.constants import HF_HUB_CACHE

    name = weights.removeprefix("transformers:").replace("timm:", "timm/").partition("@")[0]
    folder = Path(HF_HUB_CACHE) / f"models--{name.replace('/', '--')}" / "snapshots"
    return any(file.suffix in _WEIGHTS for file in folder.glob("*/*"))


def _is_published(row: Row) -> bool:
    return row.spec.published is not None and row.spec.published.weights == row.weights


def _described(row: Row) -> str:
    """Name a row and its weights, with what is known of them."""
    if row.spec.argument:
        return f"{row.name} (size not known)"
    about = f"{row.name} {row.weights}"
    if row.spec.published is None or not _is_published(row):
        return f"{about} (size not known)"
    return f"{about} ({row.spec.published.size}, {row.spec.published.licence})"


def _torch_file(name: str) -> Path:
    """Return where torch keeps the file of torchvision's weights that a network or its weights name."""
    from torch.hub import get_dir
    from torchvision.models import get_model_weights, list_models

    networks = [name] if name in list_models() else list_models()
    places = [weights for network in networks for weights in get_model_weights(network)]
    wanted = get_model_weights(name)["DEFAULT"] if name in networks else None
    url = next((each.url for each in places if each is wanted or str(each) == name), "")
    return Path(get_dir()) / "checkpoints" / (url.rpartition("/")[2] or name)
