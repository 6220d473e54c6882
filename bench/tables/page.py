"""HTML pages from the templates in this folder; all values are escaped."""

from importlib import resources
from typing import Any


def page(template: str, **values: Any) -> str:
    """Fill a template; text is escaped, and a missing value is an error."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = resources.files("bench.tables").joinpath("templates")
    environment = Environment(
        loader=FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**values)
