"""The pictures of a table, written beside it."""

from pathlib import Path
from typing import Any

from bench.config import Config, complete
from bench.progress import Silence
from bench.registry import Registry
from bench.specs import resolve
from bench.tables.table import Table


def write_pictures(tables: list[Table], out: Path, run: dict[str, Any], registry: Registry) -> dict[str, str]:
    """Write every picture the tables show as PNG into a folder beside ``out``; return id to relative path."""
    from PIL import Image

    wanted = [row.picture for table in tables for row in table.rows if row.picture]
    if not wanted:
        return {}
    config = Config.model_validate(run["config"])
    spec, argument = registry.find("dataset", config.dataset)
    settings = complete(spec.name, spec.settings, config.settings.get(spec.name, {}))
    micrographs = resolve(spec.builds)(argument, settings, config.image_size, Silence()).load()
    positions = {name: position for position, name in enumerate(micrographs.ids)}
    folder = out.with_name(f"{out.stem}_pictures")
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for number, name in enumerate(wanted):
        path = folder / f"{number:02d}.png"
        Image.fromarray(micrographs.batch(slice(positions[name], positions[name] + 1))[0]).save(path)
        files[name] = f"{folder.name}/{path.name}"
    return files
