"""Results shared: published as a data set, in a folder or on the hub, and merged into a store."""

import getpass
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.errors import BenchError
from bench.exports.evaluation import check_hub_id
from bench.inputs import check_text, checked, new_path, words
from bench.publishing.choosing import Choice, chosen_cells
from bench.publishing.publication import check_who, contents
from bench.publishing.writing import About, Written, joined, present_in, write
from bench.registered.registry import Registry
from bench.store.store import opened
from bench.store.whole import new_folder
from bench.terminal.quantities import count

HUB = "hf:"
"""What begins the name of a data set on the hub, in place of a folder."""


@dataclass(frozen=True)
class Published:
    """What was published, and where; ``print`` says it in a few lines."""

    place: str
    written: Written

    def __str__(self) -> str:
        own = self.written.joined
        replaced = f", {own.replaced} of them in place of earlier ones" if own.replaced else ""
        same = f"; {count(own.same, 'cell')} stood there already" if own.same else ""
        done = f"published {count(len(own.fresh), 'cell')} in {self.place}{replaced}{same}"
        return "\n".join([done, f"it holds {contents(own.cells)}", *own.differing])


@checked
def publish(
    target: str | Path,
    *,
    by: str | None = None,
    task: str | None = None,
    models: str | Sequence[str] | None = None,
    dataset: str | None = None,
    protocol: str | None = None,
    answers: bool = True,
    licence: str | None = None,
    hub_id: str | None = None,
    replace: bool = False,
    store: str | Path | None = None,
) -> Published:
    """Publish cells of a store into a folder, or into a data set ``hf:OWNER/NAME`` of the hub, beside those of others.

    ``by`` is who measured, by default the user's name on this machine, or on the hub. ``hub_id`` is the id that a
    folder will have on the hub. BenchError if cells contradict what was published before, unless ``replace`` is set, or
    nothing can be written; then nothing is.
    """
    named, registry, open_store = words(models, "models"), Registry(), opened(store)
    choice = Choice(task, named, dataset, protocol, answers)
    who = check_who(by or getpass.getuser())
    folder = new_path(target, "the publication")
    about = About(check_hub_id(hub_id or f"{who}/{_name_of(folder)}", "--hub-id"), licence or "")
    cells = chosen_cells(open_store, choice, who)
    present = present_in(folder)
    together = joined(cells, present, replace)
    try:
        with new_folder(folder):
            return Published(str(target), write(folder, together, present, about, registry))
    except OSError as error:
        raise BenchError(f"{str(target)!r} cannot be written ({error.strerror}); name another folder") from error


def _name_of(folder: Path) -> str:
    """Return a folder's name as one that the hub accepts."""
    name = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "-" for letter in folder.absolute().name)
    return name.strip("-._") or "results"
