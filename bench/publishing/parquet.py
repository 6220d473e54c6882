"""Tables of a publication as parquet files, written and read cell by cell: the answers of many fill no memory."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import BenchError, in_one_line
from bench.publishing.columns import Kind, PublishedColumn

if TYPE_CHECKING:
    import pyarrow

Row = Mapping[str, object]
EXTRA = "publications are read and written by pyarrow, which is not installed; pip install 'mvaema-bench[publish]'"
_ARROW: Mapping[Kind, str] = {
    "text": "string",
    "integer": "int64",
    "number": "double",
    "truth": "bool",
    "time": "timestamp[us, tz=UTC]",
}


def require_pyarrow() -> None:
    """BenchError if pyarrow is not installed."""
    _pyarrow()


def write_rows(path: Path, columns: Sequence[PublishedColumn], groups: Iterable[Sequence[Row]]) -> int:
    """Write groups of rows, each as a row group of its own; return the number of rows."""
    arrow, parquet = _pyarrow()
    schema = arrow.schema([(column.name, _type(arrow, column.kind)) for column in columns])
    total = 0
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for rows in groups:
            if rows:
                data = {column.name: [row[column.name] for row in rows] for column in columns}
                writer.write_table(arrow.table(data, schema=schema))
                total += len(rows)
    return total


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file; BenchError if it cannot be read."""
    _, parquet = _pyarrow()
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches():
                yield from batch.to_pylist()
    except (OSError, ValueError) as error:  # pyarrow's own errors are among these
        raise BenchError(f"{str(path)!r} cannot be read as parquet ({in_one_line(error)}); copy it again") from error


def read_texts(path: Path, column: str, *where: tuple[str, str]) -> list[str]:
    """Return a column's values of the rows that have these values, in order; only their row groups are read."""
    _, parquet = _pyarrow()
    try:
        table = parquet.read_table(path, columns=[column], filters=[(name, "=", value) for name, value in where])
    except (OSError, ValueError) as error:
        raise BenchError(f"{str(path)!r} cannot be read as parquet ({in_one_line(error)}); copy it again") from error
    return table.column(column).to_pylist()


def _type(arrow: Any, kind: Kind) -> "pyarrow.DataType":
    return arrow.timestamp("us", "UTC") if kind == "time" else arrow.type_for_alias(_ARROW[kind])


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise BenchError(EXTRA) from error
    return pyarrow, pyarrow.parquet
