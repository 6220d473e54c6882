"""One batch on a server: the calls that are submitted together, its state, and the mark by which it is known again."""

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types import Batch

CALLED = "/v1/chat/completions"
"""What every call of a batch calls."""
_LISTED, _MOST_LISTED = 100, 10_000


class Pack(NamedTuple):
    """Calls to submit together: ``key`` identifies them, ``calls`` are their identities, ``lines`` is the file."""

    key: str
    calls: tuple[str, ...]
    lines: bytes

    @classmethod
    def of(cls, lines: Mapping[str, bytes]) -> Self:
        """Pack the lines of calls, by their identities, under a new key."""
        return cls(uuid.uuid4().hex, tuple(lines), b"\n".join(lines.values()) + b"\n")


class BatchState(NamedTuple):
    """How far a batch is, as a server says: ``files`` hold its replies, ``reasons`` why it failed."""

    status: str
    progress: str
    files: tuple[str, ...]
    reasons: str

    @classmethod
    def of(cls, batch: "Batch") -> Self:
        """Read the client's object of a batch, which it does not check; TypeError or AttributeError if it is none."""
        if not isinstance(batch.status, str):
            raise TypeError("a batch without a status")
        counts = batch.request_counts
        errors = (batch.errors.data or []) if batch.errors else []
        return cls(
            batch.status,
            f", {counts.completed} of {counts.total} calls done" if counts else "",
            tuple(_identifier(file) for file in (batch.output_file_id, batch.error_file_id) if file),
            "; ".join(str(error.message or "") for error in errors[:3]) or "no reason given",
        )


async def uploaded(api: "AsyncOpenAI", pack: Pack) -> str:
    """Upload a pack's file and return the server's name of it."""
    file = await api.files.create(file=("calls.jsonl", pack.lines), purpose="batch")
    return _identifier(file.id)


async def submitted(api: "AsyncOpenAI", pack: Pack, file: str) -> str:
    """Submit an uploaded pack and return the server's name of the batch."""
    batch = await api.batches.create(
        input_file_id=file, endpoint=CALLED, completion_window="24h", metadata={"bench": pack.key}
    )
    return _identifier(batch.id)


async def marked(api: "AsyncOpenAI", key: str) -> str | None:
    """Return the name of the batch that carries this mark, None if the server's newest have none."""
    count = 0
    async for batch in api.batches.list(limit=_LISTED):
        if isinstance(batch.metadata, Mapping) and batch.metadata.get("bench") == key:
            return _identifier(batch.id)
        count += 1
        if count >= _MOST_LISTED:  # a list may go round in a circle
            break
    return None


def _identifier(name: object) -> str:
    """Return the server's name of a batch or file; TypeError if it is none."""
    if not isinstance(name, str) or not name:
        raise TypeError("no name")
    return name
