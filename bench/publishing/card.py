"""The card of a publication, README.md: what it holds, how it is read, its scores, who measured them.

The hub shows it, and reads its head. A person may write below the part that is generated, and add to the head: the next
call keeps that.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from huggingface_hub import DatasetCard, DatasetCardData

from bench.errors import BenchError, in_one_line
from bench.publishing.columns import TABLES
from bench.publishing.evaluation import Leaderboard
from bench.publishing.publication import DATA, PublishedCell, contents
from bench.specs.json_data import JSONObject
from bench.tables.layout import number
from bench.tables.markdown import grid, paragraph, plain
from bench.terminal.quantities import count

CARD = "README.md"
_END = "<!-- What stands below this line is kept when results are published again. -->"
_TAGS = ["electron-microscopy", "micrographs", "benchmark", "bench"]
_MOST_ROWS = 30
"""How many rows of a leaderboard the card shows."""


def card(cells: Sequence[PublishedCell], name: str, licence: str, boards: Sequence[Leaderboard], earlier: str) -> str:
    """Return the card of these cells, with what a person added to the ``earlier`` one."""
    head, own = _written_by_hand(earlier)
    data = DatasetCardData(
        **{
            **head,
            "pretty_name": head.get("pretty_name") or name.rpartition("/")[2],
            "license": licence or head.get("license"),
            "tags": list(dict.fromkeys([*(head.get("tags") or ()), *_TAGS])),
            "configs": [
                {"config_name": table, "data_files": [{"split": "test", "path": f"{DATA}/{table}/*.parquet"}]}
                for table in TABLES
            ],
        }
    )
    sections = {
        "Use": _use(name),
        "Scores": _scores(boards),
        "Who measured": _who(cells),
        "Tables": _tables(),
        "Limits": _LIMITS,
    }
    body = "\n\n".join(f"## {title}\n\n{text}" for title, text in sections.items())
    about = f"Results of models that read electron micrographs, measured with `bench`: {plain(contents(cells))}."
    return f"---\n{data.to_yaml()}\n---\n\n# {paragraph(name)}\n\n{about}\n\n{body}\n\n{_END}\n{own}"


_LIMITS = "\n".join(
    [
        "- Scores of one protocol can be compared, and no others: a protocol is the digest of pictures, folds, "
        "questions and metrics.",
        "- Nobody checked these numbers by measuring them again, unless the table names several who measured.",
        "- Digests show that a file was damaged or cut. They do not show who wrote it.",
    ]
)


def _written_by_hand(earlier: str) -> tuple[JSONObject, str]:
    """Return the head of an earlier card, and what stands below its generated part."""
    if not earlier:
        return {}, ""
    try:
        head = DatasetCard(earlier).data.to_dict()
    except Exception as error:  # a person may have written anything
        raise BenchError(
            f"the head of {CARD} is no YAML ({in_one_line(error)}); correct it, or delete the file"
        ) from error
    return head, earlier.partition(f"{_END}\n")[2]


def _use(name: str) -> str:
    where = f"hub:{name}"
    return (
        f"```sh\nbench store merge {where} runs   # these rows beside yours\nbench table all\n```\n\n"
        "In a copy of this folder, its path takes the place of the name. A row that was measured elsewhere is named "
        "after who measured it, and has a dagger if its code is not that of your version.\n\n"
        f'```python\nfrom datasets import load_dataset\n\nscores = load_dataset("{name}", "scores", split="test")\n```'
    )


def _scores(boards: Sequence[Leaderboard]) -> str:
    return "\n\n".join(map(_board, boards))


def _board(board: Leaderboard) -> str:
    rows = [
        [plain(who.model), plain(who.measured_by), number(cell.value, cell.std, cell.digits), str(cell.n)]
        for who, cell in [*board.rows.items()][:_MOST_ROWS]
    ]
    rest = len(board.rows) - _MOST_ROWS
    more = f"\n\n{count(rest, 'more row')} in the table `scores`." if rest > 0 else ""
    meaning = f" {paragraph(board.meaning)}." if board.meaning else ""
    heading = f"**{plain(board.metric)}** of task {plain(board.task)}, dataset {plain(board.dataset)}, protocol "
    table = grid(rows, ["model", "measured by", "score", "folds"])
    return f"{heading}`{board.protocol}` (leaderboard `{board.id}`).{meaning}\n\n{table}{more}"


def _who(cells: Iterable[PublishedCell]) -> str:
    by_name: dict[str, list[PublishedCell]] = {}
    for cell in cells:
        by_name.setdefault(cell.measured_by, []).append(cell)
    rows = [
        [
            plain(name),
            str(len(own)),
            plain(", ".join(sorted({cell.record.cell.task for cell in own}))),
            max(cell.record.finished for cell in own)[:10],
        ]
        for name, own in sorted(by_name.items())
    ]
    return grid(rows, ["who", "cells", "tasks", "last"])


def _tables() -> str:
    rows = [
        [f"`{name}`", table.meaning, ", ".join(f"`{own.name}`" for own in table.columns)]
        for name, table in TABLES.items()
    ]
    return grid(rows, ["table", "rows", "columns"]) + f"\n\n{_CROISSANT}"


_CROISSANT = f"`croissant.json` says what each column means. The files are {Path(DATA).as_posix()}/TABLE/\\*.parquet."
