"""Tables as markdown: for a terminal, a README, an issue."""

import re
from collections.abc import Mapping

from bench.tables.layout import CellText, Layout, layout
from bench.tables.table import Table
from bench.terminal.text import running

_MARKS = re.compile(
    r"[\\|`*]"  # a border, code, emphasis
    r"|(?<![^\W_])_|_(?![^\W_])"  # within a word an underscore is itself
    r"|&(?=#?\w+;)"  # an ampersand that begins an entity
)
_PAIRED = re.compile(r"[~$]")
"""Marks that take effect in pairs: a line through text, and mathematics."""
_LINK = re.compile(r"\][(\[:]")
"""What makes brackets a link or a picture."""
_OPENING = re.compile(r"^[-+>=]|^\d+[.)]|#|(?<!\\)[\[\]]")
"""What makes a paragraph a list, a quotation, a heading or the target of a link."""
_CODE = re.compile(r"(`[\w .,/=:-]+`)")
"""Code within a note, such as a command to give; nothing else can take effect in it."""


def markdown(tables: list[Table], show_published: bool, pictures: Mapping[str, str]) -> str:
    """Render tables one below the other; ``pictures`` maps a picture's id to the file that shows it."""
    return markdown_of([layout(table, show_published) for table in tables], pictures)


def markdown_of(tables: list[Layout], pictures: Mapping[str, str]) -> str:
    """Render tables that are laid out."""
    return "\n\n".join(_rendered(laid, pictures) for laid in tables)


def _rendered(laid: Layout, pictures: Mapping[str, str]) -> str:
    rows: list[list[str]] = []
    for line in laid.lines:
        rows += [[f"*{plain(line.ruled)}*"]] if line.ruled else []
        rows.append([_piece(piece, pictures) for piece in line.pieces])
    notes = [f"{mark} {_note(text)}".strip() for mark, text in laid.notes]
    return "\n\n".join([paragraph(laid.caption), grid(rows, [plain(name) for name in laid.head]), *notes])


def grid(rows: list[list[str]], head: list[str]) -> str:
    """Return a table of cells that are markdown already."""
    from tabulate import tabulate

    return tabulate(rows, headers=head, tablefmt="pipe", disable_numparse=True)


def _piece(piece: CellText, pictures: Mapping[str, str]) -> str:
    text = plain(piece.text)
    if piece.picture is not None and piece.picture in pictures:
        text = f"![{paragraph(piece.text)}]({pictures[piece.picture]})"
    emphasis = "**" if piece.bold else "*" if piece.italic else ""
    return emphasis + text + emphasis + " ".join(piece.marks)


def plain(text: str) -> str:
    """Return text of any origin on one line of markdown that shows it, on a terminal and in a page, also in a cell."""
    escaped = _MARKS.sub(lambda mark: "&amp;" if mark[0] == "&" else f"\\{mark[0]}", running(text))
    if len(_PAIRED.findall(escaped)) > 1:
        escaped = _PAIRED.sub(r"\\\g<0>", escaped)
    if _LINK.search(escaped):
        escaped = re.sub(r"[\[\]]", r"\\\g<0>", escaped)
    return escaped.replace("<", "&lt;")


def paragraph(text: str) -> str:
    """Return text of any origin as a paragraph of its own, or as an item of a list."""
    return _OPENING.sub(lambda opening: f"{opening[0][:-1]}\\{opening[0][-1]}", plain(text).strip())


def _note(text: str) -> str:
    """Return a note of any origin, whose commands stay code."""
    if len(_PAIRED.findall(text)) > 1:
        return paragraph(text)
    first, *others = _CODE.split(running(text))
    pieces = [piece if place % 2 == 0 else plain(piece) for place, piece in enumerate(others)]
    return "".join([paragraph(first) + " " * (first != first.rstrip()), *pieces])
