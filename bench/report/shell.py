"""The shell of a page of results: one HTML, its scripts and styles, and the policy under which a browser runs them.

Scripts are classic ones that share one object, ``bench``. ES modules would be the newer way, but a browser loads none
from disk, where a page that is handed on is opened; without them nothing needs a build step, and the folder, the single
file and the server run the same text.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Literal

from bench.tables.page import environment

Source = Literal["folder", "single", "live"]
"""Where a page takes its chunks: from scripts in ``data/``, from elements of its own, or from a server."""
LIBRARIES = ("tabulator.min.js", "d3.min.js", "plot.umd.min.js", "diff.min.js", "tabulator.min.css")
SECTIONS = ("leaderboard.js", "pictures.js", "figures.js", "row.js", "why.js")
"""A script for each section of a page, in the order of its navigation."""
SCRIPTS = (*LIBRARIES[:-1], "page.js", "chart.js", *SECTIONS, "start.js")
"""The scripts of a page, in the order in which they run; the last one draws it."""
STYLES = ("tabulator.min.css", "page.css")
_STYLE_OF_FIGURES = """:where(.plot-d6a7b5) {
  --plot-background: white;
  display: block;
  height: auto;
  height: intrinsic;
  max-width: 100%;
}
:where(.plot-d6a7b5 text),
:where(.plot-d6a7b5 tspan) {
  white-space: pre;
}"""
"""What Observable Plot writes into each figure as its style; a test compares it with the library."""


@dataclass(frozen=True)
class Asset:
    """A script or style of a page: its text, and its address, '' if the page holds the text itself."""

    text: str
    address: str = ""


def asset_names() -> tuple[str, ...]:
    """Return the names of all files that a page loads."""
    return (*SCRIPTS, *STYLES)


def asset_text(name: str) -> str:
    """Return the text of a file of the page, the project's own or a library's."""
    folder = "libraries" if name in LIBRARIES else "assets"
    return resources.files("bench.report").joinpath(folder, name).read_text(encoding="utf-8")


def policy(source: Source, scripts: Iterable[str] = (), styles: Iterable[str] = ()) -> str:
    """Return the Content-Security-Policy of a page that holds these scripts and styles itself.

    Nothing is loaded from elsewhere, and nothing runs that is not the page's own: no attribute, no address
    ``javascript:``, no text that became code.
    """
    beside = {"single": [], "folder": ["'self'", "file:"], "live": ["'self'"]}[source]
    directives = {
        "default-src": ["'none'"],
        "script-src": [*beside, *map(_allowed, scripts)],
        "style-src": [*beside, *map(_allowed, [*styles, _STYLE_OF_FIGURES])],
        "img-src": [*beside, "data:", "blob:"],
        "connect-src": ["'self'"] if source == "live" else ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


def shell(
    source: Source,
    title: str,
    *,
    base: str = "assets/",
    scripts: Sequence[str] = (),
    styles: Sequence[str] = (),
    chunks: Mapping[str, str] | None = None,
) -> str:
    """Return the HTML of a page.

    The page's own files are at addresses below ``base``; a single file holds them itself, and its ``chunks``, JSON by
    name. ``scripts`` and ``styles`` are addresses of more files; the scripts run before the page is drawn.
    """
    from markupsafe import Markup

    templates = environment("bench.report")
    templates.filters["raw"] = lambda text: Markup(text)  # noqa: S704 -- our own files, and JSON without < and &  # nosec B704
    holds = source == "single"
    own_scripts = [Asset(_inline(asset_text(name)) if holds else "", "" if holds else base + name) for name in SCRIPTS]
    own_styles = [Asset(asset_text(name) if holds else "", "" if holds else base + name) for name in STYLES]
    texts = [[each.text for each in own if not each.address] for own in (own_scripts, own_styles)]
    return templates.get_template("page.html").render(
        source=source,
        title=title,
        policy=policy(source, *texts),
        styles=[*own_styles, *(Asset("", address) for address in styles)],
        scripts=[*own_scripts[:-1], *(Asset("", address) for address in scripts), own_scripts[-1]],
        chunks=chunks or {},
    )


def _inline(script: str) -> str:
    """Return a script that an HTML element can hold: nothing in it ends the element."""
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _allowed(text: str) -> str:
    """Return the source expression that allows a script or style of exactly this text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
