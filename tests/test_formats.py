"""Tables in LaTeX and HTML: they print every number, and no text of a model takes effect in them."""

import re
import shutil
import subprocess

import pytest

from bench.tables.latex import escaped
from tests.table_records import made

EVIL = "50% of $a_b & {x} ^~ \\input{/etc/passwd} #1 <script>alert('x')</script> µ ± β 纳米 \x1b[31m"


@pytest.fixture
def printed(put, bench):
    put(made("llava", 0, 0.5), made("evil", 0, 0.0, label=EVIL), made("constant", 0, 0.1, control=True))

    def call(form):
        code, out, err = bench("table", "1", "--format", form)
        assert code == 0, err
        return out

    return call


def test_latex_prints_zero_bold_controls_and_marks(printed):
    out = printed("latex")
    assert r"\textbf{0.500}" in out
    assert re.search(r"& 0\.000\\textsuperscript{\$\\downarrow\$} &", out)
    assert out.index(r"\emph{controls}") < out.index("constant")
    assert out.count(r"\begin{tabular}") == out.count(r"\end{tabular}") == 1


def test_no_command_of_a_models_text_reaches_latex(printed):
    out = printed("latex")
    assert r"\input" not in out
    assert (
        r"50\% of \$a\_b \& \{x\} \textasciicircum{}\textasciitilde{} \textbackslash{}input\{/etc/passwd\} \#1" in out
    )


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("µm", r"$\mu$m"),
        ("é", "é"),
        ("ł", r"\l{}"),
        ("ě", r"\v{e}"),
        ("½ x²", r"$\frac{1}{2}$ x\textsuperscript{2}"),
        ("a\nb", "a b"),
        ("α-Al₂O₃", r"$\alpha$-Al\textsubscript{2}O\textsubscript{3}"),
        ("−3 ≤ Ω", r"$-$3 $\le$ $\Omega$"),
        ("纳", r"\unicodeletter{7EB3}"),
        ("[a] *b", "{[}a] {*}b"),
        ("a--b", "a-{}-b"),
    ],
)
def test_letters_are_printed_by_every_engine(text, latex):
    assert escaped(text) == latex


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no TeX engine is installed")
def test_latex_compiles(printed, tmp_path):
    (tmp_path / "tables.tex").write_text(printed("latex"))
    document = r"\documentclass{article}\usepackage[utf8]{inputenc}\usepackage{booktabs,graphicx}"
    (tmp_path / "main.tex").write_text(document + r"\begin{document}\input{tables}\end{document}")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "main.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:]


def test_html_holds_all_and_escapes_all(printed):
    out = printed("html")
    assert "<script" not in out
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in out
    assert "<b>0.500</b>" in out and ">0.000" in out
    assert "default-src &#39;none&#39;" in out or "default-src 'none'" in out
    assert not re.search(r'(src|href)="(?!data:)', out)
