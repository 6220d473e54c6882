"""Results shared: published as a data set, in a folder or on the hub, and merged into a store."""

import getpass
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.errors import BenchError, unknown
from bench.exports.evaluation import check_hub_id, results_name
from bench.inputs import checked, folder_of, new_path, words
from bench.processes.endings import held_lock
from bench.publishing import hub
from bench.publishing.choosing import CellChoice, chosen_cells, places_in
from bench.publishing.evaluation import RESULTS, model_folder
from bench.publishing.publication import PublishedCell, check_who, contents
from bench.publishing.writing import LOCK, About, Prepared, WrittenPublication, prepared, present_in, write
from bench.registered.registry import Registry
from bench.store.store import opened
from bench.store.whole import new_folder, whole
from bench.terminal.quantities import count


@dataclass(frozen=True)
class PublishedResults:
    """What was published, and where; ``print`` says it in a few lines.

    ``proposals`` are the addresses of pull requests; ``places`` the paths on this machine that the records name.
    """

    place: str
    written: WrittenPublication
    proposals: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    def __str__(self) -> str:
        own = self.written.joined
        replaced = f", {own.replaced} of them in place of earlier ones" if own.replaced else ""
        same = f"; {count(own.same, 'cell')} stood there already" if own.same else ""
        done = f"published {count(len(own.fresh), 'cell')} in {self.place}{replaced}{same}"
        named = f"places on this machine are named in it: {', '.join(self.places)}"
        return "\n".join(
            [
                done,
                f"it holds {contents(own.cells)}",
                *own.differing,
                *self.proposals,
                *([named] if self.places else []),
            ]
        )


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
    results: Mapping[str, str] | None = None,
    replace: bool = False,
    store: str | Path | None = None,
) -> PublishedResults:
    """Publish cells of a store into a folder, or into a data set ``hub:OWNER/NAME`` of the hub, beside those of others.

    ``by`` is who measured, by default the user's name on this machine, or on the hub. ``hub_id`` is the id that a
    folder will have on the hub. ``results`` are models' repositories there, by model, to which their scores are
    proposed in a pull request. BenchError if cells contradict what was published before, unless ``replace`` is set, or
    nothing can be written; then nothing is.
    """
    named, registry, open_store = words(models, "models"), Registry(), opened(store)
    choice = CellChoice(task, named, dataset, protocol, answers)
    on = hub.on_hub(target)
    repositories = _repositories(results or {}, on)
    who = check_who(by or (hub.account() if on else _user()))
    cells = chosen_cells(open_store, choice, who)
    if on is not None:
        if hub_id is not None:
            raise BenchError(f"--hub-id names what a folder will be; {target} has its id already, leave it out")
        about = About(on, licence or "", is_on_hub=True)
        return _publish_on_hub(cells, about, registry, repositories, replace)
    folder = new_path(folder_of(target, "the publication"), "the publication")
    name = hub_id or f"{_hub_name(who)}/{_hub_name(folder.absolute().name)}"
    about = About(check_hub_id(name, "--hub-id"), licence or "")
    prepare = partial(prepared, folder, str(target), cells, about, registry, replace)
    try:
        return PublishedResults(str(target), _written(folder, prepare), (), places_in(cells))
    except OSError as error:
        raise BenchError(f"{str(target)!r} cannot be written ({error.strerror}); name another folder") from error


def _written(folder: Path, prepare: Callable[[], Prepared]) -> WrittenPublication:
    """Write into a folder while no other process does; a new folder is whole or absent.

    What is refused is refused before there is any file, also that of the lock.
    """
    ready = prepare()
    if ready.present is None and not (folder.exists() and any(folder.iterdir())):
        with new_folder(folder.parent), whole(folder) as part:
            part.mkdir()
            return write(part, ready)
    lock = held_lock(folder / LOCK)
    try:
        manifest = ready.present.files if ready.present else None
        latest = present_in(folder)
        ready = ready if (latest.files if latest else None) == manifest else prepare()
        return write(folder, ready)
    finally:
        lock.release()


def _publish_on_hub(
    cells: Sequence[PublishedCell], about: About, registry: Registry, repositories: Mapping[str, str], replace: bool
) -> PublishedResults:
    measured = {cell.record.cell.model for cell in cells}
    for model in repositories:
        if model not in measured:
            raise unknown("model of --results among what is published", model, measured)
    for repository in repositories.values():
        hub.check_model(repository)
    with hub.downloaded(about.id, may_be_new=True) as copy:
        name = f"{hub.HUB}{about.id}"
        written = write(copy.folder, prepared(copy.folder, name, cells, about, registry, replace))
        message = f"Results of {cells[0].measured_by}: {count(len(written.joined.fresh), 'cell')}"
        changed = {name: copy.folder / name for name in written.changed}
        address = hub.push(copy, changed, list(written.removed), message)
        who, benchmark = cells[0].measured_by, about.id.rpartition("/")[2]
        proposals = tuple(
            hub.propose(repository, *_proposal(copy.folder, model, who, benchmark), f"Results on {about.id}")
            for model, repository in repositories.items()
        )
    return PublishedResults(address, written, proposals, places_in(cells))


def _proposal(folder: Path, model: str, who: str, benchmark: str) -> tuple[str, str]:
    """Return the name and the text of the file of results for a model's repository."""
    name = results_name(benchmark, who)
    path = folder / RESULTS / model_folder(model) / name
    if not path.is_file():
        raise BenchError(f"{model} is a control or has no score by which models are ranked; leave it out of --results")
    return name, path.read_text(encoding="utf-8")


def _repositories(results: Mapping[str, str], on: str | None) -> dict[str, str]:
    if results and on is None:
        raise BenchError("--results proposes scores of a benchmark on the hub; publish it there, to hub:OWNER/NAME")
    return {model: check_hub_id(repository, "--results") for model, repository in results.items()}


def _user() -> str:
    """Return the user's name on this machine; BenchError if it has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as error:  # each version and system has another
        raise BenchError("this machine knows no name of yours; say who measured with --by NAME") from error


def _hub_name(name: str) -> str:
    """Return a name as one that the hub accepts."""
    text = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "-" for letter in name)
    while "--" in text or ".." in text:
        text = text.replace("--", "-").replace("..", ".")
    return text.strip("-._")[:40] or "results"
