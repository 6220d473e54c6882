"""The stages of a store: their inputs, products, claims and checkpoints, by fingerprint, checked when they are read."""

import os
import shutil
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from bench.specs.json_data import Clear, JSONObject
from bench.store import claim
from bench.store.claim import Claim
from bench.store.sealed import (
    DIGESTS,
    DamagedError,
    files_digest,
    folder_flaw,
    is_as_listed,
    is_sealed,
    read_json,
    read_sealed,
    seal_folder,
    signature,
    write_json,
    write_sealed,
)
from bench.store.whole import Overtaken, discard, set_aside, sweep, whole

STANDING = "standing.json"
"""The file next to a checkpoint with its progress in clear: ``epoch`` counts the finished ones."""
MAKING = "product.json"
"""The file of a product with the time and place of its making; two equal products may differ in it."""


class StoredStages:
    """The stages below a store's folder; ``complain`` is called with a sentence on each that is damaged."""

    def __init__(self, root: Path, complain: Callable[[str], None]) -> None:
        self._root, self._complain = root, complain
        self._checked: set[str] = set()
        self._sound: dict[str, str] = {}

    def folder(self, fingerprint: str) -> Path:
        """Return the folder of a stage."""
        return self._root / "stages" / fingerprint

    def claim(self, fingerprint: str) -> Claim | None:
        """Claim a stage for this process, None while another has it."""
        stage = self.folder(fingerprint)
        for folder in (stage, stage / "work"):
            if folder.is_file():
                self.set_aside(folder)
        return claim.acquire(stage / "claim")

    def product(self, fingerprint: str) -> Path | None:
        """Return the folder of a stage's finished product, None while there is none as it was stored.

        All bytes are checked once in the life of this object.
        """
        folder = self.folder(fingerprint) / "product"
        if fingerprint not in self._checked:
            if flaw := self._product_flaw(fingerprint):
                self._complain(
                    f"the product of stage {fingerprint} is damaged: {flaw}; it is not used, `bench run` of its cell "
                    "makes it again"
                )
                self._distrust(fingerprint)
                return None
            if folder.is_dir():
                self._checked.add(fingerprint)
        return folder if folder.is_dir() else None

    def product_digest(self, fingerprint: str) -> str | None:
        """Return a digest of a product without the time and place of its making, None if it lists no digests."""
        with suppress(DamagedError, KeyError, TypeError, AttributeError):
            return files_digest(self.folder(fingerprint) / "product", MAKING)
        return None

    def is_sound(self, fingerprint: str) -> bool:
        """Return whether all that is stored of a stage is as it was stored; what is gone as a whole is sound.

        Files with the sizes and times of an earlier check are not read again.
        """
        if fingerprint not in self._sound:
            mark, is_settled = signature(self.folder(fingerprint))
            if self._remembered.get(fingerprint) != mark:
                absent = not os.path.lexists(self.folder(fingerprint) / "product")
                if not absent and self.product(fingerprint) is None:
                    return False
                if self.inputs(fingerprint) is None and not (absent and not self._inputs(fingerprint).exists()):
                    return False
            self._sound[fingerprint] = mark if is_settled else ""
        return True

    def making(self, fingerprint: str) -> JSONObject | None:
        """Return the time and place of a product's making, None if they are unknown: nothing is made again for them."""
        path = self.folder(fingerprint) / "product" / MAKING
        if self.product(fingerprint) is None or not path.exists():
            return None
        with suppress(DamagedError):
            if is_as_listed(path) and isinstance(making := read_json(path), dict):
                return making
        self._complain(f"{str(path)!r} was changed after it was stored; how long the stage took is no longer known")
        return None

    def has_product(self, fingerprint: str) -> bool:
        """Return whether a stage has a product as it was stored; files known by size and time are not read again."""
        present = os.path.lexists(self.folder(fingerprint) / "product")
        return present and (self.is_sound(fingerprint) or self.product(fingerprint) is not None)

    def is_damaged(self, fingerprint: str) -> bool:
        """Return whether a stage has a product that is no longer as it was stored."""
        return os.path.lexists(self.folder(fingerprint) / "product") and not self.has_product(fingerprint)

    def make_product(self, fingerprint: str, inputs: Clear, make: Callable[[Path], None]) -> None:
        """Let ``make`` fill a folder that becomes the product in one rename; the caller holds the stage's claim."""
        stage = self.folder(fingerprint)
        sweep(stage / "product")
        sweep(stage / "work")
        self.write_inputs(fingerprint, inputs)
        if os.path.lexists(stage / "product") and self.product(fingerprint) is None:
            self.set_aside(stage / "product")
        # Overtaken by the process that went on while this one was suspended.
        with suppress(Overtaken), whole(stage / "product") as part:
            part.mkdir()
            make(part)
            seal_folder(part, {"stage": fingerprint})
        self._forget(fingerprint)
        shutil.rmtree(stage / "work", ignore_errors=True)
        (stage / "failure.txt").unlink(missing_ok=True)

    def drop(self, fingerprint: str) -> None:
        """Remove a stage's product and checkpoints, so that it is computed again."""
        self._forget(fingerprint)
        for name in ("product", "work"):
            if (self.folder(fingerprint) / name).is_dir():
                discard(self.folder(fingerprint) / name)

    def inputs(self, fingerprint: str) -> JSONObject | None:
        """Return a stage's inputs in clear, None if there are none as they were stored."""
        try:
            return read_sealed(self._inputs(fingerprint))
        except DamagedError as error:
            self._complain(f"{error}; it is not used, `bench run` of its cell writes it anew")
            return None

    def write_inputs(self, fingerprint: str, inputs: Clear) -> None:
        """Write a stage's inputs in clear."""
        path = self._inputs(fingerprint)
        if path.is_dir():
            self.set_aside(path)
        write_sealed(path, inputs)

    def mend_inputs(self, fingerprint: str, inputs: Clear) -> None:
        """Write the inputs of a stage that has lost them, or whose inputs changed."""
        if self.folder(fingerprint).is_dir() and self.inputs(fingerprint) is None:
            self.write_inputs(fingerprint, inputs)

    def _inputs(self, fingerprint: str) -> Path:
        return self.folder(fingerprint) / "inputs.json"

    def standing(self, fingerprint: str) -> tuple[int, float]:
        """Return how many epochs of a training, and which share of its steps, its checkpoint holds."""
        with suppress(DamagedError, KeyError, TypeError):
            standing = read_json(self.folder(fingerprint) / "work" / STANDING)
            return int(standing["epoch"]), float(standing["share"])
        return 0, 0.0

    def files(self, fingerprint: str) -> dict[str, int]:
        """Return the size in bytes of each file of a stage's product, by its path below the store.

        Files that are known by size and time are not read.
        """
        product = self.folder(fingerprint) / "product"
        is_whole = self.has_product(fingerprint)
        paths = sorted(path for path in product.rglob("*") if path.is_file()) if is_whole else []
        return {path.relative_to(self._root).as_posix(): path.stat().st_size for path in paths if path.name != DIGESTS}

    def _product_flaw(self, fingerprint: str) -> str:
        """Say what of a product is not as it was stored, '' if nothing is."""
        stage = self.folder(fingerprint)
        product = stage / "product"
        if not os.path.lexists(product):
            return ""
        if not product.is_dir():
            return "it is no folder"
        if not (product / DIGESTS).exists() and not is_sealed(self._inputs(fingerprint)):
            return ""  # made before there were digests
        return folder_flaw(product, {"stage": fingerprint}, MAKING)

    def _forget(self, fingerprint: str) -> None:
        self._checked.discard(fingerprint)
        self._sound.pop(fingerprint, None)

    @cached_property
    def _remembered(self) -> dict[str, str]:
        """The signatures of stages that were sound when they were checked."""
        with suppress(DamagedError):
            data = read_json(self._root / "sound.json")
            return data if isinstance(data, dict) else {}
        return {}

    def remember(self) -> None:
        """Store the signatures of stages that are sound, so that the next run need not read them."""
        marks = {fingerprint: mark for fingerprint, mark in self._sound.items() if mark}
        if not marks.items() <= self._remembered.items():
            self._remembered.update(marks)
            write_json(self._root / "sound.json", self._remembered)

    def _distrust(self, fingerprint: str) -> None:
        """Let the next run read a stage, whose files changed without their times."""
        if self._remembered.pop(fingerprint, None):
            with suppress(OSError):
                write_json(self._root / "sound.json", self._remembered)

    def set_aside(self, path: Path) -> None:
        """Move what is damaged, or in the way, into ``damaged/``."""
        (self._root / "damaged").mkdir(parents=True, exist_ok=True)
        set_aside(path, self._root / "damaged" / f"{path.parent.name}-{path.name}-{uuid.uuid4().hex[:8]}")
