"""The trained models that can be asked on the page: of the store, of folders, and the installation's own."""

from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import BenchError, unknown
from bench.registered.registry import Registry
from bench.specs import ContractName, contracts_of
from bench.store.record import Record
from bench.store.store import Store
from bench.terminal.progress import NoProgress

if TYPE_CHECKING:
    from bench.exports.trained import Trained

_LISTED = 200
"""The most models of a store that are offered, the latest first."""
_OPEN = 2
"""How many models stay in memory: two can be asked side by side."""
_ABLE: frozenset[ContractName] = frozenset({"answerer", "classifier"})
INSTALLATION = "installation"


@dataclass(frozen=True)
class Offer:
    """A model that can be asked, by its ``key``; ``origin`` says where it comes from, ``note`` how far to trust it."""

    key: str
    label: str
    origin: str
    answers: bool
    classifies: bool
    note: str = ""


class Offers:
    """What is offered: models of a store, exports in ``folders`` or one folder below, the installation's.

    Not for several threads at once.
    """

    def __init__(self, store: Store, folders: Sequence[Path]) -> None:
        self._store, self._folders = store, folders
        self._registry = Registry()
        self._records: dict[str, Record] = {}
        self._exports: dict[str, Path] = {}
        self._open: OrderedDict[str, Trained] = OrderedDict()

    def listed(self) -> list[Offer]:
        """Return what can be asked now: exports first, as their folders were named, then the store's latest."""
        return [*self._of_folders(), *self._of_store(), *self._of_installation()]

    @property
    def in_memory(self) -> Collection[str]:
        """The keys of the models that need not be loaded."""
        return self._open.keys()

    def opened(self, key: str) -> "Trained":
        """Return the model of a key, from memory if it was among the last; BenchError if it cannot be read."""
        if key in self._open:
            self._open.move_to_end(key)
            return self._open[key]
        model = self._load(key)
        while len(self._open) >= _OPEN:
            self._open.popitem(last=False)
        self._open[key] = model
        return model

    def folder(self, key: str) -> Path | None:
        """Return the folder of an export, None for a model of the store."""
        return self._exports.get(key)

    def cell(self, key: str) -> str:
        """Return the name of the file of a model's record in the store, '' for an export."""
        return self._records[key].cell.id if key in self._records else ""

    def _load(self, key: str) -> "Trained":
        from bench.exports.stored import from_store  # here, because it imports torch, and a list of models does not
        from bench.exports.trained import trained

        if key not in self._records and key not in self._exports:
            self.listed()
        if key in self._exports:
            return trained(self._exports[key], self._registry, NoProgress())
        if key not in self._records:
            raise unknown("model to ask", key, [*self._exports, *self._records], "reload the page")
        record = self._records[key]
        if "classifier" in self._contracts(record):
            with suppress(BenchError):  # its validation pictures are gone, or it cannot rank: then without outcomes
                return from_store(record, self._store, self._registry, NoProgress(), with_outcomes=True)
        return from_store(record, self._store, self._registry, NoProgress())

    def _of_folders(self) -> Iterator[Offer]:
        from bench.exports.exported import FILE

        for named in self._folders:
            for folder in (
                [named] if (named / FILE).is_file() else sorted(each.parent for each in named.glob(f"*/{FILE}"))
            ):
                with suppress(BenchError):
                    yield self._of_export(f"export:{folder}", folder, f"export {folder.name}")

    def _of_installation(self) -> Iterator[Offer]:
        from bench.exports.exported import read
        from bench.exports.shipped import limits, shipped

        folder = shipped(())
        if folder is not None:
            yield self._of_export(INSTALLATION, folder, "of this installation", limits(read(folder)))

    def _of_export(self, key: str, folder: Path, origin: str, note: str = "") -> Offer:
        from bench.exports.exported import read

        exported = read(folder)
        self._exports[key] = folder
        able = {*exported.contracts}
        return Offer(key, exported.label, origin, "answerer" in able, "classifier" in able, note)

    def _of_store(self) -> Iterator[Offer]:
        """Yield one offer for each training whose weights are there, the latest first; controls are there to lose."""
        latest: dict[str, Record] = {}
        for record in sorted(self._store.records(), key=lambda record: record.finished, reverse=True):
            key = record.stages.get("train", "")
            is_new = key and key not in latest and len(latest) < _LISTED
            if is_new and record.learned and not record.model.control and self._is_able(record, key):
                latest[key] = record
        self._records = latest
        for key, record in latest.items():
            contracts, finished = self._contracts(record), record.finished[:16].replace("T", " ")
            yield Offer(
                key,
                record.model.label,
                f"{record.cell.dataset}, {_place(record)}, trained until {finished}",
                "answerer" in contracts,
                "classifier" in contracts,
            )

    def _is_able(self, record: Record, stage: str) -> bool:
        # Whether the files are as they were stored is checked when they are loaded: here that would read them all.
        has_weights = (self._store.stages.folder(stage) / "product" / "weights").is_dir()
        return has_weights and bool(self._contracts(record) & _ABLE)

    def _contracts(self, record: Record) -> set[ContractName]:
        """Return the contracts of a record's model, none if it is no longer installed."""
        try:
            spec = self._registry.find("model", record.cell.model)[0]
        except BenchError:
            return set()
        return {*contracts_of(spec, self._registry.family(spec))}


def _place(record: Record) -> str:
    return str(record.cell).removeprefix(f"{record.cell.model} ")
