"""The texts that a contrastive model compares with a picture: templates around the name of a category."""

from collections.abc import Sequence

from bench.errors import BenchError, shortened

TEMPLATES = (
    "an electron micrograph of {}.",
    "a scanning electron microscope image of {}.",
    "a micrograph showing {}.",
    "{} under an electron microscope.",
)


def check(templates: Sequence[str]) -> None:
    """Raise BenchError for a template without exactly one place for a name."""
    for template in templates:
        if template.count("{}") != 1:
            raise BenchError(
                f"the template {shortened(template)} has {template.count('{}')} places {{}} for the name of a "
                "category; write one, as in 'an electron micrograph of {}.'"
            )


def filled(templates: Sequence[str], name: str) -> list[str]:
    """Return each template with a category's name in its place, blanks for underscores."""
    return [template.replace("{}", " ".join(name.replace("_", " ").split())) for template in templates]
