"""The page of results, in a folder or in one file: ``bench report``."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.output import by_suffix, write_out
from bench.errors import BenchError
from bench.inputs import check_number, checked, new_path
from bench.registered.registry import Registry
from bench.store.store import opened
from bench.store.whole import new_folder, whole

if TYPE_CHECKING:
    from bench.report.writing import WrittenReport

MOST_PICTURES = 1_000_000
"""More pictures than any dataset tests."""


@checked
def report(
    out: str | Path,
    *,
    single: bool = False,
    pictures: int = 500,
    attention: int = 0,
    task: str | None = None,
    dataset: str | None = None,
    protocol: str | None = None,
    store: str | Path | None = None,
) -> "WrittenReport":
    """Write the page of results into a new folder, or with ``single`` into one HTML file; return what it takes.

    It shows every protocol of the store, or those of a ``task``, a ``dataset`` or a ``protocol``, and of each at most
    so many ``pictures``. Models that can tell are loaded and show where they looked in so many answers (``attention``).
    BenchError if the store holds no such records, the folder is not new, or it cannot be written.
    """
    from bench.report.data import ReportData
    from bench.report.writing import single_page, write_folder

    check_number(pictures, "--pictures", 0, MOST_PICTURES)
    check_number(attention, "--attention", 0, MOST_PICTURES)
    if single:
        by_suffix(out, {".html": "html", ".htm": "html"}, "with --single, name a file that ends in .html")
    folder = new_path(out, "the file" if single else "the folder")
    if not single and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BenchError(f"{str(out)!r} exists and is not an empty folder; name a new one")
    named = {"task": task, "dataset": dataset, "protocol": protocol}
    make = partial(ReportData, opened(store), Registry(), **named, pictures=pictures, looks=attention)
    if single:
        page, written = single_page(make)
        write_out(out, page)
        return written
    try:
        with new_folder(folder.parent), whole(folder) as part:
            return write_folder(make, part)
    except OSError as error:
        raise BenchError(f"{str(out)!r} cannot be written ({error.strerror or error}); name another folder") from error
