"""Make ``tests/golden/meteor.tsv.xz``: pairs of sentences and their METEOR by nltk with the full WordNet 3.0.

    apt-get install wordnet-base wordnet-sense-index
    python scripts/make_meteor_golden.py [/usr/share/wordnet]

Each line: reference, answer, score. Answers repeat, inflect, replace and move the reference's words.
"""

import lzma
import os
import shutil
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

GOLDEN = Path(__file__).parents[1] / "tests/golden/meteor.tsv.xz"
PAIRS = 10_000
ENDINGS = ("s", "es", "ed", "ing", "er", "est", "'s", ",")
FUNCTION_WORDS = ("a", "the", "of", "in", "with", "and", "or", "is", "are", "was", "to", "from", "it", "that")


def full_wordnet(source: Path, data: Path) -> Any:
    """Lay out WordNet's files in ``data`` as nltk expects them, and open it."""
    corpus = data / "corpora" / "wordnet"
    shutil.copytree(source, corpus, ignore=shutil.ignore_patterns("bin", "pixmaps", "wnres"))
    # Debian omits lexnames; nltk reads its 45 names, which METEOR does not need.
    (corpus / "lexnames").write_text("".join(f"{number:02d}\tunnamed\t0\n" for number in range(45)))
    os.environ["NLTK_DATA"] = str(data)  # nltk 3.10 reads a corpus only from a folder of its data path
    from nltk.corpus import wordnet

    return wordnet


def vocabulary(source: Path) -> list[str]:
    """Return all single words of the index."""
    lines = [line for path in sorted(source.glob("index.[anv]*")) for line in path.read_text().splitlines()]
    words = {line.split(" ")[0] for line in lines if not line.startswith(" ")}
    return sorted(word for word in words if "_" not in word)


def irregular_forms(source: Path) -> list[tuple[str, str]]:
    """Return (base, irregular form) of all single words that have one."""
    lines = [line.split() for path in sorted(source.glob("*.exc")) for line in path.read_text().splitlines()]
    return [(base, form) for form, *bases in lines for base in bases if "_" not in form + base]


def inflected(word: str, draw: Random) -> str:
    """Return the word, sometimes in the plural of '-y', '-f' or '-man', or with a right or wrong ending."""
    if draw.random() < 0.5:
        return word
    for end, new in (("y", "ies"), ("f", "ves"), ("man", "men"), ("e", "ing")):
        if word.endswith(end) and draw.random() < 0.5:
            return word.removesuffix(end) + new
    return word + draw.choice(ENDINGS)


def synonym(word: str, lexicon: Any, draw: Random) -> str:
    """Return a single word of one of the word's synsets."""
    names = {name for synset in lexicon.synsets(word) for name in synset.lemma_names()}
    return draw.choice(sorted(name for name in names if "_" not in name))


def sentences(words: list[str], irregular: list[tuple[str, str]], lexicon: Any, draw: Random) -> tuple[str, str]:
    """Return a reference and an answer of 3 to 12 words, half of them synonyms in some inflection."""
    pairs: list[tuple[str, str]] = []
    for _ in range(draw.randint(3, 12)):
        word = draw.choice(words)
        kinds = (
            (draw.choice(FUNCTION_WORDS), draw.choice(FUNCTION_WORDS)),
            draw.choice(irregular),
            (word, draw.choice((word, word.capitalize(), draw.choice(words)))),
            (inflected(word, draw), inflected(synonym(word, lexicon, draw), draw)),
        )
        pairs.append(draw.choice((*kinds, kinds[-1], kinds[-1])))
    sides = draw.sample(list(zip(*pairs, strict=True)), 2)
    cut = draw.choice((0, 0, draw.randrange(len(pairs))))
    return " ".join(sides[0]), " ".join(sides[1][cut:] + sides[1][:cut])


def main() -> None:
    """Write the golden file."""
    source = Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/wordnet")
    with tempfile.TemporaryDirectory() as data:
        lexicon = full_wordnet(source, Path(data))
        from nltk.translate.meteor_score import single_meteor_score

        words, irregular, draw = vocabulary(source), irregular_forms(source), Random(0)
        lines: list[str] = []
        for _ in range(PAIRS):
            reference, answer = sentences(words, irregular, lexicon, draw)
            score = single_meteor_score(reference.split(), answer.split(), wordnet=lexicon)
            lines.append(f"{reference}\t{answer}\t{score!r}\n")
    GOLDEN.write_bytes(lzma.compress("".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    main()
