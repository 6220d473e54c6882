"""Text of any origin in every format: it shows as itself, takes no effect, and no two labels look alike."""

import csv
import io
import json
import re
import warnings
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bench.api.listing import _several
from bench.exports.model_card import _escaped
from bench.figures import confusion, critical_difference, learning_curve, lettering
from bench.tables.data import guarded
from bench.tables.formats import FORMATS
from bench.tables.gallery import Mistake
from bench.tables.latex import escaped
from bench.tables.layout import layout, told_apart
from bench.tables.markdown import paragraph, plain
from bench.tables.page import page
from bench.tables.table import Table, TableCell, TableRow
from bench.terminal.text import is_shown, json_text, running, safe

HOSTILE = {
    "formula": "=HYPERLINK(1)",
    "plus": "+1+1",
    "minus": "-2+3",
    "at": "@SUM(A1)",
    "tab first": "\t=1+1",
    "return first": "\r=1+1",
    "blank first": "  =1",
    "wide formula": "\uff1d1",
    "quote": "'=1",
    "escape": "a\x1b[31mred\x1b]0;title\x07",
    "C1": "a\x9b31m\x85b",
    "bidi": "abc\u202egnp.exe\u2066x\u200f",
    "surrogate": "a\udc80b\ud800",
    "nothing": "\x00",
    "unseen": "a\u200bb\ufeffc\u3164d\u00ad",
    "script link": "[a](javascript:alert(1))",
    "reference": "[a]: javascript:alert(1)",
    "picture": "![x](http://x/y.png)",
    "nested": "[a [b] c](javascript:x)",
    "cell": "a|b||c",
    "code": "`a` ``b` c",
    "element": "<script>alert('x')</script><img src=x onerror=y>",
    "entity": "&lt;b&gt; &amp; &#60; A & B",
    "emphasis": "*a* **b** _c_ __d__ ~~e~~ a_b_c",
    "heading": "# a",
    "list": "- a",
    "number": "1. a",
    "quotation": "> a",
    "rule": "---",
    "fence": "~~~ a",
    "lines": "a\n\n| b |\n\\end{table}\r\nc",
    "line separator": "a\u2028b\u2029c",
    "backslashes": "\\ a\\|b \\\\",
    "option": "[2cm] a",
    "star": "*a",
    "command": "\\input{/etc/passwd} \\write18{x} $x^{y} {",
    "comment": "50% of # & ~ ^ _",
    "ligatures": "a--b---c ``d'' <<e>> ,,f ?` !`",
    "mathematics": "$\\frac{",
    "one dollar": "$x^",
    "Greek": "\u03b1-Al\u2082O\u2083 \u2126 \u2264 10\u207b\u00b3 \u00bd",
    "Chinese": "\u7eb3\u7c73",
    "accents": "\u0159\u0142\u0105 e\u0301 x\u0301\u0302 \u00d0\u00fe",
    "emoji": "\u2714\ufe0f \U0001f600",
    "private": "\ue000\U000e0041",
    "template": "{{ 7 * 7 }} {% raw %}",
    "underscore first": "_nolegend_",
}
ANY = st.text(st.characters(), max_size=12) | st.text(
    st.sampled_from("[]()|`*_\\<>&;#~$-+=@'\"{}%^ \n\t\x1b\u202ea1"), max_size=12
)
SETTLED = settings(deadline=None, max_examples=60, derandomize=True, database=None)
hostile = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
WHERE = ("category", "model label", "dataset name", "file name", "answer", "question", "footnote", "block", "condition")


def table_with(where, text):
    """A table that has the text in one place, and a plain row."""
    cell = TableCell(0.5, n=1, best=True, footnotes=(text,) if where == "footnote" else ())
    row = TableRow(
        text if where in ("category", "model label") else "label",
        "model",
        text if where == "block" else "block",
        {"Top-1": cell},
        texts={"Answer": text} if where == "answer" else {},
        condition=text if where == "condition" else "",
        picture=text if where == "file name" else None,
        footnotes=("a note",),
    )
    other = replace(row, label="other", picture=None)
    caption = f"Table 1. Of {text if where == 'dataset name' else 'data'}."
    notes = (text,) if where == "question" else ()
    return Table("t", 1, caption, ("Top-1",), (row, other), notes, text, "p1", beside=True)


def printed(form, table):
    return FORMATS[form].render([table], True, {})


@cache
def usual_page(form, where, text):
    """What is printed of a text that is harmless."""
    return printed(form, table_with(where, text))


def seen(text):
    """What a reader sees of a text on one line."""
    return " ".join(running(text).split())


class Page(HTMLParser):
    """The text of a page, its elements and its attributes."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.texts, self.elements, self.attributes = [], set(), []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.add(tag)
        self.attributes += attributes

    def handle_data(self, data):
        self.texts.append(data)


def shown_in_markdown(source):
    """The text of a markdown page, and the kinds of its elements."""
    texts, kinds = [], set()
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(source):
        for child in token.children or []:
            kinds.add(child.type)
            texts.append(child.content)
        kinds.add(token.type)
        texts.append(" ")
    return "".join(texts), kinds


FORBIDDEN = {"input", "write", "include", "def", "openout", "read", "catcode", "par", "end"}
"""Commands that no text may give; ``par`` and ``end`` are counted."""


def check_latex(source):
    """Fail unless LaTeX is balanced, of plain letters, and of commands that print."""
    lines = [re.sub(r"(?<!\\)((?:\\\\)*)%.*", r"\1", line) for line in source.split("\n")]
    body = "\n".join(lines)
    assert re.fullmatch("[\n -~\u00c0-\u00cf\u00d1-\u00dd\u00df-\u00ef\u00f1-\u00fd\u00ff]*", body), ascii(body)
    assert not re.search(r"\\\\\s*[*\[]", body)
    assert not re.search(r"\n\s*\n", body.partition(r"\begin{table}")[2])
    commands = re.findall(r"\\([a-zA-Z]+)", body.replace(r"\\", ""))
    usual = usual_page("latex", "question", "x").replace(r"\\", "")
    for name in FORBIDDEN:
        assert commands.count(name) <= len(re.findall(rf"\\{name}\b", usual)) + (name == "par")
    plain = re.sub(r"\\[^a-zA-Z]", "", body)
    depth = 0
    for letter in plain:
        depth += (letter == "{") - (letter == "}")
        assert depth >= 0
    assert depth == 0 and plain.count("$") % 2 == 0
    assert "#" not in plain.replace("[U+#1]", "")
    for line in body[body.index(r"\toprule") : body.index(r"\bottomrule")].split("\n"):
        if line.endswith(r"\\") and r"\multicolumn" not in line:
            assert (
                len(re.findall(r"(?<!\\)&", line))
                == body[body.index("@{}") + 3 :].partition("@{}")[0].count("r")
                + len(
                    re.findall(r"l|p\{", body[body.index("@{}") + 3 :].partition("@{}")[0].replace(r"\linewidth", ""))
                )
                - 1
            )


def check(form, table, text, where):
    """Fail unless a table in a format shows the text and nothing of it takes effect."""
    out = printed(form, table)
    out.encode()
    assert all(is_shown(letter) or letter in "\n\t" for letter in out), ascii(out)
    if form == "latex":
        check_latex(out)
    elif form == "html":
        parsed = Page(out)
        assert parsed.elements <= Page(usual_page(form, "", "")).elements | {"img"}
        assert seen(text) in seen("".join(parsed.texts)) or seen(text).isspace()
    elif form == "markdown":
        shown, kinds = shown_in_markdown(out)
        strange = {"link_open", "image", "html_inline", "html_block", "heading_open", "fence", "bullet_list_open"}
        assert not kinds & {*strange, "ordered_list_open", "blockquote_open", "hr", "s_open", "code_block"}
        if where in ("question", "footnote"):  # in a note a command stays code
            text, shown = text.replace("`", ""), shown.replace("`", "")
        assert seen(text) in seen(shown)
    elif form == "csv":
        rows = list(csv.DictReader(io.StringIO(out)))
        assert len(rows) == 2
        assert not any(
            re.match(r"[=+\-@\t\r]", value) for row in rows for value in row.values() if not _is_number(value)
        )
        assert rows[0]["dataset"] == guarded(text)
    elif form == "json":
        assert json.loads(out)[0]["dataset"] == text


def _is_number(value):
    return re.fullmatch(r"-?[\d.]+", value) is not None


@hostile
@pytest.mark.parametrize("form", FORMATS)
def test_hostile_text_shows_and_takes_no_effect(form, text):
    for where in WHERE:
        check(form, table_with(where, text), text, where)


@SETTLED
@given(ANY, st.sampled_from(WHERE), st.sampled_from(list(FORMATS)))
def test_any_text_shows_and_takes_no_effect(text, where, form):
    check(form, table_with(where, text), text, where)


@SETTLED
@given(ANY)
def test_a_table_cell_of_markdown_shows_its_text(text):
    for shown in (plain(text), paragraph(text), _escaped(text)):
        assert seen(shown_in_markdown(f"x {shown} x\n")[0]) == seen(f"x {text} x") or not seen(text)


@SETTLED
@given(ANY, ANY)
@example("a\\x1b", "a\x1b")
@example("'=1", "=1")
def test_no_two_texts_become_one_in_csv(one, other):
    assert (guarded(one) == guarded(other)) == (one == other)


@SETTLED
@given(ANY)
def test_json_reads_back_as_it_was(text):
    assert json.loads(json_text({text: [text]})) == {text: [text]}


@SETTLED
@given(st.lists(ANY, max_size=4, unique=True))
@example(
    ["a b", "a\tb", "a\x1bb", "a  b", "a\u00a0b", "\u00e9", "e\u0301", "\u00b5", "\u03bc", "\\x1b", "\x1b", "\\\\x1b"]
)
@example(["\u03b1-Al\u2082O\u2083", "\u03b3-Al\u2082O\u2083", "\u03b1-Al2O3"])
def test_no_two_labels_look_alike(labels):
    shown = list(told_apart(labels).values())
    for render in (
        plain,
        escaped,
        lambda text: page("table.html", table=layout(table_with("category", text), False), pictures={}),
    ):
        assert len({" ".join(render(label).split()) for label in shown}) == len(labels)


def test_rows_of_one_label_name_their_models():
    row = table_with("", "").rows[0]
    twins = layout(replace(table_with("", ""), rows=(row, replace(row, model="twin"))), False)
    assert [line.pieces[0].text for line in twins.lines] == ["label (model)", "label (twin)"]


@hostile
def test_the_terminal_stays_as_it_is(text, capsys):
    from bench.terminal.progress import Lines

    Lines().say(text)
    shown = _several([{"name": text, "label": text}]) + capsys.readouterr().err
    assert all(is_shown(letter) or letter == "\n" for letter in shown)
    assert shown.encode()


@hostile
def test_the_gallery_escapes_all(text):
    mistake = Mistake(text, text, {text: text, "answer": text}, [(text, 0.5)], {text: "0.5"})
    out = page("gallery.html", title=text, about=text, mistakes=[mistake], pictures={text: "data:,"})
    parsed = Page(out)
    assert "script" not in parsed.elements and out.encode()
    assert not any(name.startswith("on") or name == "href" for name, _ in parsed.attributes)
    assert all(is_shown(letter) or letter in "\n\t" for letter in out)


def test_figures_draw_any_text(tmp_path):
    names = list(HOSTILE.values())
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*(Glyph|missing|excluded)")
        confusion.draw(np.eye(len(names)), names, HOSTILE["mathematics"], tmp_path / "c.svg")
        critical_difference.draw(dict(zip(names, range(1, 99), strict=False)), 0.5, tmp_path / "d.svg")
        lines = {name: [(10, 0.1, 0.0), (20, 0.2, 0.0)] for name in names}
        learning_curve.draw(lines, HOSTILE["one dollar"], HOSTILE["surrogate"], tmp_path / "e.svg")
    for name in "cde":
        ElementTree.parse(tmp_path / f"{name}.svg")


def test_a_letter_that_the_font_lacks_is_drawn_as_its_code():
    assert lettering.drawable("\u03b1 \u7eb3") == "\u03b1 [U+7EB3]"


def test_an_undefined_score_is_a_dash_and_a_mean_says_over_how_many_folds():
    cells = {
        "a": TableCell(0.5, n=2),
        "b": TableCell(0.25, n=1),
        "c": TableCell(fingerprints=("f",)),
        "d": TableCell(float("nan"), n=2),
    }
    rows = (TableRow("x", "x", "", cells),)
    (line,) = layout(replace(table_with("", ""), columns=tuple("abcd"), rows=rows, beside=False), True).lines
    assert [piece.text for piece in line.pieces] == ["x", "measured", "0.500", "0.250", "-", "-", "2"]
    assert line.pieces[3].marks and not line.pieces[2].marks


def test_a_row_whose_scores_are_all_undefined_is_shown():
    rows = (
        TableRow("x", "x", "", {"a": TableCell(fingerprints=("f", "g"))}),
        TableRow("y", "y", "", {"a": TableCell()}),
    )
    (line,) = layout(replace(table_with("", ""), columns=("a",), rows=rows, beside=False), True).lines
    assert [piece.text for piece in line.pieces] == ["x", "measured", "-", "2"]


def test_safe_text_is_on_one_line():
    assert safe("a\nb\x1b\u202e") == "a\\nb\\x1b\\u202e"
