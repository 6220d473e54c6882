r"""Tables as LaTeX: booktabs, one ``table`` environment each, to be \input into a document.

pandas and tabulate write LaTeX too, but they escape a dozen signs at most, so arbitrary names may not compile, and they
have no headings across columns, pictures or notes.
"""

import unicodedata
from collections.abc import Mapping

from bench.tables.layout import CellText, Layout, TableLine, layout
from bench.tables.table import Table

_HEAD = r"% Needs \usepackage{booktabs,graphicx} and, with an engine older than 2018, \usepackage[utf8]{inputenc}."
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "'": "'",
    "±": r"$\pm$",
    "†": r"$\dagger$",
    "‡": r"$\ddagger$",
    "µ": r"$\mu$",
    "μ": r"$\mu$",
    "×": r"$\times$",
    "°": r"$^{\circ}$",
    "–": "--",
    "—": "---",
    "‘": "`",
    "’": "'",
    "“": "``",
    "”": "''",
}
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_TEXT_WIDTH = 0.42
_PICTURE_WIDTH = 0.13


def latex(tables: list[Table], show_published: bool, pictures: Mapping[str, str]) -> str:
    """Render tables one below the other; ``pictures`` maps a picture's id to the file that shows it."""
    return "\n\n".join([_HEAD, *(_rendered(layout(table, show_published), pictures) for table in tables)])


def escaped(text: str) -> str:
    r"""Return text of any origin as LaTeX that prints it; commands within it take no effect.

    A letter outside Latin-1 loses its accent or becomes a question mark, so that every engine compiles it.
    """
    return "".join(_letter(letter) for letter in text)


def _letter(letter: str) -> str:
    if letter in _SPECIAL:
        return _SPECIAL[letter]
    if " " <= letter <= "~" or "\u00c0" <= letter <= "\u00ff":
        return letter
    if letter.isspace() or not letter.isprintable():
        return " "
    parts = [part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part)]
    return "".join(_SPECIAL.get(part, part) if " " <= part <= "~" else "?" for part in parts)


def _rendered(laid: Layout, pictures: Mapping[str, str]) -> str:
    numbers = len(laid.head) - laid.texts
    wide = [name not in ("", "picture") for name in laid.head[: laid.texts]]
    columns = "".join(rf"p{{{_TEXT_WIDTH}\linewidth}}" if long else "l" for long in wide) + "r" * numbers
    body = [rf"{' & '.join(escaped(name) for name in laid.head)} \\", r"\midrule"]
    for line in laid.lines:
        body += _line(line, len(laid.head), pictures)
    lines = [
        r"\begin{table}[htbp]",
        r"\centering\footnotesize",
        rf"\caption{{{escaped(laid.caption.partition('. ')[2])}}}",
        rf"\label{{tab:{''.join(letter if letter.isalnum() else '-' for letter in laid.name)}}}",
        r"\resizebox{\linewidth}{!}{%",
        rf"\begin{{tabular}}{{@{{}}{columns}@{{}}}}",
        r"\toprule",
        *body,
        r"\bottomrule",
        r"\end{tabular}}",
        *(rf"\par\smallskip\raggedright {_marked(mark)}{escaped(note)}" for mark, note in laid.notes),
        r"\end{table}",
    ]
    return "\n".join(lines)


def _line(line: TableLine, width: int, pictures: Mapping[str, str]) -> list[str]:
    heading = [r"\midrule", rf"\multicolumn{{{width}}}{{@{{}}l}}{{\emph{{{escaped(line.ruled)}}}}} \\"]
    pieces = " & ".join(_piece(piece, pictures) for piece in line.pieces)
    return [*(heading if line.ruled else []), rf"{pieces} \\"]


def _piece(piece: CellText, pictures: Mapping[str, str]) -> str:
    if piece.picture is not None and piece.picture in pictures:
        shown = rf"\includegraphics[width={_PICTURE_WIDTH}\linewidth]{{{pictures[piece.picture]}}}"
        return rf"\raisebox{{\dimexpr\ht\strutbox-\height}}{{{shown}}}"
    text = escaped(piece.text)
    if piece.bold:
        text = rf"\textbf{{{text}}}"
    elif piece.italic:
        text = rf"\textit{{{text}}}"
    return text + _marked(" ".join(piece.marks)).rstrip()


def _marked(marks: str) -> str:
    """Return marks as LaTeX superscripts."""
    return rf"\textsuperscript{{{escaped(marks.translate(_RAISED)).replace(' ', ',')}}} " if marks else ""
