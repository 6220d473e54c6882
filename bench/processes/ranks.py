"""The processes that train one cell together: this one's place among them, and how they agree."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from bench.errors import in_one_line
from bench.specs import StageName

if TYPE_CHECKING:
    from torch.distributed import Store as Board  # pyright: ignore[reportPrivateImportUsage]

Value = TypeVar("Value")
Order = tuple[str, StageName]
"""The id of a cell and its stage that all ranks are to train."""
LONGEST_WAIT = timedelta(days=1)
"""How long a rank waits for the others: they wait while the first predicts. A dead one's connection closes at once."""
GATHERING = timedelta(minutes=10)
"""How long the ranks wait for one of them that has not started yet."""
PATIENCE = timedelta(seconds=30)
"""How long a rank that failed waits for word that the others failed, too."""
_FAILED, _DONE, _PARTED = "failed", "done", "parted"


class Parted(BaseException):
    """The ranks ended differently: no reduction can follow, and the process must end.

    Code that catches errors to go on with other work must not catch this. If its cause is a BenchError, the cell fails
    with that.
    """


@dataclass(frozen=True)
class Ranks:
    """The ``rank`` of a process among the ``size`` that train together; a single process imports no torch.

    ``board`` is the store through which ranks report how they ended; ``turns`` numbers what they do together.
    """

    rank: int = 0
    size: int = 1
    board: "Board | None" = field(default=None, repr=False, compare=False)
    turns: Iterator[int] = field(default_factory=count, repr=False, compare=False)

    @property
    def first(self) -> bool:
        """Whether this is the rank that writes and whose values all ranks use."""
        return self.rank == 0

    def agreed(self, value: Value) -> Value:
        """Return the first rank's value on every rank; all must call this. Raises Parted if one is gone."""
        if self.size == 1:
            return value
        from torch.distributed import broadcast_object_list

        values = [value]
        try:
            broadcast_object_list(values, src=0)
        except RuntimeError as error:
            raise Parted(f"one of the {self.size} processes is gone: {in_one_line(error)}") from error
        return values[0]

    def summed(self, figures: Sequence[float]) -> list[float]:
        """Return the sums of figures over the ranks, equally many on each; all must call this."""
        if self.size == 1:
            return list(figures)
        import torch
        from torch.distributed import all_reduce

        sums = torch.tensor(figures, dtype=torch.float64)  # on the CPU: gloo notices a dead peer
        all_reduce(sums)
        return sums.tolist()

    def send(self, order: Order | None) -> None:
        """Send an order from the first rank to the others, which call ``receive``; None when all work is done."""
        self.agreed(order)

    def receive(self) -> Order | None:
        """Return what the first rank sends with ``send``, after a wait that may be long; for the others."""
        order: Order | None = None
        return self.agreed(order)

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Enclose what all ranks do together: an error that every rank has passes through.

        Raises Parted if only some have it, because the others may wait for this rank in a reduction.
        """
        if self.size == 1:
            yield
            return
        turn = next(self.turns)
        assert self.board is not None, "several ranks have joined"
        try:
            yield
        except Parted:
            with suppress(RuntimeError):  # the first rank, which keeps the board, is gone
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
        assert self.board is not None, "several ranks have joined"
        keys = [f"{turn}/{rank}" for rank in range(self.size)]
        try:
            self.board.set(keys[self.rank], _FAILED)
            try:
                self.board.wait(keys, PATIENCE)
                if all(self.board.get(key) == _FAILED.encode() for key in keys):
                    return True
            except RuntimeError:  # one of them is silent
                pass
            # The others will fail, too, once this one's connections close: that error is not theirs.
            self.board.set(keys[self.rank], _PARTED)
        except RuntimeError:  # the first rank, which keeps the board, is gone
            pass
        return False


ALONE = Ranks()
"""A process that trains alone."""


def join(rank: int, size: int, local_rank: int, address: str, port: int, device: str) -> Ranks:
    """Join the other processes and return this one's place among them; all must call it.

    ``local_rank`` is the place on this host; ``address`` and ``port`` are the first rank's. On ``cuda``, NCCL carries
    the device's tensors, and gloo, which notices a dead peer, all else; ``device`` may be ``auto``. Raises Parted if
    not all join.
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
    """Leave the group after all ranks have finished."""
    from torch.distributed import barrier, destroy_process_group, is_initialized

    if is_initialized():
        barrier()  # the first rank keeps the board, from which another may still read
        destroy_process_group()


def abandon() -> None:
    """Close the connections so that the other ranks fail; for a process that is about to end in any case."""
    from torch.distributed import destroy_process_group, group, is_initialized

    if is_initialized() and group.WORLD is not None:
        with suppress(RuntimeError):  # the backend has no abort
            group.WORLD.abort()  # otherwise NCCL's destruction waits for the others
        destroy_process_group()
