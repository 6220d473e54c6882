"""The description in a folder that `bench export` wrote; checks that the folder is complete and safe to read."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, NonNegativeInt, PositiveInt, ValidationError

from bench.errors import BenchError
from bench.specs import ContractName
from bench.specs.json_data import JSONObject
from bench.store.fingerprint import file_digest
from bench.store.record import CellIdentity

FILE = "bench.json"
"""The file that describes the model; the model's own files lie in the same folder."""
CARD = "README.md"
PRETRAINED = "pretrained"
"""The subfolder that holds the product of a chain's first step."""
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib")
"""Suffixes of files that can run code when they are read; no export has such files."""
_REMEDY = "`bench export CELL FOLDER` writes one"


class Outcomes(BaseModel):
    """How sure a model was of the likeliest category of pictures it learned nothing from, and whether it is right.

    By validation pictures the best of its epochs was chosen.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    confidence: tuple[float, ...]
    right: tuple[bool, ...]


class Over(BaseModel):
    """A control on the same pictures: its score, p of the model's lead over it, and whether the model beats it at 5 %.

    ``corrected`` is p corrected for the number of controls; None if the two could not be compared.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    value: float
    corrected: float | None
    is_beaten: bool


class Elsewhere(BaseModel):
    """What a model scores on the pictures of another ``dataset`` than it was trained on.

    ``source`` says where the pictures come from, '' if nobody said. Of the ``metrics``, each with ``value`` and
    ``error``, ``metric`` decides; ``label`` is its heading in tables. ``outcomes`` are those of a model that ranks
    categories, None if unknown.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: str
    source: str = ""
    pictures: NonNegativeInt
    metric: str
    label: str
    metrics: dict[str, dict[str, float | None]]
    controls: tuple[Over, ...]
    outcomes: Outcomes | None = None

    @property
    def value(self) -> float:
        """The score that decides."""
        return self.metrics[self.metric]["value"] or 0.0

    @property
    def beats_controls(self) -> bool:
        """Whether the model is better than every control; False without controls."""
        return bool(self.controls) and all(control.is_beaten for control in self.controls)


class Exported(BaseModel):
    """An export's description of its model: all that is needed to use it, and its origin.

    ``contracts`` say what the model can be asked; ``scale`` is whether its prompts state the field of view; ``drawn``:
    a program drew its pictures; ``captions`` name each of the ``categories`` as prompts do; ``metrics`` are by task and
    name, each with ``value`` and ``error``; ``files`` maps the path of each of the model's own files to its size in
    bytes, ``digests`` to the sha256 of its content; an export from before there were digests has none. ``validation``
    are the outcomes of a model that ranks categories, None if unknown. ``questions`` are those it was taught, in each
    wording, () if unknown; ``elsewhere`` are its tests on other datasets.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    model: str
    label: str
    contracts: tuple[ContractName, ...]
    settings: JSONObject
    recipe: JSONObject
    seed: NonNegativeInt
    image_size: PositiveInt
    mask_bar: bool
    standardise: bool = False
    scale: Literal["withheld", "stated"] = "withheld"
    native: bool = False
    categories: tuple[str, ...]
    captions: tuple[str, ...]
    data: JSONObject
    drawn: bool
    cell: JSONObject
    metrics: dict[str, dict[str, dict[str, float | None]]]
    code: JSONObject
    finished: str
    files: dict[str, int]
    digests: dict[str, str] = {}
    validation: Outcomes | None = None
    questions: tuple[str, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()

    @property
    def of(self) -> CellIdentity:
        """The cell that trained the model."""
        return CellIdentity(**{key: value for key, value in self.cell.items() if key != "sides"})


def read(folder: Path) -> Exported:
    """Return an export's description; BenchError if it is none, is incomplete, or holds a file that can run code."""
    if not folder.is_dir():
        raise BenchError(f"there is no folder {str(folder)!r} of a trained model; {_REMEDY}")
    pickles = sorted(path.name for path in folder.rglob("*") if path.suffix.lower() in PICKLES)
    if pickles:
        raise BenchError(
            f"{str(folder)!r} holds {pickles[0]!r}, a kind of file that can run code when it is read; "
            f"weights are read from safetensors alone, and {_REMEDY}"
        )
    exported = _parsed(folder)
    for name, size in exported.files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != size:
            state = "is cut or changed" if path.is_file() else "is missing"
            raise BenchError(f"{name!r} of the export {str(folder)!r} {state}; copy the folder again, or export again")
    return exported


def require_unchanged(exported: Exported, folder: Path) -> None:
    """Compare an export's files with their digests; BenchError if one was changed since."""
    for name, stored in exported.digests.items():
        if file_digest(folder / name) != stored:
            raise BenchError(
                f"{name!r} of the export {str(folder)!r} was changed after it was written; copy the folder again, or "
                "export again"
            )


def _parsed(folder: Path) -> Exported:
    path = folder / FILE
    if not path.is_file():
        raise BenchError(f"{str(folder)!r} has no {FILE}, so it is no exported model; {_REMEDY}")
    try:
        return Exported.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise BenchError(
            f"{FILE} of {str(folder)!r} cannot be understood ({where}: {first['msg'].lower()}); export again with this "
            "version of bench"
        ) from error
