"""Pictures that were dropped on the page: limited, decoded as everywhere else, and gone when the server ends."""

import io
import os
import re
import shutil
import stat
import tempfile
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import anyio.to_thread

from bench.data.field_of_view import length
from bench.data.frames import Unreadable
from bench.data.readers import HEAD, reader_of
from bench.errors import BenchError
from bench.processes.endings import held_lock
from bench.terminal.text import is_shown

if TYPE_CHECKING:
    import numpy as np
    from filelock import BaseFileLock

MOST_BYTES = 400 * 2**20
"""The largest file: 89 million pixels of 32 bits."""
MOST_PICTURES = 200
_MOST_IN_ALL = 2 * 2**30
_MOST_OF_SIDE_FILE = 2**20
_SIDE_FILES = (".txt", ".hdr")
_SHOWN = 1600
"""The longer side, in pixels, of a picture as the page shows it."""
_PREFIX, _LOCK = "bench-view-", ".lock"
_DROP = re.compile(r"[0-9a-f]{8,40}")


@dataclass(frozen=True)
class DroppedPicture:
    """A picture on the page: its file, what that states, and the picture as it is shown.

    ``width_nm`` is the width of the field of view, None if unknown; ``scale`` says it in words, or why it is unknown.
    """

    id: str
    name: str
    path: Path
    width: int
    height: int
    frames: int
    format: str
    width_nm: float | None
    scale: str
    instrument: Mapping[str, str]
    png: bytes


class Dropped:
    """The pictures of all tabs, in a folder that nobody else may read; ``close`` deletes it.

    A process that was killed leaves its folder behind, without whoever locked it: the next one deletes that.
    """

    def __init__(self) -> None:
        _delete_left_over()
        self._root, self._lock = _locked_folder()
        self._folder = self._root / "drops"
        self._pictures: dict[str, DroppedPicture] = {}

    def close(self) -> None:
        """Delete all files."""
        shutil.rmtree(self._root, ignore_errors=True)
        self._lock.release()

    def __getitem__(self, key: str) -> DroppedPicture:
        """Return a picture; KeyError if the server does not have it, as after its restart."""
        return self._pictures[key]

    def remove(self, key: str) -> None:
        """Forget a picture and its file."""
        picture = self._pictures.pop(key, None)
        if picture is not None:
            picture.path.unlink(missing_ok=True)

    async def receive(self, name: str, drop: str, chunks: AsyncIterator[bytes]) -> DroppedPicture | None:
        """Keep a file of one drop until the server ends; None for a text file in which an instrument describes another.

        BenchError if it is too large, one too many, or no picture.
        """
        if not _DROP.fullmatch(drop):
            raise BenchError(f"the drop {drop[:60]!r} is no name; reload the page")
        path = self._folder / drop / _plain(name)
        is_side_file = path.suffix.lower() in _SIDE_FILES
        if not is_side_file:
            if len(self._pictures) >= MOST_PICTURES:
                raise BenchError(f"{MOST_PICTURES} pictures are here already; remove some")
            path = path.parent / uuid.uuid4().hex[:8] / path.name if path.exists() else path
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            await self._write(path, chunks, _MOST_OF_SIDE_FILE if is_side_file else MOST_BYTES, is_side_file)
            if is_side_file:
                return None
            picture = await anyio.to_thread.run_sync(_described, path, name)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        self._pictures[picture.id] = picture
        return picture

    async def _write(self, path: Path, chunks: AsyncIterator[bytes], most: int, is_side_file: bool) -> None:
        before = sum(file.stat().st_size for file in self._folder.rglob("*") if file.is_file())
        size, head, is_checked = 0, b"", is_side_file
        with path.open("wb") as stream:
            async for chunk in chunks:
                size += len(chunk)
                if size > most:
                    raise BenchError(f"{path.name!r} has more than {most // 2**20} MB; make it smaller")
                if before + size > _MOST_IN_ALL:
                    raise BenchError(f"the pictures here have more than {_MOST_IN_ALL // 2**30} GB; remove some")
                if not is_checked:
                    head = (head + chunk)[:HEAD]
                    if is_checked := len(head) == HEAD:
                        _check_type(head, path)
                stream.write(chunk)


def _locked_folder() -> "tuple[Path, BaseFileLock]":
    """Return a new folder and the lock that says that its process is there."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        with suppress(OSError):  # another process may take it for left over before it is locked
            lock = held_lock(folder / _LOCK)
            if folder.exists():
                return folder, lock
            lock.release()


def _delete_left_over() -> None:
    """Delete this user's folders of pictures whose process is gone."""
    from filelock import Timeout

    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError, Timeout):  # of another user, deleted by another process, or in use
            if not _is_own(folder) or not _is_own(folder / _LOCK):
                continue
            lock = held_lock(folder / _LOCK, 0)
            shutil.rmtree(folder, ignore_errors=True)
            lock.release()


def _is_own(path: Path) -> bool:
    """Return whether a file or folder is this user's and no link, which could lead anywhere."""
    state = path.lstat()
    return not stat.S_ISLNK(state.st_mode) and (not hasattr(os, "getuid") or state.st_uid == os.getuid())


def _check_type(head: bytes, path: Path) -> None:
    """Refuse, before it is received, a file that no reader reads."""
    try:
        reader_of(head, path.suffix)
    except Unreadable as reason:
        raise BenchError(f"{path.name!r} {reason}") from reason


def _plain(name: str) -> str:
    """Return the last part of a file's name, without what a path or a terminal could take for something else."""
    last = "".join(letter for letter in re.split(r"[/\\]", name)[-1] if is_shown(letter)).strip().lstrip(".")
    plain = Path(last or "picture")
    return f"{plain.stem[:100]}{plain.suffix[:20]}"


def _described(path: Path, name: str) -> DroppedPicture:
    """Decode a file; BenchError if that fails."""
    # Here, because what reads data bars takes seconds to import, and the page is there before a picture is.
    from bench.data.decoding import frame_of, in_8_bits, picture_reader, shades
    from bench.tasks.datasets.decoded import bar_scale

    try:
        reader, frame = picture_reader(path), frame_of(path)
        levels = shades(frame)
    except Unreadable as reason:
        raise BenchError(f"{path.name!r} {reason}") from reason
    bar = bar_scale(frame, levels)
    pixel = bar.pixel_size_nm if bar else frame.pixel_size_nm
    high, wide = levels.shape
    if pixel:
        scale = f"{length(pixel * wide)} wide, by {'its data bar' if bar else 'its file'}"
    else:
        scale = f"unknown: {frame.no_scale}" if frame.no_scale else "unknown"
    return DroppedPicture(
        id=uuid.uuid4().hex,
        name=path.name,
        path=path,
        width=wide,
        height=high,
        frames=frame.frames,
        format=reader.name,
        width_nm=pixel * wide if pixel else None,
        scale=scale,
        instrument={str(key): str(value) for key, value in frame.instrument.items()},
        png=_png(in_8_bits(levels)),
    )


def _png(levels: "np.ndarray") -> bytes:
    """Return grey levels (H, W) uint8 as a PNG that is at most so large on its longer side."""
    import numpy as np
    from PIL import Image

    picture = Image.fromarray(np.ascontiguousarray(levels))
    picture.thumbnail((_SHOWN, _SHOWN))
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=1)
    return stream.getvalue()
