"""Make ``tasks/metrics/wordnet-3.0.txt.xz`` from WordNet 3.0's own files.

apt-get install wordnet-base
python scripts/make_wordnet.py [/usr/share/wordnet]
"""

import lzma
import re
import sys
from collections.abc import Iterator
from pathlib import Path

SPEECH = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
RESOURCE = Path(__file__).parents[1] / "tasks/metrics/wordnet-3.0.txt.xz"


def synsets(source: Path, speech: str) -> Iterator[list[str]]:
    """Yield the names of each synset; licence lines at the top of the file begin with a space."""
    for line in (source / f"data.{SPEECH[speech]}").read_text(encoding="ascii").splitlines():
        if not line.startswith(" "):
            _, _, _, count, *fields = line.split(" ")
            names = fields[: 2 * int(count, 16) : 2]
            # Adjectives may carry a marker of their position: 'galore(ip)'.
            yield [re.sub(r"\((a|p|ip)\)$", "", name) for name in names]


def irregular(source: Path, speech: str) -> Iterator[list[str]]:
    """Yield each irregular form of one word, followed by its bases."""
    for line in (source / f"{SPEECH[speech]}.exc").read_text(encoding="ascii").splitlines():
        form, *bases = line.split()
        if "_" not in form:
            yield [form, *bases]


def lines(source: Path, speech: str) -> Iterator[str]:
    """Yield the resource's lines of one part of speech."""
    forms = list(irregular(source, speech))
    reached = {base for _, *bases in forms for base in bases if "_" in base}
    for names in synsets(source, speech):
        single_words = [name for name in names if "_" not in name or name.lower() in reached]
        if single_words:
            yield " ".join((speech, *single_words))
    for form in forms:
        yield " ".join((speech.upper(), *form))


def main() -> None:
    """Write the resource; SystemExit if the source is not WordNet 3.0."""
    source = Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/wordnet")
    if "WordNet 3.0 Copyright" not in (source / "data.noun").read_text(encoding="ascii"):
        raise SystemExit(f"{source} does not hold WordNet 3.0")
    text = "\n".join(sorted({line for speech in SPEECH for line in lines(source, speech)})) + "\n"
    RESOURCE.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    main()
