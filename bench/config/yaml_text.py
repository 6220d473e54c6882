"""YAML, read within limits and as plain data: nothing is run, and nothing from outside the text gets into it.

Own constructors, because PyYAML's safe ones also make dates, sets and bytes, keep the last of two equal keys, and take
``1e-3`` for a text. OmegaConf's reader corrects the last two, but replaces ``${...}``, even by environment variables.
"""

import re
from collections import Counter
from functools import cache
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any
from unicodedata import category

import yaml
from yaml import AliasEvent, CollectionEndEvent, CollectionStartEvent, MappingNode, NodeEvent, ScalarEvent, YAMLError

from bench.errors import BenchError, message, shortened

JSON = None | bool | int | float | str | list["JSON"] | dict[str, "JSON"]
LARGEST = 200_000
"""The most bytes of a config."""
_DEEPEST = 20
"""The most levels of a config: libyaml's own recursion ends the process at some thousands."""
_MOST_VALUES = 20_000
"""The most values of a config, those of an anchor counted at each use."""
LONGEST_PATH = 300
"""The most letters of a config's name that an error repeats."""
_FLOAT_TEXT = re.compile(
    r"""[-+]?(?:\d[\d_]*\.[\d_]*(?:[eE][-+]?\d+)?|\d[\d_]*[eE][-+]?\d+|\.\d[\d_]*(?:[eE][-+]?\d+)?)$
    |[-+]?\.(?:inf|Inf|INF)$|\.(?:nan|NaN|NAN)$""",
    re.VERBOSE,
)
_PLAIN = ("null", "bool", "int", "float", "str", "seq", "map")


class _Limits:
    """The levels and values of a text so far."""

    def __init__(self) -> None:
        self._open: list[tuple[str | None, int]] = []
        self._anchored: dict[str, int] = {}
        self._values = 0

    def count(self, event: yaml.Event) -> None:
        """Count an event of the parser; BenchError beyond a limit."""
        if isinstance(event, CollectionStartEvent):
            self._open.append((event.anchor, self._values))
            if len(self._open) > _DEEPEST:
                raise BenchError(f"has more than {_DEEPEST} levels; write it flatter")
        if isinstance(event, AliasEvent):
            if event.anchor not in self._anchored:
                raise BenchError(f"uses *{event.anchor} before &{event.anchor} ends; write the value out")
            self._values += self._anchored[event.anchor]
        elif isinstance(event, NodeEvent):
            self._values += 1
        if isinstance(event, CollectionEndEvent):
            anchor, before = self._open.pop()
            if anchor is not None:
                self._anchored[anchor] = self._values - before
        elif isinstance(event, ScalarEvent) and event.anchor is not None:
            self._anchored[event.anchor] = 1
        if self._values > _MOST_VALUES:
            raise BenchError(f"has more than {_MOST_VALUES:,} values; shorten it, or use fewer anchors")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # pyright: ignore[reportGeneralTypeIssues] -- libyaml's if there is one
    """The loader of plain data."""

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return a mapping; BenchError if a key stands in it twice or is no text."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value if not key.tag.endswith(":merge")]
        wrong = next((key for key in keys if not isinstance(key, str)), None)
        if wrong is not None or None in keys:
            raise BenchError(f"has the key {shortened(wrong)}, which is no text; put it in quotes")
        twice = next((key for key, times in Counter(keys).items() if times > 1), None)
        if twice is not None:
            raise BenchError(f"has the key {shortened(twice)} twice; remove one")
        return super().construct_mapping(node, deep)


_Loader.yaml_constructors = {
    tag: constructor
    for tag, constructor in yaml.SafeLoader.yaml_constructors.items()
    if tag is None or tag.rpartition(":")[2] in _PLAIN
}
_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag.rpartition(":")[2] not in ("float", "timestamp")]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT_TEXT, list("-+0123456789."))


def read_text(path: Path) -> str:
    """Return the text of a config's file; BenchError for one that is too large, of another encoding or no file."""
    try:
        mode = path.stat().st_mode
        if not S_ISREG(mode):
            kind = "a folder" if S_ISDIR(mode) else "no regular file"
            raise BenchError(f"config {shortened(str(path), LONGEST_PATH)} is {kind}; name a YAML file")
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BenchError(
            f"config {shortened(str(path), LONGEST_PATH)} cannot be read: {reason}; name a YAML file"
        ) from error
    if len(content) > LARGEST:
        raise BenchError(
            f"config {shortened(str(path), LONGEST_PATH)} is larger than {LARGEST:,} bytes; name a YAML file"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        wide = " (it is UTF-16)" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
        raise BenchError(
            f"config {shortened(str(path), LONGEST_PATH)} is not UTF-8{wide}, see line {line}; save it as UTF-8"
        ) from error


@cache
def parsed(text: str, source: str) -> JSON:
    """Return the value of a YAML text; BenchError, which names the source, for one that cannot be read as data."""
    if len(text) > LARGEST:
        raise BenchError(f"{source[:LONGEST_PATH]} is longer than {LARGEST:,} letters; shorten it")
    try:
        limits = _Limits()
        for event in yaml.parse(text, Loader=_Loader):
            limits.count(event)
        value = yaml.load(text, Loader=_Loader)  # nosec B506 -- a safe loader
        _check_texts(value)
        return value
    except BenchError as error:
        raise BenchError(f"{source[:LONGEST_PATH]} {error}") from error
    except (YAMLError, ValueError, LookupError, TypeError, AttributeError) as error:  # PyYAML's kinds of a bad value
        tabs = "; YAML takes spaces, no tabs" if re.search(r"^ *\t", text, re.MULTILINE) else ""
        why = "a number has thousands of digits" if "set_int_max_str_digits" in str(error) else message(error)
        raise BenchError(f"{source[:LONGEST_PATH]} cannot be read as YAML: {why}{tabs}; correct that line") from error


def _check_texts(value: JSON) -> None:
    """Raise BenchError for a text with a control character or half a character, which no file can hold."""
    if isinstance(value, dict):
        for key, each in value.items():
            _check_texts(key)
            _check_texts(each)
    elif isinstance(value, list):
        for each in value:
            _check_texts(each)
    elif isinstance(value, str) and any(category(letter) in ("Cc", "Cs") and letter not in "\n\t" for letter in value):
        raise BenchError(f"holds the text {shortened(value)}, which cannot be printed; correct it")
