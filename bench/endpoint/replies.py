"""Replies kept in the cache, each a file that is whole or absent: nothing is paid for twice."""

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
            return (
                None
                if fields is None
                else Reply(fields["text"], fields["refused"], Usage(*fields["usage"]), fields["cut"])
            )
        except (BenchError, KeyError, TypeError):
            return None  # the file is broken: the call is made again

    def put(self, identity: str, reply: Reply) -> None:
        """Keep a reply; it is on the disk when this returns. BenchError if it cannot be written."""
        data = {"text": reply.text, "refused": reply.refused, "usage": list(reply.usage), "cut": reply.cut}
        try:
            write_sealed(self._path(identity), data)
        except OSError as error:
            raise BenchError(
                f"replies cannot be kept in {str(self._root)!r} ({error.strerror}); "
                "set BENCH_CACHE to a writable folder"
            ) from error

    def _path(self, identity: str) -> Path:
        return self._root / identity[:2] / f"{identity[2:]}.json"
