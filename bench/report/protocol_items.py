"""What was asked of the models of a protocol, item by item, and what each of them answered.

A question that several folds, repeats or seeds ask, or that is asked of an altered picture, too, is an item each time.
Models are compared on the items that both have.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from bench.report.chunk import Chunk, rounded
from bench.report.shown_protocol import ShownProtocol
from bench.specs import Column
from bench.store.record import Record
from bench.tables.items import Item, items_of, score_of

BLOCK = 400
"""How many items a chunk of texts is about."""
_FILTERS = ("category", "question", "group", "topic", "alteration")
"""The fields by which items are filtered, if they have them, beside those by which a table breaks them down."""
_TEXTS = ("id", "reference", "context", "options")
"""The fields that are shown with an item, whatever model is asked."""
_LONGEST = 100_000
"""How many letters of a text a page shows; a model that never ends would fill it."""


class ItemKey(NamedTuple):
    """An item's identity: the cell's place, the question's id, and how often the id came before in that cell."""

    repeat: int
    fold: int
    seed: int
    id: str
    occurrence: int


@dataclass
class _SharedItems:
    """What is asked in all items: their keys with their positions, and the values of the fields that models share.

    ``fields`` are the names of all that any model's first item has.
    """

    positions: dict[ItemKey, int] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)


class ProtocolItems:
    """The items of a protocol, and the models' answers to them; chunks of both."""

    def __init__(self, shown: ShownProtocol) -> None:
        self._shown = shown
        self._latest: tuple[int, dict[int, Item]] | None = None

    def __len__(self) -> int:
        return len(self._shared.items)

    @property
    def blocks(self) -> int:
        """How many blocks the items are cut into."""
        return -(-len(self) // BLOCK)

    @cached_property
    def pictures(self) -> tuple[str, ...]:
        """The ids of the pictures that items are about; a picture's place here is its number on the page."""
        return tuple(dict.fromkeys(str(item["picture"]) for item in self._shared.items))

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns in which single items have a score, the one that judges first."""
        fields = self._shared.fields
        return tuple(
            column
            for column in self._shown.columns
            if column.higher_is_better is not None and {*(column.share or (column.metric,))} <= fields
        )

    def has(self, model: int) -> bool:
        """Return whether any answer of a model is stored."""
        return bool(self.of_model(model))

    def items(self) -> Chunk:
        """Return what is asked: pictures, categories and other values to filter by, as positions in lists of them."""
        items = self._shared.items
        names = [name for name in dict.fromkeys((*_FILTERS, *self._breakdowns())) if any(name in own for own in items)]
        return {
            "count": len(items),
            "block": BLOCK,
            "pictures": [*self.pictures],
            "picture": _places([str(item["picture"]) for item in items], self.pictures),
            "fields": {name: _as_places([_text(item.get(name, "")) for item in items]) for name in names},
            "columns": [
                {
                    "label": column.label,
                    "metric": column.metric,
                    "digits": column.digits,
                    "higher_is_better": column.higher_is_better,
                }
                for column in self.columns
            ],
            "places": [f"fold {key.fold}, repeat {key.repeat}, seed {key.seed}" for key in self._cells],
            "place": [self._cells[key._replace(id="", occurrence=0)] for key in self._shared.positions],
        }

    def references(self, block: int) -> Chunk:
        """Return the reference and other texts of the items of a block."""
        return [
            {name: _text(item[name]) for name in _TEXTS if item.get(name) not in (None, "")} for item in self._of(block)
        ]

    def scores(self, model: int) -> Chunk:
        """Return a model's scores by item, null where it has none, and what it took the picture for."""
        own = self.of_model(model)
        predicted = [_text(own[at]["predicted"]) if at in own and "predicted" in own[at] else "" for at in self._places]
        kinds = sorted({str(fact[0]) for item in own.values() for fact in item.get("fact_values", ())})
        facts = [own[at].get("fact_values", []) if at in own else [] for at in self._places]
        return {
            "answered": [1 if at in own else 0 for at in self._places],
            "scores": [
                [rounded(score_of(column, [own[at]]), 4) if at in own else None for at in self._places]
                for column in self.columns
            ],
            "predicted": _as_places(predicted) if any(predicted) else None,
            "kinds": kinds,
            # A fact is twice the place of its kind, and one more if it is right: few digits, because many are stored.
            "facts": [[2 * kinds.index(kind) + (values == [value]) for kind, value, values in each] for each in facts]
            if kinds
            else None,
        }

    def answers(self, model: int, block: int) -> Chunk:
        """Return a model's answers to the items of a block, null where it has none."""
        own = self.of_model(model)
        return [
            _answer(own[at]) if at in own else None for at in range(block * BLOCK, min((block + 1) * BLOCK, len(self)))
        ]

    def of_model(self, model: int) -> dict[int, Item]:
        """Return a model's items by their position; the latest model's are kept."""
        if self._latest is None or self._latest[0] != model:
            records = self._shown.selection.by_model[self._shown.models[model]]
            positions = self._shared.positions
            self._latest = model, {positions[key]: item for key, item in self._keyed(records) if key in positions}
        return self._latest[1]

    def item(self, at: int) -> Item:
        """Return what is asked at a position, without answers."""
        return self._shared.items[at]

    def items_of_cell(self, record: Record) -> list[int]:
        """Return the positions of what a cell was asked, in order."""
        cell = (record.cell.repeat, record.cell.fold, record.cell.seed)
        return [at for key, at in self._shared.positions.items() if key[:3] == cell]

    @property
    def _places(self) -> range:
        return range(len(self))

    @cached_property
    def _cells(self) -> dict[ItemKey, int]:
        """The place of each cell that asks something, by a key without a question."""
        keys = dict.fromkeys(key._replace(id="", occurrence=0) for key in self._shared.positions)
        return {key: place for place, key in enumerate(keys)}

    @cached_property
    def _shared(self) -> _SharedItems:
        shared_items = _SharedItems()
        fields_shared = {"picture", *_TEXTS, *_FILTERS, *self._breakdowns()}
        for records in self._shown.selection.by_model.values():
            for number, (key, item) in enumerate(self._keyed(records)):
                shared_items.fields |= item.keys() if number == 0 else set()
                if key not in shared_items.positions and "picture" in item:
                    shared_items.positions[key] = len(shared_items.items)
                    shared_items.items.append({name: value for name, value in item.items() if name in fields_shared})
        return shared_items

    def _keyed(self, records: Sequence[Record]) -> Iterator[tuple[ItemKey, Item]]:
        for record in records:
            seen: dict[str, int] = {}
            for item in items_of(self._shown.store, record):
                name = str(item["id"])
                seen[name] = seen.get(name, -1) + 1
                yield ItemKey(record.cell.repeat, record.cell.fold, record.cell.seed, name, seen[name]), item

    def _of(self, block: int) -> Sequence[Item]:
        if block >= self.blocks:
            raise IndexError(block)
        return self._shared.items[block * BLOCK : (block + 1) * BLOCK]

    def _breakdowns(self) -> Iterator[str]:
        for spec in self._shown.specs:
            yield from spec.breakdowns


def _answer(item: Item) -> Chunk:
    answer: dict[str, Any] = {name: _text(item[name]) for name in ("answer", "predicted") if name in item}
    if "ranked" in item:
        answer["ranked"] = [[str(name), rounded(float(share), 4)] for name, share in item["ranked"]]
    if item.get("fact_values"):
        answer["facts"] = [[str(kind), str(value), [*map(str, values)]] for kind, value, values in item["fact_values"]]
    elif item.get("facts_asked"):
        answer["counts"] = [item["facts_asked"], item["facts_stated"], item["facts_right"]]
    return answer


def _as_places(texts: Sequence[str]) -> Mapping[str, Chunk]:
    """Return texts as a list of the different ones and each one's place in it."""
    different = [*dict.fromkeys(texts)]
    if all(text.isdigit() for text in different):
        different.sort(key=int)
    return {"values": different, "of": _places(texts, different)}


def _places(texts: Sequence[str], different: Sequence[str]) -> list[int]:
    places = {text: place for place, text in enumerate(different)}
    return [places[text] for text in texts]


def _text(value: object) -> str:
    """Return a field as text that a page can show whole."""
    text = value if isinstance(value, str) else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text):,} letters)"
