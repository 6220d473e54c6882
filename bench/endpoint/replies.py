"""Replies kept in the cache, each a file that is whole or absent: nothing is paid for twice."""

import re
from dataclasses import asdict
from pathlib import Path

from bench.endpoint.prices import Usage
from bench.endpoint.request import Reply
from bench.errors import BenchError
from bench.store.cache import cache_folder
from bench.store.sealed import read_sealed, write_sealed


class Replies:
    """The replies of all servers, by the identity of the call; safe for many processes."""

    def __init__(self, root: Path | None = None) -> None:
        self._root = root or cache_folder() / "replies"

    def get(self, identity: str) -> Reply | None:
        """Return the reply to a call, None if none is kept."""
        try:
            fields = read_sealed(self._path(identity))
            if fields is None:
                return None
            usage = Usage(*map(int, fields["usage"]))
            lack = fields.get("lack", "")  # replies kept before this field existed lack it
            return Reply(str(fields["text"]), bool(fields["refused"]), usage, bool(fields["cut"]), str(lack))
        except (BenchError, LookupError, TypeError, ValueError, AttributeError):
            return None  # the file is broken: the call is made again

    def put(self, identity: str, reply: Reply) -> None:
        """Keep a reply; it is on the disk when this returns. BenchError if it cannot be written."""
        data = {**asdict(reply), "usage": list(reply.usage)}
        try:
            write_sealed(self._path(identity), data)
        except OSError as error:
            raise BenchError(
                f"replies cannot be kept in {str(self._root)!r} ({error.strerror}); "
                "set BENCH_CACHE to a writable folder"
            ) from error

    def _path(self, identity: str) -> Path:
        checked_identity(identity)
        return self._root / identity[:2] / f"{identity[2:]}.json"


def checked_identity(identity: object) -> str:
    """Return the identity of a call; ValueError if it is none: a server's batch may name any, also ``../../x``."""
    if not isinstance(identity, str) or not re.fullmatch(r"[0-9a-f]{4,128}", identity):
        raise ValueError("no identity of a call")
    return identity
