"""The files of a published benchmark turned into a file of questions and a folder of pictures."""

import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import Any, NamedTuple
from zipfile import BadZipFile, ZipFile

from bench.contracts import LETTERS
from bench.data.decoding import frame_of, shown
from bench.data.frames import Unreadable
from bench.errors import BenchError, in_one_line, shortened
from bench.store.fingerprint import file_digest
from bench.store.sealed import write_json
from bench.tasks.datasets.benchmarks import QUESTIONS, SOURCE, Benchmark, Columns
from bench.tasks.datasets.question_file import FileQuestion, as_json, require_askable
from bench.terminal.progress import Progress

Row = Mapping[str, Any]
_PICTURES = "pictures"
_AT_ONCE = 64
_MARKS = {
    b"\x89PNG": ".png", b"\xff\xd8": ".jpg", b"II*\0": ".tif", b"MM\0*": ".tif", b"BM": ".bmp", b"GIF8": ".gif",
    b"RIFF": ".webp",
}  # fmt: skip
_LARGEST = 200_000_000
"""The most bytes of one picture in an archive."""


class Import(NamedTuple):
    """What was imported: how many questions, and why each other one is left out."""

    questions: int
    left_out: tuple[str, ...]


def import_files(name: str, benchmark: Benchmark, files: Sequence[Path], folder: Path, progress: Progress) -> Import:
    """Write the questions and pictures of a benchmark's files into a folder.

    Questions that nobody can answer are left out and named. BenchError if a file cannot be read or a column is missing.
    """
    (folder / _PICTURES).mkdir(parents=True)
    archives = [path for path in files if path.suffix == ".zip"]
    tables = [path for path in files if path.suffix != ".zip"]
    if not tables:
        raise BenchError(f"the benchmark {name!r} has no file of questions among {_names(files)}; fetch it again")
    pictures = _Pictures(folder, archives)
    left_out: list[str] = []
    written: dict[str, FileQuestion] = {}
    progress.start(f"reading {name}", len(tables))
    for number, path in enumerate(tables, start=1):
        for place, row in enumerate(_rows(path)):
            where = f"{path.name} row {place + 1}"
            for key, inner in _nested(row, benchmark.columns, f"{where} of {name}"):
                try:
                    question = _question(inner, key, benchmark.columns, pictures, f"{where} of {name}")
                    if question is None:
                        continue
                    require_askable(question, where)
                except _LeftOut as error:
                    left_out.append(f"{where}: {error}")
                    continue
                except BenchError as error:
                    if isinstance(error, _Changed):
                        raise
                    left_out.append(str(error))
                    continue
                free = question.id if question.id not in written else f"{question.id} {len(written)}"
                written[free] = question._replace(id=free)
        progress.advance(number)
    pictures.close()
    if not written:
        raise BenchError(f"no question of {name!r} can be asked: {left_out[0] if left_out else 'its files are empty'}")
    with (folder / QUESTIONS).open("w", encoding="utf-8", newline="\n") as stream:
        for question in written.values():
            stream.write(json.dumps(as_json(question), ensure_ascii=False) + "\n")
    return Import(len(written), tuple(left_out))


def write_source(
    name: str, benchmark: Benchmark, revision: str, files: Mapping[str, str], done: Import, folder: Path
) -> None:
    """Write where a benchmark comes from, and what its licence asks one to say."""
    clear = {
        "benchmark": name,
        "repository": benchmark.repository,
        "revision": revision,
        "files": dict(files),
        "licence": benchmark.licence,
        "citation": benchmark.citation,
        "note": benchmark.note,
        "questions": done.questions,
        "questions_sha256": file_digest(folder / QUESTIONS),
        "left_out": list(done.left_out),
    }
    write_json(folder / SOURCE, clear)


class _LeftOut(Exception):
    """Why a question is left out."""


class _Changed(BenchError):
    """A file is not as its benchmark was published."""


class _Pictures:
    """The pictures of a benchmark, each written once under a name from its content."""

    def __init__(self, folder: Path, archives: Sequence[Path]) -> None:
        self._folder = folder
        try:
            self._archives = [ZipFile(path) for path in archives]
        except (BadZipFile, OSError) as error:
            raise BenchError(f"an archive of pictures cannot be read ({error}); fetch the benchmark again") from error
        self._members: dict[str, tuple[ZipFile, str]] = {}
        for archive in self._archives:
            for member in archive.namelist():
                parts = PurePosixPath(member).parts
                for start in range(len(parts)):
                    self._members.setdefault("/".join(parts[start:]), (archive, member))

    def close(self) -> None:
        """Close the archives."""
        for archive in self._archives:
            archive.close()

    def written(self, image: Any) -> str:
        """Write a picture and return its path, relative to the folder; _LeftOut if there is none."""
        if isinstance(image, str):
            image = {"image_path": image}
        if isinstance(image, Mapping) and image.get("bytes"):
            return self._write(bytes(image["bytes"]), None)
        name = (image.get("image_path") or image.get("path")) if isinstance(image, Mapping) else None
        if not isinstance(name, str) or name not in self._members:
            raise _LeftOut(f"its picture {shortened(name or image)} is in no archive")
        archive, member = self._members[name]
        if archive.getinfo(member).file_size > _LARGEST:
            raise _LeftOut(f"its picture {name!r} has more than {_LARGEST:,} bytes")
        return self._write(archive.read(member), image.get("geometry"))

    def _write(self, content: bytes, region: Any) -> str:
        suffix = next((end for mark, end in _MARKS.items() if content.startswith(mark)), ".bin")
        if region:
            content, suffix = _cropped(content, suffix, region), ".png"
        name = f"{_PICTURES}/{hashlib.sha256(content).hexdigest()[:24]}{suffix}"
        path = self._folder / name
        if not path.exists():
            path.write_bytes(content)
        return name


def _cropped(content: bytes, suffix: str, region: Any) -> bytes:
    """Return the region of a picture, whose corners it names as x and y, as a PNG file."""
    from PIL import Image

    try:
        xs, ys = ([float(corner[axis]) for corner in region] for axis in "xy")
        with NamedTemporaryFile(suffix=suffix) as file:
            file.write(content)
            file.flush()
            levels = shown(frame_of(Path(file.name)))
        height, width = levels.shape[:2]
        left, right = max(0, int(min(xs))), min(width, round(max(xs)))
        top, bottom = max(0, int(min(ys))), min(height, round(max(ys)))
        if right <= left or bottom <= top:
            raise _LeftOut("the region of its picture is empty")
        stream = io.BytesIO()
        Image.fromarray(levels[top:bottom, left:right]).save(stream, "PNG")
    except (Unreadable, LookupError, TypeError, ValueError) as error:
        raise _LeftOut(f"its picture cannot be cropped ({in_one_line(error)})") from error
    return stream.getvalue()


def _question(row: Row, key: str, columns: Columns, pictures: _Pictures, where: str) -> FileQuestion | None:
    """Return the question of a row; None if it has none, _LeftOut if it cannot be asked."""
    text, options = _column(row, columns.question, where), _column(row, columns.options, where)
    answer, images = _column(row, columns.answer, where), _column(row, columns.images, where)
    if text is None and options is None:
        return None  # one of a row's questions that does not apply to its picture
    texts = _texts(options, where)
    names = tuple(pictures.written(image) for image in (images if isinstance(images, list) else [images]) if image)
    topic = _first(row, columns.topic)
    return FileQuestion(
        id=f"{_first(row, columns.id) or where}{f' {key}' if key else ''}",
        text=_without_options(str(text), texts),
        options=texts,
        right=_right(answer, options, texts, where),
        images=names,
        context=" ".join(str(row[name]) for name in columns.context if row.get(name)),
        topic=str(topic) if topic is not None else key if columns.nested and not key.isdecimal() else "",
    )


def _right(answer: Any, options: Any, texts: tuple[str, ...], where: str) -> tuple[int, ...]:
    """Return the position of the right option, of which the answer is the number, the letter or the text."""
    if isinstance(answer, int) and not isinstance(answer, bool):
        place = answer
    elif isinstance(options, Mapping) and answer in options:
        place = list(options).index(answer)
    elif answer in texts:
        place = texts.index(answer)
    else:
        place = LETTERS.find(answer.strip(" ().")) if isinstance(answer, str) and answer.strip(" ().") else -1
    if not 0 <= place < len(texts):
        raise _LeftOut(f"its answer {shortened(answer)} is none of its {len(texts)} options")
    return (place,)


def _texts(options: Any, where: str) -> tuple[str, ...]:
    """Return the texts of options, which are a list, or by letter, or either as JSON."""
    if isinstance(options, str):
        try:
            options = json.loads(options)
        except ValueError as error:
            raise _LeftOut(f"its options {shortened(options)} are no list") from error
    values = list(options.values()) if isinstance(options, Mapping) else options
    if not isinstance(values, list) or not values:
        raise _LeftOut(f"its options {shortened(options)} are no list")
    return tuple(str(value) for value in values)


def _without_options(text: str, options: tuple[str, ...]) -> str:
    """Return a question without the options that are written out behind it, because they are shown in other orders."""
    start = text.find("(A)")
    behind = text[start:] if start > 0 else ""
    return text[:start].strip() if behind and all(option in behind for option in options) else text.strip()


def _nested(row: Row, columns: Columns, where: str) -> Iterator[tuple[str, Row]]:
    """Yield the questions of a row, each with its topic or number, '' if a row is one question."""
    if not columns.nested:
        yield "", row
        return
    inner = _column(row, (columns.nested,), where)
    pairs: Iterable[tuple[str, Any]]
    pairs = inner.items() if isinstance(inner, Mapping) else enumerate(inner or ())
    for key, question in pairs:
        if isinstance(question, Mapping):
            yield str(key), {**row, **question}


def _column(row: Row, names: tuple[str, ...], where: str) -> Any:
    """Return the value of a column; BenchError if the row has none of its names."""
    for name in names:
        if name in row:
            return row[name]
    raise _Changed(
        f"{where} has no column {' or '.join(names)} (it has {', '.join(map(str, row))}); the benchmark was published "
        "otherwise: fetch the revision that bench knows, or make a file of questions for choices:FILE"
    )


def _first(row: Row, names: tuple[str, ...]) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)


def _rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a file, of whatever format its suffix says."""
    reader = {".parquet": _parquet, ".arrow": _arrow, ".jsonl": _json_lines, ".json": _json}.get(path.suffix)
    if reader is None:
        raise BenchError(f"{path.name} is of no format that benchmarks have (.parquet, .arrow, .jsonl, .json)")
    yield from reader(path)


def _parquet(path: Path) -> Iterator[Row]:
    from pyarrow.lib import ArrowException

    parquet = _pyarrow("parquet")
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(_AT_ONCE):
                yield from batch.to_pylist()
    except (ArrowException, OSError) as error:
        raise _broken(path, error) from error


def _arrow(path: Path) -> Iterator[Row]:
    ipc = _pyarrow("ipc")
    from pyarrow.lib import ArrowException

    try:
        with path.open("rb") as stream, ipc.open_stream(stream) as reader:
            for batch in reader:
                for start in range(0, batch.num_rows, _AT_ONCE):
                    yield from batch.slice(start, _AT_ONCE).to_pylist()
    except (ArrowException, OSError) as error:
        raise _broken(path, error) from error


def _pyarrow(module: str) -> Any:
    """Import a module of pyarrow; BenchError if it is not installed."""
    from importlib import import_module

    try:
        return import_module(f"pyarrow.{module}")
    except ModuleNotFoundError as error:
        raise BenchError(
            "benchmarks of the hub are read by pyarrow, which is not installed; pip install 'mvaema-bench[benchmarks]'"
        ) from error


def _json_lines(path: Path) -> Iterator[Row]:
    try:
        with path.open(encoding="utf-8") as stream:
            for line in stream:
                if line.strip():
                    yield json.loads(line)
    except (OSError, ValueError, RecursionError) as error:
        raise _broken(path, error) from error


def _json(path: Path) -> Iterator[Row]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _broken(path, error) from error
    yield from rows if isinstance(rows, list) else [rows]


def _broken(path: Path, error: Exception) -> BenchError:
    return BenchError(f"{path.name} cannot be read ({in_one_line(error)}); fetch the benchmark again")


def _names(files: Sequence[Path]) -> str:
    return ", ".join(path.name for path in files) or "no files"
