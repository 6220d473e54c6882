"""How text is split into words, and which text each way of splitting can judge.

At blanks, as the paper's metrics do: a text of a script that has no blanks between words is then one word, and ROUGE's
own tokens lose all letters but a to z. With ``words_of`` text of every script has words.
"""

import re
import unicodedata
from functools import cache
from typing import Literal

Splitting = Literal["blanks", "unicode"]
_WITHOUT_BLANKS = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Tibetan, Burmese, Khmer
    "\u3005-\u3007\u3040-\u312f\u31a0-\u31ff\uff66-\uff9d"  # Japanese, Bopomofo
    "\u3400-\u9fff\ua000-\ua4cf\uf900-\ufaff\U00020000-\U0003ffff]"  # Chinese, Yi
)
_LATIN = re.compile("[a-zA-Z0-9]")


def words_of(text: str) -> tuple[str, ...]:
    """Return the runs of letters, marks and digits; each letter of a script without blanks is a word with its marks."""
    words: list[str] = []
    before = "other"
    for letter in unicodedata.normalize("NFKC", text):
        kind = _kind(letter)
        if kind == "mark":
            if before != "other":
                words[-1] += letter
            continue
        if kind == before == "letter":
            words[-1] += letter
        elif kind != "other":
            words.append(letter)
        before = kind
    return tuple(words)


@cache
def _kind(letter: str) -> Literal["letter", "mark", "word", "other"]:
    category = unicodedata.category(letter)[0]
    if category == "M":
        return "mark"
    if category not in "LN":
        return "other"
    return "word" if _WITHOUT_BLANKS.match(letter) else "letter"


def is_split_at_blanks(text: str) -> bool:
    """Return whether at least half of a text's letters are of scripts with blanks between words."""
    return text.isascii() or 2 * len(_WITHOUT_BLANKS.findall(text)) <= _letters(text)


def is_english(text: str) -> bool:
    """Return whether at least half of a text's letters are among a to z."""
    return text.isascii() or 2 * len(_LATIN.findall(text)) >= _letters(text)


def _letters(text: str) -> int:
    return sum(letter.isalnum() for letter in text)
