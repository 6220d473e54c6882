"""The processes that train one cell together: which of them this one is, and how they come to agree."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any, TypeVar

from bench.errors import in_one_line

Value = TypeVar("Value")
LONGEST_WAIT = timedelta(days=1)
"""How long a rank waits for the others: they wait while the first predicts. A dead one's connection closes at once."""
GATHERING = timedelta(minutes=10)
"""How long the ranks wait for one of them that has not started yet."""
PATIENCE = timedelta(seconds=30)
"""How long a rank that failed waits to hear that the others failed, too."""
_FAILED, _DONE, _PARTED = "failed", "done", "parted"


class Parted(BaseException):
    """Not all ranks came to the same end: no reduction can follow, and the process must end.

    Nothing that catches errors to go on with other work may catch this. A BenchError that is its cause is the cell's.
    """


@dataclass(frozen=True)
class Ranks:
    """The ``rank`` of a process among the ``size`` that train together; one alone imports no torch.

    ``board`` is the store through which ranks tell how they ended, ``turns`` counts what they did together.
    """

    rank: int = 0
    size: int = 1
    board: Any = field(default=None, repr=False, compare=False)
    turns: Iterator[int] = field(default_factory=count, repr=False, compare=False)

    @property
    def first(self) -> bool:
        """Whether this is the rank that writes, and by whose numbers all go."""
        return self.rank == 0

    def agreed(self, value: Value) -> Value:
        """Return the first rank's value, on every rank; all must ask. Raises Parted where one is gone."""
        if self.size == 1:
            return value
        from torch.distributed import broadcast_object_list

        told = [value]
        try:
            broadcast_object_list(told, src=0)
        except RuntimeError as error:
            raise Parted(f"one of the {self.size} processes is gone: {in_one_line(error)}") from error
        return told[0]

    def summed(self, figures: Sequence[float]) -> list[float]:
        """Return the sums over the ranks of figures, of which each has as many; all must ask."""
        if self.size == 1:
            return list(figures)
        import torch
        from torch.distributed import all_reduce

        sums = torch.tensor(figures, dtype=torch.float64)  # on the CPU: gloo notices a dead peer
        all_reduce(sums)
        return sums.tolist()

    def tell(self, word: Any) -> None:
        """Tell the others, who ask what they are ``told``; for the first rank."""
        self.agreed(word)

    def told(self) -> Any:
        """Return what the first rank tells; for the others, who may wait long for it."""
        word: Any = None
        return self.agreed(word)

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Enclose what all ranks do together: an error that every one of them has passes through.

        Raises Parted where it is not every one's, for the others may wait for this rank in a reduction.
        """
        if self.size == 1:
            yield
            return
        turn = next(self.turns)
        try:
            yield
        except Parted:
            with suppress(RuntimeError):  # the first, who keeps the board, is gone
                self.board.set(f"{turn}/{self.rank}", _PARTED)
            raise
        except Exception as error:
            if not self._all_failed(turn):
                raise Parted(
                    f"of {self.size} processes that trained together, that of rank {self.rank} failed without all "
                    f"the others: {in_one_line(error)}"
                ) from error
            raise
        self.board.set(f"{turn}/{self.rank}", _DONE)

    def _all_failed(self, turn: int) -> bool:
        keys = [f"{turn}/{rank}" for rank in range(self.size)]
        try:
            self.board.set(keys[self.rank], _FAILED)
            try:
                self.board.wait(keys, PATIENCE)
                if all(self.board.get(key) == _FAILED.encode() for key in keys):
                    return True
            except RuntimeError:  # one of them is silent
                pass
            # The others will fail, too, once this one's connections close: that is not an error of theirs.
            self.board.set(keys[self.rank], _PARTED)
        except RuntimeError:  # the first, who keeps the board, is gone
            pass
        return False


ALONE = Ranks()
"""The one process that trains by itself."""


def join(rank: int, size: int, local_rank: int, address: str, port: int, device: str) -> Ranks:
    """Join the other processes and return this one's place among them; all must call it.

    ``local_rank`` is the place among those of this host; ``address`` and ``port`` are the first rank's. On ``cuda``
    tensors of the device go by NCCL and all else by gloo, which notices a dead peer; ``device`` may be ``auto``. Raises
    Parted where not all come.
    """
    if size == 1:
        return ALONE
    import torch
    from torch.distributed import PrefixStore, TCPStore, init_process_group  # pyright: ignore[reportPrivateImportUsage]

    on_gpu = device.startswith("cuda") or (device == "auto" and torch.cuda.is_available())
    if on_gpu:
        torch.cuda.set_device(local_rank % torch.cuda.device_count())
    try:
        board = TCPStore(address, port, size, rank == 0, timeout=GATHERING)
    except RuntimeError as error:
        raise Parted(f"not all {size} processes came to {address}:{port}: {in_one_line(error)}") from error
    init_process_group(
        "cpu:gloo,cuda:nccl" if on_gpu else "gloo",
        store=PrefixStore("group", board),
        rank=rank,
        world_size=size,
        timeout=LONGEST_WAIT,
    )
    return Ranks(rank, size, PrefixStore("ends", board))


def leave() -> None:
    """Part in peace, when all have come to the end."""
    from torch.distributed import barrier, destroy_process_group, is_initialized

    if is_initialized():
        barrier()  # the first rank keeps the board, from which another may still read
        destroy_process_group()


def abandon() -> None:
    """Close the connections, and so let the others fail; for a process that is about to end, whatever they do."""
    from torch.distributed import destroy_process_group, group, is_initialized

    if is_initialized() and group.WORLD is not None:
        with suppress(RuntimeError):  # of a backend that has no such end
            group.WORLD.abort()  # without it NCCL's waits for the others
        destroy_process_group()
