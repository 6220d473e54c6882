"""The pages of the documentation, which come with the package."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from bench.errors import BenchError, unknown
from bench.inputs import checked

_COMMANDS = "commands"
"""The page with a section per verb."""
_MENTIONED = 8
"""The most pages that an error names."""


@dataclass(frozen=True)
class Topic:
    """A page, or the section of a verb: its ``name``, which is a topic of `bench help`, its title, its Markdown."""

    name: str
    title: str
    text: str

    def __str__(self) -> str:
        return self.text


@checked
@cache
def pages() -> Mapping[str, Topic]:
    """Return the pages by name, in alphabetic order."""
    files = [file for file in resources.files("bench.docs").iterdir() if file.name.endswith(".md")]
    texts = {file.name.removesuffix(".md"): file.read_text(encoding="utf-8") for file in files}
    return {name: Topic(name, _title(text), text) for name, text in sorted(texts.items())}


@checked
def page(topic: str) -> Topic:
    """Return the page of a topic, of a verb its section, of what is both the section behind the page.

    BenchError names the pages that mention any other word.
    """
    every, wanted = pages(), " ".join(topic.split()).lower().removeprefix("bench ").removesuffix(".md")
    verbs = _verbs(every[_COMMANDS].text)
    if parts := [each[wanted] for each in (every, verbs) if wanted in each]:
        return Topic(wanted, parts[0].title, "\n\n".join(part.text.strip() for part in parts))
    word = re.compile(rf"\b{re.escape(wanted)}", re.IGNORECASE)
    counts = {name: len(word.findall(each.text)) for name, each in every.items() if name != _COMMANDS}
    mentioning = sorted((name for name, count in counts.items() if count), key=lambda name: -counts[name])
    if wanted and mentioning:
        raise BenchError(f"no page is called {topic!r}; pages that mention it: {', '.join(mentioning[:_MENTIONED])}")
    raise unknown("topic", topic, [*every, *verbs])


def _title(text: str) -> str:
    return text.partition("\n")[0].lstrip("# ").strip()


def _verbs(text: str) -> dict[str, Topic]:
    """Return the sections of verbs by name; one with verbs below it holds theirs."""
    sections = {
        title: body.strip() for title, body in re.findall(r"^## bench (.+?)\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    }
    names = [*sections, *dict.fromkeys(title.partition(" ")[0] for title in sections)]
    return {
        name: Topic(
            name,
            f"bench {name}",
            "\n\n".join(
                f"## bench {title}\n\n{body}" for title, body in sections.items() if f"{title} ".startswith(f"{name} ")
            ),
        )
        for name in names
    }
