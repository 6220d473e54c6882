"""The WordPiece vocabulary, trained on the training fold's text alone."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import WordPiece
from tokenizers.trainers import WordPieceTrainer

PAD, UNKNOWN, CLS, SEPARATOR, ENCODE, DECODE, END = range(7)
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[Encode]", "[Decode]", "[EOS]")
"""The special tokens, by id."""

_SPACE = "\N{LOWER ONE EIGHTH BLOCK}"
_CONTINUES = "##"


class TextTokenizer:
    """Text to token ids and back; the decoded text is equal except for runs of white space.

    A space is a mark on the word after it, so that "fused." is two tokens that know they touch.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.encode_special_tokens = True  # "[EOS]" in a text is six characters, not the end
        self._tokenizer = tokenizer

    @classmethod
    def trained(cls, texts: Iterable[str], vocabulary_size: int) -> "TextTokenizer":
        """Train on texts; at most ``vocabulary_size`` tokens, the same ones in every process."""
        tokenizer = _untrained(WordPiece(unk_token=SPECIAL[UNKNOWN], continuing_subword_prefix=_CONTINUES))
        texts = list(texts)
        # The trainer numbers the letters inside words in the order of a hash table, and breaks ties by number.
        letters = [_CONTINUES + letter for letter in sorted(set("".join(texts)))]
        trainer = WordPieceTrainer(
            vocab_size=vocabulary_size,
            special_tokens=[*SPECIAL, *letters],
            continuing_subword_prefix=_CONTINUES,
            show_progress=False,
        )
        tokenizer.train_from_iterator(texts, trainer)
        model = WordPiece(tokenizer.get_vocab(), unk_token=SPECIAL[UNKNOWN], continuing_subword_prefix=_CONTINUES)
        trained = _untrained(model)
        trained.add_special_tokens(list(SPECIAL))
        return cls(trained)

    @classmethod
    def load(cls, path: Path) -> "TextTokenizer":
        """Read what ``save`` wrote."""
        return cls(Tokenizer.from_file(str(path)))

    def save(self, path: Path) -> None:
        """Write it as the ``tokenizers`` library's JSON."""
        self._tokenizer.save(str(path))

    def __len__(self) -> int:
        """Return the number of tokens."""
        return self._tokenizer.get_vocab_size()

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Return each text's ids; text that looks like a special token is plain text."""
        return [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def decode(self, ids: Sequence[Sequence[int]]) -> list[str]:
        """Return the texts without special tokens."""
        return self._tokenizer.decode_batch([list(row) for row in ids], skip_special_tokens=True)

    def words(self, ids: Sequence[int]) -> list[tuple[str, list[int]]]:
        """Return the words that ids spell, each with the places of its tokens; a mark such as a comma is a word."""
        words: list[tuple[str, list[int]]] = []
        for place, token in enumerate(self._tokenizer.id_to_token(each) or "" for each in ids):
            if token.startswith(_CONTINUES) and words:
                words[-1] = (words[-1][0] + token.removeprefix(_CONTINUES), [*words[-1][1], place])
            else:
                words.append((token.removeprefix(_SPACE), [place]))
        return words


def _untrained(model: WordPiece) -> Tokenizer:
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Metaspace(_SPACE, "always", split=False),
            pre_tokenizers.Split(Regex(rf"{_SPACE}?(\w+|[^\w{_SPACE}])"), "isolated"),
        ]
    )
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace(_CONTINUES, ""), decoders.Metaspace(_SPACE, "always", split=False)]
    )
    return tokenizer
