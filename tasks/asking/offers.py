"""The models that can be asked on the page: of the store, of folders, by name, and the installation's own."""

from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench.errors import BenchError, unknown
from bench.exports.untrained import Untrained, categories_of, is_asked_as_it_is, obstacle, opened, untrained
from bench.registered.registry import Registry
from bench.specs import ContractName, ModelSpec, contracts_of
from bench.store.record import Record
from bench.store.store import Store
from bench.terminal.progress import NoProgress

if TYPE_CHECKING:
    from bench.exports.trained import Trained

_LISTED = 200
"""The most models of a store that are offered, the latest first."""
_OPEN = 2
"""How many models stay in memory: two can be asked side by side."""
_UNTRAINED = "asked as it is"
INSTALLATION = "installation"


@dataclass(frozen=True)
class Offer:
    """A model that can be asked, by its ``key``; ``origin`` says where it comes from, ``note`` how far to trust it.

    ``server`` is where pictures and questions are sent, '' if they stay on this machine.
    """

    key: str
    label: str
    origin: str
    answers: bool
    classifies: bool
    note: str = ""
    server: str = ""


class StandsAside(NamedTuple):
    """A model of the store that is not offered, and why."""

    label: str
    reason: str


class Offers:
    """What is offered: models of a store, exports in ``folders`` or one folder below, ``names``, the installation's.

    ``names`` are of models that learn nothing, such as ``hf:FOLDER``. Not for several threads at once.
    """

    def __init__(self, store: Store, folders: Sequence[Path], names: Sequence[str] = ()) -> None:
        self._store, self._folders, self._names = store, folders, names
        self._registry = Registry()
        self._records: dict[str, Record] = {}
        self._exports: dict[str, Path] = {}
        self._named: dict[str, Untrained] = {}
        self._open: OrderedDict[str, Trained] = OrderedDict()

    def listed(self) -> list[Offer]:
        """Return what can be asked now: what the user named first, then the store's latest."""
        return [*self._of_folders(), *self._of_names(), *self._of_store(), *self._of_installation()]

    def aside(self) -> list[StandsAside]:
        """Return the store's models without an offered cell, as they were last listed, each with the reason."""
        offered = {record.model.label for record in self._records.values()}
        reasons: dict[str, str] = {}
        for record in self._latest():
            if record.model.label not in offered and record.model.label not in reasons:
                reasons[record.model.label] = obstacle(record, self._store, self._registry)
        named = [StandsAside(label, reason) for label, reason in reasons.items() if reason]
        return sorted(named, key=lambda each: (each.reason, each.label))[:_LISTED]

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

        if key not in self._records and key not in self._exports and key not in self._named:
            self.listed()
        if key in self._exports:
            return trained(self._exports[key], self._registry, NoProgress())
        if key in self._named:
            return opened(self._named[key], categories_of(self._store, self._registry), self._registry)
        if key not in self._records:
            known = [*self._exports, *self._named, *self._records]
            raise unknown("model to ask", key, known, "reload the page")
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

    def _of_names(self) -> Iterator[Offer]:
        for name in self._names:
            with suppress(BenchError):  # its folder may be gone since
                model = untrained(name, self._registry)
                self._named[f"name:{name}"] = model
                able = {*model.contracts}
                yield Offer(
                    f"name:{name}", name, _UNTRAINED, "answerer" in able, "classifier" in able, server=model.server
                )

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
        """Yield one offer for each train stage whose model can be asked, the latest first."""
        latest: dict[str, Record] = {}
        for record in self._latest():
            key = record.stages.get("train", "")
            if key not in latest and not obstacle(record, self._store, self._registry):
                latest[key] = record
            if len(latest) >= _LISTED:
                break
        self._records = latest
        for key, record in latest.items():
            contracts = self._contracts(record)
            yield Offer(
                key,
                record.model.label,
                f"{record.cell.dataset}, {_place(record)}, {self._history(record)}",
                "answerer" in contracts,
                "classifier" in contracts,
            )

    def _latest(self) -> list[Record]:
        return sorted(self._store.records(), key=lambda record: record.finished, reverse=True)

    def _history(self, record: Record) -> str:
        spec: ModelSpec = self._registry.find("model", record.cell.model)[0]
        if is_asked_as_it_is(spec, record.model.settings.get("tuning")):
            return _UNTRAINED
        return f"trained until {record.finished[:16].replace('T', ' ')}"

    def _contracts(self, record: Record) -> set[ContractName]:
        spec: ModelSpec = self._registry.find("model", record.cell.model)[0]
        return {*contracts_of(spec, self._registry.family(spec))}


def _place(record: Record) -> str:
    return str(record.cell).removeprefix(f"{record.cell.model} ")
