"""Tables of measured numbers, next to the published ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bench.api.output import FIGURES, by_suffix, write_out, writing
from bench.errors import unknown
from bench.inputs import checked
from bench.registered.registry import Registry
from bench.specs import TableSpec
from bench.store.store import Store, opened
from bench.tables.build import View, build, build_all, chosen, draw
from bench.tables.formats import FORMATS
from bench.tables.table import Table

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Tables:
    """Tables of a store: a notebook shows them as HTML, ``print`` as markdown.

    ``data`` holds rows, cells and their origin; ``left_out`` has a sentence for each table that cannot be built.
    """

    data: tuple[Table, ...]
    left_out: tuple[str, ...]
    specs: tuple[TableSpec, ...] = field(repr=False)
    view: View = field(repr=False)
    store: Store = field(repr=False)
    registry: Registry = field(repr=False)

    @property
    def problems(self) -> list[str]:
        """What ``--strict`` refuses: a control that wins, folds that are missing or differ."""
        return [f"table {table.number}: {problem}" for table in self.data for problem in table.problems]

    def to_pandas(self, published: bool = True) -> "pandas.DataFrame":
        """Return one row per number, as `bench table --format csv` prints them."""
        import pandas

        from bench.tables.data import numbers

        return pandas.DataFrame(numbers([*self.data], published))

    def render(self, form: str = "markdown", published: bool = True) -> str:
        """Return the tables in a format, with pictures if it embeds them; BenchError for an unknown format."""
        return self._rendered(form_of(form, None), published, None)

    def save(self, out: str | Path, form: str | None = None, published: bool = True) -> None:
        """Write the tables to a file, by default in the format of its suffix, with pictures beside it.

        BenchError if the suffix names no format, or the file cannot be written.
        """
        write_out(out, self._rendered(form_of(form, out), published, Path(out)) + "\n")

    def draw(self, out: str | Path) -> None:
        """Draw the figure of these tables; BenchError if none has one, or the file cannot be written."""
        by_suffix(out, FIGURES)
        with writing(out) as path:
            draw(self.specs, self.view, self.store, path)

    def _rendered(self, form: str, published: bool, out: Path | None) -> str:
        pictures = self._pictures(FORMATS[form].pictures, out)
        return FORMATS[form].render([*self.data], published, pictures)

    def _pictures(self, place: Literal["none", "beside", "embedded"], out: Path | None) -> Mapping[str, str]:
        """Embed pictures or write them beside a file; return none if there is no place for them."""
        from bench.tables.pictures import as_png, embedded, shown, written

        names = shown(self.data)
        if not names or place == "none" or (place == "beside" and out is None):
            return {}
        pictures = as_png(names, self.data[0].protocol, self.data[0].dataset, self.store, self.registry)
        if place == "embedded" or out is None:
            return embedded(pictures)
        with writing(out) as path:
            return written(pictures, path)

    def __str__(self) -> str:
        return self.render()

    def _repr_html_(self) -> str:
        from bench.tables.html import fragment

        return "\n".join(fragment(table) for table in self.data)


@checked
def table(
    names: str | int | Sequence[str | int],
    *,
    store: str | Path | None = None,
    dataset: str | None = None,
    protocol: str | None = None,
    by: str | None = None,
    vary: str | None = None,
    model: str | None = None,
    costs: bool = False,
    scale: bool = False,
    audited: bool = False,
) -> Tables:
    """Return tables by name or number, or "all" that can be built; the options are as in `bench table`.

    BenchError if the store holds no records for a table that is named.
    """
    texts = [str(name) for name in ([names] if isinstance(names, str | int) else names)]
    registry, open_store, view = (
        Registry(),
        opened(store),
        View(dataset, protocol, by, vary, model, costs, scale, audited),
    )
    specs = tuple(chosen(texts, registry))
    if "all" in texts:
        built, left_out = build_all(specs, view, registry, open_store)
    else:
        built, left_out = [build(spec, view, registry, open_store) for spec in specs], []
    return Tables(tuple(built), tuple(left_out), specs, view, open_store, registry)


def form_of(form: str | None, out: str | Path | None) -> str:
    """Return the named format, else the file's, else markdown; BenchError for an unknown one."""
    if form is None:
        suffixes = {form.suffix: name for name, form in FORMATS.items()}
        return by_suffix(out, suffixes, "end its name in one of them or name a format") if out else "markdown"
    if form not in FORMATS:
        raise unknown("format", form, FORMATS)
    return form
