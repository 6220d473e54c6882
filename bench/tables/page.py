"""HTML pages from the templates in this folder; all values are escaped."""

from importlib import resources

from bench.terminal.text import is_shown, running


def page(template: str, **values: object) -> str:
    """Fill a template; text of any origin shows as itself, and a missing value is an error."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = resources.files("bench.tables").joinpath("templates")
    environment = Environment(
        loader=FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8")),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**values)


def _shown(value: object) -> object:
    """Return a value whose unprintable letters do not reach the page; line breaks and tabs are blanks there."""
    if not isinstance(value, str):
        return value
    return "".join(letter if is_shown(letter) or letter in "\n\t" else running(letter) for letter in value)
