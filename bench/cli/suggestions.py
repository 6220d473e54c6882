"""What the Tab key offers for an option's value: registered names, shipped configs, pages."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.registered.plugin import Kind


Suggestion = tuple[str, str]
"""A value and what it is."""


def registered(*kinds: "Kind") -> Callable[[str], list[Suggestion]]:
    """Return a function that completes the last of several names of these kinds, with commas between."""

    def complete(incomplete: str) -> list[Suggestion]:
        from bench.registered.registry import Registry

        registry = Registry()
        specs = [spec for kind in kinds for spec in registry.every(kind).values()]
        return _last((spec.name, getattr(spec, "label", "") or getattr(spec, "title", "")) for spec in specs)(
            incomplete
        )

    return complete


def configs(incomplete: str) -> list[Suggestion]:
    """Complete the last of several shipped configs."""
    from bench.config.loading import shipped

    return _last((name, "") for name in shipped())(incomplete)


def launchers(incomplete: str) -> list[Suggestion]:
    """Complete the name of a launcher."""
    from bench.launch import LAUNCHERS

    return _last((name, "") for name in LAUNCHERS)(incomplete)


def topics(incomplete: str) -> list[Suggestion]:
    """Complete the name of a page."""
    from bench.api.pages import pages

    return _last((page.name, page.title) for page in pages().values())(incomplete)


def _last(suggestions: Iterable[Suggestion]) -> Callable[[str], list[Suggestion]]:
    """Return a function that completes what follows the last comma."""

    def complete(incomplete: str) -> list[Suggestion]:
        before, comma, last = incomplete.rpartition(",")
        return [(f"{before}{comma}{name}", help) for name, help in suggestions if name.startswith(last)]

    return complete
