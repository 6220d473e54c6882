"""HTML pages from templates; all values are escaped."""

from importlib import resources
from typing import TYPE_CHECKING

from bench.terminal.text import is_shown, running

if TYPE_CHECKING:
    from jinja2 import Environment


def page(template: str, **values: object) -> str:
    """Fill a template of this room; text of any origin shows as itself, and a missing value is an error."""
    return environment("bench.tables").get_template(template).render(**values)


def environment(room: str) -> "Environment":
    """Return what fills the templates of a room, such as ``bench.tables``."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = resources.files(room).joinpath("templates")
    return Environment(
        loader=FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8")),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _shown(value: object) -> object:
    """Return a value whose unprintable letters do not reach the page; line breaks and tabs are blanks there."""
    if not isinstance(value, str) or hasattr(value, "__html__"):  # the latter is a page's own markup
        return value
    return "".join(letter if is_shown(letter) or letter in "\n\t" else running(letter) for letter in value)
