"""Tables as markdown: for a terminal, a README, an issue."""

from collections.abc import Mapping

from bench.tables.layout import CellText, Layout, layout
from bench.tables.table import Table


def markdown(tables: list[Table], show_published: bool, pictures: Mapping[str, str]) -> str:
    """Render tables one below the other; ``pictures`` maps a picture's id to the file that shows it."""
    return "\n\n".join(_rendered(layout(table, show_published), pictures) for table in tables)


def _rendered(laid: Layout, pictures: Mapping[str, str]) -> str:
    from tabulate import tabulate

    rows: list[list[str]] = []
    for line in laid.lines:
        rows += [[f"*{line.ruled}*"]] if line.ruled else []
        rows.append([_piece(piece, pictures) for piece in line.pieces])
    body = tabulate(rows, headers=laid.head, tablefmt="pipe", disable_numparse=True)
    notes = [f"{mark} {plain(note)}".strip() for mark, note in laid.notes]
    return "\n\n".join([plain(laid.caption), body, *notes])


def _piece(piece: CellText, pictures: Mapping[str, str]) -> str:
    text = plain(piece.text)
    if piece.picture is not None and piece.picture in pictures:
        text = f"![{text}]({pictures[piece.picture]})"
    emphasis = "**" if piece.bold else "*" if piece.italic else ""
    return emphasis + text + emphasis + " ".join(piece.marks)


def plain(text: str) -> str:
    """Make text of any origin safe in a markdown table on a terminal: no control characters, no cell borders."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return printable.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
