"""The pictures that tables and galleries show, read from the dataset of the run."""

import base64
import io
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.store.store import Store
from bench.tables.table import Table

if TYPE_CHECKING:
    from bench.config.loading import Config
    from bench.contracts import Micrographs


def shown(tables: Iterable[Table]) -> list[str]:
    """Return the ids of the pictures that tables show."""
    return list(dict.fromkeys(row.picture for table in tables for row in table.rows if row.picture))


def as_png(names: Iterable[str], protocol: str, dataset: str, store: Store, registry: Registry) -> dict[str, bytes]:
    """Return id to PNG of pictures that records of a protocol and a dataset ask about, as the models saw them.

    BenchError if the tested dataset no longer holds one of them.
    """
    from PIL import Image

    tested, micrographs = as_seen(protocol, dataset, store, registry)
    positions = {name: position for position, name in enumerate(micrographs.ids)}
    pngs = {}
    for name in names:
        if name not in positions:
            raise BenchError(f"dataset {tested!r} no longer holds picture {name!r}; put it back or run again")
        stream = io.BytesIO()
        position = positions[name]
        Image.fromarray(micrographs.batch(slice(position, position + 1))[0]).save(stream, "PNG")
        pngs[name] = stream.getvalue()
    return pngs


def as_seen(protocol: str, dataset: str, store: Store, registry: Registry) -> tuple[str, "Micrographs"]:
    """Return the dataset that records of a protocol and a dataset ask about, and its pictures as the models saw them.

    BenchError if it can no longer be opened.
    """
    from bench.config.loading import data_of  # here, so that a table without pictures does not wait for it

    config = data_of((store.run_under(protocol) or store.run_on(dataset)).config)
    tested = config.test_dataset or config.dataset
    return tested, _asked_about(tested, config, registry)


def _asked_about(name: str, config: "Config", registry: Registry) -> "Micrographs":
    """Return a dataset's pictures as a run shows them, without data bars if it blanks them."""
    from bench.data.dataset import open_dataset
    from bench.data.masking import as_shown
    from bench.terminal.progress import NoProgress

    try:
        registry.find("dataset", name)
    except BenchError as error:
        raise BenchError(
            f"the pictures are of {name!r}, whose plugin is no longer installed or fails to load; install it "
            f"again ({error})"
        ) from None
    return as_shown(
        open_dataset(registry, name, config.settings, config.image_size, NoProgress()), config, NoProgress()
    )


def embedded(pictures: Mapping[str, bytes]) -> dict[str, str]:
    """Return id to data URI."""
    return {name: f"data:image/png;base64,{base64.b64encode(png).decode()}" for name, png in pictures.items()}


def written(pictures: Mapping[str, bytes], out: Path) -> dict[str, str]:
    """Write the pictures into a folder beside a file; return id to path relative to that file.

    A name that markdown or LaTeX could not refer to is spelled in plain letters, and differs from any other's.
    """
    plain = re.sub(r"[^A-Za-z0-9._-]", "-", out.stem)
    folder = out.with_name(f"{plain if plain == out.stem else f'{plain}-{crc32(os.fsencode(out.stem)):08x}'}_pictures")
    paths = {name: folder / f"{number:02d}.png" for number, name in enumerate(pictures)}
    if paths:
        folder.mkdir(parents=True, exist_ok=True)
    for name, path in paths.items():
        path.write_bytes(pictures[name])
    return {name: f"{folder.name}/{path.name}" for name, path in paths.items()}
