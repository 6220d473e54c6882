"""A trained model loaded from an export."""

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from bench.config.loading import Machine, Recipe, complete, with_recipe
from bench.contracts import Context
from bench.errors import BenchError, in_one_line
from bench.exports.exported import PRETRAINED, Exported, read, require_unchanged
from bench.planning.rows import spec_of
from bench.registered.registry import Registry
from bench.specs import resolve
from bench.stages.context import load_estimator
from bench.stages.row import Row
from bench.stages.seeding import prepare
from bench.stages.settings import settings_until
from bench.terminal.progress import NoProgress, Progress


class Trained(NamedTuple):
    """An estimator with its export's description, and the lazy path of what lets its answers be heard as they grow."""

    exported: Exported
    estimator: Any
    streams: str | None = None


def from_pretrained(folder: str | Path) -> Any:
    """Return the estimator of an export; BenchError if it cannot be read."""
    return trained(Path(folder), Registry(), NoProgress()).estimator


def trained(folder: Path, registry: Registry, progress: Progress) -> Trained:
    """Read an export; BenchError if it is no export, or its model is not installed or cannot read it."""
    exported = read(folder)
    model = loaded(exported, folder, folder / PRETRAINED, registry, progress)
    require_unchanged(exported, folder)  # last: of a file that cannot be read the model says more
    return model


def loaded(exported: Exported, folder: Path, pretrained: Path, registry: Registry, progress: Progress) -> Trained:
    """Load a described model from the folders of its weights; BenchError if the model cannot read them.

    ``pretrained`` holds what a chain's first step learned.
    """
    row = _row(exported, registry)
    estimator = resolve(row.estimator)
    before = resolve(row.pretrains) if row.pretrains else None
    device = prepare(Machine(), exported.seed)
    context = Context(row.spec, settings_until(row, "predict"), row.recipe, exported.seed, device, progress, folder)
    if before is not None:
        context = replace(context, pretrained=lambda: load_estimator(before, pretrained, context))
    try:
        return Trained(exported, load_estimator(estimator, folder, context), row.spec.streams)
    except BenchError:
        raise
    except Exception as error:  # a damaged file can raise anything out of a library
        raise BenchError(
            f"{str(folder)!r} cannot be read as {exported.label} ({in_one_line(error)}); export it again"
        ) from error


def _row(exported: Exported, registry: Registry) -> Row:
    try:
        spec = spec_of(exported.model, registry)
    except BenchError as error:
        raise BenchError(f"the export is of {exported.label}: {error}; install the plugin that registers it") from error
    declared = registry.settings(spec)
    settings = complete(exported.model, declared, exported.settings)
    known = {key: value for key, value in exported.recipe.items() if key in Recipe.model_fields}  # of any version
    recipe = with_recipe(Recipe(), known, exported.model)
    return Row(exported.model, spec, registry.family(spec), declared, settings, recipe)
