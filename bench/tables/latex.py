r"""Tables as LaTeX: booktabs, one ``table`` environment each, to be \input into a document.

pandas and tabulate write LaTeX too, but they escape a dozen signs at most, so arbitrary names may not compile, and they
have no headings across columns, pictures or notes.
"""

import re
import unicodedata
from collections.abc import Mapping

from bench.tables.layout import CellText, Layout, TableLine, layout
from bench.tables.table import Table
from bench.terminal.text import running

_HEAD = r"""% Needs \usepackage{booktabs,graphicx} and, with an engine older than 2020, \usepackage[utf8]{inputenc} and
% \usepackage{textcomp}. A letter that LaTeX lacks prints its code; with XeLaTeX or LuaLaTeX and a font that has it,
% \newcommand{\unicodeletter}[1]{\symbol{"#1}} before this file prints the letter.
\providecommand{\unicodeletter}[1]{[U+#1]}"""
_CODES = "[U+...]: the code of a letter that LaTeX does not print; the formats html and markdown do."
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
    '"': r"{\char34}",
    "`": r"\`{}",
    "[": "{[}",  # after a line's end LaTeX takes it for an option, and * for one, too
    "*": "{*}",
    "\u00a0": "~",
    "\u202f": r"\,",
    "†": r"$\dagger$",
    "‡": r"$\ddagger$",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "‘": r"\textquoteleft{}",
    "’": r"\textquoteright{}",
    "“": r"\textquotedblleft{}",
    "”": r"\textquotedblright{}",
    "…": r"\ldots{}",
    "ł": r"\l{}",
    "Ł": r"\L{}",
    "ı": r"\i{}",
    "œ": r"\oe{}",
    "Œ": r"\OE{}",
    "§": r"\S{}",
    "¶": r"\P{}",
    "©": r"\copyright{}",
    "£": r"\pounds{}",
    "€": r"\texteuro{}",
    "¥": r"\textyen{}",
    "¿": r"\textquestiondown{}",
    "¡": r"\textexclamdown{}",
    "‰": r"\textperthousand{}",
}
_COMMANDS = r"""
    ±=\pm ∓=\mp ×=\times ÷=\div −=- ·=\cdot ∘=\circ •=\bullet °=^{\circ} ′=' ″='' ∞=\infty
    ≤=\le ≥=\ge ≠=\ne ≈=\approx ≃=\simeq ≅=\cong ≡=\equiv ∼=\sim ∝=\propto ≪=\ll ≫=\gg
    ←=\leftarrow →=\rightarrow ↔=\leftrightarrow ↑=\uparrow ↓=\downarrow ↦=\mapsto
    ⇐=\Leftarrow ⇒=\Rightarrow ⇔=\Leftrightarrow ∂=\partial ∇=\nabla ∑=\sum ∏=\prod ∫=\int √=\surd
    ∈=\in ∉=\notin ∋=\ni ⊂=\subset ⊃=\supset ⊆=\subseteq ⊇=\supseteq ∪=\cup ∩=\cap ∅=\emptyset
    ∀=\forall ∃=\exists ¬=\neg ∧=\wedge ∨=\vee ⊥=\perp ∥=\parallel ∠=\angle ⊕=\oplus ⊗=\otimes ⟨=\langle ⟩=\rangle
    ℓ=\ell ℏ=\hbar ℜ=\Re ℑ=\Im ℵ=\aleph µ=\mu ϵ=\epsilon ϑ=\vartheta ϖ=\varpi ϱ=\varrho ϕ=\phi ς=\varsigma
    ε=\varepsilon φ=\varphi λ=\lambda Λ=\Lambda ο=o
"""
_MATHEMATICS = {pair[0]: pair[2:] for pair in _COMMANDS.split()}
_GREEK = re.compile(r"GREEK (SMALL|CAPITAL) LETTER ([A-Z]+)$")
_ROMAN = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧ", "ABEZHIKMNOPTX", strict=True))  # noqa: RUF001 -- they look alike
"""Capital Greek letters for which LaTeX has no command."""
_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0323": "d",
    "\u0327": "c",
    "\u0331": "b",
}
"""The accents that every engine and encoding has."""
_LACKING = "ÐÞðþ"
"""Letters of Latin-1 that LaTeX's own encoding lacks."""
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_TEXT_WIDTH = 0.42
_PICTURE_WIDTH = 0.13


def latex(tables: list[Table], show_published: bool, pictures: Mapping[str, str]) -> str:
    """Render tables one below the other; ``pictures`` maps a picture's id to the file that shows it."""
    return latex_of([layout(table, show_published) for table in tables], pictures)


def latex_of(tables: list[Layout], pictures: Mapping[str, str]) -> str:
    """Render tables that are laid out."""
    return "\n\n".join([_HEAD, *(_rendered(laid, pictures) for laid in tables)])


def escaped(text: str) -> str:
    r"""Return text of any origin as LaTeX that prints it; commands within it take no effect.

    Every engine and encoding compiles it. A letter that LaTeX lacks becomes \unicodeletter with its code.
    """
    pieces: list[str] = []
    for letter in re.findall(r"[^\u0300-\u036f][\u0300-\u036f]*|.", unicodedata.normalize("NFC", running(text))):
        piece = _letter(letter)
        joined = bool(pieces) and pieces[-1] == piece and piece in "-,'"  # which would become one sign
        pieces += ["{}", piece] if joined else [piece]
    return "".join(pieces)


def _letter(letter: str) -> str:
    """Return a letter with its accents."""
    if letter in _SPECIAL:
        return _SPECIAL[letter]
    if letter in _MATHEMATICS:
        return f"${_MATHEMATICS[letter]}$"
    if letter in _ROMAN:
        return rf"$\mathrm{{{_ROMAN[letter]}}}$"
    if len(letter) > 1:
        return _accented(letter) or "".join(map(_letter, letter))
    if " " <= letter <= "~" or ("\u00c0" <= letter <= "\u00ff" and letter not in _LACKING):
        return letter
    if letter.isspace():
        return " "
    return _accented(letter) or _composed(letter) or rf"\unicodeletter{{{ord(letter):04X}}}"


def _accented(letter: str) -> str:
    """Return a Roman letter with one accent, '' for anything else."""
    base, *accents = unicodedata.normalize("NFD", letter)
    if len(accents) == 1 and accents[0] in _ACCENTS and base.isascii() and base.isalpha():
        dotless = "\\" if base in "ij" else ""
        return rf"\{_ACCENTS[accents[0]]}{{{dotless}{base}}}"
    return ""


def _composed(letter: str) -> str:
    """Return a Greek letter, a raised or lowered one, or a fraction, '' for anything else."""
    if "\N{GREEK CAPITAL LETTER ALPHA}" <= letter <= "\N{GREEK SMALL LETTER OMEGA}" and (
        greek := _GREEK.match(unicodedata.name(letter, ""))
    ):
        size, name = greek.groups()
        return rf"$\{name.lower() if size == 'SMALL' else name.capitalize()}$"
    kind, _, codes = unicodedata.decomposition(letter).partition(" ")
    parts = "".join(chr(int(code, 16)) for code in codes.split()) if kind.startswith("<") else ""
    if kind == "<super>":
        return rf"\textsuperscript{{{escaped(parts)}}}"
    if kind == "<sub>":
        return rf"\textsubscript{{{escaped(parts)}}}"
    above, slash, below = parts.partition("\N{FRACTION SLASH}")
    return rf"$\frac{{{above}}}{{{below}}}$" if slash and above.isdigit() and below.isdigit() else ""


def _rendered(laid: Layout, pictures: Mapping[str, str]) -> str:
    numbers = len(laid.head) - laid.texts
    wide = [name not in ("", "picture", *laid.narrow) for name in laid.head[: laid.texts]]
    columns = "".join(rf"p{{{_TEXT_WIDTH}\linewidth}}" if long else "l" for long in wide) + "r" * numbers
    body = [rf"{' & '.join(escaped(name) for name in laid.head)} \\", r"\midrule"]
    for line in laid.lines:
        body += _line(line, len(laid.head), pictures)
    notes = [rf"\par\smallskip\raggedright {_marked(mark)}{escaped(note)}" for mark, note in laid.notes]
    lines = [
        r"\begin{table}[htbp]",
        r"\centering\footnotesize",
        rf"\caption{{{escaped(laid.caption.partition('. ')[2])}}}",
        rf"\label{{tab:{re.sub('[^A-Za-z0-9]', '-', laid.name)}}}",
        r"\resizebox{\linewidth}{!}{%",
        rf"\begin{{tabular}}{{@{{}}{columns}@{{}}}}",
        r"\toprule",
        *body,
        r"\bottomrule",
        r"\end{tabular}}",
        *notes,
        *([rf"\par\smallskip\raggedright {escaped(_CODES)}"] if r"\unicodeletter" in "".join([*body, *notes]) else []),
        r"\end{table}",
    ]
    return "\n".join(lines)


def _line(line: TableLine, width: int, pictures: Mapping[str, str]) -> list[str]:
    heading = [r"\midrule", rf"\multicolumn{{{width}}}{{@{{}}l}}{{\emph{{{escaped(line.ruled)}}}}} \\"]
    pieces = " & ".join(_piece(piece, pictures) for piece in line.pieces)
    return [*(heading if line.ruled else []), rf"{pieces} \\{_searchable(line.pieces[0].text)}"]


def _searchable(label: str) -> str:
    """Return a comment with a label as one types it, so that a search of the file leads to its line."""
    plain = re.sub(r"[^\w .()-]", "", running(unicodedata.normalize("NFKD", label)))
    return "" if label.isascii() else f" % {plain}"


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
